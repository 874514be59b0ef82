-- `weir gc` (src/load/gc.h): what "retention" takes away. weir_trim is a plan of one session, in batches that are one transaction each: of about
-- 10,000 rows, or of a single run. Each statement looks once more whether what was planned is still so, for loads go on meanwhile.

-- name: lock
-- One at a time.
select pg_try_advisory_lock(hashtextextended('weir.gc', 0))

-- name: unlock
select pg_advisory_unlock(hashtextextended('weir.gc', 0))

-- name: forget_plan
drop table if exists pg_temp.weir_trim

-- name: plan
-- Periods in seconds; NULL: forever. "home": whose files they are that a gc has left behind. Runs of which rows wait, or of which a file is still to be cut (`weir forget`), are left alone, and so is
-- what is held. What is older than "ledger" cannot be taken back either: that needs the runs behind it.
create temporary table weir_trim as
with said as (
    select now() - make_interval(secs => :'archive'::bigint) as archive, now() - make_interval(secs => :'failed'::bigint) as failed,
           now() - make_interval(secs => :'rejects'::bigint) as rejects, now() - make_interval(secs => :'ledger'::bigint) as ledger,
           now() - make_interval(secs => least(:'undo'::bigint, :'ledger'::bigint)) as undo),
over as materialized (
    select f.run_id, f.table_name, f.state, f.disposition, f.place, f.trimmed, f.applied_as, f.irrevocable,
           coalesce(f.rows_rejected, 0) + coalesce(f.rows_repaired, 0) as rejects, coalesce(f.overwritten, 0) as overwritten,
           greatest(e.completed_on, u.completed_on) as ended
    from weir.file f join weir.execution e on e.execution_id = f.run_id left join weir.execution u on u.execution_id = f.undone_by
    where e.status in ('COMPLETED', 'FAILED') and f.state not in ('held', 'loading') and f.disposition <> 'held' and f.forgetting is null
      and not exists (select from weir.waiting w where w.run_id = f.run_id)),
undelivered as materialized (
    -- What these changed is known by what is kept of them.
    select distinct d.run_id from weir.delivery d where d.state in ('waiting', 'sending', 'refused')),
last as materialized (
    select n.run_id, n.of
    from weir.table t
    cross join lateral (
        (select f.run_id, 'table' as of from weir.file f where f.table_name = t.table_name order by f.seen_on desc limit 1)
        union all
        (select f.run_id, 'staging' from weir.file f where f.table_name = t.table_name and f.rows_staged is not null
         order by f.seen_on desc limit 1)) n),
files as materialized (
    select o.run_id, case when o.disposition = 'trimmed' then 'left' else 'file' end as what, o.table_name, 20 as weight, o.ended, o.place
    from over o cross join said s
    where (o.disposition = 'archived' and o.ended < s.archive
           -- Of a table that nobody has a model of, what its staging table was filled with is not in the warehouse.
           and not (o.state = 'staged' and exists (select from last l where l.run_id = o.run_id)))
       or (o.disposition = 'failed' and o.ended < s.failed)
       or (o.disposition = 'trimmed' and o.trimmed ->> 'home' = :'home')),
runs as materialized (
    -- One that was applied stays, for versions name it, and what comes again is known by it; and so does one whose file is kept.
    select o.run_id, 'run' as what, o.table_name, o.rejects + 20 as weight, o.ended, o.place
    from over o cross join said s
    where o.ended < s.ledger and o.state <> 'applied'
      and (o.disposition in ('left', 'deleted', 'retried', 'trimmed') or exists (select from files d where d.run_id = o.run_id))
      and not exists (select from last l where l.run_id = o.run_id)
      -- Of which somebody is still to be told, or may have to be: nobody has looked yet.
      and o.ended < all (select t.seen_on from weir.alert_target t)
      and not exists (select from weir.alert a left join weir.alert_message m on m.message_id = a.message_id
                      where a.run_id = o.run_id and (m.message_id is null or m.state in ('waiting', 'sending', 'refused')))),
