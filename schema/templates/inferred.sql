-- Placeholders: rows of a dimension that a fact has named before any file of the dimension did.

-- name: add_column
alter table :"schema".:"table" add column :"is_inferred" boolean not null default false

-- name: index
-- They are few, and looked for by each load of the dimension.
create index on :"schema".:"table" (:"id") where :"is_inferred"

-- name: view
-- With the column behind those that it has.
create or replace view :"schema".:"view" as select :columns, :"is_inferred" from :"schema".:"table" where :"is_current"

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
-- A hash that no file's row has.
insert into :"schema".:"dimension" (:"id", :names :"valid_from", :"valid_to", :"is_current", :"version", row_hash, opened_by, :"is_inferred")
select k.id, :values '-infinity', :open_end, true, 1, md5(k.id::text)::uuid, :'run'::uuid, true
from weir_key k
order by k.id

-- name: forget
drop table weir_unknown, weir_key

-- name: exist
select exists (select from :"schema".:"table" w where w.:"is_inferred")

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
