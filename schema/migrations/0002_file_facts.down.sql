alter table weir.file drop claimed, drop columns;
