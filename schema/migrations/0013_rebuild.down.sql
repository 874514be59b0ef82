do $$
begin
    if exists (select from weir.file where state = 'rebuilt') then
        raise exception 'runs of `weir rebuild` would be lost by taking this migration back'
            using hint = 'If you mean it: delete from weir.file where state = ''rebuilt''.';
    end if;
    execute (select format('alter table weir.file drop constraint %I, add constraint %I %s', c.conname, c.conname,
                           replace(pg_get_constraintdef(c.oid), $a$, 'rebuilt'::text$a$, ''))
             from pg_constraint c where c.conrelid = 'weir.file'::regclass and c.conname = 'file_state_check');
end
$$;

alter table weir.file drop applied_no, drop applied_on, drop by_hand;
