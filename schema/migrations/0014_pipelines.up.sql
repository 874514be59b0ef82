-- Executions of pipelines that weir only keeps the ledger of: scripts tell their steps by `weir ledger`, or it runs a command.

alter table weir.execution
    add pipeline text,           -- whose execution it is, '': of one without a name; NULL: weir's own, of a file or an operation
    add expires_seconds integer; -- so long after its heartbeat it keeps others of its pipeline out; NULL: its session does, or nobody

create index execution_of_pipeline on weir.execution (pipeline, completed_on) where pipeline is not null;

create table weir.command (
    run_id uuid primary key references weir.execution,
    command text not null, -- as one would type it, without passwords
    exit_status integer,   -- NULL: it runs, was ended by a signal, could not be started, or nobody saw its end
    signal integer,
    output bytea,          -- the beginning and the end of it
    output_bytes bigint    -- all that there was
);

create or replace view weir.runs as
select e.execution_id as run,
       coalesce(f.table_name, o.table_name) as table_name,
       coalesce(f.file_name, o.subject, case e.pipeline when '' then '(pipeline)' else e.pipeline end) as file_name,
       coalesce(f.state, o.kind, case when e.pipeline is not null then lower(e.status) end) as state,
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
       e.pipeline,
       c.command,
       c.exit_status
from weir.execution e
left join weir.file f on f.run_id = e.execution_id
left join weir.operation o on o.run_id = e.execution_id
left join weir.command c on c.run_id = e.execution_id;
