-- Rows of facts that wait for what they refer to: put aside by the run that brings them, and settled later. In every statement the
-- fact's row of weir.table is locked, so that nobody else has them in hand.

-- name: begin
-- What becomes of rows that have waited: 'inserted', 'updated', 'duplicate' or 'rejected'.
create temporary table weir_settled (run_id uuid not null, line bigint not null, id uuid, since timestamptz not null, became text not null)
on commit drop

-- name: refused_file
-- The newest file of a dimension, if it was refused.
select f.file_name, f.run_id, f.state = 'failed' and f.disposition in ('failed', 'left')
from weir.file f where f.table_name = :'table' order by f.seen_on desc limit 1

-- name: explain
update weir_refused set message = message || :'more' where waits_for is not distinct from :'waits_for' and column_name = :'column'

-- name: known_keyed
-- Rows that wait already, just so.
delete from :"staging".:"build" s
using weir_refused r, weir.waiting w
where r._line = s._line and r.waits_for is not null and w.table_name = :'table' and w.id = s._id and w.hash = s._hash

-- name: known_distinct
-- Of equal rows without a key those that wait come behind those that the table has, and the file's others behind them.
delete from :"staging".:"build" d
using (select s._line, row_number() over (partition by s._hash order by s._line) as n, w.waiting,
              (select count(*) from :"schema".:"table" t where t.row_hash = s._hash) as there
       from :"staging".:"build" s
       join (select hash, count(*) as waiting from weir.waiting where table_name = :'table' group by hash) w on w.hash = s._hash) k
where d._line = k._line and k.n > k.there and k.n <= k.there + k.waiting

-- name: known_shared
-- The same by the columns that the file and the table share.
delete from :"staging".:"build" d
using (select s._line, row_number() over (partition by row(:shared_s) order by s._line) as n, k.waiting, coalesce(t.there, 0) as there
       from :"staging".:"build" s
       join (select row(:shared_w) as key, count(*) as waiting
             from (select :typed from weir.waiting w where w.table_name = :'table') w group by 1) k on k.key = row(:shared_s)
       left join (select row(:shared_w) as key, count(*) as there from :"schema".:"table" w group by 1) t on t.key = row(:shared_s)) k
where d._line = k._line and k.n > k.there and k.n <= k.there + k.waiting

-- name: fill
-- A column that is new, or has its first values, comes to the rows that wait as to those of the table (fact/fill).
with staged as (
    select *, row_number() over (partition by _hash order by _line) as occurrence
    from :"staging".:"build"),
waiting as (
    select w.*, row_number() over (partition by w.hash order by w.run_id, w.line) as occurrence
    from (select w.run_id, w.line, w.hash, :typed from weir.waiting w where w.table_name = :'table') w),
news as (
    select s._line, s._hash, row(:shared_s) as key, row_number() over (partition by row(:shared_s) order by s._line) as n
    from staged s
    where not exists (select from waiting w where w.hash = s._hash and w.occurrence = s.occurrence)),
olds as (
    select w.run_id, w.line, row(:shared_w) as key, row_number() over (partition by row(:shared_w) order by w.run_id, w.line) as n
    from waiting w
    where not exists (select from staged s where s._hash = w.hash and s.occurrence = w.occurrence))
update weir.waiting w
set cells = w.cells || jsonb_object(array[:names]::text[], array[:texts]::text[]), hash = n._hash
from news n join olds o on o.key = n.key and o.n = n.n join :"staging".:"build" s on s._line = n._line
where w.run_id = o.run_id and w.line = o.line

-- name: forget_known
delete from weir_refused r
where r.waits_for is not null and not exists (select from :"staging".:"build" s where s._line = r._line)

-- name: refuse_overtaken
-- Of a file that comes late: rows whose key waits with something else, or that would wait for changing a row of the fact.
with late as (
    select s._line from :"staging".:"build" s
    where exists (select from weir.waiting w where w.table_name = :'table' and w.id = s._id and w.hash <> s._hash)
       or (exists (select from weir_refused r where r._line = s._line)
           and exists (select from :"schema".:"table" t where t.:"id" = s._id and t.row_hash <> s._hash))),
