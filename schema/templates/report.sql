-- What people ask the ledger.

-- name: tables
-- Nothing here reads more where there are more runs (tests/integration/test_many_runs.c). Those under way are counted by themselves, for
-- weir.tally has those that are over.
select t.table_name as table,
       t.kind,
       coalesce(n.files, 0) + coalesce(w.files, 0) as files,
       coalesce(n.failed, 0) as failed,
       last.file_name as last_file,
       last.state as last_state,
       to_char(last.seen_on, 'YYYY-MM-DD HH24:MI:SS') as last_seen,
       last.run_id as last_run,
       last.rows_rejected as rejected,
       staged.rows_staged as staged_rows,
       staged.run_id as staged_run,
       case when refill.disposition in ('archived', 'left') then refill.run_id end as refill_run,
       t.warehouse_schema,
       t.pins::text as pins,
       t.key::text as key,
       t.history::text as history,
       (t.last_run is not null) as applied
from weir.table t
left join (select table_name, sum(files) as files, sum(files) filter (where state = 'failed') as failed
           from weir.tally group by table_name) n on n.table_name = t.table_name
left join (select f.table_name, count(*) as files
           from weir.file f
           where f.run_id = any (array (select e.execution_id from weir.execution e where e.status = 'IN_PROGRESS')) and f.state = 'loading'
           group by f.table_name) w on w.table_name = t.table_name
left join lateral (select * from weir.file where table_name = t.table_name order by seen_on desc limit 1) last on true
-- What the staging table holds: a run that ended before it staged anything left the one before there.
left join lateral (select run_id, rows_staged from weir.file where table_name = t.table_name and rows_staged is not null
                   order by seen_on desc limit 1) staged on true
-- What fills it again, if its file is kept; an older one would take the table back. Behind a hundred that failed it is not looked for.
left join lateral (select run_id, disposition
                   from (select run_id, disposition, state, seen_on from weir.file where table_name = t.table_name
                         order by seen_on desc limit 100) recent
                   where state in ('applied', 'staged', 'duplicate') order by seen_on desc limit 1) refill on true
order by t.table_name

-- name: table_names
select table_name from weir.table order by table_name

-- name: waiting
-- Rows of facts that wait for an entity, and the newest file of the dimension where that was refused.
select w.table_name as table, w.dimension, w.rows, w.since, w.runs, refused.file_name as refused_file, refused.run_id as refused_run
from (select table_name, dimension, count(*) as rows, to_char(min(since), 'YYYY-MM-DD HH24:MI:SS') as since,
             string_agg(distinct left(run_id::text, 8), ' ') as runs
      from weir.waiting group by table_name, dimension) w
left join lateral (select f.file_name, f.run_id, f.state, f.disposition from weir.file f
                   where f.table_name = w.dimension order by f.seen_on desc limit 1) refused
       on refused.state = 'failed' and refused.disposition in ('failed', 'left')
order by w.table_name, w.dimension

-- name: held
-- Files that their last try left where they are, for a person to mend what it says. Only those have such a summary ("held": of an older weir).
select f.table_name as table, f.file_name as file, f.size_bytes as size, f.mtime_ns as mtime, f.model_checksum, f.pins_sha256,
       t.pins::text as pins, (f.summary -> 'error')::text as error
from weir.file f left join weir.table t on t.table_name = f.table_name
cross join lateral (select l.run_id from weir.file l where l.table_name = f.table_name and l.file_name = f.file_name
                    order by l.seen_on desc limit 1) last
where f.run_id = any (array (select u.run_id from weir.unsettled u)) and f.state = 'failed' and last.run_id = f.run_id
order by f.table_name, f.file_name

-- name: guarded
-- Files that wait for `weir approve` or `weir discard`. One that lies where it was is forgotten when a file of its name came again.
select f.run_id as run, f.table_name as table, f.file_name as file, f.place, to_char(f.updated_on, 'YYYY-MM-DD HH24:MI:SS') as since,
       (f.summary -> 'held')::text as held, (f.summary -> 'error')::text as error, later.file_name as overtaken_by
from weir.file f
left join weir.table t on t.table_name = f.table_name and (t.newest_ns, t.newest_key) > (f.instant_ns, f.order_key)
                          and f.summary -> 'held' ->> 'effective' is null
left join lateral (select o.file_name from weir.file o
                   where o.table_name = t.table_name and o.instant_ns = t.newest_ns and o.order_key = t.newest_key and o.state = 'applied'
                   order by o.seen_on desc limit 1) later on true
cross join lateral (select l.run_id from weir.file l where l.table_name = f.table_name and l.file_name = f.file_name
                    order by l.seen_on desc limit 1) last
where f.run_id = any (array (select u.run_id from weir.unsettled u)) and f.state = 'held' and f.disposition in ('held', 'left')
  and (f.disposition = 'held' or last.run_id = f.run_id)
order by f.seen_on

-- name: runs
-- Of one table: those that may be among its newest are found first, for the view would be read back to the last of them.
select run,
       table_name as table,
       file_name as file,
       state,
       to_char(started_on, 'YYYY-MM-DD HH24:MI:SS') as started,
       milliseconds,
       rows_read as read,
       rows_rejected as rejected,
       rows_duplicate as duplicate,
       rows_unchanged as unchanged,
       rows_inserted as inserted,
       rows_updated as updated,
       rows_waiting as waiting,
       error
from weir.runs
where :'table'::text is null
   or run = any (array (select n.run_id
                        from ((select f.run_id from weir.file f where f.table_name = :'table'::text order by f.seen_on desc limit :'limit'::bigint)
                              union all
                              select o.run_id from weir.operation o where o.table_name = :'table'::text) n))
