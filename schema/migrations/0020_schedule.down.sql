do $$
begin
    if exists (select from weir.incident) then
        raise exception 'what was told of files that did not come would be lost by taking this migration back'
            using hint = 'If you mean it: delete from weir.incident.';
    end if;
end
$$;

drop table weir.incident;
drop table weir.schedule;
