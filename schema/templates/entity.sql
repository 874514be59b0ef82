-- One entity, as `weir history` shows it. Times are microseconds in UTC, as text.

-- name: versions
-- In the order of time, each with what is another than in the one before it, and whether that ended when it began.
select (p.n).:"version" as version,
       ((p.n).:"valid_from" at time zone 'UTC')::text as since,
       (nullif((p.n).:"valid_to", :open_end) at time zone 'UTC')::text as until,
       (p.o).:"valid_to" is not distinct from (p.n).:"valid_from" as follows,
       p.o is null as first,
       :changes as changed,
       (p.n).opened_by as run,
       (p.n).closed_by as closed_by,
       (p.n).row_hash as hash
from (select w as n, lag(w) over (order by w.:"valid_from") as o from :"schema".:"table" w where w.:"id" = :'key'::uuid) p
order by (p.n).:"valid_from"

-- name: staged
-- Which of these runs the staging table is of, if this role may read it.
select s.run
from (select c.oid, substring(obj_description(c.oid, 'pg_class') from '\(weir run ([0-9a-f-]{36})\)$') as run
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = :'schema' and c.relname = :'table' and c.relkind = 'r' and has_schema_privilege(n.oid, 'usage')
        and has_table_privilege(c.oid, 'select')) s
where s.run = any (:'runs'::text[])

-- name: line
-- Where in the file the entity's row is; of several, each a version, the one that has the hash.
select case when count(*) = 1 then min(s._line) else min(s._line) filter (where s._hash = :'hash'::uuid) end
from :"schema".:"table" s
where s._id = :'key'::uuid
