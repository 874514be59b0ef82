-- Facts: upserted by their business key, or appended.

-- name: create
create table :"schema".:"table" (
    :"id" uuid not null,
    :columns
    row_hash uuid not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    loaded_by uuid not null
)

-- name: primary_key
alter table :"schema".:"table" add primary key (:"id")

-- name: create_keyless
create table :"schema".:"table" (
    :columns
    row_hash uuid not null,
    occurrence integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    loaded_by uuid not null
)

-- name: unique
alter table :"schema".:"table" add unique (row_hash, occurrence)

-- name: standing
-- As dimension/standing.
copy (select w.:"id", w.row_hash from :"schema".:"table" w) to stdout (format binary)

-- name: standing_keyless
-- One row of each hash: a second one of the file is compared by TRANSFORM, whatever the table has.
copy (select w.row_hash, w.row_hash from :"schema".:"table" w where w.occurrence = 1) to stdout (format binary)

-- name: first
insert into :"schema".:"table" (:"id", :columns row_hash, created_at, updated_at, loaded_by)
select s._id, :values s._hash, :'instant'::timestamptz, :'instant'::timestamptz, :'run'::uuid
from :"staging".:"build" s

-- name: apply
-- As dimension/apply: "closed" are the rows that are others now, updated in place, and "before" keeps what they were. What is written is
-- inserted and updated.
with :delta
before as (
    insert into weir.overwritten (table_name, run_id, id, began, cells)
    select :'table', :'run'::uuid, w.:"id", '-infinity', :image
    from weir_delta d join :"schema".:"table" w on w.:"id" = d._id
    where d."known?" and (:distinct)),
closed as (
    update :"schema".:"table" w
    set :assignments row_hash = :hash, updated_at = :'instant'::timestamptz, loaded_by = :'run'::uuid
    from weir_delta d
    where w.:"id" = d._id and d."known?" and (:distinct)
    returning w.:"id" as _id),
:kept
inserted as (
    insert into :"schema".:"table" (:"id", :columns row_hash, created_at, updated_at, loaded_by)
    select d._id, :values d._hash, :'instant'::timestamptz, :'instant'::timestamptz, :'run'::uuid
    from weir_delta d
    where not d."known?"
    order by d._id
    returning 1)
select (select count(*) from weir_delta), (select count(*) from same), (select count(*) from closed),
       (select count(*) from inserted) + (select count(*) from closed), (select count(*) from same where "overwritten?")

-- name: now
-- When the rows of a file come that has a time of its own.
select coalesce(:'now'::timestamptz, clock_timestamp())::text

-- name: later
-- Rows of the delta that are true since before, or just since when, the fact's are.
create temporary table weir_later on commit drop as
select d._line, case when :later then 'late' else 'corrected' end as became
from weir_delta d join :"schema".:"table" w on w.:"id" = d._id
where d."known?" and (:distinct) and (:later or :same)

-- name: count_later
select count(*) filter (where became = 'late'), count(*) filter (where became = 'corrected') from weir_later

-- name: remember_later
-- What rows had said that are overwritten: of a file before the table had columns that not every file has (pipeline/warehouse/partial.h).
insert into weir.observed (table_name, run_id, part, at, ids)
select :'table', :'run'::uuid, right(d._id::text, 3), :theirs, array_agg(d._id)
from weir_delta d join :"schema".:"table" w on w.:"id" = d._id
where d."known?" and not exists (
    select from weir.observed o
    where o.table_name = :'table' and o.part = right(d._id::text, 3) and o.at = :theirs and o.said = 'again' and d._id = any (o.ids))
group by 3, 4

-- name: fill_later
-- Of columns that no row has had which is true since later, a late row has the last word.
with late as materialized (
    select d._id, :last
    from weir_later l join weir_delta d on d._line = l._line join :"schema".:"table" w on w.:"id" = d._id
    where l.became = 'late'),
before as (
    insert into weir.overwritten (table_name, run_id, id, began, cells)
    select :'table', :'run'::uuid, w.:"id", '-infinity', :image
    from late n join :"schema".:"table" w on w.:"id" = n._id
    where row(:has) is distinct from row(:wants))
update :"schema".:"table" w
set :fills row_hash = md5(w.row_hash::text || row(:wants)::text)::uuid, updated_at = :'instant'::timestamptz
from late n
where w.:"id" = n._id and row(:has) is distinct from row(:wants)

