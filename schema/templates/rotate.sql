-- A new key secret (pipeline/warehouse/rotate.h). weir_alias has what each id is now, and each hash of a row that refers to one.

-- name: lock
-- One rotation at a time.
select pg_try_advisory_lock(hashtextextended('weir.secret', 0))

-- name: unlock
select pg_advisory_unlock(hashtextextended('weir.secret', 0))

-- name: tables
select table_name, kind, warehouse_schema, key ->> 'fingerprint', pins::text, history::text
from weir.table where kind is not null and warehouse_schema is not null order by table_name

-- name: count
select count(*) from :"schema".:"table"

-- name: lock_tables
-- Nobody loads a table for the first time.
lock table weir.table in exclusive mode

-- name: settings
-- All rows of a cursor are fetched: it is planned as if they were a result.
select pg_catalog.set_config('cursor_tuple_fraction', '1', true)

-- name: aliases
create temporary table weir_alias (old uuid primary key, new uuid not null, hash boolean not null) on commit drop

-- name: pairs
-- What was made so far, of rows in any number with one id.
create temporary table weir_pair (old uuid not null, new uuid not null, hash boolean not null) on commit drop

-- name: unknown
-- What nothing that is stored gives, and the run that brought it.
create temporary table weir_unknown (old uuid not null, run_id uuid not null, hash boolean not null) on commit drop

-- name: ids_of_table
-- Rows of which ids are made again: id, run, the parts of the key.
declare weir_row no scroll cursor for
select :distinct w.:"id"::text, w.:"by"::text :columns from :"schema".:"table" w :order

-- name: ids_of_waiting
declare weir_row no scroll cursor for
select w.id::text, w.run_id::text :columns from weir.waiting w
where w.table_name = :'table' and w.id is not null and not exists (select from weir_alias a where a.old = w.id)

-- name: ids_of_overwritten
declare weir_row no scroll cursor for
select w.id::text, w.run_id::text :columns from weir.overwritten w
where w.table_name = :'table' and w.cells is not null and not exists (select from weir_alias a where a.old = w.id)

-- name: hashes_of_table
-- Rows of facts of which hashes are made again: hash, run, the columns; of references what they are now, too.
declare weir_row no scroll cursor for
select w.row_hash::text, w.loaded_by::text :columns from :"schema".:"table" w :joins
where not exists (select from weir_alias a where a.old = w.row_hash)

-- name: hashes_of_waiting
declare weir_row no scroll cursor for
select w.hash::text, w.run_id::text :columns from weir.waiting w :joins
where w.table_name = :'table' and not exists (select from weir_alias a where a.old = w.hash)

-- name: hashes_of_overwritten
declare weir_row no scroll cursor for
select w.cells ->> 'row_hash', w.run_id::text :columns from weir.overwritten w :joins
where w.table_name = :'table' and w.cells is not null and not exists (select from weir_alias a where a.old = (w.cells ->> 'row_hash')::uuid)

-- name: fetch
fetch 5000 from weir_row

-- name: close
close weir_row

-- name: take
insert into weir_alias select distinct on (old) old, new, hash from weir_pair order by old on conflict do nothing

-- name: forget_pairs
truncate weir_pair

-- name: analyze
analyze weir_alias

-- name: inferred
-- The hash of a placeholder is made of its id.
insert into weir_alias
select md5(w.id::text)::uuid, md5(a.new::text)::uuid, true
from (select :"id" as id from :"schema".:"table" where :"is_inferred"
      union select id from weir.overwritten where table_name = :'table' and (cells ->> :'is_inferred'::text)::boolean) w
join weir_alias a on a.old = w.id
on conflict do nothing

-- name: unknown_references
-- Of entities that no dimension has. Rows that were overwritten are those of the run that is in them.
insert into weir_unknown
select distinct r.id, r.run_id, false
from (select w.:"as" as id, w.loaded_by as run_id from :"schema".:"table" w
      union select (w.cells ->> :'as'::text)::uuid, w.run_id from weir.waiting w where w.table_name = :'table'
      union select (w.cells ->> :'as'::text)::uuid, (w.cells ->> 'loaded_by')::uuid
      from weir.overwritten w where w.table_name = :'table' and w.cells is not null) r
where r.id is not null and not exists (select from weir_alias a where a.old = r.id)

-- name: unknown_said
-- Of keys that were said to be gone, or refused, and never had a row.
insert into weir_unknown
select distinct o.id, coalesce(o.run_id, '00000000-0000-0000-0000-000000000000'), false
from (select i as id, o.run_id from weir.observed o cross join unnest(o.ids) i where o.table_name = :'table'
      union select i, o.run_id from weir.unsaid o cross join unnest(o.ids) i where o.table_name = :'table'
      union select o.id, o.run_id from weir.overwritten o where o.table_name = :'table' and o.cells is null) o
where not exists (select from weir_alias a where a.old = o.id)

-- name: runs
-- Whose files say the rest: with where the bytes of each may be.
select u.run_id, f.table_name, f.file_name,
       (select jsonb_agg(distinct jsonb_build_array(o.place, b.sha256, b.size))::text
        from weir.file o cross join lateral (values (o.sha256, o.size_bytes), (o.kept_sha256, o.kept_size)) b (sha256, size)
        where o.table_name = f.table_name and o.sha256 = f.sha256 and o.place <> '' and b.sha256 is not null), f.declaration::text
from (select run_id from weir_unknown u where not exists (select from weir_alias a where a.old = u.old) group by run_id) u
left join weir.file f on f.run_id = u.run_id
order by f.applied_as, u.run_id

