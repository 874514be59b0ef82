-- What `weir status` and `weir check` ask of the tables themselves.

-- name: keys
-- As they were last: who is gone by now may be meant, too.
select :columns
from (select distinct on (w.:"id") w.* from :"schema".:"table" w where w.:"id" = any (:'ids'::uuid[])
      order by w.:"id", w.:"version" desc) w
order by w.:"id"

-- name: dimension_rows
select count(*) filter (where :"is_current"), count(*) from :"schema".:"table"

-- name: fact_rows
select count(*), count(*) from :"schema".:"table"

-- name: estimate
-- Whether it has more than 16 MB, and how many rows the statistics say it has: current ones (their index has these alone), and all.
select pg_relation_size(c.oid) > 16777216 and c.reltuples >= 0,
       coalesce((select i.reltuples::bigint from pg_index x join pg_class i on i.oid = x.indexrelid
                 where x.indrelid = c.oid and x.indpred is not null and x.indisunique and i.reltuples >= 0 order by i.oid limit 1),
                c.reltuples::bigint),
       c.reltuples::bigint
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = :'schema' and c.relname = :'table' and c.relkind in ('r', 'p')

-- name: staging_exists
select exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = :'schema' and c.relname = :'table')

-- name: staging_is_empty
-- PostgreSQL empties unlogged tables when it recovers from a crash. One whose rows all wait was empty before.
select not exists (select from :"schema".:"table")
       and not exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                       where n.nspname = :'schema' and c.relname = :'table'
                         and obj_description(c.oid, 'pg_class') ~ ', of which all rows wait \(weir run [0-9a-f-]+\)$')

-- name: withheld
-- What of the ledger this role may not use, as after a migration that another role has made.
select string_agg(format('weir.%I', c.relname), ', ' order by c.relname)
from pg_class c
where c.relnamespace = to_regnamespace('weir') and c.relkind in ('r', 'v')
  and not (has_table_privilege(c.oid, 'select')
           and (c.relkind = 'v' or c.relname = 'migration'
                or (has_table_privilege(c.oid, 'insert') and has_table_privilege(c.oid, 'update') and has_table_privilege(c.oid, 'delete'))))

-- name: may_create
select n.nspname is not null,
       case when n.oid is null then has_database_privilege(current_database(), 'create')
            else has_schema_privilege(n.oid, 'create') and has_schema_privilege(n.oid, 'usage') end
from (select :'schema'::text as name) wanted left join pg_namespace n on n.nspname = wanted.name
