-- Timed work, and what people are told that did not come as it should (docs/schedules.md).

-- A piece of timed work. Models and settings say which there are; whoever keeps the schedule follows them. Acting for a due time is an update
-- that names the next_at which it moves on: of several that try, one does.
create table weir.schedule (
    name text primary key,
    kind text not null,      -- 'expect': a file of a table; else what is done
    table_name text,         -- of which it is; NULL: of none
    home text not null,      -- whose models and settings ask for it, as a path
    cron text not null,
    time_zone text not null,
    due_by text,             -- a time of day: it is due then, at the first behind the cron's time; NULL: at that itself
    cut_off text,            -- the same: nothing begins from then on; NULL: it may begin at any time
    catch_up text not null check (catch_up in ('once', 'all', 'none')), -- what becomes of due times at which nobody was there
    next_at timestamptz,     -- NULL: never again
    last_at timestamptz,     -- the due time that was acted for last
    began_on timestamptz,    -- that acting
    ended_on timestamptz,    -- NULL beside it: it is under way
    result text check (result in ('in time', 'stale', 'done', 'failed', 'skipped')), -- what came of it
    message text,
    rows jsonb,              -- of 'expect': how many a file has to have, as the model says; NULL: any number
    looked_on timestamptz not null, -- those of files that weir saw until then were looked at
    paused_on timestamptz,
    changed_on timestamptz not null -- since when it is as it is, but for what it did
);

-- What did not come as it should: opened once, and closed once.
create table weir.incident (
    id uuid primary key default gen_random_uuid(),
    kind text not null check (kind in ('stale', 'rows')),
    "table" text not null,
    subject text not null,   -- which one: of 'stale' the due time, of 'rows' the run
    began timestamptz not null,
    ended timestamptz check (ended >= began),
    detail jsonb not null,
    noticed_on timestamptz not null default clock_timestamp(),
    closed_on timestamptz,   -- when that was noticed
    check ((ended is null) = (closed_on is null)),
    unique (kind, "table", subject)
);

create index incident_open on weir.incident ("table") where ended is null;

-- A table waits for one file at a time.
create unique index incident_stale on weir.incident ("table") where kind = 'stale' and ended is null;
