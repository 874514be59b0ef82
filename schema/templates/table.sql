-- What dimensions and facts share: the warehouse table's columns, and what the staged rows are compared with.

-- name: attributes
select a.attname, a.atttypid::bigint, format_type(a.atttypid, a.atttypmod), a.attnotnull
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
where n.nspname = :'schema' and c.relname = :'table' and a.attnum > 0 and not a.attisdropped
order by a.attnum

-- name: exists
select c.relkind in ('r', 'p') from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = :'schema' and c.relname = :'table'

-- name: time_zone
-- Whether there is one of that name, and the only one that is so but for upper case or its last word.
select coalesce(bool_or(name = :'zone'), false),
       min(name) filter (where lower(name) = lower(:'zone'::text) or lower(name) like '%/' || replace(lower(:'zone'::text), ' ', '_'))
from pg_timezone_names

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
where :current and (w.:"column" :which)

-- name: distrust_overwritten
-- The same of what they were before they were overwritten.
update weir.overwritten o set cells = jsonb_set(o.cells, '{row_hash}', to_jsonb(md5(o.cells ->> 'row_hash')::uuid::text))
where o.table_name = :'table' and (o.cells ->> :'column'::text :which)

-- name: rename_column
alter table :"schema".:"table" rename column :"column" to :"name"

-- name: rename_in_view
-- What depends on the view stays, which could not be made again with another name.
alter view :"schema".:"view" rename column :"column" to :"name"

-- name: drop_view
drop view if exists :"schema".:"view"

-- name: refused
-- Rows refused in SQL: their line, and why; or put aside, with the dimension that they wait for.
create temporary table if not exists weir_refused (_line bigint not null, column_name text not null, reason text not null, message text not null, waits_for text)
on commit drop

-- name: referred
-- What a large file refers to, each once (referred.h).
create temporary table weir_referred (id uuid not null) on commit drop

-- name: count_referred
select count(*) from weir_referred r where not exists (select from :"schema".:"dimension" w where w.:"id" = r.id)

-- name: forget_referred
drop table weir_referred

-- name: count_missing
-- Asked first, for a statement that writes is never worked on by several processes. Mostly there are none.
select count(*)
from :"staging".:"build" s
where s.:"as" is not null and not exists (select from :"schema".:"dimension" w where w.:"id" = s.:"as")

-- name: refuse_missing
insert into weir_refused
select s._line, :'column', 'missing_reference', :'message', :'waits_for'
from :"staging".:"build" s
where s.:"as" is not null
  and not exists (select from :"schema".:"dimension" w where w.:"id" = s.:"as")
  and not exists (select from weir_refused r where r._line = s._line)

-- name: refuse_future
insert into weir_refused
select s._line, :'column', 'future', :'message'
from :"staging".:"build" s where :at > coalesce(:'now'::timestamptz, clock_timestamp()) + interval '1 minute'

-- name: count_repeated
-- Asked first, as count_missing: of a large file some are suspected by chance.
select count(*) from (select from :"staging".:"build" s where :suspected group by s._id :moment having count(*) > 1) q

-- name: refuse_duplicates
-- Where no row of a business key that occurs more than once is to stand. Of all ids, or of those that are suspected.
insert into weir_refused
select s._line, :'column', 'duplicate_key', :'message'
from :"staging".:"build" s
join (select s._id :moment from :"staging".:"build" s where :suspected group by s._id :moment having count(*) > 1) d on d._id = s._id :same

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
-- Leaves the row that stands.
delete from :"staging".:"build" s
using (select s._id :moment, :kept as kept from :"staging".:"build" s where :suspected group by s._id :moment having count(*) > 1) d
where d._id = s._id :same and d.kept <> s._line

-- name: delta
-- A join by the id that carries the hash: same id and same hash is proof that nothing changed, for a stored hash covers all that its row
-- has, or is no file's. What is left is carried whole, with a column that no file's can be called like.
select s.*, w.:"id" is not null as "known?"
from (:rows) s left join :look_up w on w.:"id" = s._id and :current
where w.row_hash is distinct from s._hash

-- name: look_up
-- In place of the table, where each row is looked for by itself: a join would read all of it for a few.
lateral (select * from :"schema".:"table" w where w.:"id" = s._id and :current offset 0)

-- name: look_through
:"schema".:"table"

-- name: staged
-- The rows to be compared.
select * from :"staging".:"build" :limit

-- name: statistics
-- Of a new table, in the transaction that makes it: whoever sees its rows has plans that know them. Behind the COMMIT it takes two to three
-- times as long, for then each page that is looked at is written, too: that its rows are committed.
analyze :"schema".:"table"

-- name: suspects
-- Instead of them, those that were not proved unchanged while the file was loaded (standing.h).
create temporary table weir_suspects (like :"staging".:"build") on commit drop

-- name: forget_sifted
-- What was taken out of staging since then.
delete from weir_suspects s where not exists (select from :"staging".:"build" b where b._line = s._line)

-- name: analyze_suspects
-- For a join with a table of any size.
analyze weir_suspects

-- name: delta_table
-- A statement that writes into other tables is never worked on by several processes; this one is.
create temporary table weir_delta on commit drop as
:delta

-- name: kept
-- Of dimension/apply and fact/apply: a different hash is a suspicion that the columns themselves decide. Where it was wrong (a widened type, a new column),
-- the hash is brought up to date and new columns are filled, in place. Mostly there are none of these, and then no row is looked for.
suspected as (
    select d.* from weir_delta d where d."known?" and not exists (select from closed c where c._id = d._id)),
same as (
    select (:overwrites) as "overwritten?" from suspected d join :"schema".:"table" w on w.:"id" = d._id and :current where not (:distinct)),
:unfilled
refreshed as (
    update :"schema".:"table" w
    set row_hash = :refreshed :filled :written
    from suspected d
    where w.:"id" = d._id and :current and not (:distinct) and w.row_hash is distinct from :refreshed),

-- name: unfilled
-- Of table/kept: rows that get values in place, as they were.
unfilled as (
    insert into weir.overwritten (table_name, run_id, id, began, cells)
    select :own_table, :own_run, w.:"id", :began_at, :image
    from suspected d join :"schema".:"table" w on w.:"id" = d._id and :current
    where not (:distinct) and w.row_hash is distinct from :refreshed),

-- name: forget_refused
delete from weir_refused

-- name: refuse_overtaken
-- Rows of a file that comes late, and would change what newer ones may have said.
insert into weir_refused
select d._line, :'column', 'overtaken', :'message'
from weir_delta d join :"schema".:"table" w on w.:"id" = d._id and :current
where d."known?" and (:distinct)

-- name: forget_overtaken
delete from weir_delta d using weir_refused r where r._line = d._line
