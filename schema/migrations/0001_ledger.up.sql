-- The ledger. execution, execution_step and execution_step_model are the tables of Data Pipeline Orchestrator
-- (pageuppeople-opensource/data-pipeline-orchestrator), with FAILED, an error text, a heartbeat and unique constraints added.

create table weir.execution (
    execution_id uuid primary key,
    created_on timestamptz not null default now(),
    updated_on timestamptz not null default now(),
    status varchar(50) not null default 'INITIALISED',
    started_on timestamptz not null default now(),
    completed_on timestamptz,
    execution_time_ms bigint,
    error text,
    heartbeat_on timestamptz not null default now(),
    check (status in ('INITIALISED', 'IN_PROGRESS', 'COMPLETED', 'FAILED'))
);

create index on weir.execution (started_on);

create table weir.execution_step (
    execution_step_id uuid primary key default gen_random_uuid(),
    created_on timestamptz not null default now(),
    updated_on timestamptz not null default now(),
    execution_id uuid not null references weir.execution,
    step_name varchar(100) not null,
    status varchar(50) not null default 'INITIALISED',
    started_on timestamptz not null default now(),
    completed_on timestamptz,
    execution_time_ms bigint,
    rows_processed bigint,
    error text,
    unique (execution_id, step_name),
    check (status in ('INITIALISED', 'IN_PROGRESS', 'COMPLETED', 'FAILED'))
);

create table weir.execution_step_model (
    execution_step_model_id uuid primary key default gen_random_uuid(),
    created_on timestamptz not null default now(),
    updated_on timestamptz not null default now(),
    execution_step_id uuid not null references weir.execution_step,
    model_name varchar(250) not null,
    checksum varchar(100) not null,
    unique (execution_step_id, model_name)
);

-- One row per table that was ever staged or loaded: what its first load settled, and what it was last loaded from.
create table weir.table (
    table_name text primary key,
    kind text check (kind in ('dimension', 'fact')),
    warehouse_schema text,
    pins jsonb,
    key jsonb,
    last_instant timestamptz,
    last_run uuid,
    last_sha256 text,
    last_size bigint,
    last_mtime_ns bigint,
    last_model_checksum text,
    last_pins_sha256 text,
    last_had_rejects boolean not null default false,
    files_applied bigint not null default 0,
    created_on timestamptz not null default now(),
    updated_on timestamptz not null default now()
);

-- One row per run: the file it worked on and what became of it.
create table weir.file (
    run_id uuid primary key references weir.execution,
    table_name text not null,
    file_name text not null,
    place text not null,
    disposition text check (disposition in ('archived', 'deleted', 'failed', 'left', 'retried')),
    state text not null default 'loading' check (state in ('loading', 'staged', 'applied', 'duplicate', 'failed')),
    size_bytes bigint not null,
    mtime_ns bigint not null,
    sha256 text,
    header text,
    dialect jsonb,
    model_checksum text,
    pins_sha256 text,
    rows_read bigint,
    rows_rejected bigint,
    rows_repaired bigint,
    rows_duplicate bigint,
    rows_unchanged bigint,
    rows_inserted bigint,
    rows_updated bigint,
    rows_deactivated bigint,
    rows_staged bigint,
    summary jsonb,
    seen_on timestamptz not null default now(),
    updated_on timestamptz not null default now()
);

create index on weir.file (table_name, seen_on);
create index on weir.file (table_name, sha256);

-- Refused rows, and repaired ones as they were, with their original bytes.
create table weir.reject (
    run_id uuid not null references weir.execution,
    line bigint not null,
    column_name text,
    reason text not null,
    message text not null,
    repaired boolean not null default false,
    original bytea not null,
    primary key (run_id, line, repaired)
);

create view weir.runs as
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
       e.error
from weir.execution e
left join weir.file f on f.run_id = e.execution_id;