gone as (delete from weir_refused r using late l where r._line = l._line)
insert into weir_refused select _line, :'column', 'overtaken', :'message' from late

-- name: forget_missing
delete from weir_refused where waits_for is not null

-- name: supersede
-- A later row of the same key, whether it waits or not, stands in place of the one that waits.
insert into weir_settled
select w.run_id, w.line, w.id, w.since, 'duplicate'
from weir.waiting w
where w.table_name = :'table' and exists (select from :"staging".:"build" s where s._id = w.id)

-- name: superseded
-- They are gone, with all that they said.
update weir.file set irrevocable = 'it took the place of rows that waited, or filled a new column into them' where run_id = :'run'::uuid

-- name: keep
insert into weir.waiting (table_name, run_id, line, dimension, id, hash, cells, since)
select :'table', :'run'::uuid, s._line, r.waits_for, s._id, s._hash, jsonb_object(array[:names]::text[], array[:texts]::text[]),
       coalesce(o.since, clock_timestamp())
from :"staging".:"build" s join weir_refused r on r._line = s._line left join weir_settled o on o.id = s._id
where r.waits_for is not null

-- name: tables
-- That have rows waiting.
select table_name from weir.table where waiting > 0 order by table_name

-- name: settle
-- Rows whose references are all known are taken up; those that the model refuses by now, or that waited for too long, are rejects.
insert into weir_settled
select w.run_id, w.line, w.id, w.since, w.became
from (select w.run_id, w.line, w.id, w.since,
             case when :ready then case when :known then 'updated' else 'inserted' end
                  when :refused or w.since <= clock_timestamp() - :'days'::double precision * interval '1 day' then 'rejected' end as became
      from weir.waiting w where w.table_name = :'table') w
where w.became is not null

-- name: give_up
insert into weir_settled select w.run_id, w.line, w.id, w.since, 'rejected' from weir.waiting w where w.table_name = :'table'

-- name: update
-- What the row's file did not have stays. The hash is one that no file's row has: the columns may have become others since.
with before as (
    insert into weir.overwritten (table_name, run_id, id, began, cells)
    select :'table', s.run_id, s.id, '-infinity', :image
    from weir_settled s join :"schema".:"table" w on w.:"id" = s.id
    where s.became = 'updated'
    returning run_id),
counted as (
    update weir.file f set overwritten = f.overwritten + n.rows
    from (select run_id, count(*) as rows from before group by run_id) n where f.run_id = n.run_id)
update :"schema".:"table" f
set :assignments row_hash = md5(w.hash::text)::uuid, updated_at = :'instant'::timestamptz, loaded_by = w.run_id
from weir.waiting w join weir_settled s on s.run_id = w.run_id and s.line = w.line
where s.became = 'updated' and f.:"id" = w.id

-- name: insert
insert into :"schema".:"table" (:"id", :columns row_hash, created_at, updated_at, loaded_by)
select w.id, :values md5(w.hash::text)::uuid, :'instant'::timestamptz, :'instant'::timestamptz, w.run_id
from weir.waiting w join weir_settled s on s.run_id = w.run_id and s.line = w.line
where s.became = 'inserted'
order by w.id

-- name: append
insert into :"schema".:"table" (:columns row_hash, occurrence, created_at, updated_at, loaded_by)
select :values w.hash, coalesce(h.highest, 0) + row_number() over (partition by w.hash order by w.since, w.line),
       :'instant'::timestamptz, :'instant'::timestamptz, w.run_id
from weir.waiting w join weir_settled s on s.run_id = w.run_id and s.line = w.line
left join (select t.row_hash, max(t.occurrence) as highest from :"schema".:"table" t
           where t.row_hash in (select hash from weir.waiting where table_name = :'table') group by t.row_hash) h on h.row_hash = w.hash
where s.became = 'inserted'

-- name: forget
delete from weir.waiting w using weir_settled s where w.run_id = s.run_id and w.line = s.line

