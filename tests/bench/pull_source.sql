-- What is pulled: the accounts of the benchmark, on stdin, with a number each.
create table people (
    id bigint generated always as identity primary key,
    email text,
    name text,
    date_of_birth date,
    country text,
    balance numeric,
    seen_at timestamp
);
\copy people (email, name, date_of_birth, country, balance, seen_at) from pstdin (format csv, header)
vacuum analyze people;
