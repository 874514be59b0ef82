-- What `weir model` looks at: the staged tables, their columns, and how many different values they have.

-- name: staged
select c.relname
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = :'schema' and c.relkind = 'r'
  and obj_description(c.oid, 'pg_class') like '%(weir run %'
  and obj_description(c.oid, 'pg_class') not like '%(weir run ' || right(c.relname, 8) || '-%'
order by 1

-- name: run
-- The run whose rows are staged.
select substring(obj_description(c.oid, 'pg_class') from '\(weir run ([0-9a-f-]+)\)$')
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = :'schema' and c.relname = :'table'

-- name: columns
select a.attname, a.atttypid::bigint
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
where n.nspname = :'schema' and c.relname = :'table' and a.attnum > 0 and not a.attisdropped
  and a.attname not in ('_line', '_id', '_hash')
order by a.attnum

-- name: count
select count(*), count(distinct _hash) :counts from :"schema".:"table"

-- name: sample
select :columns from :"schema".:"table" limit 2000