-- name: refuse_later
insert into weir_refused select _line, :'column', 'late', :'message' from weir_later

-- name: forget_later
delete from weir_delta d using weir_later l where l._line = d._line

-- name: forget_late
delete from weir_delta d using weir_later l where l._line = d._line and l.became = 'late'

-- name: numbered
-- The staged rows with "occurrence": which of the equal ones in the file it is. Only those are sorted that may be there more than once; of
-- these all count, be they proved unchanged or not.
select *, row_number() over (partition by s._hash order by s._line) as occurrence from :"staging".:"build" s where :suspected
union all
select *, 1 from (:rows) s where not (:suspected)

-- name: numbered_once
-- Where no two are equal.
select *, 1 as occurrence from (:rows) s

-- name: first_keyless
insert into :"schema".:"table" (:columns row_hash, occurrence, created_at, updated_at, loaded_by)
select :values s._hash, s.occurrence, :'instant'::timestamptz, :'instant'::timestamptz, :'run'::uuid
from (:numbered) s

-- name: delta
-- Bag difference: the n-th of equal rows in the file is the n-th in the table.
select s.*
from (:numbered) s
where not exists (select from :"schema".:"table" w where w.row_hash = s._hash and w.occurrence = s.occurrence :each)

-- name: append_distinct
:with
insert into :"schema".:"table" (:columns row_hash, occurrence, created_at, updated_at, loaded_by)
select :values s._hash, s.occurrence, :'instant'::timestamptz, :'instant'::timestamptz, :'run'::uuid
from weir_delta s

-- name: fill
-- A column that is new, or has its first values: rows that are equal but for it are the same rows, and get the values in place. What the
-- table has just as the file does stays; of the others the last occurrences go first, so that those of each hash are 1 to n as before.
with staged as (
    select *, row_number() over (partition by _hash order by _line) as occurrence
    from :"staging".:"build"),
news as (
    select s._line, s._hash, s.occurrence, row(:shared_s) as key, row_number() over (partition by row(:shared_s) order by s._line) as n
    from staged s
    where not exists (select from :"schema".:"table" w where w.row_hash = s._hash and w.occurrence = s.occurrence)),
olds as (
    select w.row_hash, w.occurrence, row(:shared_w) as key,
           row_number() over (partition by row(:shared_w) order by w.row_hash, w.occurrence desc) as n
    from :"schema".:"table" w
    where not exists (select from staged s where s._hash = w.row_hash and s.occurrence = w.occurrence))
update :"schema".:"table" w
set :fresh row_hash = n._hash, occurrence = n.occurrence
from news n join olds o on o.key = n.key and o.n = n.n join :"staging".:"build" d on d._line = n._line
where w.row_hash = o.row_hash and w.occurrence = o.occurrence

-- name: filled
-- Which values such rows had before nobody keeps.
update weir.file set irrevocable = 'it filled a new column into rows without a key' where run_id = :'run'::uuid

-- name: append_shared
-- The file lacks columns that the table has: the others decide which of its rows are there already.
insert into :"schema".:"table" (:columns row_hash, occurrence, created_at, updated_at, loaded_by)
select :values s._hash, coalesce(h.highest, 0) + row_number() over (partition by s._hash order by s._line),
       :'instant'::timestamptz, :'instant'::timestamptz, :'run'::uuid
from (select *, row_number() over (partition by row(:shared_s) order by s._line) as occurrence
      from :"staging".:"build" s) s
left join (select row(:shared_w) as key, count(*) as n from :"schema".:"table" w group by 1) t on t.key = row(:shared_s)
left join (select row_hash, max(occurrence) as highest from :"schema".:"table" group by row_hash) h on h.row_hash = s._hash
where s.occurrence > coalesce(t.n, 0)

-- name: append_all
insert into :"schema".:"table" (:columns row_hash, occurrence, created_at, updated_at, loaded_by)
select :values s._hash, s.occurrence + coalesce(w.highest, 0), :'instant'::timestamptz, :'instant'::timestamptz, :'run'::uuid
from (:numbered) s
left join (select row_hash, max(occurrence) as highest from :"schema".:"table" group by row_hash) w on w.row_hash = s._hash
