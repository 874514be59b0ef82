-- What `weir undo` takes back of a run (pipeline/warehouse/undo.h), in one transaction with the table's lock. "mine": which rows of the table, w,
-- the run has opened or closed; "opened": which it has opened. The id of a row without a key is its hash.

-- name: run
select f.table_name, f.file_name, f.state, f.disposition, f.place, f.applied_as, f.irrevocable, f.overwritten,
       (select count(*) from weir.overwritten o where o.run_id = f.run_id), left(f.undone_by::text, 8)
from weir.file f where f.run_id = :'run'::uuid

-- name: begin
create temporary table weir_touched (id uuid primary key) on commit drop

-- name: forget_touched
delete from weir_touched

-- name: touch
-- The entities that the run has said something of which lasts: also where a later run has overwritten that.
insert into weir_touched
select w.:"id" from :"schema".:"table" w where :mine
union
select o.id from weir.overwritten o where o.run_id = :'run'::uuid
union
select u.id from weir.observed o cross join lateral unnest(o.ids) u (id) where o.table_name = :'table' and o.run_id = :'run'::uuid
union
select u.id from weir.unsaid o cross join lateral unnest(o.ids) u (id) where o.by_run = :'run'::uuid
union
select coalesce(w.id, w.hash) from weir.waiting w where w.run_id = :'run'::uuid
union
select o.id
from weir.file f join weir.file l on l.table_name = f.table_name and l.state = 'applied' and l.applied_as > f.applied_as
join weir.overwritten o on o.run_id = l.run_id
where f.run_id = :'run'::uuid
  and :'run'::text in (o.cells ->> 'opened_by', o.cells ->> 'closed_by', o.cells ->> 'loaded_by')

-- name: built
-- The runs that came later and said something of these entities. What an undated file has only said again nobody keeps: of one with such rows
-- any may be meant, and then no entity is counted. So it is with full exports: a later one may lack whom the run has closed, and of whoever
-- comes with something from before, rows may end where the run's file lacks them. Files that were taken for the run's own once more say the
-- same, too.
with later as materialized (
    select l.*, f.effective_on as own_effective, coalesce(f.rows_deleted + f.rows_absent, 0) > 0 as own_closed,
           exists (select from weir.export x where x.run_id = l.run_id) as whole,
           exists (select from weir.export x where x.run_id = f.run_id and x.dated and x.at >= coalesce(l.effective_on, x.at)) as ends
    from weir.file f join weir.file l on l.table_name = f.table_name and l.state = 'applied' and l.applied_as > f.applied_as
    where f.run_id = :'run'::uuid),
said as materialized (
    :written
    select o.id, o.run_id from later l join weir.overwritten o on o.run_id = l.run_id join weir_touched t on t.id = o.id
    union
    select t.id, o.run_id
    from later l join weir.observed o on o.table_name = :'table' and o.run_id = l.run_id
    cross join lateral unnest(o.ids) u (id) join weir_touched t on t.id = u.id
    union
    select t.id, w.run_id from weir.waiting w join weir_touched t on t.id = coalesce(w.id, w.hash) where w.table_name = :'table'),
built as (
    select l.run_id, l.file_name, count(s.id) as entities, (array_agg(s.id order by s.id))[1:3] as sample
    from later l left join said s on s.run_id = l.run_id
    group by l.run_id, l.file_name, l.rows_unchanged, l.rows_late, l.observes, l.effective_on, l.own_effective, l.own_closed, l.whole, l.ends
    having count(s.id) > 0
        or (exists (select from weir_touched) and (l.rows_unchanged > 0 or (:late and l.rows_late > 0))
            and not (l.observes and l.effective_on is not null and l.effective_on is distinct from l.own_effective))
        or (l.own_closed and l.whole) or l.ends
    union all
    select d.run_id, d.file_name, 0, null
    from weir.file f join weir.file d on d.table_name = f.table_name and d.state = 'duplicate' and d.sha256 = f.sha256
    join weir.execution o on o.execution_id = f.run_id join weir.execution e on e.execution_id = d.run_id
    where f.run_id = :'run'::uuid and e.completed_on > o.completed_on)
