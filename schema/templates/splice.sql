-- Rows that find their places in history (pipeline/warehouse/splice.h). Every join is by the id; entities without news are not touched.

-- name: news
-- The staged rows that say something else than the current version, or of another time; "at?" is since when.
create temporary table weir_news on commit drop as
select s.*, :at as "at?", false as "gone?"
from (select * from :"staging".:"build" :limit) s left join :"schema".:"table" w on w.:"id" = s._id and w.:"is_current"
where w.row_hash is distinct from s._hash or :moved

-- name: gone
-- And the keys that it says are gone, where they held, or where a row of the file says something new of them, too.
insert into weir_news (_line, _id, "at?", "gone?")
select g._line, g._id, g.at, true
from weir_gone g
where g.why = 'absent'
   or (g.why = 'deleted'
       and exists (select from :"schema".:"table" w
                   where w.:"id" = g._id and w.:"valid_from" <= g.at
                     and (w.:"valid_to" is not distinct from :open_end or g.at < w.:"valid_to") :brought offset 0))
union
select g._line, g._id, g.at, true from weir_gone g where g.why = 'deleted' and exists (select from weir_news n where n._id = g._id)

-- name: stays
-- Of splice/events: whether a version, w, ends there, whatever a row says of it.
and not exists (
    select from weir_news n
    where n._id = w.:"id" and not n."gone?" and n."at?" >= w.:"valid_from" and n."at?" < w.:"valid_to"
      and exists (select from weir.export x where x.table_name = :own_table and x.at = w.:"valid_to" and x.dated and x.within = :names)
      and not exists (select from weir.export x where x.table_name = :own_table and x.at = w.:"valid_to" and x.dated and :covered)
      and not exists (select from weir.observed r
                      where r.table_name = :own_table and r.part = right(n._id::text, 3) and n._id = any (r.ids)
                        and ((r.said = 'again' and r.at > n."at?" and r.at < w.:"valid_to") or (r.said = 'gone' and r.at = w.:"valid_to"))))

-- name: analyze_news
-- What the server does not know it takes for a thousand rows and more, and reads the large table whole.
analyze weir_news

-- name: refresh
-- As in table/kept: where a different hash was a wrong suspicion of the version that a row falls into; of several such rows, the first.
with suspected as materialized (
    select distinct on (d._id, w."begun?") d.*, w."begun?"
    from weir_news d cross join lateral (
        select w.:"valid_from" as "begun?" from :"schema".:"table" w
        where w.:"id" = d._id and w.:"valid_from" <= d."at?" and (w.:"valid_to" is not distinct from :open_end or d."at?" < w.:"valid_to")
          and not (:distinct) and not (:unlike) and w.row_hash is distinct from :refreshed :each) w
    where not d."gone?"
    order by d._id, w."begun?", d."at?")
:unfilled
update :"schema".:"table" w
set row_hash = :refreshed :filled
from suspected d
where w.:"id" = d._id and w.:"valid_from" = d."begun?"

-- name: unfilled
-- Of splice/refresh: rows that get values in place, as they were.
, unfilled as (
    insert into weir.overwritten (table_name, run_id, id, began, cells)
    select distinct on (w.:"id", w.:"valid_from") :own_table, :own_run, w.:"id", w.:"valid_from", :image
    from suspected d join :"schema".:"table" w on w.:"id" = d._id and w.:"valid_from" = d."begun?")

-- name: events
-- All that is known of these entities, by time. "kind?" 0: nothing holds from here on; 1: a row said again what held, or that nothing does; 2: a version
-- begins; 3: a row, or a key that is gone, of which nothing "holds?". Of what was said only the next behind each row matters, for up to there
-- the row holds; and a full export before that, which then did not have the key.
create temporary table weir_events on commit drop as
with known as (
    select w.*, lead(w.:"valid_from") over (partition by w.:"id" order by w.:"valid_from") as "next?",
           lag(w.:"valid_to") over (partition by w.:"id" order by w.:"valid_from") as "ended?"
    from (select distinct _id from weir_news) n
    cross join lateral (select * from :"schema".:"table" w where w.:"id" = n._id :each) w),