planned as (
    select * from files
    union all
    select * from runs
    union all
    select o.run_id, 'kept', o.table_name, 20, o.ended, null
    from over o cross join said s
    where o.ended < s.ledger and o.state <> 'applied' and not exists (select from runs r where r.run_id = o.run_id)
    union all
    select o.run_id, 'rejects', o.table_name, o.rejects + 20, o.ended, null
    from over o cross join said s
    where o.ended < s.rejects and o.run_id in (select r.run_id from weir.reject r where not r.waiting)
      and not exists (select from runs r where r.run_id = o.run_id)
    union all
    select o.run_id, 'undo', o.table_name, o.overwritten + 20, o.ended, null
    from over o cross join said s
    where o.ended < s.undo and o.state = 'applied' and o.run_id not in (select u.run_id from undelivered u)
      and ((o.applied_as is not null and o.irrevocable is null) or exists (select from weir.overwritten w where w.run_id = o.run_id))
    union all
    select o.run_id, 'details', o.table_name, 20, o.ended, null
    from over o cross join said s
    where o.ended < s.ledger and o.state = 'applied' and not coalesce(o.trimmed ? 'details', false)
    union all
    -- The last success of each pipeline is what the next one is compared with.
    select e.execution_id, 'execution', '', 20, e.completed_on, null
    from weir.execution e cross join said s
    where e.pipeline is not null and e.status in ('COMPLETED', 'FAILED') and e.completed_on < s.ledger
      and e.execution_id is distinct from (select l.execution_id from weir.execution l
                                           where l.pipeline = e.pipeline and l.status = 'COMPLETED'
                                           order by l.completed_on desc, l.created_on desc limit 1)
    union all
    -- What was forgotten, and a new secret, are known by their operations for good.
    select e.execution_id, 'execution', '', 20, e.completed_on, null
    from weir.operation o join weir.execution e on e.execution_id = o.run_id cross join said s
    where o.kind in ('undo', 'rebuild') and e.completed_on < s.ledger and o.run_id not in (select u.run_id from undelivered u)
      and not exists (select from weir.file f where f.run_id = any (o.runs) and f.undone_by = o.run_id
                                                and not exists (select from runs r where r.run_id = f.run_id))
    union all
    -- Incidents that are over. The last one of each kind is what the next file of its table is compared with (schedule.sql), and of the last week
    -- people may still have to be told (alerts.sql).
    select i.id, 'incident', '', 20, i.closed_on, null
    from weir.incident i cross join said s
    where i.closed_on < least(s.ledger, now() - interval '7 days')
      and exists (select from weir.incident l where l.kind = i.kind and l."table" = i."table" and l.ended > i.ended)
      and not exists (select from weir.alert a left join weir.alert_message m on m.message_id = a.message_id
                      where a.cause = 'incident:' || i.id and (m.message_id is null or m.state in ('waiting', 'sending', 'refused'))))
select what, table_name, run_id, place, weight - 20 as rows, ended,
       (sum(weight) over (partition by what, table_name order by ended, run_id) / 10000)::bigint as batch
from planned

-- name: plan_index
create index on pg_temp.weir_trim (table_name, what, batch)

-- name: plan_runs
create index on pg_temp.weir_trim (run_id)

-- name: plan_analyze
-- Nobody else does it for a temporary table.
analyze pg_temp.weir_trim

-- name: batches
-- In the order in which they are worked off: a file goes before its run, and a run before what has taken it back, which is of no table.
select table_name, what, batch
from pg_temp.weir_trim
where what <> 'kept'
group by table_name, what, batch
order by table_name = '', table_name, array_position(array['left', 'file', 'rejects', 'undo', 'details', 'run', 'execution', 'incident'], what), batch

-- name: count
-- What is planned, in runs, and in rows of what is said to go.
select what, count(*),
       case what when 'rejects' then (select count(*) from weir.reject r
                                      where not r.waiting and r.run_id in (select p.run_id from pg_temp.weir_trim p where p.what = 'rejects'))
                 when 'undo' then (select count(*) from weir.overwritten w
                                   where w.run_id in (select p.run_id from pg_temp.weir_trim p where p.what = 'undo')) end
from pg_temp.weir_trim group by what

-- name: batch
select run_id, place from pg_temp.weir_trim
where what = :'what' and table_name = :'table' and batch = :'batch'::bigint

-- name: unplan
-- Files that are not to be removed, and so their runs.
delete from pg_temp.weir_trim where what in ('file', 'run') and run_id = any (:'runs'::uuid[])

-- name: unmakeable
-- Tables of which files go that they were made from.
select string_agg(distinct f.table_name, ', ' order by f.table_name)
from pg_temp.weir_trim p join weir.file f on f.run_id = p.run_id
where p.what = 'file' and f.state = 'applied' and exists (select from weir.table t where t.table_name = f.table_name)

