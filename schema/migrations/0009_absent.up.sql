-- Full exports, rows that say that their key is gone, and files that are held for a person.

-- Rows that closed their key, and keys that were closed because the file lacks them. "approved": the checksum of the bytes that a person
-- has let pass the guards.
alter table weir.file
    add rows_deleted bigint,
    add rows_absent bigint,
    add approved text,
    drop constraint file_state_check,
    add constraint file_state_check check (state in ('loading', 'staged', 'applied', 'duplicate', 'failed', 'held')),
    drop constraint file_disposition_check,
    add constraint file_disposition_check check (disposition in ('archived', 'deleted', 'failed', 'left', 'retried', 'held'));

update weir.file set rows_deleted = 0, rows_absent = 0 where rows_read is not null;

-- What a file said of them: "again", what held already; "gone"; "nothing", though it had a row, which was a reject.
alter table weir.observed
    add said text not null default 'again' check (said in ('again', 'gone', 'nothing'));

-- Full exports: each says of all the keys that it does not have that they are gone. Whom it had is told by the versions that begin then, and
-- by weir.observed, if it is dated.
create table weir.export (
    table_name text not null,
    at timestamptz not null,
    run_id uuid not null,
    rows bigint not null,    -- that it had
    ended boolean not null,  -- with the end of a line
    dated boolean not null,
    primary key (table_name, at)
);

create or replace view weir.runs as
select e.execution_id as run,
       f.table_name,
       f.file_name,
       f.state,
       e.status,
       e.started_on,
       e.completed_on,
       e.execution_time_ms as milliseconds,
       f.rows_read, f.rows_rejected, f.rows_repaired, f.rows_duplicate, f.rows_unchanged,
       f.rows_inserted, f.rows_updated, f.rows_deactivated, f.rows_staged,
       f.disposition,
       f.place,
       e.error,
       f.lines,
       f.retry_of,
       f.overtook,
       f.overtook_count,
       f.rows_waiting,
       f.rows_late,
       f.rows_corrected,
       f.effective_on,
       f.rows_deleted,
       f.rows_absent
from weir.execution e
left join weir.file f on f.run_id = e.execution_id;