said as (
    select n._id, n."at?", n."gone?", o.at, o.said, o.at > n."at?" as "next?"
    from weir_news n cross join lateral (
        (select o.at, o.said from weir.observed o
         where o.table_name = :'table' and o.part = right(n._id::text, 3) and o.at = n."at?" and o.said = 'again' and n._id = any (o.ids)
         limit 1)
        union all
        (select o.at, o.said from weir.observed o
         where o.table_name = :'table' and o.part = right(n._id::text, 3) and o.at > n."at?" and o.said not in ('nothing', 'there') and n._id = any (o.ids)
         order by o.at limit 1)) o),
lacking as (
    select n._id, x.at
    from weir_news n left join said o on o._id = n._id and o."at?" = n."at?" and o."next?"
    cross join lateral (
        select x.at from weir.export x
        where x.table_name = :'table' and x.dated and x.at > n."at?" and (o.at is null or x.at < o.at)
          and not exists (select from weir.observed r where r.table_name = :'table' and r.part = right(n._id::text, 3) and r.at = x.at
                          and r.said in ('nothing', 'there') and n._id = any (r.ids))
          and :counted and :covered
          and not exists (select from :"schema".:"table" w
                          where w.:"id" = n._id and w.:"valid_from" > n."at?" and w.:"valid_from" <= x.at offset 0)
        order by x.at limit 1) x
    where not n."gone?")
select w.:"id" as "id?", coalesce(case when w.:"valid_from" = '-infinity' then :first_at end, w.:"valid_from") as "at?",
       2 as "kind?", true as "holds?", null::bigint as "line?", :data_w w.row_hash as "hash?", w.opened_by as "by?",
       w.:"valid_from" as "begun?", :weak as "there?"
from known w
union all
select w.:"id", w.:"valid_to", 0, false, null, :data_none null, null, null, false
from known w where w.:"valid_to" is distinct from :open_end and w."next?" is distinct from w.:"valid_to" :stays
union all
select w.:"id", o.at, 1, true, null, :data_o w.row_hash, :'run'::uuid, null, false
from (select distinct _id, at from said where said = 'again') o
join known w on w.:"id" = o._id and w.:"valid_from" <= o.at and (w.:"valid_to" is not distinct from :open_end or o.at < w.:"valid_to")
union all
select o._id, o.at, o.kind, false, null, :data_none null, null, null, false
from (select _id, at, 1 as kind from said where said = 'gone' union select _id, at, 0 from lacking) o
union all
select d._id, d."at?", 3, not d."gone?", d._line, :data_d :hash, :'run'::uuid, null, false
from weir_news d
left join known c on c.:"id" = d._id and c.:"valid_from" <= d."at?" and (c.:"valid_to" is not distinct from :open_end or d."at?" < c.:"valid_to")

-- name: there
-- An export has an entity: whatever it is, at the file's time it is there.
insert into weir_events
select distinct on (n._id) n._id, :absent_at, 3, true, n._line, :data_none null, :'run'::uuid, null, true
from weir_news n
where not n."gone?" and not exists (select from weir_gone g where g._id = n._id)
  and not exists (select from weir.observed r where r.table_name = :'table' and r.part = right(n._id::text, 3) and r.at = :absent_at
                  and r.said = 'gone' and n._id = any (r.ids))
order by n._id, n."at?" desc

-- name: lacked
-- Exports that lack an entity, from before anybody had seen it up to now: this one has it, so that they count from now on.
insert into weir_events
select n._id, x.at, 0, false, null, :data_none null, null, null, false
from (select distinct w._id from weir_news w where not w."gone?" and not exists (select from weir_gone g where g._id = w._id)) n
cross join lateral (
    select o.at from weir.observed o
    where o.table_name = :'table' and o.part = right(n._id::text, 3) and o.said = 'there' and n._id = any (o.ids)
    order by o.at limit 1) o
