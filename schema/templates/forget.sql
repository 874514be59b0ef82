-- What `weir drop` removes of a table, and what it would hurt.

-- name: relation
-- What has the name: its kind, and whether weir staged into it.
select c.relkind, coalesce(obj_description(c.oid, 'pg_class') like '%(weir run %', false)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = :'schema' and c.relname = :'table'

-- name: views
-- Of the table's columns, made by weir: that of its current rows, and those of facts (pipeline/warehouse/as_of.h).
select c.relname, c.relname = :'current'
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = :'schema' and c.relkind = 'v'
  and (c.relname = :'current'
       or (c.relname = any (:'facts'::text[]) and obj_description(c.oid, 'pg_class') ~ '\(weir [0-9a-f]{16}\)$'))
order by 1

-- name: function
select from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where n.nspname = :'schema' and p.proname = :'asof' and p.proargtypes = array['timestamptz'::regtype]::oidvector

-- name: staged
-- The staging table, and what earlier loads could not swap in.
select c.relname
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = :'schema' and c.relkind = 'r' and obj_description(c.oid, 'pg_class') like '%(weir run %'
  and (c.relname = :'table'
       or (left(c.relname, -8) = :'prefix' and obj_description(c.oid, 'pg_class') like '%(weir run ' || right(c.relname, 8) || '-%'))
order by 1

-- name: dependents
-- What others have built upon these relations, as PostgreSQL calls it. A view's rule stands for the view; what belongs to a relation by
-- itself (indexes, types, its own constraints) is followed, and not told.
with recursive own as (
    select c.oid
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where (n.nspname = :'schema' and (c.relname = :'table' or c.relname = any (:'views'::text[])))
       or (n.nspname = :'staging' and c.relname = any (:'staged'::text[]))),
built (classid, objid, told) as (
    select 'pg_class'::regclass::oid, oid, false from own
    union
    select case when r.oid is null then d.classid else 'pg_class'::regclass::oid end, coalesce(r.ev_class, d.objid), d.deptype = 'n'
    from built b join pg_depend d on d.refclassid = b.classid and d.refobjid = b.objid and d.deptype in ('n', 'i', 'a')
    left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid)
select distinct pg_describe_object(classid, objid, 0)
from built
where told and not (classid = 'pg_class'::regclass and objid in (select oid from own))
  and not (classid = 'pg_proc'::regclass
           and exists (select from pg_proc p join pg_namespace n on n.oid = p.pronamespace
                       where p.oid = objid and n.nspname = :'schema' and p.proname = :'asof'
                         and p.proargtypes = array['timestamptz'::regtype]::oidvector))
  and not (classid = 'pg_constraint'::regclass
           and exists (select from pg_constraint c where c.oid = objid and c.conrelid in (select oid from own)))
order by 1

-- name: drop_table
drop table if exists :"schema".:"table" :how

-- name: drop_function
drop function if exists :"schema".:"asof"(timestamptz) :how

-- name: drop_view
drop view if exists :"schema".:"view" :how

-- name: count
-- What the ledger has of the table; of its runs those whose file has found its place, for the others are still to come.
select count(*), count(*) filter (where f.disposition in ('archived', 'failed')), count(*) filter (where f.disposition = 'held'),
       coalesce((select count(*) from weir.reject r join weir.file o on o.run_id = r.run_id
                 where o.table_name = :'table' and o.disposition is not null), 0),
       (select count(*) from weir.bookmark b
        where exists (select from weir.file m where m.table_name = :'table' and m.declaration -> 'bookmark' ->> 'source' = b.source
                      and m.declaration -> 'bookmark' ->> 'stream' = b.stream))
from weir.file f
where f.table_name = :'table' and f.disposition is not null

-- name: places
select place from weir.file where table_name = :'table' and disposition in ('archived', 'failed', 'held') order by place

-- name: pins
delete from weir.table where table_name = :'table'

-- name: observed
with gone as (delete from weir.export where table_name = :'table')
delete from weir.observed where table_name = :'table'

-- name: overwritten
with unsaid as (delete from weir.unsaid where table_name = :'table')
delete from weir.overwritten where table_name = :'table'

-- name: bookmarks
-- What was pulled into it is pulled again, from the beginning.
delete from weir.bookmark b using weir.file f
where f.table_name = :'table' and f.declaration -> 'bookmark' ->> 'source' = b.source and f.declaration -> 'bookmark' ->> 'stream' = b.stream

-- name: pulled
delete from weir.pulled_file p using weir.file f where f.table_name = :'table' and p.run_id = f.run_id

-- name: identities
-- No file that was in the table is one that it has, and none can be taken back.
update weir.file set pins_sha256 = null, applied_as = null, overwritten = null where table_name = :'table' and state = 'applied'

-- name: files
update weir.file set place = '', disposition = 'deleted', updated_on = clock_timestamp()
where table_name = :'table' and disposition in ('archived', 'failed', 'held')

-- name: rejects
-- Of a run whose file has not found its place, or is held and may be approved, nothing is removed.
delete from weir.reject r using weir.file f
where f.run_id = r.run_id and f.table_name = :'table' and f.disposition <> 'held'

-- name: step_models
delete from weir.execution_step_model m using weir.execution_step s, weir.file f
where m.execution_step_id = s.execution_step_id and f.run_id = s.execution_id and f.table_name = :'table' and f.disposition <> 'held'

-- name: steps
delete from weir.execution_step s using weir.file f
where f.run_id = s.execution_id and f.table_name = :'table' and f.disposition <> 'held'

-- name: runs
-- The execution's row is behind the file's, which refers to it.
with gone as (delete from weir.file where table_name = :'table' and disposition <> 'held' returning run_id)
select array_agg(run_id)::text from gone

-- name: operations
with gone as (delete from weir.operation where table_name = :'table' returning run_id)
delete from weir.execution where execution_id in (select run_id from gone)

-- name: executions
delete from weir.execution where execution_id = any (:'runs'::uuid[])
