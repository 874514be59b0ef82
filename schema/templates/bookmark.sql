-- How far sources were read, and which of their files were seen (schema/ledger_bookmark.h).

-- name: find
select position::text from weir.bookmark where source = :'source' and stream = :'stream'

-- name: list
select source, stream, position::text as position, previous::text as previous, run_id::text as run, updated_on::text as updated_on
from weir.bookmark
where :'source'::text is null or source = :'source'
order by source, stream

-- name: move
-- Compare and set: whoever comes second waits for the first, and finds it moved. The one before stays where nothing was gained, as by a
-- pull that read but the overlap again: else a step back would lead to the same place. A connector's own words ("$earlier") gain nothing.
with moved as (
    update weir.bookmark
    set previous = case (select count(distinct case jsonb_typeof(p)
                                               when 'object' then p - array(select k from jsonb_object_keys(p) k where k like '$%')
                                               else p end)
                         from (values (position), (:'to'::jsonb)) v (p))
                   when 1 then previous else position end,
        position = :'to'::jsonb, run_id = :'run'::uuid, updated_on = clock_timestamp()
    where source = :'source' and stream = :'stream' and position = :'from'::jsonb
    returning 1),
made as (
    insert into weir.bookmark (source, stream, position, previous, run_id)
    select :'source', :'stream', :'to'::jsonb, 'null', :'run'::uuid where :'from'::jsonb is null
    on conflict do nothing
    returning 1)
select (select count(*) from moved) + (select count(*) from made)

-- name: is_at
select coalesce((select position = :'from'::jsonb from weir.bookmark where source = :'source' and stream = :'stream'),
                not exists (select from weir.bookmark where source = :'source' and stream = :'stream') and :'from'::jsonb is null, false)

-- name: mover
-- Who has moved it last.
select left(run_id::text, 8), to_char(updated_on at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"')
from weir.bookmark where source = :'source' and stream = :'stream'

-- name: moved_by
-- Along the runs that had the same file, the newest first.
with recursive had (run_id, n) as (
    select :'before'::uuid, 1
    union
    select f.retry_of, h.n + 1 from had h join weir.file f on f.run_id = h.run_id where f.retry_of is not null and h.n < 1000)
select f.run_id::text
from had h join weir.file f on f.run_id = h.run_id join weir.file o on o.run_id = :'run'::uuid
where f.run_id <> o.run_id and f.state in ('applied', 'staged', 'duplicate') and f.declaration -> 'bookmark' = o.declaration -> 'bookmark'
order by h.n limit 1

-- name: alike
select exists (select from weir.file f
               where f.table_name = :'table' and f.sha256 = :'sha' and f.state = 'applied'
                 and f.declaration -> 'columns' is not distinct from :'declaration'::jsonb -> 'columns'
                 and f.declaration -> 'rows' is not distinct from :'declaration'::jsonb -> 'rows'
                 -- One that must have other rows than it has is none of these: LOAD refuses it.
                 and coalesce((:'declaration'::jsonb ->> 'count')::bigint, f.rows_read) = f.rows_read
                 -- The same rows of another window, or of another time, are other rows where rows have no key.
                 and (not :'keyless'::boolean or f.declaration -> 'bookmark' is not distinct from :'declaration'::jsonb -> 'bookmark'))

-- name: brought
-- The very bytes that moved the bookmark to where it is.
select exists (select from weir.bookmark b join weir.file f using (run_id)
               where b.source = :'source' and b.stream = :'stream' and f.sha256 = :'sha' and f.state in ('applied', 'staged', 'duplicate')
                 and f.rows_rejected = 0)

-- name: is_cut
select exists (select from weir.file where kept_sha256 = :'sha' and sha256 = coalesce(:'of', sha256))

-- name: set
insert into weir.bookmark (source, stream, position, previous) values (:'source', :'stream', :'position'::jsonb, 'null')
on conflict (source, stream) do update
set previous = case when weir.bookmark.position = excluded.position then weir.bookmark.previous else weir.bookmark.position end,
    position = excluded.position, run_id = null, updated_on = clock_timestamp()

-- name: forget
delete from weir.bookmark where source = :'source' and stream = :'stream'

-- name: rewind
-- One step back, once. Where there was none before, there is none again.
with back as (
    select source, stream, previous from weir.bookmark where source = :'source' and stream = :'stream' and previous is not null for update),
gone as (delete from weir.bookmark b using back where b.source = back.source and b.stream = back.stream and back.previous = 'null'),
moved as (
    update weir.bookmark b set position = back.previous, previous = null, run_id = null, updated_on = clock_timestamp()
    from back where b.source = back.source and b.stream = back.stream and back.previous <> 'null')
select previous::text from back

-- name: take_back
-- Of a run that is taken back: its bookmark is where its file began again, if nobody has moved it since. No row: the run has moved none.
with of_run as (
    select b ->> 'source' as source, b ->> 'stream' as stream, nullif(b -> 'from', 'null') as began, b -> 'to' as ended
    from weir.file f cross join lateral (values (f.declaration -> 'bookmark')) d (b)
    where f.run_id = :'run'::uuid and jsonb_typeof(b) = 'object'),
there as (
    select o.*, k.position = o.ended as ours, left(k.run_id::text, 8) as by
    from of_run o left join weir.bookmark k on k.source = o.source and k.stream = o.stream),
gone as (
    delete from weir.bookmark k using there t where k.source = t.source and k.stream = t.stream and t.ours and t.began is null),
moved as (
    update weir.bookmark k set position = t.began, previous = null, run_id = null, updated_on = clock_timestamp()
    from there t where k.source = t.source and k.stream = t.stream and t.ours and t.began is not null)
select source, stream, coalesce(ours, false), by, began is null from there

-- name: forget_pulled
-- Its remote file counts as not seen.
delete from weir.pulled_file where run_id = :'run'::uuid

-- name: pulled_add
insert into weir.pulled_file (source, path, size, mtime, etag, run_id)
values (:'source', :'path', :'size'::bigint, :'mtime'::timestamptz, :'etag', :'run'::uuid)
on conflict (source, path, coalesce(size, -1), coalesce(mtime, '-infinity'), coalesce(etag, '')) do update set run_id = excluded.run_id

-- name: pulled_settle
update weir.pulled_file set settled_on = clock_timestamp()
where source = :'source' and path = :'path' and size is not distinct from :'size'::bigint
  and mtime is not distinct from :'mtime'::timestamptz and etag is not distinct from :'etag'
