do $$
begin
    if exists (select from weir.delivery) or exists (select from weir.delivery_target) then
        raise exception 'which changes were delivered, and which still have to be, would be lost by taking this migration back'
            using hint = 'The first delivery of each would be of the whole table again. If you mean it: '
                         'delete from weir.delivery_touched; delete from weir.delivery; delete from weir.delivery_target;';
    end if;
end
$$;

drop table weir.delivery_touched;
drop table weir.delivery;
drop table weir.delivery_target;