select b.run_id, b.file_name, b.entities,
       (select json_agg(k.key order by k.key) from (select distinct :shown as key from :"schema".:"table" w where w.:"id" = any (b.sample)) k)::text
from built b join weir.execution e on e.execution_id = b.run_id
order by e.completed_on desc

-- name: written_versions
select t.id, b.run_id
from weir_touched t join :"schema".:"table" w on w.:"id" = t.id cross join lateral (values (w.opened_by), (w.closed_by)) b (run_id)
where b.run_id is not null
union

-- name: written_rows
select t.id, w.loaded_by as run_id from weir_touched t join :"schema".:"table" w on w.:"id" = t.id
union

-- name: remove_overwritten
-- What stands where something else was before, or nothing; of the latter how many.
with gone as (
    delete from :"schema".:"table" w using weir.overwritten o where o.run_id = :'run'::uuid and w.:"id" = o.id and :same
    returning o.cells)
select count(*) from gone where cells is null

-- name: remove_opened
delete from :"schema".:"table" w where :opened

-- name: remove_inferred
-- Who is again was a placeholder meanwhile.
delete from :"schema".:"table" w using weir.overwritten o
where o.run_id = :'run'::uuid and o.cells is not null and w.:"id" = o.id and w.:"is_inferred"

-- name: restore
insert into :"schema".:"table" (:columns) select :values from weir.overwritten w where w.run_id = :'run'::uuid and w.cells is not null

-- name: reopen
update :"schema".:"table" w set :"valid_to" = :open_end, :"is_current" = true, closed_by = null where w.closed_by = :'run'::uuid

-- name: renumber
-- The rows of each hash are 1 to n again. Out of the way first, for the index takes no two, not even for a moment.
update :"schema".:"table" w
set occurrence = - n.n
from (select row_hash, occurrence, row_number() over (partition by row_hash order by occurrence) as n
      from :"schema".:"table" where row_hash in (select id from weir_touched)) n
where w.row_hash = n.row_hash and w.occurrence = n.occurrence and n.n <> n.occurrence

-- name: renumber_end
update :"schema".:"table" set occurrence = - occurrence where occurrence < 0

-- name: forget_overwritten
delete from weir.overwritten where run_id = :'run'::uuid

-- name: forget_observed
delete from weir.observed where table_name = :'table' and run_id = :'run'::uuid

-- name: say_again
-- What it has said otherwise of.
with gone as (delete from weir.unsaid where by_run = :'run'::uuid returning *)
insert into weir.observed (table_name, run_id, part, at, said, had, ids)
select table_name, run_id, part, at, said, had, ids from gone

-- name: forget_export
delete from weir.export where table_name = :'table' and run_id = :'run'::uuid

-- name: forget_waiting
delete from weir.waiting where run_id = :'run'::uuid

-- name: forget_originals
delete from weir.reject where run_id = :'run'::uuid and waiting

-- name: mark
update weir.file
set state = 'undone', undone_by = :'by'::uuid, updated_on = clock_timestamp()
where run_id = :'run'::uuid and state in ('applied', 'duplicate')

-- name: referring
-- Rows of a fact that refer to whom nobody is any more; or did, before others overwrote them, and may again.
select count(*), count(distinct n.id), string_agg(distinct left(n.by::text, 8), ' ')
from (:naming) n join weir_touched t on t.id = n.id
where not exists (select from :"schema".:"table" w where w.:"id" = t.id)

-- name: placeholders_others
-- Placeholders that a fact's run has made, and rows of another one refer to as well: that one would have made them.
update :"schema".:"dimension" w set opened_by = n.by
from (select n.id, min(n.by::text)::uuid as by from (:naming) n where n.by <> :'run'::uuid group by n.id) n
where n.id = w.:"dimension_id" and w.opened_by = :'run'::uuid and w.:"is_inferred"

