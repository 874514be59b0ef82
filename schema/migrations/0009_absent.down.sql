do $$
begin
    if exists (select from weir.file where state = 'held') then
        raise exception 'files are held, which weir of before this migration knows nothing of'
            using hint = 'Approve or discard them: `weir status` lists them.';
    end if;
    if exists (select from weir.export where dated) or exists (select from weir.observed where said <> 'again') then
        raise exception 'which keys files have said to be gone would be lost by taking this migration back'
            using hint = 'What comes late could not be told to end there. If you mean it: '
                         'delete from weir.export; delete from weir.observed where said <> ''again'';';
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
       f.overtook_count,
       f.rows_waiting,
       f.rows_late,
       f.rows_corrected,
       f.effective_on
from weir.execution e
left join weir.file f on f.run_id = e.execution_id;

drop table weir.export;
alter table weir.observed drop said;
alter table weir.file
    drop rows_deleted,
    drop rows_absent,
    drop approved,
    drop constraint file_state_check,
    add constraint file_state_check check (state in ('loading', 'staged', 'applied', 'duplicate', 'failed')),
    drop constraint file_disposition_check,
    add constraint file_disposition_check check (disposition in ('archived', 'deleted', 'failed', 'left', 'retried'));
