-- What is delivered to other stores (`weir push`): an outbox, which a run fills in its last transaction, for each member of "deliver" of the jobs of its table.

-- A member of "deliver": the item-th of the job's to that connection, from 0.
create table weir.delivery_target (
    job text not null,
    destination text not null,
    item integer not null,
    table_name text not null,
    whole_on timestamptz,      -- when all that the table had was sent first; NULL: not yet
    target text,               -- a hash of where that was: a member that says another place now begins anew
    refused_as text,           -- the checksum of job and connection that were refused last
    primary key (job, destination, item, table_name)
);

-- "sending": it is on its way, or was when whoever sent it died, and goes once more under the same mark. "refused": it waits for a person, and so does what
-- comes behind it. "dropped": a person gave it up.
create table weir.delivery (
    job text not null,
    destination text not null,
    item integer not null,
    run_id uuid not null,                              -- whose changes
    mark uuid not null,                                -- what the other side knows it by
    table_name text not null,
    cause text not null check (cause in ('run', 'undo', 'late', 'forget', 'whole')),
    state text not null default 'waiting' check (state in ('waiting', 'sending', 'sent', 'refused', 'dropped')),
    attempts integer not null default 0,
    first_on timestamptz not null default clock_timestamp(),
    place bigint generated always as identity,         -- in the order in which they are sent
    tried_on timestamptz,
    next_on timestamptz,                               -- not before
    done_on timestamptz,
    sent_as uuid,                                      -- the mark of the delivery that has brought its changes along
    rows bigint,
    detail jsonb,                                      -- what the other side said: class, code, message, hint, notes, delivered
    primary key (job, destination, item, table_name, run_id)
);

create index delivery_queue on weir.delivery (destination, job, item, table_name, place) where state in ('waiting', 'sending', 'refused');
create index on weir.delivery (run_id);
create index on weir.delivery (done_on) where done_on is not null;

-- Entities that a run touched and whose rows do not tell it any more: those of `weir undo`, as they were before.
create table weir.delivery_touched (
    table_name text not null,
    run_id uuid not null,
    id uuid not null,
    cells jsonb,
    primary key (run_id, table_name, id)
);
