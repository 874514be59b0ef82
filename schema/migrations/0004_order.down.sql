-- A column of a view cannot be taken away, so the view is made anew.
drop view weir.runs;

create view weir.runs as
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

alter table weir.table drop newest_ns, drop newest_key;

-- Their indexes go with the columns.
drop index weir.file_table_name_file_name_idx;
alter table weir.file
    drop inode, drop instant_ns, drop order_key, drop again, drop retry_of, drop overtook, drop overtook_count;
