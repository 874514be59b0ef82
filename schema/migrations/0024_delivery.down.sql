drop table weir.delivery_touched;
drop table weir.delivery;
drop table weir.delivery_target;
