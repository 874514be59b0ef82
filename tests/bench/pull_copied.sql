-- Where psql copies them to.
set client_min_messages = warning;
drop table if exists bench.people_copied;
create table bench.people_copied (
    id bigint primary key,
    email text,
    name text,
    date_of_birth date,
    country text,
    balance numeric,
    seen_at timestamp
);
