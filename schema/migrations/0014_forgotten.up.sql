-- Whom `weir forget` has erased (docs/history.md).

-- A mark of each key, by which later files are kept from bringing it back: the first half of an HMAC-SHA-256 of the key as ids are made of it.
-- By the table's name, and outlives the table.
create table weir.forgotten (
    table_name text not null,
    mark uuid not null,
    since timestamptz not null default clock_timestamp(),
    run_id uuid not null, -- of weir.operation
    primary key (table_name, mark)
);

-- The key of these, which only the home's key secret gives back: whoever has the database alone cannot try names.
create table weir.forget_key (
    only_one boolean primary key default true check (only_one),
    wrapped text not null
);

-- Rows that were not loaded for that, or were taken out of what waits and what was refused. Of a kept file from which such rows were cut:
-- what it is since; sha256 and size_bytes stay those of what was read. "forgetting": the run of a `weir forget` that has still to do it.
alter table weir.file
    add rows_forgotten bigint,
    add kept_sha256 text,
    add kept_size bigint,
    add forgetting uuid;

update weir.file set rows_forgotten = 0 where rows_read is not null;

create index file_forgetting on weir.file (table_name) where forgetting is not null;

alter table weir.operation drop constraint operation_kind_check,
    add constraint operation_kind_check check (kind in ('undo', 'rebuild', 'forget'));

create or replace view weir.runs as
select e.execution_id as run,
       coalesce(f.table_name, o.table_name) as table_name,
       coalesce(f.file_name, o.subject) as file_name,
       coalesce(f.state, o.kind) as state,
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
       f.rows_absent,
       f.undone_by,
       o.runs as took_back,
       f.rows_forgotten
from weir.execution e
left join weir.file f on f.run_id = e.execution_id
left join weir.operation o on o.run_id = e.execution_id;