join weir.export x on x.table_name = :'table' and x.dated and x.at > :absent_at and x.at < o.at
where not exists (select from weir.observed r
                  where r.table_name = :'table' and r.part = right(n._id::text, 3) and r.at = x.at and n._id = any (r.ids))

-- name: there_behind
-- Behind each gap the next export that has the entity.
insert into weir_events
select o."id?", o.at, 1, true, null, :data_none null, :'run'::uuid, null, true
from (select distinct e."id?", o.at
      from weir_events e cross join lateral (
          select o.at from weir.observed o
          where o.table_name = :'table' and o.part = right(e."id?"::text, 3) and o.at > e."at?" and o.said = 'there'
            and e."id?" = any (o.ids)
          order by o.at limit 1) o
      where not e."holds?") o
where not exists (select from weir.observed r where r.table_name = :'table' and r.part = right(o."id?"::text, 3) and r.at = o.at
                  and r.said = 'gone' and o."id?" = any (r.ids))
  and not exists (select from weir_events e where e."id?" = o."id?" and e."at?" = o.at and e."there?")

-- name: lacked_behind
-- Behind each such word the next export that lacks it.
insert into weir_events
select x."id?", x.at, 0, false, null, :data_none null, null, null, false
from (select distinct e."id?", x.at
      from weir_events e cross join lateral (
          select x.at from weir.export x
          where x.table_name = :'table' and x.dated and x.at > e."at?"
            and not exists (select from weir.observed r
                            where r.table_name = :'table' and r.part = right(e."id?"::text, 3) and r.at = x.at and e."id?" = any (r.ids))
          order by x.at limit 1) x
      where e."there?") x
where not exists (select from weir_events e where e."id?" = x."id?" and e."at?" = x.at)

-- name: said_behind
-- Behind each of both, what a row has said next without opening a version: there it may open one now.
insert into weir_events
select o."id?", o.at, 1, o.said = 'again', null, :data_o w.row_hash, :'run'::uuid, null, false
from (select distinct e."id?", o.at, o.said
      from weir_events e cross join lateral (
          select o.at, o.said from weir.observed o
          where o.table_name = :'table' and o.part = right(e."id?"::text, 3) and o.at > e."at?" and o.said in ('again', 'gone')
            and e."id?" = any (o.ids)
          order by o.at limit 1) o
      where not e."holds?" or e."there?") o
left join lateral (
    select * from :"schema".:"table" w
    where w.:"id" = o."id?" and w.:"valid_from" <= o.at and (w.:"valid_to" is not distinct from :open_end or o.at < w.:"valid_to")
    offset 0) w on true
where (o.said = 'gone' or w.:"id" is not null)
  and not exists (select from weir_events e where e."id?" = o."id?" and e."at?" = o.at and e."kind?" = 1 and not e."there?")

-- name: settle_there
-- Such a word counts where nothing holds before it, or another export of the instant has ended it, nothing stronger was said of the instant,
-- and it is known what the entity is. The others are no events any more.
with one as (
    select distinct on ("id?", "at?") e.ctid as "row?", e."id?", e."at?", e."there?", e."holds?",
           bool_or(e."kind?" = 0) over (partition by "id?", "at?") as "ends?"
    from weir_events e order by "id?", "at?", (not "there?" and "kind?" > 0) desc, "kind?" desc),
placed as (
    select o.*, coalesce(lag(o."holds?") over t, false) as "before?", count(*) filter (where o."holds?" and not o."there?") over t as "said?"
    from one o window t as (partition by o."id?" order by o."at?"))
update weir_events e set "kind?" = -1
where e."there?"
  and not exists (select from placed p where p."row?" = e.ctid and (not p."before?" or p."ends?") and p."said?" > 0)

-- name: fill_there
-- By such a word an entity is what rows have said last.
with one as (
    select distinct on ("id?", "at?") e.ctid as "row?", e."id?", e."at?", e."there?", e."holds?" and not e."there?" as "says?"
    from weir_events e where e."kind?" >= 0 order by "id?", "at?", "kind?" desc),
placed as (
    select o.*, count(*) filter (where o."says?") over (partition by o."id?" order by o."at?") as "said?" from one o)
