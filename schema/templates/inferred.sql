-- Placeholders: rows of a dimension that a fact has named before any file of the dimension did.

-- name: add_column
alter table :"schema".:"dimension" add column :"is_inferred" boolean not null default false

-- name: index
-- They are few, and looked for by each load of the dimension.
create index on :"schema".:"dimension" (:"id") where :"is_inferred"

-- name: view
-- With the column behind those that it has.
create or replace view :"schema".:"view" as select :columns, :"is_inferred" from :"schema".:"dimension" where :"is_current"

-- name: find
-- The entities that are missing, each with a row that names it.
create temporary table weir_unknown on commit drop as
select distinct on (s.:"as") s._line
from :"staging".:"build" s
where s.:"as" is not null and not exists (select from :"schema".:"dimension" w where w.:"id" = s.:"as")
order by s.:"as", s._line

-- name: index_lines
create index on weir_unknown (_line)

-- name: list
-- In pieces: there may be any number of them.
select _line from weir_unknown where _line > :'after'::bigint order by _line limit 10000

-- name: keys
create temporary table weir_key (id uuid not null :columns) on commit drop

-- name: insert
-- Of "named", k, those whom the dimension does not have. A hash that no file's row has.
insert into :"schema".:"dimension" (:"id", :names :"valid_from", :"valid_to", :"is_current", :"version", row_hash, opened_by, :"is_inferred")
select k.id, :values '-infinity', :open_end, true, 1, md5(k.id::text)::uuid, k.by, true
from :named k
where not exists (select from :"schema".:"dimension" w where w.:"id" = k.id)
order by k.id

-- name: named
-- Of a table that is made again: whom facts have given to dimensions, or would give. Its session keeps it.
create temporary table weir_named (dimension text, id uuid, by uuid not null, key text[] not null, primary key (dimension, id))

-- name: name
insert into weir_named select :'dimension', k.id, k.by, k.key from :named k on conflict do nothing

-- name: collect
-- Placeholders that there are, and those that were filled, as they were before. Where the latter is not kept any more, and the table has no
-- other versions since ever, these tell it.
insert into weir_named
select distinct on (p.id) :'dimension', p.id, p.by, p.key
from (select 1 as n, w.:"id" as id, w.opened_by as by, :key_w as key from :"schema".:"dimension" w where w.:"is_inferred"
      union all
      select 2, w.id, (w.cells ->> 'opened_by')::uuid, :key_cells
      from weir.overwritten w where w.table_name = :'dimension' and (w.cells ->> :'is_inferred')::boolean
      union all
      select 3, w.:"id", w.opened_by, :key_w from :"schema".:"dimension" w where :filled and w.:"valid_from" = '-infinity') p
order by p.id, p.n

-- name: count_named
select count(*) from weir_named where dimension = :'dimension'

-- name: naming
-- The runs of a fact with rows that refer to somebody, whom else they would have made: also with rows as they were before others overwrote
-- them.
select s.:"as" as id, s.loaded_by as by from :"facts".:"fact" s
union all
select (o.cells ->> :as_text)::uuid, (o.cells ->> 'loaded_by')::uuid from weir.overwritten o where o.table_name = :fact_text

-- name: leaving
-- Entities, t, of which perhaps no version stays, with their keys; "by": a run that names them all the same.
create temporary table weir_leaving on commit drop as
select distinct on (w.:"id") w.:"id" as id, null::uuid as by, :key_w as key
from :leaving t join :"schema".:"dimension" w on w.:"id" = t.id
order by w.:"id"

-- name: stayed
delete from weir_leaving l using :"schema".:"dimension" w where w.:"id" = l.id

-- name: find_naming
-- The same run, in whatever order these are looked through.
update weir_leaving l set by = least(l.by, n.by)
from (select n.id, min(n.by::text)::uuid as by from (:naming) n where n.id in (select id from weir_leaving) group by n.id) n
where n.id = l.id

-- name: as_named
-- Of a table that is made again: as it was. What facts have overwritten its session does not see.
update weir_leaving l set by = n.by from weir_named n where n.dimension = :'dimension' and n.id = l.id

-- name: forget_unnamed
delete from weir_leaving where by is null

-- name: count_leaving
select count(*) from weir_leaving

-- name: keep_leaving
-- Whom the run of a file has made a placeholder again.
insert into weir.overwritten (table_name, run_id, id, began, cells)
select :'dimension', :'run'::uuid, l.id, '-infinity', null from weir_leaving l
on conflict do nothing

-- name: forget_leaving
drop table weir_leaving

-- name: forget
drop table weir_unknown, weir_key

-- name: exist
select exists (select from :"schema".:"table" w where w.:"is_inferred")

-- name: step_aside
-- Where the model says since when rows are true, and not that first versions hold since ever: rows open their versions as if nobody had named
-- their entities before.
with gone as (
    delete from :"schema".:"table" w
    where w.:"is_inferred" and exists (select from :"staging".:"build" s where s._id = w.:"id")
    returning w.*)
insert into weir.overwritten (table_name, run_id, id, began, cells)
select :'table', :'run'::uuid, w.:"id", w.:"valid_from", :image from gone w

-- name: fill
-- The first row that says something of such an entity takes its place, before anything is compared: of rows that say since when they are
-- true the earliest.
with said as (
    select distinct on (s._id) s.*
    from :"staging".:"build" s
    where exists (select from :"schema".:"table" w where w.:"id" = s._id and w.:"is_inferred")
    order by s._id :moment, s._line),
before as (
    insert into weir.overwritten (table_name, run_id, id, began, cells)
    select :'table', :'run'::uuid, w.:"id", w.:"valid_from", :image
    from said d join :"schema".:"table" w on w.:"id" = d._id
    where w.:"is_inferred")
update :"schema".:"table" w
set :assignments row_hash = d._hash, opened_by = :'run'::uuid, :"is_inferred" = false
from said d
where w.:"id" = d._id and w.:"is_inferred"
