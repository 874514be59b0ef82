-- Of one instant there may be several full exports: the file that came last is right, and when it is taken back the one before it is.
alter table weir.export drop constraint export_pkey, add primary key (table_name, at, run_id);
