-- A first load as one writes it by hand.
drop index if exists bench.history_current;
truncate bench.history;
\i copy.sql
begin;
insert into bench.history select *, now(), null from :table;
create unique index history_current on bench.history (email) where valid_to is null;
commit;
analyze bench.history;
