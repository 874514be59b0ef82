-- A table is made again from its files (`weir rebuild`): in temporary tables, among them a ledger of this session's own (db_shadow).

-- name: files
-- What the table was made from, in the order in which it was, and where the bytes of each may be: a file that was loaded twice lies where the
-- later run put it, and may be less since somebody was forgotten. One that came once more, behind newer ones, overwrote nothing: rows of it were refused, or it was a full export and closed
-- nobody. What was in a table that was dropped since has no pins any more.
select f.run_id, f.file_name, f.sha256, f.disposition, f.size_bytes, f.instant_ns, f.order_key, f.again, f.retry_of,
       coalesce(f.applied_on, e.completed_on)::text,
       f.overtaken or exists (select from weir.reject r where r.run_id = f.run_id and r.reason = 'overtaken')
       or (f.again and f.overtook is not null and exists (select from weir.export x where x.table_name = f.table_name)
           and not exists (select from weir.export x where x.run_id = f.run_id)),
       (select jsonb_agg(distinct jsonb_build_array(o.place, b.sha256, b.size))::text
        from weir.file o cross join lateral (values (o.sha256, o.size_bytes), (o.kept_sha256, o.kept_size)) b (sha256, size)
        where o.table_name = f.table_name and o.sha256 = f.sha256 and o.place <> '' and b.sha256 is not null),
       left(f.trimmed ->> 'file', 10), f.declaration::text
from weir.file f join weir.execution e on e.execution_id = f.run_id
where f.table_name = :'table' and f.state = 'applied' and f.pins_sha256 is not null
order by f.applied_as nulls first, e.completed_on

-- name: make_room
-- Before the first temporary table of a session.
set temp_buffers = '64MB'

-- name: shadows
-- The ledger's tables, empty, as temporary ones.
select format('create temporary table %I (like weir.%I including all)', 'weir.' || c.relname, c.relname)
from pg_class c
where c.relnamespace = (select oid from pg_namespace where nspname = 'weir') and c.relkind = 'r'
  and c.relname <> all (string_to_array(:'apart', ' '))

-- name: inputs
-- What loads only read is the same for both ledgers.
select format('insert into pg_temp.%I select * from weir.%I', 'weir.' || c.relname, c.relname)
from pg_class c
where c.relnamespace = (select oid from pg_namespace where nspname = 'weir') and c.relkind = 'r'
  and c.relname <> all (string_to_array(:'apart', ' ') || string_to_array(:'written', ' '))

-- name: shadow_tables
-- What is known of all other tables, and nothing of this one.
insert into pg_temp."weir.table" select * from weir.table where table_name <> :'table'

-- name: shadow_files
-- Who comes again finds what he was, but nothing was applied.
insert into pg_temp."weir.file" select * from weir.file where table_name = :'table'

-- name: shadow_unapplied
update pg_temp."weir.file"
set state = 'loading', effective_on = case when by_hand then effective_on end, observes = false, overtook = null, overtook_count = null,
    irrevocable = null, overwritten = null, overtaken = false, trimmed = nullif(trimmed - 'rejects' - 'undo', '{}')
where state = 'applied'

-- name: schema
select nspname from pg_namespace where oid = pg_my_temp_schema()

-- name: analyze
analyze :"schema".:"table"

-- name: changed
-- Files that were not what they had been when they were read again.
select f.file_name
from pg_temp."weir.file" s join weir.file f on f.run_id = s.run_id
where s.state = 'applied' and s.sha256 is distinct from f.sha256 and s.sha256 is distinct from f.kept_sha256 limit 1

-- name: lock
-- Who only reads goes on.
lock table :"schema".:"table" in share row exclusive mode

-- name: lock_row
select 1 from weir.table where table_name = :'table' for update

-- name: key
-- The columns that tell a table's rows apart, in their order.
select a.attname
from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace,
     unnest(i.indkey) with ordinality as k (attnum, n) join pg_attribute a on a.attnum = k.attnum
where n.nspname = :'schema' and c.relname = :'table' and i.indisunique and i.indpred is null and a.attrelid = c.oid
order by k.n

-- name: difference
-- Rows of the live table, l, and the rebuilt one, r, that are not the same: 'extra' is only live, 'missing' only rebuilt, 'different' has
-- other values; 'hash' is told nobody.
create temporary table weir_difference on commit drop as
select :keys, case when r.:"first" is null then 'extra' when l.:"first" is null then 'missing'
                   when row(:live 0) is distinct from row(:rebuilt 0) then 'different' else 'hash' end as "kind?"
from :"schema".:"table" l full join :"temporary".:"table" r on :same
where l.:"first" is null or r.:"first" is null or row(:live l.row_hash) is distinct from row(:rebuilt r.row_hash)

-- name: difference_of_all
-- Where nothing tells which rows are the same ones.
create temporary table weir_difference on commit drop as
select :keys, 'missing' as "kind?" from :"temporary".:"table" r

-- name: analyze_difference
analyze weir_difference

