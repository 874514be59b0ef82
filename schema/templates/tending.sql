-- What people's queries want of a table of the warehouse, made behind the COMMIT of a load. Each statement is a transaction of its own.

-- name: try_lock
select pg_try_advisory_lock(hashtextextended('weir.tending ' || :'table', 0))

-- name: unlock
select pg_advisory_unlock(hashtextextended('weir.tending ' || :'table', 0))

-- name: vacuum
-- After the first load. Autovacuum comes within a minute or so; until then whoever reads a row first writes on its page that it was committed.
vacuum :"schema".:"table"

-- name: find_index
-- Who has the name: whether it is this table's, and can be used: one whose making was ended is there, and cannot.
select coalesce(t.relname = :'table', false), coalesce(i.indisvalid, false)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
left join pg_index i on i.indexrelid = c.oid left join pg_class t on t.oid = i.indrelid
where n.nspname = :'schema' and c.relname = :'index'

-- name: drop_index
drop index concurrently if exists :"schema".:"index"

-- name: index
-- Those who load and read the table go on meanwhile.
create index concurrently if not exists :"index" on :"schema".:"table" (:columns)