-- name: forget_originals
delete from weir.reject r using weir_settled s
where r.run_id = s.run_id and r.line = s.line and r.waiting and s.became <> 'rejected'

-- name: reject
update weir.reject r
set waiting = false, message = r.message || '; it waited since ' || to_char(s.since, 'YYYY-MM-DD HH24:MI:SS')
from weir_settled s
where r.run_id = s.run_id and r.line = s.line and r.waiting and s.became = 'rejected'

-- name: count
-- The runs of the rows count them as what they became, and their summaries say the same.
update weir.file f
set rows_waiting = f.rows_waiting - n.settled, rows_rejected = f.rows_rejected + n.rejected, rows_duplicate = f.rows_duplicate + n.duplicate,
    rows_inserted = f.rows_inserted + n.inserted, rows_updated = f.rows_updated + n.updated,
    rows_staged = f.rows_staged + n.inserted + n.updated, updated_on = clock_timestamp(),
    summary = coalesce(jsonb_set(f.summary, '{rows}', (f.summary -> 'rows') || jsonb_build_object(
        'waiting', f.rows_waiting - n.settled, 'rejected', f.rows_rejected + n.rejected, 'duplicate', f.rows_duplicate + n.duplicate,
        'inserted', f.rows_inserted + n.inserted, 'updated', f.rows_updated + n.updated,
        'staged', f.rows_staged + n.inserted + n.updated)), f.summary)
from (select s.run_id, count(*) as settled, count(*) filter (where became = 'rejected') as rejected,
             count(*) filter (where became = 'duplicate') as duplicate, count(*) filter (where became = 'inserted') as inserted,
             count(*) filter (where became = 'updated') as updated
      from weir_settled s group by s.run_id) n
where f.run_id = n.run_id

-- name: readdress
-- Where one of several dimensions has the entity by now, the rows wait for the next.
update weir.waiting w set dimension = :first where w.table_name = :'table' and w.dimension <> :first

-- name: tell_none
-- Where no row is left in staging the comment on the table says why (status/staging_is_empty).
select format('comment on table %I.%I is %L', :'staging'::text, :'build'::text,
              regexp_replace(obj_description(c.oid, 'pg_class'), ' (?=\(weir run [0-9a-f-]+\)$)', ', of which all rows wait '))
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = :'staging' and c.relname = :'build' and not exists (select from :"staging".:"build")

-- name: end
-- A file whose rows are rejects by now is no duplicate when it comes again.
update weir.table t
set waiting = (select count(*) from weir.waiting w where w.table_name = t.table_name), updated_on = clock_timestamp(),
    last_had_rejects = t.last_had_rejects
                       or exists (select from weir_settled s where s.run_id = t.last_run and s.became = 'rejected')
where t.table_name = :'table'

-- name: settled
select count(*) filter (where became = 'inserted'), count(*) filter (where became = 'updated'),
       count(*) filter (where became = 'rejected')
from weir_settled

-- name: rename
update weir.waiting w
set cells = (w.cells - :'column'::text) || jsonb_build_object(:'name'::text, w.cells -> :'column'::text)
where w.table_name = :'table' and w.cells ? :'column'::text

-- name: convert
-- As convert/write does in the table.
update weir.waiting w
set cells = jsonb_set(w.cells, array[:'column'::text], coalesce(to_jsonb(t.becomes), 'null'))
from weir_text t
where w.table_name = :'table' and w.cells ->> :'column'::text = t.was

-- name: rename_overwritten
-- The same of rows as they were before they were overwritten.
update weir.overwritten w
set cells = (w.cells - :'column'::text) || jsonb_build_object(:'name'::text, w.cells -> :'column'::text)
where w.table_name = :'table' and w.cells ? :'column'::text

-- name: convert_overwritten
update weir.overwritten w
set cells = jsonb_set(w.cells, array[:'column'::text], coalesce(to_jsonb(t.becomes), 'null'))
from weir_text t
where w.table_name = :'table' and w.cells ->> :'column'::text = t.was
