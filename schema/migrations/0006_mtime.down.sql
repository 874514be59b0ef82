alter table weir.table add last_mtime_ns bigint;
