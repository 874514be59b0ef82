-- What `weir page` asks, every few seconds and for each who looks: nothing here reads all of a ledger of a million runs.

-- name: runs
select r.run,
       r.table_name as table,
       r.file_name as file,
       r.state,
       to_char(r.started_on, 'YYYY-MM-DD HH24:MI:SS') as started,
       r.started_on::text as began,
       r.milliseconds,
       r.rows_read as read,
       r.rows_rejected as rejected,
       r.rows_duplicate as duplicate,
       r.rows_unchanged as unchanged,
       r.rows_inserted as inserted,
       r.rows_updated as updated,
       r.rows_waiting as waiting,
       r.error
from (select e.execution_id from weir.execution e
      where e.started_on < :'before'::timestamptz
      order by e.started_on desc limit 5000) newest
join weir.runs r on r.run = newest.execution_id
where (:'table'::text is null or r.table_name = :'table'::text) and (:'state'::text is null or r.state = :'state'::text)
order by r.started_on desc
limit :'limit'::bigint

-- name: runs_of_table
-- Of files alone, and by when they were seen, which is when their runs began.
select r.run,
       r.table_name as table,
       r.file_name as file,
       r.state,
       to_char(r.started_on, 'YYYY-MM-DD HH24:MI:SS') as started,
       f.seen_on::text as began,
       r.milliseconds,
       r.rows_read as read,
       r.rows_rejected as rejected,
       r.rows_duplicate as duplicate,
       r.rows_unchanged as unchanged,
       r.rows_inserted as inserted,
       r.rows_updated as updated,
       r.rows_waiting as waiting,
       r.error
from (select f.run_id, f.seen_on from weir.file f
      where f.table_name = :'table'::text and f.seen_on < :'before'::timestamptz
      order by f.seen_on desc limit :'limit'::bigint) f
join weir.runs r on r.run = f.run_id
order by f.seen_on desc

-- name: rejects
-- As report/rejects, of each row its beginning: a page has a hundred, and a row may have megabytes.
select line, column_name as column, reason, message, repaired, encode(substring(original for 2000), 'escape') as original, waiting,
       octet_length(original) as bytes
from weir.reject
where run_id = :'run'::uuid and (line, repaired) > (:'line'::bigint, :'repaired'::boolean)
order by line, repaired
limit :'limit'::bigint

-- name: fresh
select t.table_name as table, to_char(e.completed_on, 'YYYY-MM-DD HH24:MI:SS') as last_applied, extract(epoch from e.completed_on)::text as seconds
from weir.table t join weir.execution e on e.execution_id = t.last_run
order by t.table_name

-- name: activity
-- By the day since when the versions hold, where the file says that; else when it was loaded.
select to_char(coalesce(f.effective_on, f.seen_on), 'YYYY-MM-DD') as day, count(*) as files,
       sum(coalesce(f.rows_inserted, 0) + coalesce(f.rows_updated, 0) + coalesce(f.rows_late, 0))::bigint as opened,
       sum(coalesce(f.rows_deactivated, 0))::bigint as closed
from (select f.* from weir.file f where f.table_name = :'table' order by f.seen_on desc limit 20000) f
where f.state = 'applied' and coalesce(f.effective_on, f.seen_on) > now() - interval '371 days'
  and coalesce(f.effective_on, f.seen_on) < now() + interval '1 day'
group by 1 order by 1

-- name: sums
select coalesce(f.table_name, o.table_name, '') as table,
       coalesce(f.state, o.kind, case when e.status = 'COMPLETED' then 'pipeline' else 'pipeline_failed' end) as state,
       count(*) as runs, coalesce(sum(e.execution_time_ms), 0)::bigint as milliseconds,
       coalesce(sum(f.rows_read), 0)::bigint as read, coalesce(sum(f.rows_rejected), 0)::bigint as rejected,
       coalesce(sum(f.rows_duplicate), 0)::bigint as duplicate, coalesce(sum(f.rows_unchanged), 0)::bigint as unchanged,
       coalesce(sum(f.rows_inserted), 0)::bigint as inserted, coalesce(sum(f.rows_updated), 0)::bigint as updated,
       coalesce(sum(f.rows_deactivated), 0)::bigint as deactivated
from weir.execution e left join weir.file f on f.run_id = e.execution_id left join weir.operation o on o.run_id = e.execution_id
where (e.started_on >= :'from'::timestamptz and e.started_on < :'until'::timestamptz
       or e.execution_id = any (:'runs'::uuid[]))
  and e.status in ('COMPLETED', 'FAILED') and coalesce(f.state, '') not in ('held', 'loading')
group by 1, 2 order by 1, 2

-- name: open
select e.execution_id
from weir.execution e left join weir.file f on f.run_id = e.execution_id
where (e.started_on >= :'from'::timestamptz and e.started_on < :'until'::timestamptz
       or e.execution_id = any (:'runs'::uuid[]))
  and (e.status not in ('COMPLETED', 'FAILED') or f.state in ('held', 'loading'))
order by e.started_on desc limit 10000

-- name: now
select (clock_timestamp() - interval '2 seconds')::text
