-- What dimensions and facts share: the warehouse table's columns, and what the staged rows are compared with.

-- name: attributes
select a.attname, a.atttypid::bigint, format_type(a.atttypid, a.atttypmod)
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
where n.nspname = :'schema' and c.relname = :'table' and a.attnum > 0 and not a.attisdropped
order by a.attnum

-- name: exists
select c.relkind in ('r', 'p') from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = :'schema' and c.relname = :'table'

-- name: has_rows
select exists (select from :"schema".:"table")

-- name: add_column
alter table :"schema".:"table" add column :"column" :type

-- name: alter_column
-- An empty text, which only a column without values can have here, is nothing in any other type.
alter table :"schema".:"table" alter column :"column" type :type using nullif(:"column"::text, ''):::type

-- name: distrust
-- Rows that were hashed when the column held something else, or had another name: no file's hash may prove them equal any more.
update :"schema".:"table" w set row_hash = md5(w.row_hash::text)::uuid
where :current and w.:"column" :which

-- name: rename_column
alter table :"schema".:"table" rename column :"column" to :"name"

-- name: rename_in_view
-- What depends on the view stays, which could not be made again with another name.
alter view :"schema".:"view" rename column :"column" to :"name"

-- name: analyze
-- After the first load, whose rows autovacuum has not seen when the second comes.
analyze :"schema".:"table" (:"id")

-- name: drop_view
drop view if exists :"schema".:"view"

-- name: refused
-- Rows refused in SQL: their line, and why; or put aside, with the dimension that they wait for.
create temporary table weir_refused (_line bigint not null, column_name text not null, reason text not null, message text not null, waits_for text)
on commit drop

-- name: refuse_missing
insert into weir_refused
select s._line, :'column', 'missing_reference', :'message', :'waits_for'
from :"staging".:"build" s
where s.:"as" is not null
  and not exists (select from :"schema".:"dimension" w where w.:"id" = s.:"as")
  and not exists (select from weir_refused r where r._line = s._line)

-- name: duplicates
-- Business keys that occur more than once, and the line that stands; NULL: none does.
create temporary table weir_duplicate on commit drop as
select s._id, :kept as kept
from :"staging".:"build" s
where s._id is not null
group by s._id
having count(*) > 1

-- name: refuse_duplicates
insert into weir_refused
select s._line, :'column', 'duplicate_key', :'message'
from :"staging".:"build" s join weir_duplicate d on d._id = s._id
where d.kept is null

-- name: count_refused
select count(*) from weir_refused where waits_for is null

-- name: list_refused
-- In pieces: a file may have any number of them.
select _line, column_name, reason, message from weir_refused
where _line > :'after'::bigint and (waits_for is not null) = :'waiting'::boolean order by _line limit 10000

-- name: delete_refused
-- What is left in staging is what goes on to the warehouse.
delete from :"staging".:"build" s using weir_refused r where r._line = s._line

-- name: delete_duplicates
delete from :"staging".:"build" s using weir_duplicate d where d._id = s._id and d.kept <> s._line

-- name: delta
-- A two-column anti-join first: same id and same hash is proof that nothing changed, for a stored hash covers all that its row has, or is
-- no file's. What is left is carried whole.
create temporary table weir_delta on commit drop as
select s.*
from :"staging".:"build" s
where not exists (select from :"schema".:"table" w where w.:"id" = s._id and w.row_hash = s._hash and :current)

-- name: analyze_delta
analyze weir_delta

-- name: changed
-- A different hash is a suspicion that the columns themselves decide. In the order of the index, for the updates that follow.
-- With the hash of those that stay, if it has to be another. No file's column is called "changed?", and those that are carried have their
-- own names here.
create temporary table weir_changed on commit drop as
select d._id, (:distinct) as "changed?", nullif(:refreshed, w.row_hash) as "hash?" :of_kind :carried
from weir_delta d join :"schema".:"table" w on w.:"id" = d._id and :current
order by d._id

-- name: forget_refused
delete from weir_refused

-- name: refuse_overtaken
-- Rows of a file that comes late, and would change what newer ones may have said.
insert into weir_refused
select s._line, :'column', 'overtaken', :'message'
from :"staging".:"build" s join weir_changed c on c._id = s._id
where c."changed?"

-- name: forget_overtaken
with refused as (delete from weir_changed where "changed?" returning _id)
delete from weir_delta d using refused r where r._id = d._id

-- name: refresh
-- The suspicion was wrong (a widened type, a new column): the hash is brought up to date and new columns are filled, in place.
update :"schema".:"table" w
set row_hash = c."hash?" :filled
from weir_delta d join weir_changed c on c._id = d._id
where w.:"id" = d._id and :current and not c."changed?" and c."hash?" is not null

-- name: count_unchanged
-- And how many of them to refresh.
select count(*), count("hash?") from weir_changed where not "changed?"
