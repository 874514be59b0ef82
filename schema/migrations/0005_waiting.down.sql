do $$
begin
    if exists (select from weir.waiting) then
        raise exception 'rows of facts wait, which taking this migration back would lose'
            using hint = 'Load what they refer to, or say "missing": "reject" in the models and load a file of each, if you mean it.';
    end if;
end
$$;

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
       f.lines,
       f.retry_of,
       f.overtook,
       f.overtook_count
from weir.execution e
left join weir.file f on f.run_id = e.execution_id;

alter table weir.file drop rows_waiting;
alter table weir.reject drop waiting;
alter table weir.table drop waiting;
drop table weir.waiting;
