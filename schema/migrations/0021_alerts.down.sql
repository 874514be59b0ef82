drop view weir.alerts;
drop table weir.alert_message;
drop table weir.alert;
drop table weir.alert_open;
drop table weir.alert_target;
drop function weir.was_there(xid, pg_snapshot);