-- name: mark_files
-- Before they are removed: the ledger never says of a file that is gone that it is there. Its place stays, for who has it in a backup.
-- One that was moved since is another: a run that was taken back meanwhile has its file in failed/, and begins to age there.
update weir.file f
set disposition = 'trimmed', trimmed = coalesce(f.trimmed, '{}') || jsonb_build_object('file', null, 'home', :'home'::text),
    updated_on = clock_timestamp()
from pg_temp.weir_trim p
where f.run_id = any (:'runs'::uuid[]) and p.run_id = f.run_id and p.what = 'file' and p.place = f.place and f.disposition in ('archived', 'failed') and f.state not in ('held', 'loading') and f.forgetting is null
returning f.run_id, f.place

-- name: note_files
update weir.file f
set trimmed = f.trimmed - 'home' || jsonb_build_object('file', to_jsonb(clock_timestamp())), updated_on = clock_timestamp()
where f.run_id = any (:'runs'::uuid[]) and f.disposition = 'trimmed'

-- name: ended
-- The runs of a batch that are still over, so that nobody begins one again meanwhile. Whom a run has taken back may have stayed after all, with its file.
with due as (
    select e.execution_id
    from pg_temp.weir_trim p join weir.execution e on e.execution_id = p.run_id
    where p.what = :'what' and p.table_name = :'table' and p.batch = :'batch'::bigint and e.status in ('COMPLETED', 'FAILED')
      and not exists (select from weir.operation o join weir.file f on f.run_id = any (o.runs)
                      where p.what = 'execution' and o.run_id = p.run_id and f.undone_by = o.run_id)
    order by e.execution_id
    for update of e skip locked)
select count(*), coalesce(array_agg(execution_id), '{}')::text from due

-- name: incidents
-- One that is over stays so.
with gone as (
    delete from weir.incident i using pg_temp.weir_trim p
    where p.what = 'incident' and p.batch = :'batch'::bigint and i.id = p.run_id and i.closed_on is not null
    returning 1)
select count(*) from gone

-- name: rejects
with gone as (
    delete from weir.reject r where r.run_id = any (:'runs'::uuid[]) and not r.waiting
    returning r.run_id, r.reason),
noted as (
    update weir.file f
    set trimmed = coalesce(f.trimmed, '{}') || jsonb_build_object('rejects', to_jsonb(clock_timestamp())),
        overtaken = f.overtaken or exists (select from gone g where g.run_id = f.run_id and g.reason = 'overtaken')
    where f.run_id = any (:'runs'::uuid[]))
select count(*) from gone

-- name: undo
with gone as (delete from weir.overwritten o where o.run_id = any (:'runs'::uuid[]) returning 1),
unsaid as (delete from weir.unsaid u where u.by_run = any (:'runs'::uuid[])),
noted as (
    update weir.file f
    set trimmed = coalesce(f.trimmed, '{}') || jsonb_build_object('undo', to_jsonb(clock_timestamp())), overwritten = 0,
        irrevocable = 'it is older than "retention" in weir.json keeps'
    where f.run_id = any (:'runs'::uuid[]))
select count(*) from gone

-- name: step_models
delete from weir.execution_step_model m using weir.execution_step s
where s.execution_step_id = m.execution_step_id and s.execution_id = any (:'runs'::uuid[])

-- name: steps
delete from weir.execution_step s where s.execution_id = any (:'runs'::uuid[])

-- name: details
-- Of the summary only stays what its file is compared with.
update weir.file f
set trimmed = coalesce(f.trimmed, '{}') || jsonb_build_object('details', to_jsonb(clock_timestamp())),
    summary = case when f.summary ? 'changed_after' then jsonb_build_object('changed_after', f.summary -> 'changed_after') end
where f.run_id = any (:'runs'::uuid[])

-- name: gone_runs
-- Those of which the file, too, is gone by now.
select coalesce(array_agg(f.run_id), '{}')::text
from weir.file f
where f.run_id = any (:'runs'::uuid[]) and f.state <> 'applied'
  and (f.disposition in ('left', 'deleted', 'retried') or (f.disposition = 'trimmed' and f.trimmed ->> 'file' is not null))

-- name: run_rejects
delete from weir.reject where run_id = any (:'runs'::uuid[])

-- name: run_files
delete from weir.file where run_id = any (:'runs'::uuid[])

-- name: operations
delete from weir.operation where run_id = any (:'runs'::uuid[])

-- name: commands
delete from weir.command where run_id = any (:'runs'::uuid[])

-- name: executions
with gone as (delete from weir.execution where execution_id = any (:'runs'::uuid[]) returning 1) select count(*) from gone
