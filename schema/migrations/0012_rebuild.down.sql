do $$
begin
    if exists (select from weir.operation where kind = 'rebuild') then
        raise exception 'runs of `weir rebuild` would be lost by taking this migration back'
            using hint = 'If you mean it: delete from weir.operation where kind = ''rebuild''.';
    end if;
end
$$;

alter table weir.operation drop constraint operation_kind_check, add constraint operation_kind_check check (kind in ('undo'));
alter table weir.file drop applied_on, drop by_hand;
