-- Timed work and incidents. Instants are seconds since 1970, "now" is the keeper's, who has it from the server.

-- name: now
select floor(extract(epoch from clock_timestamp()))::bigint

-- name: lock
-- As long as the session lives.
select pg_try_advisory_lock(hashtextextended('weir.schedule ' || :'what', 0))

-- name: unlock
select pg_advisory_unlock(hashtextextended('weir.schedule ' || :'what', 0))

-- name: follow
-- One that is another than it was owes nothing from before.
insert into weir.schedule as s (name, kind, table_name, home, cron, time_zone, due_by, cut_off, catch_up, next_at, rows, looked_on, changed_on)
values (:'name', :'kind', :'table', :'home', :'cron', :'zone', :'by', :'cut_off', :'catch_up', to_timestamp(:'next'::bigint), :'rows'::jsonb,
        to_timestamp(:'now'::bigint), to_timestamp(:'now'::bigint))
on conflict (name) do update
set kind = excluded.kind, table_name = excluded.table_name, cron = excluded.cron, time_zone = excluded.time_zone, due_by = excluded.due_by,
    cut_off = excluded.cut_off, catch_up = excluded.catch_up, next_at = excluded.next_at, rows = excluded.rows, looked_on = excluded.looked_on, changed_on = excluded.changed_on
where (s.kind, s.table_name, s.cron, s.time_zone, s.due_by, s.cut_off, s.catch_up, s.rows)
      is distinct from (excluded.kind, excluded.table_name, excluded.cron, excluded.time_zone, excluded.due_by, excluded.cut_off,
                        excluded.catch_up, excluded.rows)

-- name: take_over
-- Of the same models in another home, or under another path of the same: whoever began last clears away.
update weir.schedule set home = :'home' where name = :'name' and home <> :'home'

-- name: forget
delete from weir.schedule where home = :'home' and name <> all (:'names'::text[])

-- name: end_unexpected
-- Of tables of which no file is expected any more.
update weir.incident i
set ended = greatest(to_timestamp(:'now'::bigint), began), closed_on = clock_timestamp(), detail = detail || '{"ended_by": "model"}'
where ended is null and kind in ('stale', 'rows') and not exists (select from weir.schedule s where s.kind = 'expect' and s.table_name = i."table")

-- name: due
select name, extract(epoch from next_at)::bigint, catch_up from weir.schedule
where name = any (:'names'::text[]) and paused_on is null and next_at <= to_timestamp(:'now'::bigint)
  and (began_on is null or ended_on is not null)
order by next_at, name

-- name: next
-- The next due time of all; NULL: none.
select extract(epoch from min(next_at))::bigint from weir.schedule
where name = any (:'names'::text[]) and paused_on is null and (began_on is null or ended_on is not null)

-- name: act
-- For one due time one does: who finds next_at as it was. result NULL: it is under way from now on.
update weir.schedule
set next_at = to_timestamp(:'next'::bigint), last_at = to_timestamp(:'due'::bigint), began_on = to_timestamp(:'now'::bigint),
    ended_on = case when :'result'::text is not null then to_timestamp(:'now'::bigint) end, result = :'result', message = :'message'
where name = :'name' and next_at = to_timestamp(:'was'::bigint) and paused_on is null and (began_on is null or ended_on is not null)

-- name: act_now
-- The same for whom somebody asked, whatever its times; they stay.
update weir.schedule
set began_on = to_timestamp(:'now'::bigint), ended_on = case when :'result'::text is not null then to_timestamp(:'now'::bigint) end,
    result = :'result', message = :'message'
where name = :'name' and (began_on is null or ended_on is not null)

-- name: end
-- Due times that passed while it ran are no debt: "next" is the first after them; NULL: as it is.
update weir.schedule
set ended_on = to_timestamp(:'now'::bigint), result = :'result', message = coalesce(:'message', message),
    next_at = coalesce(to_timestamp(:'next'::bigint), next_at)
where name = :'name' and began_on = to_timestamp(:'began'::bigint) and ended_on is null

-- name: under_way
select name, extract(epoch from began_on)::bigint from weir.schedule
where name = any (:'names'::text[]) and began_on is not null and ended_on is null

-- name: pause
update weir.schedule set paused_on = clock_timestamp() where name = :'name' and paused_on is null

-- name: resume
-- What was due meanwhile is not made up for.
update weir.schedule set paused_on = null, next_at = to_timestamp(:'next'::bigint) where name = :'name' and paused_on is not null

