-- Whom `weir forget` erases (src/load/forgetting.h), and how later files know of it. The keys that are meant are in weir_forget, by their ids.

-- name: read
-- Each mark; the key of them once. A row without a mark: nobody is forgotten of these tables.
select f.table_name, f.mark::text, k.wrapped
from weir.forget_key k left join weir.forgotten f on f.table_name = any (:'tables'::text[])

-- name: key
select wrapped from weir.forget_key

-- name: make_key
insert into weir.forget_key (wrapped) values (:'wrapped') on conflict (only_one) do nothing

-- name: lock_key
select wrapped from weir.forget_key for update

-- name: wrap_key
update weir.forget_key set wrapped = :'wrapped'

-- name: begin
create temporary table weir_forget (id uuid primary key) on commit drop

-- name: entity
insert into weir_forget values (:'id'::uuid) on conflict do nothing

-- name: mark
insert into weir.forgotten (table_name, mark, run_id) values (:'table', :'mark'::uuid, :'run'::uuid) on conflict do nothing

-- name: exports
-- Full exports that had them are not the longer for it: whoever held then was in the file.
update weir.export x set rows = greatest(x.rows - n.gone, 0)
from (select e.at, count(*) as gone
      from (select distinct table_name, at from weir.export) e join :"schema".:"table" w on w.:"valid_from" <= e.at and (nullif(w.:"valid_to", :open_end) is null or e.at < w.:"valid_to")
      join weir_forget g on g.id = w.:"id"
      where e.table_name = :'table' group by e.at) n
where x.table_name = :'table' and x.at = n.at

-- name: exports_of_rows
-- The same where there is one row of each key: the last one had them.
update weir.export x set rows = greatest(x.rows - n.gone, 0)
from (select count(*) as gone from :"schema".:"table" w join weir_forget g on g.id = w.:"id") n
where x.table_name = :'table' and x.at = (select max(at) from weir.export where table_name = :'table')

-- name: rows
delete from :"schema".:"table" w using weir_forget g where w.:"id" = g.id

-- name: overwritten
-- What is left of a run's can still be taken back.
with gone as (delete from weir.overwritten o using weir_forget g where o.table_name = :'table' and o.id = g.id returning o.run_id),
counted as (update weir.file f set overwritten = f.overwritten - n.rows
            from (select run_id, count(*) as rows from gone group by run_id) n where f.run_id = n.run_id)
select count(*) from gone

-- name: observed
-- Arrays of ids that have one of them, without it.
with old as (delete from weir.observed o where o.table_name = :'table' and exists (select from weir_forget g where g.id = any (o.ids)) returning *)
insert into weir.observed (table_name, part, at, ids, said, run_id, had)
select o.table_name, o.part, o.at, i.ids, o.said, o.run_id, o.had
from old o cross join lateral (select array_agg(u.id order by u.n) as ids from unnest(o.ids) with ordinality u (id, n)
                               where not exists (select from weir_forget g where g.id = u.id)) i
where i.ids is not null

-- name: unsaid
with old as (delete from weir.unsaid o where o.table_name = :'table' and exists (select from weir_forget g where g.id = any (o.ids)) returning *)
insert into weir.unsaid (by_run, table_name, run_id, part, at, said, had, ids)
select o.by_run, o.table_name, o.run_id, o.part, o.at, o.said, o.had, i.ids
from old o cross join lateral (select array_agg(u.id order by u.n) as ids from unnest(o.ids) with ordinality u (id, n)
                               where not exists (select from weir_forget g where g.id = u.id)) i
where i.ids is not null

-- name: samples
-- Held files show some of the keys that they would change.
update weir.file f set summary = jsonb_set(f.summary, '{held,sample}', '[]'), updated_on = clock_timestamp()
where f.table_name = :'table' and jsonb_typeof(f.summary -> 'held' -> 'sample') = 'array'
  and exists (select from weir_forget g where f.summary -> 'held' -> 'sample' ? g.id::text)

-- name: staged_rows
delete from :"schema".:"table" s using weir_forget g where s.:"id" = g.id

