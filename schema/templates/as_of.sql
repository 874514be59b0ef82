-- The view <fact>_at: each row of a fact with the versions of its entities that were true when it happened (pipeline/warehouse/as_of.h).

-- name: columns
-- Of these tables and the view, as they are now; and what the view was made by, if weir made it.
select c.relname, a.attname, a.atttypid::bigint, c.relkind = 'v',
       substring(obj_description(c.oid, 'pg_class') from '\(weir ([0-9a-f]{16})\)$')
from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where n.nspname = :'schema' and c.relname = any (:'tables'::text[])
order by c.relname, a.attnum

-- name: join
-- Whatever the end of a version is that has none: NULL, or a time that does not come.
left join :"schema".:"dimension" :alias
       on :alias.:"id" = f.:"as" and :alias.:"valid_from" <= :at and (:alias.:"valid_to" is null or :at < :alias.:"valid_to")

-- name: create
create or replace view :"schema".:"view" as select :columns from :"schema".:"table" f :joins

-- name: comment
comment on view :"schema".:"view" is :comment