-- name: take_known
-- Of a file's pairs.
insert into weir_alias
select distinct on (p.old) p.old, p.new, p.hash
from weir_pair p join weir_unknown u on u.old = p.old and u.hash = p.hash
order by p.old on conflict do nothing

-- name: left
-- What cannot be made again. A hash that its file does not give is one that no file has: it stays.
select count(distinct u.old) filter (where not u.hash), count(distinct u.old) filter (where u.hash),
       (array_agg(distinct u.run_id::text))[1:3]::text
from weir_unknown u
where not exists (select from weir_alias a where a.old = u.old)
  and (not u.hash or u.run_id = any (string_to_array(:'lost', ' ')::uuid[]))

-- name: forget_unknown
truncate weir_unknown

-- name: twice
-- Whether two of them became one.
select exists (select from weir_alias group by new having count(*) > 1)

-- name: join
left join weir_alias :name on :name.old = :what

-- name: change_ids
-- Of a table that refers to nobody.
update :"schema".:"table" w set :"id" = a.new from weir_alias a where a.old = w.:"id"

-- name: change_placeholders
update :"schema".:"table" w set row_hash = a.new from weir_alias a where w.:"is_inferred" and a.old = w.row_hash

-- name: change_rows
-- Rows are found again by "keys". Joins with the table itself are by hash; a look-up for each column of each row takes ten times as long.
update :"schema".:"table" w
set :assignments
from (select :keys :news, num_nonnulls(:had) as "had?" from :"schema".:"table" o :joins) n
where :same n."had?" > 0

-- name: change_waiting
update weir.waiting w
set id = coalesce((select a.new from weir_alias a where a.old = w.id), w.id),
    hash = coalesce((select a.new from weir_alias a where a.old = w.hash), w.hash),
    cells = w.cells || coalesce((select jsonb_object_agg(c.key, a.new) from jsonb_each_text(w.cells) c join weir_alias a on a.old = c.value::uuid
                                 where c.key = any (string_to_array(:'names', ' '))), '{}')
where w.table_name = :'table'

-- name: change_overwritten
update weir.overwritten w
set id = coalesce((select a.new from weir_alias a where a.old = w.id), w.id),
    cells = w.cells || coalesce((select jsonb_object_agg(c.key, a.new) from jsonb_each_text(w.cells) c join weir_alias a on a.old = c.value::uuid
                                 where c.key = any (string_to_array(:'names', ' '))), '{}')
where w.table_name = :'table'

-- name: change_observed
-- The part that an id is in is another one, too.
with was as (delete from weir.observed where table_name = :'table' returning *)
insert into weir.observed (table_name, run_id, part, at, said, had, ids)
select o.table_name, o.run_id, right(a.new::text, 3), o.at, o.said, o.had, array_agg(a.new)
from was o cross join unnest(o.ids) i join weir_alias a on a.old = i
group by 1, 2, 3, 4, 5, 6

-- name: change_unsaid
with was as (delete from weir.unsaid where table_name = :'table' returning *)
insert into weir.unsaid (by_run, table_name, run_id, part, at, said, had, ids)
select o.by_run, o.table_name, o.run_id, right(a.new::text, 3), o.at, o.said, o.had, array_agg(a.new)
from was o cross join unnest(o.ids) i join weir_alias a on a.old = i
group by 1, 2, 3, 4, 5, 6, 7

-- name: change_samples
-- Of whom files that are held would close: those that are known.
update weir.file f
set summary = jsonb_set(f.summary, '{held,sample}',
                        (select coalesce(jsonb_agg(a.new), '[]')
                         from jsonb_array_elements_text(f.summary -> 'held' -> 'sample') s join weir_alias a on a.old = s.value::uuid))
where f.table_name = :'table' and f.state = 'held' and jsonb_typeof(f.summary -> 'held' -> 'sample') = 'array'

-- name: change_pins
update weir.table
set key = jsonb_set(key, '{fingerprint}', to_jsonb(:'is'::text)), updated_on = clock_timestamp()
where key ->> 'fingerprint' = :'was'

-- name: ids
select count(*) from weir_alias where not hash

-- name: run
insert into weir.execution (execution_id, status, created_on, started_on, heartbeat_on, completed_on, execution_time_ms)
values (:'run'::uuid, 'COMPLETED', now(), now(), clock_timestamp(), clock_timestamp(), extract(epoch from clock_timestamp() - now()) * 1000)

-- name: operation
insert into weir.operation (run_id, table_name, kind, subject, runs, report)
values (:'run'::uuid, null, 'rotate', :'subject', '{}', :'report'::jsonb)

-- name: rotated_to
-- Whether the ids are those of this secret, by a rotation that came to its end.
select coalesce((select report ->> 'to' = :'is' from weir.operation join weir.execution on execution_id = run_id
                 where kind = 'rotate' and :'is' in (report ->> 'from', report ->> 'to') order by completed_on desc limit 1), false)

-- name: rotated_from
-- When this secret was given up, and for which.
select run, at, becomes
from (select left(run_id::text, 8) as run, to_char(completed_on at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"') as at, report ->> 'to' as becomes
      from weir.operation join weir.execution on execution_id = run_id
      where kind = 'rotate' and :'was' in (report ->> 'from', report ->> 'to') order by completed_on desc limit 1) o
where o.becomes <> :'was'

-- name: tidy
vacuum (analyze) :"schema".:"table"
