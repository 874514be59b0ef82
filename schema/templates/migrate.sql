-- The migrations' own table. It exists before the first migration and after the last one is taken back.

-- name: exists
select to_regclass('weir.migration') is not null

-- name: create
create table weir.migration (
    version integer primary key,
    name text not null,
    checksum text not null,
    applied_on timestamptz not null default now()
)

-- name: list
select version, name, checksum, to_char(applied_on, 'YYYY-MM-DD HH24:MI:SS') from weir.migration order by version

-- name: record
insert into weir.migration (version, name, checksum) values (:'version'::integer, :'name', :'checksum')

-- name: forget
delete from weir.migration where version = :'version'::integer

-- name: lock
select pg_advisory_lock(hashtextextended('weir.migration', 0))

-- name: unlock
select pg_advisory_unlock(hashtextextended('weir.migration', 0))
