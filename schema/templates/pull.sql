-- Pulls of jobs (docs/pull.md): one at a time of each job, and what of theirs is on its way.

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

-- name: first_into
-- The newest file that others brought into a table, where the job has brought none so far; and of which job it is.
select f.file_name, f.declaration ->> 'job'
from weir.file f
where f.table_name = :'table' and f.state = 'applied' and f.declaration ->> 'job' is distinct from :'job'
  and not exists (select from weir.pulled_file p where p.source = :'job')
  and not exists (select from weir.file o where o.table_name = :'table' and o.declaration ->> 'job' = :'job' and o.state in ('applied', 'duplicate'))
order by f.seen_on desc limit 1

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

-- name: of_jobs
-- When the last pull of each ended, whoever began it, as far as the ledger knows; which of its files waits for a person, as in "held"; and whether somebody has its "lock".
select j.name as job, extract(epoch from greatest(
         (select max(e.completed_on) from weir.execution e where e.pipeline = 'pull ' || j.name),
         (select max(e.completed_on) from weir.pulled_file p join weir.execution e on e.execution_id = p.run_id where p.source = j.name)))::bigint as pulled,
       h.run as held_run, h.file_name as held_file,
       exists (select from pg_locks l
               where l.granted and l.locktype = 'advisory' and l.objsubid = 1
                 and l.database = (select oid from pg_database where datname = current_database())
                 and (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended('weir.pull ' || j.name, 0)) as is_pulled
from unnest(:'jobs'::text[]) j (name)
left join lateral (select left(f.run_id::text, 8) as run, f.file_name from weir.file f
                   where f.run_id = any (array (select u.run_id from weir.unsettled u)) and f.state = 'held'
                     and f.disposition in ('held', 'left') and f.declaration ->> 'job' = j.name
                   order by f.seen_on limit 1) h on true
