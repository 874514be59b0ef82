-- The rows that a file without a key has more than the table.
\i copy.sql
insert into bench.sold select * from :table except all select * from bench.sold;