update weir_events e
set :assignments "hash?" = d."hash?"
from placed t join placed p on p."id?" = t."id?" and p."said?" = t."said?" and p."says?" join weir_events d on d.ctid = p."row?"
where t."there?" and e.ctid = t."row?"

-- name: analyze_events
analyze weir_events

-- name: judge
-- What becomes of each row; "erases": nothing that was said of its entity holds any more, at no time. All are joins: behind a subquery in
-- the condition, whose guessed cost is beyond measure, PostgreSQL takes any join for as good, and looks through all of "said" for each row.
create temporary table weir_judged on commit drop as
with one as (
    select distinct on ("id?", "at?") e.*, max(e."at?") filter (where e."kind?" < 3) over (partition by e."id?") as "last?"
    from weir_events e where e."kind?" >= 0 order by "id?", "at?", "kind?" desc),
placed as (
    select e.*, coalesce(lag(e."holds?") over t, false) as "before?", :differs :overturns as "differs?",
           :newest_e is distinct from lag(:newest_e) over t as "newer?",
           max(e."at?") filter (where e."kind?" > 0 and e."holds?" and not e."there?") over (partition by e."id?") as "newest?",
           min(e."at?") filter (where e."kind?" > 0 and e."holds?" and not e."there?") over (partition by e."id?") as "oldest?"
    from one e window t as (partition by e."id?" order by e."at?")),
said as (
    select e."id?", e."at?", bool_and(e."holds?" = k."holds?" and (not e."holds?" or :same)) as "same?",
           bool_or(e."holds?" and k."holds?" and :newest_e is distinct from :newest_k) as "newest_differs?",
           bool_or(e."holds?" and k."holds?" and :oldest_e is distinct from :oldest_k) as "oldest_differs?"
    from weir_events e join weir_events k on k."id?" = e."id?" and k."at?" = e."at?" and k."kind?" in (0, 1, 2)
    where e."kind?" = 3 group by 1, 2)
select p."line?" as line, p."id?" as id, coalesce(p."last?" <= p."at?", true) as top,
       coalesce(p."newest?" is null and not s."same?", false) as erases,
       case when s."same?" and ((p."at?" = p."newest?" and s."newest_differs?") or (p."at?" = p."oldest?" and s."oldest_differs?"))
                then 'corrected'
            when s."same?" then 'unchanged'
            when s."same?" is null and p."holds?" and p."before?" and not p."differs?" and p."at?" = p."newest?" and p."newer?" then 'overwritten'
            when s."same?" is null and (case when p."holds?" then p."before?" and not p."differs?" else not p."before?" end) then 'unchanged'
            when not s."same?" then 'corrected'
            when p."last?" > p."at?" then 'late'
            when not p."holds?" then 'deleted'
            when p."before?" then 'updated'
            else 'inserted' end as became
from placed p left join said s on s."id?" = p."id?" and s."at?" = p."at?"
     left join (select distinct t."line?" as line from placed t where t."kind?" = 3 and t."there?") t on t.line = p."line?"
where p."kind?" = 3 and (p."there?" or t.line is null)

-- name: refuse
-- Rows of before what is known that say something else than what holds then. They are compared with what is known alone, for a row of the
-- same file may be refused itself. A group is what is known at an instant, and the rows up to the next.
insert into weir_refused
with grouped as (
    select e.*, count(*) filter (where e."kind?" < 3) over (partition by e."id?" order by e."at?", e."kind?") as "group?",
           max(e."at?") filter (where e."kind?" < 3) over (partition by e."id?") as "last?"
    from weir_events e),
held as (
    select e."line?", e."kind?", e."at?", e."last?", e."group?", e."holds?", e."there?", first_value(e."holds?") over t as "held?",
           :differs_held :overturns as "differs?"
    from grouped e window t as (partition by e."id?", e."group?" order by e."at?", e."kind?"))
select h."line?", :'column', 'late', :'message'
from held h
where h."kind?" = 3 and h."last?" >= h."at?" and not h."there?"
  and case when h."holds?" then h."group?" = 0 or not h."held?" or h."differs?" else h."group?" > 0 and h."held?" end

