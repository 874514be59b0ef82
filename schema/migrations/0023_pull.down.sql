do $$
begin
    if exists (select from weir.incident where kind = 'pull') then
        raise exception 'what was told of pulls that failed would be lost by taking this migration back'
            using hint = 'If you mean it: delete from weir.incident where kind = ''pull''.';
    end if;
end
$$;

drop index weir.file_pulled_refused;
drop index weir.incident_pull;
alter table weir.incident
    drop constraint incident_kind_check,
    add constraint incident_kind_check check (kind in ('stale', 'rows'));
