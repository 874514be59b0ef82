-- Keys that a file says are gone, and full exports (pipeline/warehouse/gone.h).

-- name: table
-- Whom the file has no row for that goes on. why: "deleted", by a row of it; "rejected", so that nothing is known of it; "absent".
create temporary table if not exists weir_gone (_line bigint, _id uuid not null, at timestamptz, why text not null) on commit drop

-- name: take
with taken as (delete from :"staging".:"build" s where :deleting returning s._line, s._id, :at as at)
insert into weir_gone select _line, _id, at, 'deleted' from taken

-- name: unknown
-- Of whom a full export has a row that says when it was gone, and the rows have times of their own: nothing is known of the file's own time.
insert into weir_gone select null, _id, null, 'rejected' from weir_gone where why = 'deleted'

-- name: settle
-- And whether a later one of its kind was applied.
select i.at::text, exists (select from weir.export x where x.table_name = :'table' and x.dated and x.at > i.at)
from (select greatest(:'absent'::timestamptz, (select max(:at) from :"staging".:"build" s)) as at) i

-- name: unknown_keys
-- Of a file that has keys alone: those of which no row holds.
insert into weir_gone
select s._line, s._id, null, 'rejected'
from :"staging".:"build" s
where not exists (select from :"schema".:"table" w where w.:"id" = s._id and :then)

-- name: count_lacking
select count(*) from :"schema".:"table" w
where :then :within and not exists (select from :"staging".:"build" s where s._id = w.:"id")

-- name: rejected
-- Rejects of LOAD.
insert into weir_gone select null, i, null, 'rejected' from unnest(:'ids'::uuid[]) i

-- name: refused
-- Rejects that SQL finds, before they are taken out of staging.
insert into weir_gone
select null, s._id, null, 'rejected' from :"staging".:"build" s join weir_refused r on r._line = s._line

-- name: analyze
-- Or the server thinks that each id is there many times, and sorts both sides.
analyze :"staging".:"build" (_id)

-- name: absent
-- A statement that does not write is worked on by several processes.
create temporary table weir_absent on commit drop as
select w.:"id" as _id
from :"schema".:"table" w
where :then :within and not exists (select from :"staging".:"build" s where s._id = w.:"id") :lacking

-- name: add_absent
insert into weir_gone
select null, a._id, :absent_at, 'absent' from weir_absent a where not exists (select from weir_gone g where g._id = a._id) :seen

-- name: count
-- The keys that hold then: all in question, and those that rows say are gone.
select count(*) from :"schema".:"table" w
where :then and ((true :within) or exists (select from weir_gone g where g._id = w.:"id" and g.why = 'deleted'))

-- name: count_deleted
-- Those of them that rows say are gone, be it with several times: each is looked for by itself, whatever the server takes for likely.
select count(distinct g._id) from weir_gone g
where g.why = 'deleted' and exists (select from :"schema".:"table" w where w.:"id" = g._id and :then offset 0)

-- name: sample
select g._id
from weir_gone g
where g.why <> 'rejected' and exists (select from :"schema".:"table" w where w.:"id" = g._id and :then offset 0)
limit 5

-- name: close
with closed as (
    update :"schema".:"table" w
    set :"valid_to" = :'instant'::timestamptz, :"is_current" = false, closed_by = :'run'::uuid
    from weir_gone g
    where w.:"id" = g._id and w.:"is_current" and g.why <> 'rejected' :brought
    returning g.why)
select count(*) filter (where why = 'deleted'), count(*) filter (where why = 'absent') from closed

-- name: refuse_overtaken
-- As table/refuse_overtaken.
insert into weir_refused
select g._line, :'column', 'overtaken', :'message'
from weir_gone g join :"schema".:"table" w on w.:"id" = g._id and w.:"is_current" :brought
where g.why = 'deleted'

-- name: forget_refused
delete from weir_gone g using weir_refused r where g._line = r._line

-- name: unsay
-- A full export says something of every key, but for those of its rejects: what was said at its very instant before is not so.
-- Where rows have times of their own, what they said stays, for that is so since then.
with old as (
    delete from weir.observed
    where table_name = :'table' and at = :'instant'::timestamptz and (not :by_row or said in ('there', 'nothing')) returning *),
each as (
    select o.*, i as id, exists (select from weir_gone g where g._id = i and g.why = 'rejected') as stays
    from old o cross join unnest(o.ids) i),
kept as (
    insert into weir.unsaid (by_run, table_name, run_id, part, at, said, had, ids)
    select :'run'::uuid, o.table_name, o.run_id, o.part, o.at, o.said, o.had, array_agg(o.id) from each o where not o.stays group by 2, 3, 4, 5, 6, 7)
insert into weir.observed (table_name, run_id, part, at, said, had, ids)
select o.table_name, o.run_id, o.part, o.at, o.said, o.had, array_agg(o.id)
from each o where o.stays
group by 1, 2, 3, 4, 5, 6

-- name: newest
-- Of rows that each say since when they are true.
update weir.table set newest_effective = greatest(newest_effective, (select max(at) from weir_gone)) where table_name = :'table'

-- name: said
-- For whoever comes with something from before. Of a reject nothing is known; if it is one of a second export of that instant, what the
-- first one said is so still.
insert into weir.observed (table_name, run_id, part, at, said, ids)
select :'table', :'run'::uuid, right(g._id::text, 3), coalesce(g.at, :'instant'::timestamptz),
       case when g.why = 'rejected' then 'nothing' else 'gone' end, array_agg(g._id)
from weir_gone g
where g.why = 'deleted'
   or (g.why = 'rejected' and :'whole'::boolean
       and not exists (select from weir.export x where x.table_name = :'table' and x.at = :'instant'::timestamptz and x.dated))
group by 3, 4, 5

-- name: there
-- Whom a full export has, whose rows have times of their own.
insert into weir.observed (table_name, run_id, part, at, said, ids)
select :'table', :'run'::uuid, right(s._id::text, 3), :'instant'::timestamptz, 'there', array_agg(distinct s._id)
from :"staging".:"build" s
where not exists (select from weir_gone g where g._id = s._id)
group by 3

-- name: last_export
-- Of one instant the one that came last.
select x.rows, x.ended from weir.export x left join weir.file f using (run_id)
where x.table_name = :'table' and x.at <= :'instant'::timestamptz
order by x.at desc, f.applied_as desc nulls last limit 1

-- name: export
insert into weir.export (table_name, at, run_id, rows, ended, dated)
values (:'table', :'instant'::timestamptz, :'run'::uuid, :'rows'::bigint, :'ended'::boolean, :'dated'::boolean)

-- name: export_within
-- Of a file that is complete within its values of some columns: these, if it has a time, for whoever comes with something from before.
insert into weir.export (table_name, at, run_id, rows, ended, dated, within, within_values)
values (:'table', :'instant'::timestamptz, :'run'::uuid, :'rows'::bigint, :'ended'::boolean, :'dated'::boolean, :names,
        case when :'dated'::boolean then (select array_agg(distinct row(:columns)::text)
                                          from :"staging".:"build" s where row(:columns) is not null) end)

-- name: approved
-- Whether a person has let these very bytes pass.
select approved = :'sha' from weir.file where run_id = :'run'::uuid