-- name: forget_refused
delete from weir_events e using weir_refused r where e."line?" = r._line

-- name: count
select count(*) filter (where became = 'inserted'), count(*) filter (where became = 'updated'),
       count(*) filter (where became = 'late'), count(*) filter (where became = 'corrected'),
       count(*) filter (where became = 'deleted'), count(*) filter (where became = 'overwritten'),
       exists (select from weir_judged where erases)
from weir_judged
where line is not null and line not in (select _line from weir_refused)

-- name: sample
-- Entities of which something is known of before that the file would change.
select distinct id from weir_judged where became in ('late', 'corrected') or (line is null and became <> 'unchanged') order by 1 limit 5

-- name: count_absent
-- Keys, not rows: those that the file closes, and those of them that hold no more.
select count(*), count(*) filter (where top) from weir_judged where line is null and became <> 'unchanged'

-- name: history
-- The versions as they are to be: a value begins where it is another than before it, and ends where the next one, or nothing, begins.
create temporary table weir_history on commit drop as
with one as (
    select distinct on ("id?", "at?") e.*, bool_or(e."begun?" = '-infinity') over (partition by e."id?") as "ever?"
    from weir_events e where e."kind?" >= 0 order by "id?", "at?", "kind?" desc),
placed as (
    select e.*, case when not e."holds?" then lag(e."holds?") over t
                     else not coalesce(lag(e."holds?") over t, false) or :differs end as "opens?"
    from one e window t as (partition by e."id?" order by e."at?")),
kept as (
    select p.*, lead(p."at?") over (partition by p."id?" order by p."at?") as "end?" from placed p where p."opens?"),
numbered as (
    select k.*, row_number() over t as "number?",
           case when row_number() over t = 1 and (:always or k."ever?") then '-infinity' else k."at?" end as "start?"
    from kept k
    where k."holds?" window t as (partition by k."id?" order by k."at?"))
select n.*, case when b."id?" is not null then :what end as "changed?"
from numbered n left join numbered b on b."id?" = n."id?" and b."number?" = n."number?" - 1

-- name: overwrite
-- What is one value in all versions (pipeline/warehouse/scd.h): of the newest row, n, or the first one, f; or what the last version, l, has.
update weir_history h
set :sets
from (select distinct on ("id?") * from weir_history order by "id?", "number?" desc) l
join (select distinct on ("id?") * from weir_events where "kind?" > 0 and "holds?" order by "id?", "at?" desc, "kind?" desc) n on n."id?" = l."id?"
join (select distinct on ("id?") * from weir_events where "kind?" > 0 and "holds?" order by "id?", "at?", "kind?" desc) f on f."id?" = l."id?"
where h."id?" = l."id?"

-- name: analyze_history
analyze weir_history

-- name: remove
-- By EXCEPT, for the server takes the rows of two joins by id and time for one, and would look through all of the history for each.
with gone as materialized (
    select "id?", "begun?" from weir_events where "begun?" is not null
    except select "id?", "start?" from weir_history),
removed as (
    delete from :"schema".:"table" w
    using gone g
    where w.:"id" = g."id?" and w.:"valid_from" = g."begun?"
    returning w.*)
insert into weir.overwritten (table_name, run_id, id, began, cells)
select :'table', :'run'::uuid, w.:"id", w.:"valid_from", :image from removed w
on conflict do nothing

-- name: keep
-- What "change" will overwrite, and which versions "add" brings that another run has opened, so that this one can be taken back: but where a
-- current version is only closed, which the version says itself.
insert into weir.overwritten (table_name, run_id, id, began, cells)
select :'table', :'run'::uuid, d."id?", d."start?", case when w.:"id" is not null then :image end
from weir_history d left join :"schema".:"table" w on w.:"id" = d."id?" and w.:"valid_from" = d."start?"
where case when w.:"id" is null then d."by?" <> :'run'::uuid
           else row(:data_w w.:"version"::bigint, w.:"changed", w.row_hash) is distinct from row(:data_d d."number?", d."changed?", d."hash?")
                or (w.:"valid_to" is distinct from coalesce(d."end?", :open_end) and not w.:"is_current") end