-- name: referring
-- Rows of a fact that refer to one of them.
select count(*) from :"schema".:"fact" s join weir_forget g on g.id = s.:"as"

-- name: fact_delete
delete from :"schema".:"fact" s using weir_forget g where s.:"as" = g.id

-- name: hashes
-- What rows without a key are known by when they have lost their reference.
create temporary table weir_forget_hash (before uuid primary key, after uuid not null) on commit drop

-- name: hash
insert into weir_forget_hash select * from unnest(:'befores'::uuid[], :'afters'::uuid[]) on conflict do nothing

-- name: fact_null_bag
-- One of which no file is kept gets a hash that no file's row has.
with changed as (
    select s.row_hash, s.occurrence,
           case when exists (select from weir_forget_hash a where a.after = s.row_hash) then s.row_hash -- by another reference of it
                else coalesce(h.after, md5(s.row_hash::text)::uuid) end as hash
    from :"schema".:"fact" s join weir_forget g on g.id = s.:"as" left join weir_forget_hash h on h.before = s.row_hash),
numbered as (
    select c.*, case when c.hash = c.row_hash then c.occurrence
                     else row_number() over (partition by c.hash order by c.row_hash, c.occurrence)
                          + coalesce((select max(w.occurrence) from :"schema".:"fact" w where w.row_hash = c.hash), 0) end as place
    from changed c)
update :"schema".:"fact" s set :"as" = null, row_hash = n.hash, occurrence = n.place
from numbered n where s.row_hash = n.row_hash and s.occurrence = n.occurrence

-- name: fact_null
-- With a hash that no file's row has: it was made of the reference, too.
update :"schema".:"fact" s set :"as" = null, row_hash = md5(s.row_hash::text)::uuid from weir_forget g where s.:"as" = g.id

-- name: images_delete
with gone as (delete from weir.overwritten o using weir_forget g where o.table_name = :'fact' and o.cells ->> :'as'::text = g.id::text returning o.run_id),
counted as (update weir.file f set overwritten = f.overwritten - n.rows
            from (select run_id, count(*) as rows from gone group by run_id) n where f.run_id = n.run_id)
select count(*) from gone

-- name: images_null
update weir.overwritten o set cells = o.cells || jsonb_build_object(:'as'::text, null)
from weir_forget g where o.table_name = :'fact' and o.cells ->> :'as'::text = g.id::text

-- name: waiting_begin
create temporary table weir_forget_lines (run_id uuid not null, line bigint not null, primary key (run_id, line)) on commit drop

-- name: waiting
-- Rows of the table itself that wait.
insert into weir_forget_lines
select w.run_id, w.line from weir.waiting w join weir_forget g on g.id = w.id where w.table_name = :'table'
on conflict do nothing

-- name: waiting_delete
-- Rows of a fact that wait, and refer to one of them.
insert into weir_forget_lines
select w.run_id, w.line from weir.waiting w join weir_forget g on w.cells ->> :'as'::text = g.id::text where w.table_name = :'fact'
on conflict do nothing

-- name: waiting_null
-- Its original bytes have the key, and so they go; the row has all the rest.
with changed as (
    update weir.waiting w set cells = w.cells || jsonb_build_object(:'as'::text, null),
                              hash = coalesce((select h.after from weir_forget_hash h where h.before = w.hash), md5(w.hash::text)::uuid)
    from weir_forget g where w.table_name = :'fact' and w.cells ->> :'as'::text = g.id::text
    returning w.run_id, w.line),
originals as (
    update weir.reject r set original = convert_to('(forgotten)', 'UTF8') from changed c where r.run_id = c.run_id and r.line = c.line)
select count(*) from changed

-- name: waiting_take
-- They are counted as forgotten by their runs.
with gone as (delete from weir.waiting w using weir_forget_lines l where w.run_id = l.run_id and w.line = l.line returning w.run_id, w.line),
originals as (delete from weir.reject r using gone g where r.run_id = g.run_id and r.line = g.line),
counted as (
    update weir.file f
    set rows_waiting = f.rows_waiting - n.rows, rows_forgotten = f.rows_forgotten + n.rows, updated_on = clock_timestamp(),
        summary = coalesce(jsonb_set(f.summary, '{rows}', (f.summary -> 'rows') || jsonb_build_object(
            'waiting', f.rows_waiting - n.rows, 'forgotten', f.rows_forgotten + n.rows)), f.summary)
    from (select run_id, count(*) as rows from gone group by run_id) n where f.run_id = n.run_id)
