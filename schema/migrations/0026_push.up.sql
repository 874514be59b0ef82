-- Deliveries that failed (docs/pull.md, "Push"): an incident each, from when a person has to see to it to the next that goes well. Its subject is the job, the
-- destination, the member, and when it began.
alter table weir.incident
    drop constraint incident_kind_check,
    add constraint incident_kind_check check (kind in ('stale', 'rows', 'pull', 'push'));

-- A member has one trouble at a time.
create unique index incident_push on weir.incident ((detail ->> 'job'), (detail ->> 'destination'), (detail ->> 'item'), "table")
where kind = 'push' and ended is null;

-- Whose jobs they are: others of the database leave them alone. NULL: whoever comes.
alter table weir.delivery add column home text;