on conflict do nothing

-- name: change
update :"schema".:"table" w
set :assignments :"valid_to" = coalesce(d."end?", :open_end), :"is_current" = d."end?" is null, :"version" = d."number?", :"changed" = d."changed?", row_hash = d."hash?",
    opened_by = case when row(:decide_w true) is distinct from row(:decide_d true) or (d."by?" = :'run'::uuid and (:signs)) then :'run'::uuid else w.opened_by end,
    closed_by = case when d."end?" is null then null
                     when d."end?" = w.:"valid_to" then w.closed_by else :'run'::uuid end
from weir_history d
where w.:"id" = d."id?" and w.:"valid_from" = d."start?"
  and row(:data_w w.:"valid_to", w.:"version"::bigint, w.:"changed", w.row_hash)
      is distinct from row(:data_d coalesce(d."end?", :open_end), d."number?", d."changed?", d."hash?")

-- name: add
insert into :"schema".:"table" (:"id", :data :"valid_from", :"valid_to", :"is_current", :"version", :"changed", row_hash, opened_by, closed_by)
select d."id?", :data_d d."start?", coalesce(d."end?", :open_end), d."end?" is null, d."number?", d."changed?", d."hash?", d."by?",
       case when d."end?" is not null then :'run'::uuid end
from weir_history d
where not exists (select from :"schema".:"table" w where w.:"id" = d."id?" and w.:"valid_from" = d."start?")
order by d."id?", d."start?"

-- name: unsay
-- What the same entities were said to be at the very instants of the news.
with news as (select right(_id::text, 3) as part, "at?" as at, array_agg(_id) as ids from weir_news group by 1, 2),
kept as (
    insert into weir.unsaid (by_run, table_name, run_id, part, at, said, had, ids)
    select :'run'::uuid, o.table_name, o.run_id, o.part, o.at, o.said, o.had, array(select unnest(o.ids) intersect select unnest(n.ids))
    from weir.observed o join news n on o.table_name = :'table' and o.part = n.part and o.at = n.at and o.said <> 'there' and o.ids && n.ids)
update weir.observed o
set ids = array(select unnest(o.ids) except select unnest(n.ids))
from news n
where o.table_name = :'table' and o.part = n.part and o.at = n.at and o.said <> 'there' and o.ids && n.ids

-- name: remember
-- What was said of these entities where no version begins, or none any more.
insert into weir.observed (table_name, run_id, part, at, ids)
select :'table', :'run'::uuid, right(e."id?"::text, 3), e."at?", array_agg(distinct e."id?")
from (select "id?", "at?" from weir_events where "kind?" > 1 and not "there?"
      except select "id?", "start?" from weir_history
      except select "id?", "at?" from weir_events where "kind?" = 3 and not "holds?"
      except select "id?", "at?" from weir_events e where "kind?" = 1
                and not exists (select from weir_events n where n."id?" = e."id?" and n."at?" = e."at?" and n."kind?" = 3)) e
group by 3, 4

-- name: part
-- From here on what there is only of tables with columns that not every file had (pipeline/warehouse/partial.h). Of each event: which of them its
-- row had; of which something was known then, and before; what the columns had
-- when the event's hash was made; and whether the row says otherwise than what its version was filled with.
alter table weir_events add "said?" bit(:bits), add "known?" bit(:bits), add "knew?" bit(:bits), add "was?" text, add "overturns?" boolean

-- name: part_news
-- The other rows of these entities: that one says again what holds, of a column that it is the first to have, is news for the next one.
insert into weir_news
select s.*, :at, false
from :"staging".:"build" s
where exists (select from weir_news n where n._id = s._id) and not exists (select from weir_news n where n._line = s._line)

