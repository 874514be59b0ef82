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

-- name: there
-- What there is under the table's name, as "find" has it, and of what earlier loads could not swap in.
select c.relname = :'table', c.relname, c.relkind = 'r' and coalesce(obj_description(c.oid, 'pg_class') like '%(weir run %', false)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = :'schema'
  and (c.relname = :'table'
       or (c.relname between :'prefix' and :'prefix' || 'g' and c.relkind = 'r' and left(c.relname, -8) = :'prefix'
           and obj_description(c.oid, 'pg_class') like '%(weir run ' || right(c.relname, 8) || '-%'))

-- name: look
-- Whether a table, which is locked, is as a new one would be; and the comments of its columns.
select c.relpersistence = 'u' and not (c.relhasindex or c.relhasrules or c.relhastriggers or c.relhassubclass or c.relrowsecurity)
       and c.relchecks = 0 and a.columns = :'columns' and pg_table_size(c.oid) <= :'most'::bigint, a.comments
from pg_class c join pg_namespace n on n.oid = c.relnamespace,
     lateral (select string_agg(format('%s %s %s %s%s', a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attgenerated), E'\n' order by a.attnum) as columns,
                     json_agg(coalesce(col_description(c.oid, a.attnum), '') order by a.attnum)::text as comments
              from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) a
where n.nspname = :'schema' and c.relname = :'table'

-- name: create
create :unlogged table :"schema".:"build" (:columns _line bigint not null, _id uuid, _hash uuid not null) with (autovacuum_enabled = off)

-- name: grants
-- Of a table or view, as statements that give them on another.
select format('grant %s on %I.%I to %s%s', a.privilege_type, :'schema'::text, :'to'::text,
              case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end,
              case when a.is_grantable then ' with grant option' else '' end)
from pg_class c join pg_namespace n on n.oid = c.relnamespace, lateral aclexplode(c.relacl) a
where n.nspname = :'schema' and c.relname = :'from' and a.grantee <> c.relowner

-- name: drop
drop table if exists :"schema".:"table"

-- name: aside
-- The name that the table was built under, if it is large and nothing but its own parts depends on it.
select left(:'build', -8) || a.digits
from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_type t on t.oid = c.reltype,
     lateral (select substring(obj_description(c.oid, 'pg_class') from '\(weir run ([0-9a-f]{8})-') as digits) a
where n.nspname = :'schema' and c.relname = :'table' and a.digits <> right(:'build', 8)
  and pg_total_relation_size(c.oid) > :'large'::bigint
  and not exists (select from pg_depend d
                  where d.deptype = 'n'
                    and (d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid
                         or d.refclassid = 'pg_type'::regclass and d.refobjid in (t.oid, t.typarray)))

-- name: same_columns
select (select array_agg(row(a.attname, a.atttypid, a.atttypmod) order by a.attnum) from pg_attribute a
        where a.attrelid = (select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
                            where n.nspname = :'schema' and c.relname = :'table')
          and a.attnum > 0 and not a.attisdropped)
     = (select array_agg(row(a.attname, a.atttypid, a.atttypmod) order by a.attnum) from pg_attribute a
        where a.attrelid = (select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
                            where n.nspname = :'schema' and c.relname = :'build')
          and a.attnum > 0 and not a.attisdropped)

-- name: truncate
truncate :"schema".:"table"

-- name: fill
insert into :"schema".:"table" select * from :"schema".:"build"

-- name: comments
-- Of a table and its columns, as statements that give them to another; none is given, too.
select case when a.attname is null then format('comment on table %I.%I is %L', :'schema'::text, :'table'::text, d.text)
            else format('comment on column %I.%I.%I is %L', :'schema'::text, :'table'::text, a.attname, d.text) end
from pg_class c join pg_namespace n on n.oid = c.relnamespace,
     lateral (select null::name as attname, 0 as attnum
              union all
              select a.attname, a.attnum from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) a,
     lateral (select case when a.attnum = 0 then obj_description(c.oid, 'pg_class') else col_description(c.oid, a.attnum) end as text) d
where n.nspname = :'schema' and c.relname = :'build'

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
