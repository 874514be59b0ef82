-- Pulls that failed (docs/pull.md): an incident each, from the first failure to the next pull of the job that goes well. Its subject is the job and
-- when it began; "detail" has the job, what is wrong, and how often it was tried.
alter table weir.incident
    drop constraint incident_kind_check,
    add constraint incident_kind_check check (kind in ('stale', 'rows', 'pull'));

-- A job has one trouble at a time.
create unique index incident_pull on weir.incident ((detail ->> 'job')) where kind = 'pull' and ended is null;

-- Files of sources that were refused: they are not pulled again until they change.
create index file_pulled_refused on weir.file ((declaration -> 'pulled' ->> 'path')) where state = 'failed' and disposition = 'failed';
