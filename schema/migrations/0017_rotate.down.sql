do $$
begin
    if exists (select from weir.operation where kind = 'rotate') then
        raise exception 'runs of `weir key rotate` would be lost by taking this migration back'
            using hint = 'If you mean it: delete from weir.operation where kind = ''rotate''.';
    end if;
end
$$;

alter table weir.operation
    drop constraint operation_kind_check,
    add constraint operation_kind_check check (kind in ('undo', 'rebuild', 'forget')),
    alter table_name set not null;
