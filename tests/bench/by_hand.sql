-- The next file of the same table as one writes it by hand: one UPDATE, one INSERT, no hashes.
\i copy.sql
begin;
update bench.history h set valid_to = now()
from :table s
where h.email = s.email and h.valid_to is null
  and (h.name, h.date_of_birth, h.country, h.balance, h.seen_at) is distinct from (s.name, s.date_of_birth, s.country, s.balance, s.seen_at);
insert into bench.history
select s.*, now(), null from :table s
where not exists (select from bench.history h where h.email = s.email and h.valid_to is null);
commit;
