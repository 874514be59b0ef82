drop index weir.file_named;
create index on weir.file (table_name, file_name);
drop index weir.file_staged;
drop trigger file_ended on weir.file;
drop trigger files_removed on weir.file;
drop trigger files_made on weir.file;
drop function weir.count_file();
drop function weir.count_files();
drop table weir.unsettled;
drop table weir.tally;

-- What is gone stays so; the older weir has no word for it.
update weir.file set disposition = 'deleted', place = '' where disposition = 'trimmed';

alter table weir.file
    drop constraint file_disposition_check,
    add constraint file_disposition_check check (disposition in ('archived', 'deleted', 'failed', 'left', 'retried', 'held')),
    drop overtaken,
    drop trimmed;