-- name: placeholders
-- The others go; nobody knew of them.
delete from :"schema".:"dimension" w where w.opened_by = :'run'::uuid and w.:"is_inferred"

-- name: filled_others
-- The same of those that were filled, if the other one came before the file that did.
update weir.overwritten o set cells = jsonb_set(o.cells, '{opened_by}', to_jsonb(n.by::text))
from (select distinct n.id, n.by from (:naming) n where n.by <> :'run'::uuid) n
join weir.execution b on b.execution_id = n.by, weir.execution f
where o.table_name = :'dimension' and o.cells ->> 'opened_by' = :'run'::text and (o.cells ->> :'is_inferred'::text)::boolean
  and o.id = n.id and f.execution_id = o.run_id and b.completed_on < f.completed_on

-- name: placeholders_filled
-- Whoever has filled one that nobody else would have made brought the entity himself: its first version begins with his file.
with filled as (
    select o.run_id, o.id, :since::timestamptz as since
    from weir.overwritten o join weir.execution e on e.execution_id = o.run_id join weir.file f using (run_id)
    where o.table_name = :'dimension' and o.cells ->> 'opened_by' = :'run'::text and (o.cells ->> :'is_inferred'::text)::boolean),
moved as (
    update :"schema".:"dimension" w set :"valid_from" = d.since
    from filled d
    where w.:"dimension_id" = d.id and w.:"valid_from" = '-infinity' and not w.:"is_inferred")
update weir.overwritten o
set began = d.since,
    cells = case when o.run_id <> d.run_id then jsonb_set(o.cells, array[:'valid_from'::text], to_jsonb(d.since::text)) end
from filled d
where o.table_name = :'dimension' and o.id = d.id and o.began = '-infinity'

-- name: put_back
-- What the ledger says of the table is what the file before has left. The last instant stays, for no instant is given twice.
with applied as materialized (
    select f.*, e.completed_on
    from weir.file f join weir.execution e on e.execution_id = f.run_id
    where f.table_name = :'table' and f.state = 'applied' and f.pins_sha256 is not null),
last as (select * from applied order by applied_as desc nulls last, completed_on desc limit 1),
newest as (select * from applied where instant_ns is not null order by instant_ns desc, order_key desc limit 1)
update weir.table t
set last_run = l.run_id, last_sha256 = l.sha256, last_size = l.size_bytes, last_model_checksum = l.model_checksum,
    last_pins_sha256 = l.pins_sha256, last_had_rejects = coalesce(l.rows_rejected > 0 or l.effective_on is not null, false),
    newest_ns = n.instant_ns, newest_key = n.order_key,
    newest_effective = case when exists (select from applied where observes and effective_on is null) then t.newest_effective
                            else (select max(effective_on) from applied) end,
    files_applied = (select count(*) from applied), updated_on = clock_timestamp(),
    waiting = (select count(*) from weir.waiting w where w.table_name = t.table_name)
from (select 1) one left join last l on true left join newest n on true
where t.table_name = :'table'

-- name: overtaken
-- Whether files stay that come behind the run's in the order of their table.
select exists (select from weir.file f join weir.file l on l.table_name = f.table_name and l.state = 'applied'
               where f.run_id = :'run'::uuid and (l.instant_ns, l.order_key) > (f.instant_ns, f.order_key))

-- name: operation_run
insert into weir.execution (execution_id, status, created_on, started_on, heartbeat_on, completed_on, execution_time_ms)
values (:'run'::uuid, 'COMPLETED', now(), now(), clock_timestamp(), clock_timestamp(), extract(epoch from clock_timestamp() - now()) * 1000)

-- name: operation
insert into weir.operation (run_id, table_name, kind, subject, runs, report)
values (:'run'::uuid, :'table', :'kind', :'subject', :'runs'::uuid[], :'report'::jsonb)