-- name: part_behind
-- What else was said of these columns: next behind each row, where what it says ends; and first, of what a version may be filled with since
-- before.
insert into weir_events
select o._id, o.at, 1, true, null, :data_o w.row_hash, :'run'::uuid, null, false
from (select n._id, o.at
      from weir_news n cross join unnest(array[:own_bits]::integer[]) c (bit) cross join lateral (
          select o.at from weir.observed o
          where o.table_name = :'table' and o.part = right(n._id::text, 3) and o.at > n."at?" and o.said = 'again'
            and get_bit(:had, c.bit) = 1 and n._id = any (o.ids)
          order by o.at limit 1) o
      union
      select n._id, o.at
      from (select distinct _id from weir_news) n cross join unnest(array[:all_bits]::integer[]) c (bit) cross join lateral (
          select o.at from weir.observed o
          where o.table_name = :'table' and o.part = right(n._id::text, 3) and o.said = 'again'
            and get_bit(:had, c.bit) = 1 and n._id = any (o.ids)
          order by o.at limit 1) o) o
cross join lateral (
    select * from :"schema".:"table" w
    where w.:"id" = o._id and w.:"valid_from" <= o.at and (w.:"valid_to" is not distinct from :open_end or o.at < w.:"valid_to") offset 0) w
where not exists (select from weir_events e where e."id?" = o._id and e."at?" = o.at and e."kind?" = 1 and not e."there?")

-- name: part_said
-- Of an export that only has an entity: nothing.
update weir_events e
set "said?" = case when e."there?" then :none
                   when e."kind?" = 3 then :own
                   else coalesce((select bit_or(:had) from weir.observed o
                                  where o.table_name = :'table' and o.part = right(e."id?"::text, 3) and o.at = e."at?" and o.said = 'again'
                                    and e."id?" = any (o.ids)), :before) end,
    "was?" = row(:partial_e 0)::text
where e."holds?"

-- name: part_overturned
-- Rows that say first of a column what a later one had said first, and has filled their version with.
update weir_events e set "overturns?" = true
where e."kind?" = 3 and e."holds?" and not e."there?"
  and exists (select from :"schema".:"table" w
              where w.:"id" = e."id?" and w.:"valid_from" <= e."at?" and (w.:"valid_to" is not distinct from :open_end or e."at?" < w.:"valid_to")
                and (:overturning) offset 0)

-- name: part_carry
-- Each event has of these columns what was said last. Of one instant what came last is right, and of what its file lacks, what was said before.
with each as (
    select e.*, e.ctid as "row?", case when e."holds?" then e."said?" else :none end as "says?"
    from weir_events e where e."kind?" >= 0 :only),
merged as (
    select distinct on (e."id?", e."at?") e."row?", e."id?", e."at?", :merged
           case when e."holds?" then bit_or(e."says?") over (partition by e."id?", e."at?") else :none end as "says?"
    from each e order by e."id?", e."at?", e."kind?" desc),
counted as (
    select m.*, :counted_bits bit_or(m."says?") over t as "known?"
    from merged m window t as (partition by m."id?" order by m."at?")),
carried as (
    select g."row?", :folded g."says?", g."known?", coalesce(lag(g."known?") over (partition by g."id?" order by g."at?"), :none) as "knew?"
    from counted g)
update weir_events e
set :fold "said?" = d."says?", "known?" = d."known?", "knew?" = d."knew?"
from carried d
where e.ctid = d."row?"

-- name: part_filled
-- A version has what its last event has: it may have been filled since it began. A hash that was made of something else proves nothing.
update weir_history h
set :fold "hash?" = case when row(:partial_d 0)::text = h."was?" then h."hash?" else md5(h."hash?"::text || row(:partial_d 0)::text)::uuid end
from (select distinct on (v."id?", v."number?") v."number?", e.*
      from weir_history v join weir_events e on e."id?" = v."id?" and e."at?" >= v."at?" and (v."end?" is null or e."at?" < v."end?")
      where e."kind?" >= 0 and e."holds?"
      order by v."id?", v."number?", e."at?" desc, e."kind?" desc) d
where h."id?" = d."id?" and h."number?" = d."number?"

