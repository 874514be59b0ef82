-- Alerts (`weir notify`): what the targets of weir.json are told. The outbox is filled from the runs by whoever delivers, so that a load has
-- nothing to do with it.

-- How far each target has come. Runs that began before seen_on are in weir.alert where they have to be, or in weir.alert_open. next_on becomes
-- seen_on when all transactions are over that had begun then, which are those below next_xid: a run whose beginning is not visible yet is not missed.
create table weir.alert_target (
    target text primary key,
    since timestamptz not null default clock_timestamp(), -- what ended before is none of its
    seen_on timestamptz not null default clock_timestamp(),
    next_on timestamptz,
    next_xid xid8,
    looked pg_snapshot,                                   -- what was there when it was looked last
    failures integer not null default 0,                  -- since its last delivery
    retry_on timestamptz,                                 -- not before
    answer text,                                          -- what it said last, or why it could not be asked
    answered_on timestamptz,
    sent_on timestamptz
);

-- Whether what a recent row's xmin has written was there already: the upper half of a transaction id, which a row does not have, is that of now
-- or, where it would be one to come, the one before.
create function weir.was_there(by xid, looked pg_snapshot) returns boolean
stable
return (select coalesce(pg_catalog.pg_visible_in_snapshot((top - top % 4294967296 + low - case when low > top % 4294967296 then 4294967296 else 0 end)
                                                             ::text::xid8, looked), false)
        from (select pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::bigint as top, by::text::bigint as low) n);

-- Runs that were not over when seen_on passed their beginning.
create table weir.alert_open (
    target text not null,
    run_id uuid not null,
    primary key (target, run_id)
);

-- What a target is to be told of, once: the cause is "run:ID", "incident:ID" or "database:TIME".
create table weir.alert (
    target text not null,
    rule text not null,
    cause text not null,
    table_name text not null default '', -- '': of no table
    run_id uuid,
    file_name text,
    text text,                           -- what happened, where no run says it
    noted_on timestamptz not null default clock_timestamp(),
    message_id uuid,                     -- that tells it; NULL: none yet
    primary key (target, rule, cause)
);

create index on weir.alert (target, rule, table_name, noted_on);
create index alert_gathered on weir.alert (target) where message_id is null;
create index on weir.alert (message_id);

-- Messages: of one rule, and of one table or ('') several. "sending": it is on its way, or was when whoever sent it died, and goes once more
-- under the same id. "refused": the other side does not want it, or it was tried for too long; it stays until `weir notify retry` or `drop`.
create table weir.alert_message (
    message_id uuid primary key default gen_random_uuid(),
    target text not null,
    rule text not null,
    table_name text not null default '',
    alerts bigint not null,
    state text not null default 'waiting' check (state in ('waiting', 'sending', 'sent', 'refused', 'dropped')),
    made_on timestamptz not null default clock_timestamp(),
    attempts integer not null default 0,
    tried_on timestamptz,
    sent_on timestamptz,
    answer text
);

create index alert_queue on weir.alert_message (target, made_on) where state in ('waiting', 'sending');
create index alert_undelivered on weir.alert_message (target, made_on) where state = 'refused';
create index on weir.alert_message (made_on);

-- For people and pages: each alert, and what became of it.
create view weir.alerts as
select a.target,
       a.rule,
       nullif(a.table_name, '') as table_name,
       a.cause,
       a.run_id as run,
       a.file_name,
       a.text,
       a.noted_on,
       coalesce(m.state, 'gathered') as state,
       a.message_id as message,
       m.attempts,
       m.sent_on,
       m.answer
from weir.alert a
left join weir.alert_message m on m.message_id = a.message_id;
