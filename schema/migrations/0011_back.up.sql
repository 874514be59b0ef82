-- What is needed to take a run back.

-- Rows of warehouse tables as they were before a run overwrote or removed them; cells NULL: there was no such version before. What a run
-- has opened, and what it has only closed, the rows say themselves. Nothing here refers to weir.execution: that would be looked up for
-- each row.
create table weir.overwritten (
    table_name text not null,
    run_id uuid not null,
    id uuid not null,
    began timestamptz not null, -- of a version; -infinity: of a fact
    cells jsonb,                -- the columns as text, under the names that they have now; NULL is null
    primary key (run_id, id, began)
);

-- Where a run stands among those that were applied to its table (NULL: an older weir has loaded it, which kept nothing of the kind), how
-- many rows it has in weir.overwritten, why it can be taken back no more for any other reason, and by which run it was.
alter table weir.file
    add applied_as bigint,
    add overwritten bigint,
    add irrevocable text,
    add undone_by uuid;

alter table weir.table add applied_ever bigint not null default 0;

-- Whose words they are; NULL: an older weir has kept them.
alter table weir.observed add run_id uuid;

-- What was said of keys of the very instant that a run says otherwise of, as it was in weir.observed.
create table weir.unsaid (
    by_run uuid not null,
    table_name text not null,
    run_id uuid,
    part text collate "C" not null,
    at timestamptz not null,
    said text not null,
    ids uuid[] not null
);

create index on weir.unsaid (by_run);

do $$
begin
    execute (select format('alter table weir.file drop constraint %I, add constraint %I %s', c.conname, c.conname,
                           replace(pg_get_constraintdef(c.oid), $a$'failed'::text$a$, $a$'failed'::text, 'undone'::text$a$))
             from pg_constraint c where c.conrelid = 'weir.file'::regclass and c.conname = 'file_state_check');
end
$$;

-- Runs that loaded no file: somebody took others back.
create table weir.operation (
    run_id uuid primary key references weir.execution,
    table_name text not null,
    kind text not null check (kind in ('undo')),
    subject text not null, -- as people read it
    runs uuid[] not null,  -- that it took back, the newest first
    report jsonb not null
);

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
       o.runs as took_back
from weir.execution e
left join weir.file f on f.run_id = e.execution_id
left join weir.operation o on o.run_id = e.execution_id;
