-- A run's transactions.

-- name: begin
begin isolation level read committed

-- name: begin_comparing
begin isolation level repeatable read

-- name: settings
-- Each works with the same, whatever the role's or the database's are. No other place has functions of these names. Tables are read from their
-- first page on, so that the warehouse has the order of the first file, in which later ones are compared (standing.h).
select pg_catalog.set_config('synchronous_commit', :'durable', true), pg_catalog.set_config('statement_timeout', '0', true),
       pg_catalog.set_config('lock_timeout', :'lock_ms', true),
       pg_catalog.set_config('idle_in_transaction_session_timeout', :'idle_ms', true),
       pg_catalog.set_config('work_mem', '64MB', true), pg_catalog.set_config('hash_mem_multiplier', '2', true),
       pg_catalog.set_config('maintenance_work_mem', '256MB', true),
       pg_catalog.set_config('parallel_setup_cost', '0', true), pg_catalog.set_config('parallel_tuple_cost', '0', true),
       pg_catalog.set_config('jit', 'off', true), pg_catalog.set_config('synchronize_seqscans', 'off', true),
       pg_catalog.set_config('search_path', 'pg_catalog', true)

-- name: not_durable
-- Its COMMIT does not wait until it is on the disk: one that does follows, or what it says is known without it.
select pg_catalog.set_config('synchronous_commit', 'off', true)

-- name: snapshot
-- For a second connection that is to see the same (standing.h).
select pg_catalog.pg_export_snapshot()
