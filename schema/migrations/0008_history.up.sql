-- History by what the data say: since when a file's rows are true (NULL: each row says it, or all are since their run), and the rows
-- of a run that changed the past only, or what was said of the very instant before.
alter table weir.file
    add effective_on timestamptz,
    add observes boolean not null default false, -- what it said again is in weir.observed
    add rows_late bigint,
    add rows_corrected bigint;

update weir.file set rows_late = 0, rows_corrected = 0 where rows_read is not null;

-- The last instant that a row of the table is true since, apart from those that are since their run (last_instant).
alter table weir.table add newest_effective timestamptz;

-- Which entities a file had when, where no version begins then: it said what held already. For whoever comes with something from
-- before. In parts by the id, so that one is found without reading all of a file's: its last three digits.
create table weir.observed (
    table_name text not null,
    part text collate "C" not null,
    at timestamptz not null,
    ids uuid[] not null
);

-- UUIDs cannot be compressed.
alter table weir.observed alter ids set storage external;
create index on weir.observed (table_name, part, at);

create or replace view weir.runs as
select e.execution_id as run,
       f.table_name,
       f.file_name,
       f.state,
       e.status,
       e.started_on,
       e.completed_on,
       e.execution_time_ms as milliseconds,
       f.rows_read, f.rows_rejected, f.rows_repaired, f.rows_duplicate, f.rows_unchanged,
       f.rows_inserted, f.rows_updated, f.rows_deactivated, f.rows_staged,
       f.disposition,
       f.place,
       e.error,
       f.lines,
       f.retry_of,
       f.overtook,
       f.overtook_count,
       f.rows_waiting,
       f.rows_late,
       f.rows_corrected,
       f.effective_on
from weir.execution e
left join weir.file f on f.run_id = e.execution_id;
