-- What became of each line of the file: {"total", "above", "header", "rows", "rejected", "comments", "blank", "below"}. NULL: the file was
-- not read to its end, or by a weir that did not count.

alter table weir.file add lines jsonb;

-- What was published stays where this was taken back and comes again.
update weir.file set lines = summary -> 'lines' where jsonb_typeof(summary -> 'lines') = 'object';

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
       f.lines
from weir.execution e
left join weir.file f on f.run_id = e.execution_id;
