-- staging: built under the run's name, swapped in last.

-- name: schema_exists
-- Not to_regnamespace: it would answer from this session's cache, which learns of other sessions when a relation is locked.
select exists (select from pg_namespace where nspname = :'schema')

-- name: lock_schemas
-- Held to the end of the transaction.
select pg_advisory_xact_lock(hashtextextended('weir.schema', 0))

-- name: create_schema
create schema :"schema"

-- name: find
select c.relkind = 'r' and coalesce(obj_description(c.oid, 'pg_class') like '%(weir run %', false) as ours
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = :'schema' and c.relname = :'table'

-- name: leftovers
select c.relname
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = :'schema' and c.relkind = 'r' and left(c.relname, -8) = :'prefix'
  and obj_description(c.oid, 'pg_class') like '%(weir run ' || right(c.relname, 8) || '-%'

-- name: create
create unlogged table :"schema".:"build" (:columns _line bigint not null, _id uuid, _hash uuid not null) with (autovacuum_enabled = off)

-- name: grants
-- Of a table or view, as statements that give them on another.
select format('grant %s on %I.%I to %s%s', a.privilege_type, :'schema'::text, :'to'::text,
              case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end,
              case when a.is_grantable then ' with grant option' else '' end)
from pg_class c join pg_namespace n on n.oid = c.relnamespace, lateral aclexplode(c.relacl) a
where n.nspname = :'schema' and c.relname = :'from' and a.grantee <> c.relowner

-- name: drop
drop table if exists :"schema".:"table"

-- name: rename
alter table :"schema".:"build" rename to :"table"

-- name: count
-- How many rows, and whether they are this run's. Reading the table keeps others from swapping it until the transaction ends.
select (select count(*) from :"schema".:"build"),
       coalesce(obj_description(c.oid, 'pg_class'), '') like '%(weir run ' || :'run' || ')'
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = :'schema' and c.relname = :'build'

-- name: first_value
select :"column"::text from :"schema".:"build" where :"column" is not null limit 1
