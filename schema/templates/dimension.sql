-- A slowly changing dimension of type 2: half-open versions [start, end).

-- name: create
create table :"schema".:"table" (
    :"id" uuid not null,
    :columns
    effective_start_date timestamptz not null,
    effective_end_date timestamptz,
    is_current boolean not null,
    version_number integer not null,
    row_hash uuid not null,
    opened_by uuid not null,
    closed_by uuid,
    check (effective_end_date > effective_start_date),
    check (is_current = (effective_end_date is null))
)

-- name: primary_key
alter table :"schema".:"table" add primary key (:"id", effective_start_date)

-- name: unique_current
create unique index on :"schema".:"table" (:"id") where is_current

-- name: view
create or replace view :"schema".:"view" as select :columns from :"schema".:"table" where is_current

-- name: first
insert into :"schema".:"table" (:"id", :columns effective_start_date, is_current, version_number, row_hash, opened_by)
select s._id, :values :'instant'::timestamptz, true, 1, s._hash, :'run'::uuid
from :"staging".:"build" s

-- name: close
update :"schema".:"table" w
set effective_end_date = :'instant'::timestamptz, is_current = false, closed_by = :'run'::uuid
from weir_changed c
where w.:"id" = c._id and w.is_current and c.changed

-- name: insert
-- The current version has the highest number; only an entity without one is looked up. In the order of the index, which is random in that
-- of the file: a million rows take half the time.
insert into :"schema".:"table" (:"id", :columns effective_start_date, is_current, version_number, row_hash, opened_by)
select d._id, :values :'instant'::timestamptz, true,
       1 + coalesce(c.version_number, (select max(w.version_number) from :"schema".:"table" w where w.:"id" = d._id), 0),
       :hash, :'run'::uuid
from weir_delta d left join weir_changed c on c._id = d._id
where c._id is null or c.changed
order by d._id