-- name: pair
-- Rows without a key that are known by another hash, and otherwise equal: in each other's place they are no difference.
with sides as (
    select 'extra' as "kind?", :keys_l, :live 0 as "zero?" from weir_difference d join :"schema".:"table" l on :same_l where d."kind?" = 'extra'
    union all
    select 'missing', :keys_r, :rebuilt 0 from weir_difference d join :"temporary".:"table" r on :same_r where d."kind?" = 'missing'),
numbered as (
    select s.*, row_number() over (partition by :names "zero?", "kind?" order by :keys) as "n?" from sides s),
paired as (
    select n.*, count(*) over (partition by :names "zero?", "n?") as "both?" from numbered n)
update weir_difference d
set "kind?" = d."kind?" || ' hash'
from paired p
where p."both?" = 2 and p."kind?" = d."kind?" and :same_p

-- name: count
select count(*) filter (where "kind?" = 'extra'), count(*) filter (where "kind?" = 'missing'),
       count(*) filter (where "kind?" = 'different')
from weir_difference

-- name: closes
-- Keys that hold, and would not.
select count(*) filter (where r.:"id" is null), count(*)
from :"schema".:"table" l left join :"temporary".:"table" r on r.:"id" = l.:"id" and r.:"current_then"
where l.:"current"

-- name: rows
select count(*) from :"schema".:"table"

-- name: sample
-- Each with all of its columns as texts, those of the live table and those of the rebuilt one.
select d."kind?", case when d."kind?" <> 'missing' then json_object(array[:names_live]::text[], array[:texts_live]::text[]) end::text,
       case when d."kind?" <> 'extra' then json_object(array[:names_rebuilt]::text[], array[:texts_rebuilt]::text[]) end::text
from weir_difference d
left join :"schema".:"table" l on :same_l left join :"temporary".:"table" r on :same_r
where d."kind?" in ('extra', 'missing', 'different')
order by :keys_d limit :'limit'::bigint

-- name: sample_missing
select d."kind?", null::text, json_object(array[:names_rebuilt]::text[], array[:texts_rebuilt]::text[])::text
from weir_difference d join :"temporary".:"table" r on :same_r
order by :keys_d limit :'limit'::bigint

-- name: take_out
delete from :"schema".:"table" l using weir_difference d
where :same_l and d."kind?" in ('extra', 'extra hash')

-- name: change
update :"schema".:"table" l
set :assignments row_hash = r.row_hash
from weir_difference d join :"temporary".:"table" r on :same_r
where :same_l and d."kind?" = :'kind' and :when

-- name: put_in
insert into :"schema".:"table" (:columns)
select :values from weir_difference d join :"temporary".:"table" r on :same_r
where d."kind?" in ('missing', 'missing hash')
order by :keys_d

-- name: empty
delete from :"schema".:"table"

-- name: fill
insert into :"schema".:"table" (:columns) select :values from :"temporary".:"table" r order by :keys_r

-- name: create
create table :"schema".:"table" (like :"temporary".:"table" including all)

-- name: assignments
-- Of all columns of a table of the ledger but for some.
select string_agg(format('%I = s.%I', a.attname, a.attname), ', ' order by a.attnum)
from pg_attribute a join pg_class c on c.oid = a.attrelid
where c.relnamespace = (select oid from pg_namespace where nspname = 'weir') and c.relname = :'relation' and a.attnum > 0
  and not a.attisdropped and a.attname <> all (string_to_array(:'but', ' '))

-- name: take_files
-- The runs count what they have given now; where and when they were stays. A summary that was trimmed stays so.
update weir.file f
set :assignments,
    summary = case when f.trimmed ? 'details' then f.summary
                   else coalesce(f.summary, s.summary) || jsonb_build_object('rows', s.summary -> 'rows', 'lines', s.summary -> 'lines') end,
    updated_on = clock_timestamp()
from pg_temp."weir.file" s
where f.run_id = s.run_id and s.state = 'applied'

-- name: forget_rejects
delete from weir.reject r using pg_temp."weir.file" s where r.run_id = s.run_id and s.state = 'applied'

-- name: take_rejects
insert into weir.reject select * from pg_temp."weir.reject"

-- name: kept
select c.relname from pg_class c
where c.relnamespace = (select oid from pg_namespace where nspname = 'weir') and c.relname = any (string_to_array(:'kept', ' '))

-- name: forget_rows
delete from weir.:"relation" where table_name = :'table'

-- name: take_rows
insert into weir.:"relation" select * from pg_temp.:"shadow" where table_name = :'table'

-- name: take_table
update weir.table t
set :assignments, warehouse_schema = :'schema', last_instant = greatest(t.last_instant, s.last_instant), updated_on = clock_timestamp()
from pg_temp."weir.table" s
where t.table_name = :'table' and s.table_name = :'table'

-- name: run
insert into weir.execution (execution_id, status, created_on, started_on, heartbeat_on, completed_on, execution_time_ms)
values (:'run'::uuid, 'COMPLETED', :'begun'::timestamptz, :'begun'::timestamptz, clock_timestamp(), clock_timestamp(),
        extract(epoch from clock_timestamp() - :'begun'::timestamptz) * 1000)

-- name: operation
insert into weir.operation (run_id, table_name, kind, subject, runs, report)
values (:'run'::uuid, :'table', 'rebuild', :'subject', '{}', :'report'::jsonb)

-- name: now
select clock_timestamp()::text
