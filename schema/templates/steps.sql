-- Runs of streams of steps (docs/steps.md): executions of the pipeline "pull JOB" that have steps.

-- name: last
-- The job's last run.
select e.execution_id, e.status, floor(extract(epoch from e.created_on))::bigint as began
from weir.execution e
where e.pipeline = :'pipeline' and exists (select from weir.execution_step s where s.execution_id = e.execution_id)
order by e.created_on desc limit 1

-- name: list
-- Its steps, and the checksum of what they were made by.
select s.step_name as title, s.status, s.rows_processed as rows, s.message, s.detail::text as detail, m.checksum
from weir.execution_step s left join weir.execution_step_model m on m.execution_step_id = s.execution_step_id
where s.execution_id = :'id'::uuid
order by s.started_on, s.step_name

-- name: reopen
-- With the job's lock: whoever ran it is gone.
update weir.execution
set status = 'IN_PROGRESS', updated_on = clock_timestamp(), heartbeat_on = clock_timestamp(), completed_on = null, execution_time_ms = null, error = null
where execution_id = :'id'::uuid

-- name: reopen_steps
update weir.execution_step
set status = 'FAILED', updated_on = clock_timestamp(), completed_on = clock_timestamp(), error = 'abandoned'
where execution_id = :'id'::uuid and status in ('INITIALISED', 'IN_PROGRESS')

-- name: tell
update weir.execution_step set message = :'message', detail = :'detail'::jsonb where execution_step_id = :'step'::uuid

-- name: column
-- The values of a column, without NULL, as texts; and its type.
select coalesce(jsonb_agg(t.:"column"::text) filter (where t.:"column" is not null), '[]')::text from :"schema".:"table" t

-- name: drop
drop table if exists :"schema".:"table"

-- name: view
-- An earlier result under its step's name, without what weir adds to it.
create temporary view :"name" as select :columns from :"schema".:"table"

-- name: drop_view
drop view if exists pg_temp.:"name"
