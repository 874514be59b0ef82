do $$
begin
    if exists (select from weir.file where state = 'rebuilt') then
        raise exception 'refusing to go down: runs of `weir rebuild` are in the ledger' using hint = 'weir psql -c "delete from weir.file where state = ''rebuilt''" forgets them.';
    end if;
end $$;

alter table weir.file drop constraint file_state_check;
alter table weir.file add constraint file_state_check check (state in ('loading', 'staged', 'applied', 'duplicate', 'failed'));

alter table weir.file drop applied_no, drop applied_on, drop by_hand;
