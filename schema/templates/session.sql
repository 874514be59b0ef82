-- Sessions of the server that somebody waits for. What a query says of values is left out: they may be anybody's.
-- It ends at its first text or comment, for where these end is not to be told without reading SQL (E'\'', $$, '' of two kinds).

-- name: holding
-- Who holds locks on a table, its view, its staging tables or, as weir does, on its name: the one in whose way most things are, and of
-- these the oldest.
select a.pid, a.usename, a.application_name, a.state, to_char(coalesce(a.xact_start, a.backend_start) at time zone 'UTC', 'YYYY-MM-DD"T"HH24":"MI":"SS"Z"'),
  regexp_replace(regexp_replace(left(a.query, 200), '(''|\$\D|--|/\*).*', '?'), '[0-9]+', '?', 'g')
from pg_locks l join pg_stat_activity a on a.pid = l.pid
where l.granted and l.pid <> pg_backend_pid() and l.database = (select oid from pg_database where datname = current_database())
  and (l.relation in (select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
                      where (n.nspname = :'warehouse' and c.relname in (:'table'::text, :'table'::text || '_current'))
                         or (n.nspname = :'staging' and c.relname = :'table'::text) or (n.nspname = 'weir' and c.relkind = 'r'))
       or (l.locktype = 'advisory' and l.objsubid = 1
           and (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended('weir.table ' || :'table'::text, 0)))
order by l.locktype = 'advisory' desc,
  array_position(array['AccessExclusiveLock', 'ExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock'], l.mode), a.xact_start
limit 1

-- name: blocking
-- Who keeps a session waiting for a lock.
select a.pid, a.usename, a.application_name, a.state, to_char(coalesce(a.xact_start, a.backend_start) at time zone 'UTC', 'YYYY-MM-DD"T"HH24":"MI":"SS"Z"'),
  regexp_replace(regexp_replace(left(a.query, 200), '(''|\$\D|--|/\*).*', '?'), '[0-9]+', '?', 'g')
from unnest(pg_blocking_pids(:'pid'::integer)) b(pid) join pg_stat_activity a on a.pid = b.pid
order by a.xact_start
limit 1

-- name: state
-- Whether a session waits for its client; no row: it is gone, or was never this server's.
select coalesce(wait_event = 'ClientRead', false) from pg_stat_activity where pid = :'pid'::integer and datname = current_database()

-- name: end
select pg_terminate_backend(:'pid'::integer)
