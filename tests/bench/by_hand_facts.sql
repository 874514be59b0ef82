-- What these begin with: the rows of the first files.
insert into bench.people select email from warehouse.users_current;
insert into bench.paid select transaction_id, email, amount, transaction_date from staging.payments;
insert into bench.sold select * from bench.paid;
analyze bench.people;
analyze bench.paid;
analyze bench.sold;
