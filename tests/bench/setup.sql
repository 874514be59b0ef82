-- The tables of what weir is compared with.
create schema bench;

-- What \copy alone costs.
create unlogged table bench.accounts (email text, name text, date_of_birth date, country text, balance numeric, seen_at timestamp);
create unlogged table bench.payments (transaction_id text, email text, amount numeric, transaction_date date);

-- History as one writes it by hand in ten minutes.
create unlogged table bench.staged (like bench.accounts);
create table bench.history (
    like bench.accounts,
    valid_from timestamptz not null,
    valid_to timestamptz
);
create unlogged table bench.staged_payments (like bench.payments);
create table bench.people (email text primary key);
create table bench.paid (transaction_id text primary key, email text, amount numeric, transaction_date date);
create table bench.sold (like bench.payments);
