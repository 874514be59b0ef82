do $$
begin
    if exists (select from weir.execution where pipeline is not null) then
        raise exception 'executions of pipelines would be lost by taking this migration back'
            using hint = 'If you mean it, delete those of weir.execution whose pipeline is not null, and before them their rows of '
                         'weir.command, weir.execution_step_model and weir.execution_step.';
    end if;
end
$$;

-- A column of a view cannot be taken away, so the view is made anew.
drop view weir.runs;

create view weir.runs as
select e.execution_id as run,
       coalesce(f.table_name, o.table_name) as table_name,
       coalesce(f.file_name, o.subject) as file_name,
       coalesce(f.state, o.kind) as state,
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
       f.effective_on,
       f.rows_deleted,
       f.rows_absent,
       f.undone_by,
       o.runs as took_back
from weir.execution e
left join weir.file f on f.run_id = e.execution_id
left join weir.operation o on o.run_id = e.execution_id;

drop table weir.command;
alter table weir.execution drop pipeline, drop expires_seconds;
