-- Nobody has ever read it: a file is known by weir.file.mtime_ns, and the last one of the order by newest_ns.
alter table weir.table drop last_mtime_ns;