order by started_on desc
limit :'limit'::bigint

-- name: find_last
-- No index has the runs of all tables in their order: of each table the last one.
with recursive names as (
    (select table_name from weir.file order by table_name limit 1)
    union all
    select (select f.table_name from weir.file f where f.table_name > n.table_name order by f.table_name limit 1)
    from names n where n.table_name is not null)
select l.run_id
from names n cross join lateral (select f.run_id, f.seen_on from weir.file f where f.table_name = n.table_name order by f.seen_on desc limit 1) l
order by l.seen_on desc limit 1

-- name: find_run
-- Between the first id that begins so and the last; dashes may be anywhere in between, and are looked at then.
select execution_id from weir.execution
where execution_id between rpad(replace(:'text', '-', ''), 32, '0')::uuid and rpad(replace(:'text', '-', ''), 32, 'f')::uuid
  and starts_with(execution_id::text, :'text')
order by created_on desc limit 2

-- name: find_file
-- By its name, or by the end of its place, of which the last part is its name, or (archive, failed) ends with the first digits of its run.
with recursive names as (
    (select table_name from weir.file order by table_name limit 1)
    union all
    select (select f.table_name from weir.file f where f.table_name > n.table_name order by f.table_name limit 1)
    from names n where n.table_name is not null),
said as (select regexp_replace(:'text', '^.*/', '') as name, '/' || :'text' as ending,
                substring(:'text' from '-([0-9a-f]{8})(?:[.][^/]*)?$') as digits)
select found.run_id
from (select l.run_id, l.seen_on
      from said s cross join names n
      cross join lateral (select f.run_id, f.seen_on from weir.file f
                          where f.table_name = n.table_name and f.file_name = s.name
                            and (f.file_name = :'text' or f.place = :'text' or right(f.place, length(s.ending)) = s.ending)
                          order by f.seen_on desc limit 1) l
      union all
      select f.run_id, f.seen_on
      from said s join weir.file f on f.run_id between rpad(s.digits, 32, '0')::uuid and rpad(s.digits, 32, 'f')::uuid
      where f.place = :'text' or right(f.place, length(s.ending)) = s.ending) found
order by found.seen_on desc limit 1

-- name: find_pipeline
select execution_id from weir.execution where pipeline = :'text' order by started_on desc limit 1

-- name: without_file
-- What a run is of that has no file, for messages; no row: it has one.
select case when e.pipeline is not null then 'a pipeline' when o.kind = 'rotate' then '`weir key rotate`' else '`weir ' || o.kind || '`' end
from weir.execution e left join weir.operation o on o.run_id = e.execution_id
where e.execution_id = :'run'::uuid and (e.pipeline is not null or o.kind is not null)

-- name: command
-- What a command wrote that was run as an execution; no row: the run was none.
select encode(output, 'hex') as output, output_bytes, signal from weir.command where run_id = :'run'::uuid

-- name: run
select r.run, r.table_name as table, r.file_name as file, r.state, r.status, to_char(r.started_on, 'YYYY-MM-DD HH24:MI:SS') as started,
       to_char(r.completed_on, 'YYYY-MM-DD HH24:MI:SS') as completed, r.milliseconds,
       r.rows_read as read, r.rows_rejected as rejected, r.rows_repaired as repaired, r.rows_duplicate as duplicate,
       r.rows_unchanged as unchanged, r.rows_inserted as inserted, r.rows_updated as updated, r.rows_deactivated as deactivated,
       r.rows_staged as staged, r.rows_waiting as waiting, r.rows_late as late, r.rows_corrected as corrected,
       r.rows_deleted as deleted, r.rows_absent as absent, r.rows_forgotten as forgotten,
       to_char(r.effective_on at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"') as effective, r.lines::text as lines, r.disposition, r.place,
       r.retry_of, array_to_string(r.overtook, ' ') as overtook, r.overtook_count, r.undone_by, array_to_string(r.took_back, ' ') as took_back, f.instant_ns, f.order_key, f.size_bytes as size, f.sha256, f.dialect::text as dialect, f.header, f.model_checksum, r.error,
       coalesce(f.summary, o.report)::text as summary, (f.trimmed - 'home')::text as trimmed, r.command, r.exit_status, f.declaration::text as declaration
from weir.runs r left join weir.file f on f.run_id = r.run left join weir.operation o on o.run_id = r.run
where r.run = :'run'::uuid

-- name: run_files
-- Those of these runs that the ledger knows.
select run, file_name as file, place from weir.runs where run = any (:'runs'::uuid[])

-- name: steps
select s.step_name as step, s.status, to_char(s.started_on, 'YYYY-MM-DD HH24:MI:SS') as started, s.execution_time_ms as milliseconds,
       s.rows_processed as rows, m.model_name as model, left(m.checksum, 12) as checksum, s.error, s.message
from weir.execution_step s left join weir.execution_step_model m on m.execution_step_id = s.execution_step_id
where s.execution_id = :'run'::uuid
order by s.started_on, s.step_name

-- name: secret_table
select table_name from weir.table where key ? 'fingerprint' order by table_name limit 1

-- name: rejects
-- A page of them, behind the row (line, repaired) that the page before ended with.
select line, column_name as column, reason, message, repaired, encode(original, 'escape') as original, waiting
from weir.reject
where run_id = :'run'::uuid and (line, repaired) > (:'line'::bigint, :'repaired'::boolean)
order by line, repaired
limit :'limit'::bigint
