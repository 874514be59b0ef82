do $$
begin
    if exists (select from weir.incident where kind = 'push') then
        raise exception 'what was told of deliveries that failed would be lost by taking this migration back'
            using hint = 'If you mean it: delete from weir.incident where kind = ''push''.';
    end if;
end
$$;

alter table weir.delivery drop column home;
drop index weir.incident_push;
alter table weir.incident
    drop constraint incident_kind_check,
    add constraint incident_kind_check check (kind in ('stale', 'rows', 'pull'));
