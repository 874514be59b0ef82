-- Three roles with least rights, for a database that is not weir's alone:
--
--   owner   owns the three schemas and the ledger; nobody logs in as it
--   loader  weir's own: it writes into the ledger, and owns the tables that it makes in staging and warehouse
--   reader  reads the warehouse and weir.runs; neither staging nor weir.reject, where cells are that nobody has judged
--
--   weir --database postgresql://admin@host/warehouse migrate up     in a home; a folder with an empty .weir will do
--   psql -d postgresql://admin@host/warehouse -f schema/roles.sql -v loader=weir_loader -v reader=weir_reader
--   \password weir_loader
--
-- Variables, each with its default: owner (weir_owner), loader (weir_loader), reader (weir_reader), staging (staging),
-- warehouse (warehouse). Run it as a superuser, in the database in question. It may be run again, and is to be after each
-- `weir migrate up`: then it gives what that has made. Tables that another role has loaded become the loader's.

\set ON_ERROR_STOP on
\if :{?owner}
\else
\set owner weir_owner
\endif
\if :{?loader}
\else
\set loader weir_loader
\endif
\if :{?reader}
\else
\set reader weir_reader
\endif
\if :{?staging}
\else
\set staging staging
\endif
\if :{?warehouse}
\else
\set warehouse warehouse
\endif
\set QUIET on

begin;
set local client_min_messages = warning;

-- Roles are of the whole server: those that are there stay as they are.
select format('create role %I nologin', :'owner') where not exists (select from pg_roles where rolname = :'owner') \gexec
select format('create role %I login', :'loader') where not exists (select from pg_roles where rolname = :'loader') \gexec
select format('create role %I login', :'reader') where not exists (select from pg_roles where rolname = :'reader') \gexec

-- The schemas, and what is in them.
create schema if not exists weir;
create schema if not exists :"staging";
create schema if not exists :"warehouse";
alter schema weir owner to :"owner";
alter schema :"staging" owner to :"owner";
alter schema :"warehouse" owner to :"owner";
select format('alter %s %I.%I owner to %I', case c.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end, n.nspname,
              c.relname, case n.nspname when 'weir' then :'owner' else :'loader' end)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('weir', :'staging', :'warehouse') and c.relkind in ('r', 'p', 'v', 'm') \gexec
select format('alter routine %s owner to %I', p.oid::regprocedure, :'owner') from pg_proc p where p.pronamespace = 'weir'::regnamespace \gexec

-- The loader. Temporary tables are part of a load; its sessions lock by advisory locks, which need no right.
select format('grant connect, temporary on database %I to %I', current_database(), :'loader') \gexec
grant usage on schema weir to :"loader";
grant select, insert, update, delete on all tables in schema weir to :"loader";
grant usage on all sequences in schema weir to :"loader";
alter default privileges for role :"owner" in schema weir grant select, insert, update, delete on tables to :"loader";
alter default privileges for role :"owner" in schema weir grant usage on sequences to :"loader";
grant usage, create on schema :"staging", :"warehouse" to :"loader";

-- What a migration is recorded in is the owner's alone to change.
select format('revoke insert, update, delete on weir.migration from %I', :'loader') where to_regclass('weir.migration') is not null \gexec

-- The reader, for the tables to come too.
select format('grant connect on database %I to %I', current_database(), :'reader') \gexec
grant usage on schema :"warehouse" to :"reader";
grant select on all tables in schema :"warehouse" to :"reader";
alter default privileges for role :"loader" in schema :"warehouse" grant select on tables to :"reader";
grant usage on schema weir to :"reader";
select format('grant select on weir.runs to %I', :'reader') where to_regclass('weir.runs') is not null \gexec

commit;
