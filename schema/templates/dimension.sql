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
where w.:"id" = c._id and w.is_current and c."changed?"

-- name: numbered
-- Entities of the delta that have versions but no current one. Looked up before the insert, all at once: a look-up for each row would be
-- planned for the table as it was, and on a small one that is a scan of all that the insert has put there so far.
create temporary table weir_numbered on commit drop as
select w.:"id" as _id, max(w.version_number) as version_number
from :"schema".:"table" w join weir_delta d on d._id = w.:"id"
where not exists (select from weir_changed c where c._id = w.:"id")
group by w.:"id"

-- name: insert
-- In the order of the index, which is random in that of the file: a million rows take half the time.
insert into :"schema".:"table" (:"id", :columns effective_start_date, is_current, version_number, row_hash, opened_by)
select d._id, :values :'instant'::timestamptz, true, 1 + coalesce(c.version_number, n.version_number, 0), :hash, :'run'::uuid
from weir_delta d left join weir_changed c on c._id = d._id left join weir_numbered n on n._id = d._id
where c._id is null or c."changed?"
order by d._id
