-- Pulls of jobs (docs/pull.md): one at a time of each job, what of theirs is on its way, and which have failed.

-- name: lock
-- As long as the session lives.
select pg_try_advisory_lock(hashtextextended('weir.pull ' || :'job', 0))

-- name: holder
select a.pid, a.usename, a.application_name, to_char(a.backend_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"')
from pg_locks l join pg_stat_activity a on a.pid = l.pid
where l.granted and l.locktype = 'advisory' and l.objsubid = 1 and l.database = (select oid from pg_database where datname = current_database())
  and (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended('weir.pull ' || :'job', 0)
limit 1

-- name: held
-- A file of the job that waits for a person: nothing of the job goes before it.
select f.run_id, f.file_name
from weir.file f
where f.run_id = any (array (select u.run_id from weir.unsettled u)) and f.state = 'held' and f.disposition in ('held', 'left')
  and f.declaration ->> 'job' = :'job'
order by f.seen_on limit 1

-- name: unseen
-- Files of a source that were not loaded yet, the oldest first; and the run of those that were refused, as long as nobody has done anything about it.
select f.path, f.size, f.mtime, f.etag, left(refused.run_id::text, 8) as refused
from jsonb_to_recordset(:'files'::jsonb) f (path text, size bigint, mtime text, etag text)
left join lateral (select r.run_id from weir.file r
                   where r.state = 'failed' and r.disposition = 'failed' and r.declaration -> 'pulled' ->> 'path' = f.path
                     and r.declaration ->> 'job' = :'job'
                     and (r.declaration -> 'pulled' ->> 'size')::bigint is not distinct from f.size
                     and (r.declaration -> 'pulled' ->> 'mtime')::timestamptz is not distinct from f.mtime::timestamptz
                     and r.declaration -> 'pulled' ->> 'etag' is not distinct from f.etag
                   limit 1) refused on true
where not exists (select from weir.pulled_file p
                  where p.source = :'job' and p.path = f.path and p.size is not distinct from f.size
                    and p.mtime is not distinct from f.mtime::timestamptz and p.etag is not distinct from f.etag)
order by f.mtime::timestamptz nulls first, f.path

-- name: unsettled
-- Files that were loaded, and with which it was not done what the job says; their times as connectors have them.
select path, size, rtrim(rtrim(to_char(mtime at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' as mtime, etag
from weir.pulled_file where source = :'job' and settled_on is null order by path

-- name: current_rows
-- Of a dimension with versions those that hold, else all.
select count(*) from :"schema".:"table" w where :condition

-- name: trouble
select id, detail ->> 'message' from weir.incident where kind = 'pull' and detail ->> 'job' = :'job' and ended is null for update

-- name: trouble_opens
insert into weir.incident (kind, "table", subject, began, detail)
values ('pull', :'table', :'job' || ' ' || to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), clock_timestamp(),
        :'detail'::jsonb || '{"times": 1}')
on conflict do nothing

-- name: trouble_goes_on
update weir.incident
set detail = :'detail'::jsonb || jsonb_build_object('times', (detail ->> 'times')::bigint + 1)
where id = :'id'::uuid

-- name: trouble_run
-- What people find in the list of runs.
insert into weir.execution (execution_id, pipeline, status, created_on, started_on, updated_on, heartbeat_on, completed_on, execution_time_ms, error)
values (:'run'::uuid, 'pull ' || :'job', 'FAILED', clock_timestamp(), now() - make_interval(secs => :'milliseconds'::bigint / 1000.0), clock_timestamp(),
        clock_timestamp(), clock_timestamp(), :'milliseconds'::bigint, :'message')
on conflict do nothing

-- name: trouble_ends
update weir.incident
set ended = greatest(clock_timestamp(), began), closed_on = clock_timestamp(), detail = detail || '{"ended_by": "pull"}'
where kind = 'pull' and detail ->> 'job' = :'job' and ended is null

-- name: forget
-- Of jobs that the home does not have any more.
update weir.incident
set ended = greatest(to_timestamp(:'now'::bigint), began), closed_on = clock_timestamp(), detail = detail || '{"ended_by": "job"}'
where kind = 'pull' and ended is null and detail ->> 'home' = :'home' and detail ->> 'job' <> all (:'jobs'::text[])
