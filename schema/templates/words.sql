-- Executions of other tools' pipelines (`weir ledger`). What has no pipeline is weir's own, and nothing here changes it. Those that are not
-- over are INITIALISED or IN_PROGRESS.

-- name: try_lock
-- Until the end of the transaction.
select pg_try_advisory_xact_lock(hashtextextended('weir.pipeline ' || :'pipeline', 0))

-- name: hold
-- As long as the session lives.
select pg_try_advisory_lock(hashtextextended('weir.pipeline ' || :'pipeline', 0))

-- name: in_the_way
-- The execution of the pipeline that is not over: one that a session holds, or one whose time has not passed.
select execution_id, to_char(started_on at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'),
       ceil(extract(epoch from heartbeat_on + make_interval(secs => expires_seconds) - clock_timestamp()))::bigint
from weir.execution
where pipeline = :'pipeline' and status in ('INITIALISED', 'IN_PROGRESS')
  and (:'held'::boolean or heartbeat_on + make_interval(secs => expires_seconds) > clock_timestamp())
order by started_on desc limit 1

-- name: abandon
-- With the pipeline's lock, and nobody in the way: what is not over will never be.
with gone as (
    update weir.execution
    set status = 'FAILED', updated_on = clock_timestamp(), completed_on = now(),
        execution_time_ms = extract(epoch from clock_timestamp() - started_on) * 1000,
        error = case when expires_seconds is null then 'abandoned: the process that ran it is gone'
                     else 'abandoned: no sign of life for ' || expires_seconds || ' s' end
    where pipeline = :'pipeline' and status in ('INITIALISED', 'IN_PROGRESS')
    returning execution_id)
update weir.execution_step s
set status = 'FAILED', updated_on = clock_timestamp(), completed_on = now(), error = 'abandoned'
from gone where s.execution_id = gone.execution_id and s.status in ('INITIALISED', 'IN_PROGRESS')

-- name: begin
insert into weir.execution (execution_id, pipeline, expires_seconds, status, created_on, started_on, heartbeat_on)
values (:'id'::uuid, :'pipeline', :'expires'::integer, :'status', clock_timestamp(), clock_timestamp(), clock_timestamp())
on conflict (execution_id) do nothing

-- name: begin_command
insert into weir.command (run_id, command) values (:'id'::uuid, :'command')

-- name: look
select status, pipeline is not null, error from weir.execution where execution_id = :'id'::uuid

-- name: look_for_update
select status, pipeline is not null, error from weir.execution where execution_id = :'id'::uuid for update

-- name: beat
update weir.execution
set heartbeat_on = clock_timestamp(), updated_on = clock_timestamp(), status = coalesce(:'status', status)
where execution_id = :'id'::uuid

-- name: end
update weir.execution
set status = :'status', updated_on = clock_timestamp(), completed_on = clock_timestamp(), error = :'failure',
    execution_time_ms = extract(epoch from clock_timestamp() - started_on) * 1000
where execution_id = :'id'::uuid

-- name: open_steps
select string_agg(step_name, ', ' order by created_on, step_name) from weir.execution_step
where execution_id = :'id'::uuid and status in ('INITIALISED', 'IN_PROGRESS')

-- name: fail_steps
update weir.execution_step
set status = 'FAILED', updated_on = clock_timestamp(), completed_on = clock_timestamp(), error = :'failure',
    execution_time_ms = extract(epoch from clock_timestamp() - started_on) * 1000
where execution_id = :'id'::uuid and status in ('INITIALISED', 'IN_PROGRESS')

-- name: end_command
update weir.command
set exit_status = :'exit_status'::integer, signal = :'signal'::integer, output = decode(:'output', 'hex'), output_bytes = :'bytes'::bigint
where run_id = :'id'::uuid

-- name: last_successful
select execution_id from weir.execution
where pipeline = :'pipeline' and status = 'COMPLETED'
order by completed_on desc, created_on desc limit 1

-- name: now
select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')

-- name: completed_on
select case when status = 'COMPLETED' then to_char(completed_on at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') end
from weir.execution where execution_id = :'id'::uuid

-- name: watch
-- "dead": it is not over, and never will be, for the session is gone that ran it, or its time has passed.
select status, error,
       case when status not in ('INITIALISED', 'IN_PROGRESS') or coalesce(pipeline, '') = '' then false
            when expires_seconds is not null then heartbeat_on + make_interval(secs => expires_seconds) <= clock_timestamp()
            else not exists (select from pg_locks l
                             where l.granted and l.locktype = 'advisory' and l.objsubid = 1
                               and l.database = (select oid from pg_database where datname = current_database())
                               and (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended('weir.pipeline ' || pipeline, 0)) end,
       to_char(heartbeat_on at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"')
from weir.execution where execution_id = :'id'::uuid

-- name: step_begin
-- One that has failed is begun again. No row: there is such a step.
insert into weir.execution_step (execution_id, step_name, status, created_on, started_on)
values (:'id'::uuid, :'step', 'IN_PROGRESS', clock_timestamp(), clock_timestamp())
on conflict (execution_id, step_name) do update
set status = 'IN_PROGRESS', updated_on = clock_timestamp(), started_on = clock_timestamp(), completed_on = null,
    execution_time_ms = null, rows_processed = null, error = null
where weir.execution_step.status = 'FAILED'
returning execution_step_id

-- name: forget_models
delete from weir.execution_step_model where execution_step_id = :'step'::uuid

-- name: keep_models
insert into weir.execution_step_model (execution_step_id, model_name, checksum)
select :'step'::uuid, name, checksum from jsonb_to_recordset(:'models'::jsonb) as m (name text, checksum text)

-- name: step_look
select status, error, execution_id from weir.execution_step where execution_step_id = :'step'::uuid

-- name: step_end
update weir.execution_step
set status = :'status', updated_on = clock_timestamp(), completed_on = clock_timestamp(), error = :'failure',
    execution_time_ms = extract(epoch from clock_timestamp() - started_on) * 1000, rows_processed = :'rows'::bigint
where execution_step_id = :'step'::uuid and status in ('INITIALISED', 'IN_PROGRESS')

-- name: step_exists
select exists (select from weir.execution_step where execution_step_id = :'step'::uuid)

-- name: compare
-- What became of each model since the step of that name in another execution, if that had one.
with here as (select model_name, checksum from weir.execution_step_model where execution_step_id = :'step'::uuid),
     before as (select m.model_name, m.checksum
                from weir.execution_step s
                join weir.execution_step b on b.step_name = s.step_name and b.execution_id = :'previous'::uuid
                join weir.execution_step_model m on m.execution_step_id = b.execution_step_id
                where s.execution_step_id = :'step'::uuid)
select coalesce(here.model_name, before.model_name) as model,
       case when before.model_name is null then 'new'
            when here.model_name is null then 'removed'
            when here.checksum <> before.checksum then 'changed'
            else 'unchanged' end as what
from here full join before on before.model_name = here.model_name
order by coalesce(here.model_name, before.model_name) collate "C"
