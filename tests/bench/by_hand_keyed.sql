-- The next file of a fact with a key and a reference as one writes it by hand.
\i copy.sql
begin;
delete from :table s where not exists (select from bench.people p where p.email = s.email);
update bench.paid h set email = s.email, amount = s.amount, transaction_date = s.transaction_date
from :table s
where h.transaction_id = s.transaction_id
  and (h.email, h.amount, h.transaction_date) is distinct from (s.email, s.amount, s.transaction_date);
insert into bench.paid
select * from :table s
where not exists (select from bench.paid h where h.transaction_id = s.transaction_id);
commit;
