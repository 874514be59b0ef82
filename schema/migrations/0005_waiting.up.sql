-- Rows of facts that wait for an entity that their dimension does not have yet. Logged, and moved to the fact in one transaction: a
-- row is in one of the two. Their original bytes are in weir.reject, marked "waiting".
create table weir.waiting (
    table_name text not null, -- the fact
    run_id uuid not null references weir.execution,
    line bigint not null,
    dimension text not null,  -- the first that it waits for
    id uuid,                  -- of its business key; NULL: its rows have none
    hash uuid not null,       -- as staging has it
    cells jsonb not null,     -- the fact's columns as text, under the names that they have now; NULL is null
    since timestamptz not null,
    primary key (run_id, line)
);

create index on weir.waiting (table_name, id);
create index on weir.waiting (table_name, hash);

-- How many rows of weir.waiting are the table's: where it is 0 nobody looks.
alter table weir.table add waiting bigint not null default 0;
alter table weir.reject add waiting boolean not null default false;
alter table weir.file add rows_waiting bigint;

update weir.file set rows_waiting = 0 where rows_read is not null;

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
       f.rows_waiting
from weir.execution e
left join weir.file f on f.run_id = e.execution_id;
