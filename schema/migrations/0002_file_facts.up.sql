-- What was read out of a path's and a comment's text before: whether the file was claimed, and what LOAD knew of its columns.

alter table weir.file add claimed boolean not null default false, add columns jsonb;

update weir.file set claimed = true where place like '%.claimed/' || run_id || '/%';
