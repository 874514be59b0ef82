-- A slowly changing dimension of type 2: half-open versions [start, end).

-- name: create
create table :"schema".:"table" (
    :"id" uuid not null,
    :columns
    :"valid_from" timestamptz not null,
    :"valid_to" timestamptz,
    :"is_current" boolean not null,
    :"version" integer not null,
    :"changed" text[],
    row_hash uuid not null,
    opened_by uuid not null,
    closed_by uuid,
    check (:"valid_to" > :"valid_from"),
    check (:"is_current" = (:"valid_to" is not distinct from :open_end))
)

-- name: primary_key
alter table :"schema".:"table" add primary key (:"id", :"valid_from")

-- name: unique_current
create unique index on :"schema".:"table" (:"id") where :"is_current"

-- name: view
create or replace view :"schema".:"view" as select :columns from :"schema".:"table" w where :current

-- name: asof
-- The versions that were true at an instant. The planner puts the SELECT in the place of the call, as long as it is one, and the function is
-- neither strict nor has rights or settings of its own. Its rows are the table's, whatever becomes of the columns.
create or replace function :"schema".:"asof" (instant timestamptz) returns setof :"schema".:"table" language sql stable parallel safe as :body

-- name: asof_body
-- By its number: a column may be called as a parameter is.
select w.* from :"schema".:"table" w
where w.:"valid_from" <= $1 and (w.:"valid_to" is not distinct from :open_end or $1 < w.:"valid_to")

-- name: shown
-- Whether the view and the function are there, and whether that is weir's. By their names, and not by joins of the catalog: planning these took
-- as long as the change of a small file.
select to_regclass(quote_ident(:'schema') || '.' || quote_ident(:'view')) is not null, f.oid is not null,
       coalesce((select p.prorettype = to_regtype(quote_ident(:'schema') || '.' || quote_ident(:'table')) from pg_proc p where p.oid = f.oid), false)
from (select to_regprocedure(quote_ident(:'schema') || '.' || quote_ident(:'asof') || '(timestamptz)')::oid as oid offset 0) f

-- name: standing
-- Compared with a file while that is loaded (standing.h).
copy (select w.:"id", w.row_hash from :"schema".:"table" w where w.:"is_current") to stdout (format binary)

-- name: first
insert into :"schema".:"table" (:"id", :columns :"valid_from", :"valid_to", :"is_current", :"version", row_hash, opened_by)
select s._id, :values :began, :open_end, true, 1, s._hash, :'run'::uuid
from :"staging".:"build" s

-- name: apply
-- All in one statement: each part sees the table as it was before, and a row is inserted when the version before it, which "closed" gives,
-- is closed.
with :delta
closed as (
    update :"schema".:"table" w
    set :"valid_to" = :'instant'::timestamptz, :"is_current" = false, closed_by = :'run'::uuid :closing
    from weir_delta d
    where w.:"id" = d._id and w.:"is_current" and d."known?" and (:distinct)
    returning w.:"id" as _id, w.:"version" as "version?", :what as "changed?" :carried),
:everywhere
:kept
-- The last versions of entities of the delta that have none that is current. Of a few each is looked for by itself (delta.h).
ended as (
    select distinct on (w.:"id") w.:"id" as _id, w.:"version" as "version?", :what as "changed?" :carried
    from weir_delta d cross join lateral (select * from :"schema".:"table" w where w.:"id" = d._id :each) w
    where not d."known?"
    order by w.:"id", w.:"version" desc),
-- In the order of the index, which is random in that of the file: a million rows take half the time.
inserted as (
    insert into :"schema".:"table" (:"id", :columns :"valid_from", :"valid_to", :"is_current", :"version", :"changed", row_hash, opened_by)
    select d._id, :values :opened, :open_end, true, 1 + coalesce(c."version?", 0), c."changed?", :hash, :'run'::uuid
    from weir_delta d left join (select * from closed union all select * from ended) c on c._id = d._id
    where c._id is not null or not d."known?"
    order by d._id
    returning 1)
select (select count(*) from weir_delta), (select count(*) from same), (select count(*) from closed), (select count(*) from inserted),
       (select count(*) from same where "overwritten?")

-- name: everywhere
-- Of "apply": what the newest row says in every version, in those that had ended before. No file's hash proves anything of these. And what
-- all of them were, that which ends now included.
everywhere as (
    update :"schema".:"table" w
    set :sets
    from weir_delta d
    where w.:"id" = d._id and not w.:"is_current" and row(:has) is distinct from row(:wants)),
everywhere_before as (
    insert into weir.overwritten (table_name, run_id, id, began, cells)
    select :own_table, :own_run, w.:"id", w.:"valid_from", :image
    from weir_delta d join :"schema".:"table" w on w.:"id" = d._id
    where case when w.:"is_current" then d."known?" and (:distinct) else row(:has) is distinct from row(:wants) end),

-- name: fill_newest
-- A column that is to have the newest value in every version.
update :"schema".:"table" w
set :"made" = n.:"column"
from (select distinct on (:"id") :"id", :"column" from :"schema".:"table" order by :"id", :"version" desc) n
where n.:"id" = w.:"id" and w.:"made" is distinct from n.:"column"

-- name: has_several
-- Whether versions of one entity have several values of a column.
select exists (select from :"schema".:"table" group by :"id" having count(distinct :"column") + max((:"column" is null)::integer) > 1)

-- name: drop_column
alter table :"schema".:"table" drop column :"column"

-- name: add_changed
alter table :"schema".:"table" add column :"changed" text[]

-- name: rename_in_changed
update :"schema".:"table" set :"changed" = array_replace(:"changed", :'column', :'name') where :"changed" @> array[:'column'::text]

-- name: open_checks
-- The constraints that say what an open end is: made with the table, or when the model wanted another one.
select k.conname
from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
where n.nspname = :'schema' and c.relname = :'table' and k.contype = 'c'
  and k.conkey @> (select array_agg(a.attnum) from pg_attribute a
                   where a.attrelid = c.oid and a.attname in (:'is_current', :'valid_to')) and cardinality(k.conkey) = 2

-- name: drop_check
alter table :"schema".:"table" drop constraint :"check"

-- name: open_ends
update :"schema".:"table" set :"valid_to" = :open_end where :"is_current"

-- name: rename_in_overwritten
update weir.overwritten w
set cells = jsonb_set(w.cells, array[:'changed'::text], to_jsonb(array_replace((w.cells ->> :'changed')::text[], :'column', :'name')::text))
where w.table_name = :'table' and (w.cells ->> :'changed')::text[] @> array[:'column'::text]

-- name: open_ends_overwritten
-- The same of versions as they were before a run overwrote them.
update weir.overwritten w
set cells = jsonb_set(w.cells, array[:'valid_to'::text], coalesce(to_jsonb((:open_end)::timestamptz::text), 'null'))
where w.table_name = :'table' and (w.cells ->> :'is_current'::text)::boolean

-- name: add_check
alter table :"schema".:"table" add check (:"is_current" = (:"valid_to" is not distinct from :open_end))
