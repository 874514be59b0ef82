do $$
begin
    if exists (select from weir.operation) or exists (select from weir.overwritten) then
        raise exception 'what runs have overwritten, and which were taken back, would be lost by taking this migration back'
            using hint = 'No run could be taken back any more. If you mean it: delete from weir.overwritten; '
                         'with o as (delete from weir.operation returning run_id) delete from weir.execution where execution_id in (select run_id from o);';
    end if;
    if exists (select from weir.file where state = 'undone') then
        raise exception 'a weir of before this migration does not know runs that were taken back'
            using hint = 'If you mean it: update weir.file set state = ''failed'' where state = ''undone'';';
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
       f.effective_on,
       f.rows_deleted,
       f.rows_absent
from weir.execution e
left join weir.file f on f.run_id = e.execution_id;

do $$
begin
    execute (select format('alter table weir.file drop constraint %I, add constraint %I %s', c.conname, c.conname,
                           replace(pg_get_constraintdef(c.oid), $a$, 'undone'::text$a$, ''))
             from pg_constraint c where c.conrelid = 'weir.file'::regclass and c.conname = 'file_state_check');
end
$$;

drop table weir.operation;
drop table weir.overwritten;
drop table weir.unsaid;
alter table weir.observed drop run_id;
alter table weir.table drop applied_ever;
alter table weir.file drop applied_as, drop overwritten, drop irrevocable, drop undone_by;