-- name: part_changed
update weir_history n set "changed?" = :part_what
from weir_history b
where b."id?" = n."id?" and b."number?" = n."number?" - 1

-- name: part_remember
-- As "remember": and of each row which columns it had, also where a version begins with it.
insert into weir.observed (table_name, run_id, part, at, ids, had)
select :'table', :'run'::uuid, right(e."id?"::text, 3), e."at?", array_agg(distinct e."id?"), e."said?"
from (select "id?", "at?", "said?" from weir_events where "kind?" = 3 and "holds?" and not "there?"
      union all
      select e."id?", e."at?", e."said?"
      from (select "id?", "at?", (array_agg("said?"))[1] as "said?"
            from (select "id?", "at?", "said?", "kind?" from weir_events where "kind?" > 0 and not "there?"
                  union all
                  select "id?", "start?", null, 3 from weir_history) a
            group by 1, 2 having bool_and("kind?" = 2)) e
      where not exists (select from weir.observed o
                        where o.table_name = :'table' and o.part = right(e."id?"::text, 3) and o.at = e."at?" and o.said = 'again'
                          and e."id?" = any (o.ids))) e
group by 3, 4, 6

-- name: part_observe
-- As "observe".
insert into weir.observed (table_name, run_id, part, at, ids, had)
select :'table', :'run'::uuid, right(s._id::text, 3), :at, array_agg(s._id), :said
from :"staging".:"build" s :but
group by 3, 4, 6

-- name: part_merged
-- Of part_observe: what rows of the instant had before that this run has unsaid; or, where a version begins just then, and nothing else is kept
-- of what its row had, that had it as well.
:own | coalesce(
    (select bit_or(:had) from weir.unsaid o
     where o.by_run = :own_run and o.table_name = :own_table and o.part = right(s._id::text, 3) and o.at = :at and o.said = 'again'
       and s._id = any (o.ids)),
    case when exists (
        select from :"schema".:"table" w
        where w.:"id" = s._id and w.:"is_current" and coalesce(case when w.:"valid_from" = '-infinity' then :first_at end, w.:"valid_from") = :at
          and not exists (select from weir.observed o
                          where o.table_name = :own_table and o.part = right(s._id::text, 3) and o.at = :at and o.said = 'again'
                            and s._id = any (o.ids))) then :before else :none end)

-- name: partial
update weir.table set partial = :'partial'::jsonb, partial_whole = :'whole'::boolean where table_name = :'table'

-- name: had_others
-- Whether the files of the table that were applied did not all have the same columns.
select count(distinct (select array_agg(c ->> 'name' order by c ->> 'name') from jsonb_array_elements(f.columns) c)) > 1
from weir.file f where f.table_name = :'table' and f.state = 'applied'

-- name: observe
-- Which entities a file had, but for those whose rows were looked at.
insert into weir.observed (table_name, run_id, part, at, ids)
select :'table', :'run'::uuid, right(s._id::text, 3), :at, array_agg(s._id)
from :"staging".:"build" s :but
group by 3

-- name: first_said
-- Whether a row of a file that is behind all that is known may fill a version.
select exists (select from weir_delta d cross join lateral (select * from :"schema".:"table" w where w.:"id" = d._id and :current :each) w
               where d."known?" and (:may_fill))

-- name: forget
-- Of a table that is made anew.
with gone as (delete from weir.export where table_name = :'table')
delete from weir.observed where table_name = :'table'

-- name: newest
update weir.table
set newest_effective = greatest(newest_effective, (select max(:at) from :"staging".:"build" s))
where table_name = :'table'

-- name: observing
-- From now on it is known what the run's file said again.
update weir.file set observes = true where run_id = :'run'::uuid

-- name: unknown
-- Files that came before anybody kept what they said again, and were applied behind the earliest late row.
select count(*), (array_agg(f.file_name order by e.started_on desc))[1]
from weir.file f join weir.execution e on e.execution_id = f.run_id
where f.table_name = :'table' and f.state = 'applied' and not f.observes
  and e.started_on > (select min(n."at?") from weir_news n join weir_judged j on j.line = n._line and j.became = 'late')
