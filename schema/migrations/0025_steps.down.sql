do $$
begin
    if exists (select from weir.execution_step where message is not null or detail is not null) then
        raise exception 'what was said of the steps of streams would be lost by taking this migration back'
            using hint = 'If you mean it: update weir.execution_step set message = null, detail = null where message is not null or detail is not null;';
    end if;
end
$$;

alter table weir.execution_step drop column detail, drop column message;