-- name: list
select name, kind, table_name as "table", home, cron, time_zone, due_by as by, cut_off, catch_up,
       extract(epoch from next_at)::bigint as next, extract(epoch from last_at)::bigint as last,
       to_char(began_on at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as began,
       to_char(ended_on at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as ended, result, message,
       to_char(paused_on at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as paused
from weir.schedule where :'name'::text is null or name = :'name' order by name

-- name: find
-- By its name, or by that of its table, or of the job that is pulled.
select name from weir.schedule where name in (:'name', 'pull:' || :'name') or table_name = :'name' order by name <> :'name', name limit 2

-- ---- files that are expected ----

-- name: since
-- Since when files count: none counts that has ended an incident.
select greatest(to_timestamp(:'from'::bigint), (select max(ended) from weir.incident where kind = 'stale' and "table" = :'table'))::text

-- name: came
select file_name from weir.file
where table_name = :'table' and state in ('applied', 'duplicate') and seen_on > :'since'::timestamptz
order by seen_on limit 1

-- name: under_work
-- Whether one is in work, and shows signs of life.
select exists (select from weir.file f join weir.execution e on e.execution_id = f.run_id
               where f.table_name = :'table' and f.state = 'loading' and f.seen_on > :'since'::timestamptz
                 and e.status = 'IN_PROGRESS' and e.heartbeat_on > clock_timestamp() - interval '10 minutes')

-- name: stale
-- Says what is known: the last file that counted, and the newest that came and does not count.
insert into weir.incident (kind, "table", subject, began, detail)
select 'stale', :'table', to_char(to_timestamp(:'due'::bigint) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), to_timestamp(:'due'::bigint),
       jsonb_build_object('since', :'since'::text, 'due', :'shown'::text, 'time_zone', :'zone'::text, 'waits', :'waits'::text,
                          'last', (select jsonb_build_object('file', file_name, 'run', run_id, 'seen', to_char(seen_on at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
                                   from weir.file where table_name = :'table' and state in ('applied', 'duplicate') order by seen_on desc limit 1),
                          'came', (select jsonb_build_object('file', file_name, 'run', run_id, 'state', state)
                                   from weir.file where table_name = :'table' and state not in ('applied', 'duplicate') and seen_on > :'since'::timestamptz
                                   order by seen_on desc limit 1))
on conflict do nothing
returning detail::text

-- name: recovered
-- A file that counts has come.
update weir.incident i
set ended = greatest(f.seen_on, i.began), closed_on = clock_timestamp(),
    detail = i.detail || jsonb_build_object('ended_by', 'file', 'file', f.file_name, 'run', f.run_id)
from weir.incident o
cross join lateral (select file_name, run_id, seen_on from weir.file
                    where table_name = o."table" and state in ('applied', 'duplicate') and seen_on > (o.detail ->> 'since')::timestamptz
                    order by seen_on limit 1) f
where o.id = i.id and i.kind = 'stale' and i.ended is null and i."table" = any (:'tables'::text[])
returning i."table", f.file_name

-- name: new_files
-- Whose rows nobody has looked at. The runs of a table are one after the other.
select s.name, s.looked_on::text as looked, f.run_id as run, f.file_name as file, f.rows_read as rows, f.seen_on::text as seen
from weir.schedule s
cross join lateral (select run_id, file_name, rows_read, seen_on from weir.file
                    where table_name = s.table_name and seen_on > s.looked_on and state = 'applied' and rows_read is not null
                    order by seen_on limit 1) f
where s.rows is not null and s.name = any (:'names'::text[])
order by s.name

-- name: files_before
-- Rows of the file before it, and of the last one before it that was as it should be.
select (select rows_read from weir.file f where table_name = :'table' and seen_on < :'seen'::timestamptz and state = 'applied' and rows_read is not null
        order by seen_on desc limit 1),
       (select rows_read from weir.file f where table_name = :'table' and seen_on < :'seen'::timestamptz and state = 'applied' and rows_read is not null
          and not exists (select from weir.incident i where i.kind = 'rows' and i."table" = f.table_name and i.subject = f.run_id::text)
        order by seen_on desc limit 1)

-- name: looked
-- One looks at a file: who finds looked_on as it was.
update weir.schedule set looked_on = :'seen'::timestamptz where name = :'name' and looked_on = :'was'::timestamptz

-- name: odd_rows
insert into weir.incident (kind, "table", subject, began, detail) values ('rows', :'table', :'run', :'seen'::timestamptz, :'detail'::jsonb)
on conflict do nothing

-- name: usual_rows
update weir.incident
set ended = greatest(:'seen'::timestamptz, began), closed_on = clock_timestamp(),
    detail = detail || jsonb_build_object('ended_by', 'file', 'ended_file', :'file'::text, 'ended_run', :'run'::text)
where kind = 'rows' and "table" = :'table' and ended is null
returning id

-- name: incidents
-- Those that are open; of pulls and deliveries those of a home, and of the jobs that it has. What files do is the business of all.
select id, kind, "table", to_char(began at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as began, detail::text as detail
from weir.incident
where ended is null
  and (kind not in ('pull', 'push') or detail ->> 'home' is null or detail ->> 'home' = :'home' or detail ->> 'job' = any (:'jobs'::text[]))
order by began, kind, "table"

-- name: drop_incidents
delete from weir.incident where "table" = :'table'
