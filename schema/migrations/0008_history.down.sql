do $$
begin
    if exists (select from weir.observed) or exists (select from weir.file where effective_on is not null) then
        raise exception 'since when files are true, and what they confirmed, would be lost by taking this migration back'
            using hint = 'weir of before it puts what it loads on top, whatever was true when. If you mean it: '
                         'delete from weir.observed; update weir.file set effective_on = null;';
    end if;
end
$$;

-- What comes next goes behind all that was dated.
update weir."table" set last_instant = greatest(last_instant, newest_effective);

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
       f.rows_waiting
from weir.execution e
left join weir.file f on f.run_id = e.execution_id;

drop table weir.observed;
alter table weir.table drop newest_effective;
alter table weir.file drop effective_on, drop observes, drop rows_late, drop rows_corrected;