select count(*) from gone

-- name: waiting_count
update weir.table t set waiting = (select count(*) from weir.waiting w where w.table_name = t.table_name) where t.table_name = :'table'

-- name: reject_runs
-- The runs of a table that have rejects, and what is needed to read these.
select f.run_id, f.file_name, f.header, f.dialect::text, jsonb_array_length(f.columns)
from weir.file f
where f.table_name = :'table' and exists (select from weir.reject r where r.run_id = f.run_id)
order by f.seen_on

-- name: rejects
select r.line, r.repaired, encode(r.original, 'base64')
from weir.reject r
where r.run_id = :'run'::uuid and not r.waiting and (r.line, r.repaired) > (:'line'::bigint, :'repaired'::boolean)
order by r.line, r.repaired limit 1000

-- name: reject_blank
update weir.reject set original = convert_to(:'text', 'UTF8') where run_id = :'run'::uuid and line = :'line'::bigint and repaired = :'repaired'::boolean

-- name: reject_take
-- A reject is counted as forgotten by its run; what a repaired row was before only goes.
with gone as (
    delete from weir.reject r
    where r.run_id = :'run'::uuid and r.line = :'line'::bigint and r.repaired = :'repaired'::boolean and not r.waiting returning r.repaired),
counted as (
    update weir.file f
    set rows_rejected = f.rows_rejected - 1, rows_forgotten = coalesce(f.rows_forgotten, 0) + 1, updated_on = clock_timestamp(),
        summary = coalesce(jsonb_set(f.summary, '{rows}', (f.summary -> 'rows') || jsonb_build_object(
            'rejected', f.rows_rejected - 1, 'forgotten', coalesce(f.rows_forgotten, 0) + 1)), f.summary)
    where f.run_id = :'run'::uuid and exists (select from gone where not repaired) and f.rows_rejected is not null)
select count(*) from gone

-- name: files
-- What is kept of a table's files, and what lies where it was loaded from.
select f.run_id, f.place, f.disposition, f.sha256, f.kept_sha256, f.forgetting is not null, f.declaration::text
from weir.file f
where f.table_name = :'table' and f.place <> '' and f.disposition in ('archived', 'failed', 'held', 'left')
order by f.seen_on

-- name: files_left
select f.run_id, f.place, f.disposition, f.sha256, f.kept_sha256, true, f.declaration::text
from weir.file f
where f.table_name = :'table' and f.forgetting is not null and f.place <> '' and f.disposition in ('archived', 'failed', 'held')

-- name: file_due
update weir.file set forgetting = :'by'::uuid, updated_on = clock_timestamp() where run_id = :'run'::uuid

-- name: file_cut
-- Before the file with these bytes takes the place of the one that is there.
update weir.file set kept_sha256 = :'sha', kept_size = :'size'::bigint, updated_on = clock_timestamp() where run_id = :'run'::uuid

-- name: file_done
update weir.file set forgetting = null, updated_on = clock_timestamp() where run_id = :'run'::uuid

-- name: unmodelled
-- Tables of which nobody says what they refer to.
select string_agg(table_name, ', ' order by table_name) from weir.table where not (table_name = any (:'tables'::text[]))

-- name: list
-- How many of each table are forgotten, and since when.
select f.table_name as table, count(*) as keys, min(f.since)::text as first, max(f.since)::text as last,
       (select count(*) from weir.file d where d.table_name = f.table_name and d.forgetting is not null
        and d.disposition in ('archived', 'failed', 'held')) as files_due
from weir.forgotten f
where :'table'::text is null or f.table_name = :'table'::text
group by f.table_name order by f.table_name

-- name: lift
delete from weir.forgotten where table_name = :'table' and mark = :'mark'::uuid
