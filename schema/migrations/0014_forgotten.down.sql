do $$
begin
    if exists (select from weir.forgotten) or exists (select from weir.operation where kind = 'forget') then
        raise exception 'who was forgotten would be lost by taking this migration back, so that later files bring them back'
            using hint = 'If you mean it: delete from weir.forgotten; '
                         'with o as (delete from weir.operation where kind = ''forget'' returning run_id) delete from weir.execution where execution_id in (select run_id from o);';
    end if;
    if exists (select from weir.file where rows_forgotten > 0 or kept_sha256 is not null or forgetting is not null) then
        raise exception 'a weir of before this migration does not know files from which rows were cut'
            using hint = 'If you mean it: update weir.file set sha256 = coalesce(kept_sha256, sha256), size_bytes = coalesce(kept_size, size_bytes), '
                         'rows_read = rows_read - rows_forgotten, rows_forgotten = 0, kept_sha256 = null, kept_size = null, forgetting = null;';
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

alter table weir.operation drop constraint operation_kind_check, add constraint operation_kind_check check (kind in ('undo', 'rebuild'));
alter table weir.file drop rows_forgotten, drop kept_sha256, drop kept_size, drop forgetting;
drop table weir.forgotten;
drop table weir.forget_key;
