-- What failed and is told once: an incident of a job's pulls, or of one of its deliveries, from the first failure to the next that goes well. "destination" and
-- "item" are of deliveries; NULL: it is a pull, of which a job has one.

-- name: open
select id, detail ->> :'by' from weir.incident
where kind = :'kind' and ended is null and detail ->> 'job' = :'job'
  and (:'destination'::text is null or (detail ->> 'destination' = :'destination' and detail ->> 'item' = :'item' and "table" = :'table'))
for update

-- name: opens
insert into weir.incident (kind, "table", subject, began, detail)
values (:'kind', :'table', concat_ws(' ', :'job'::text, :'destination'::text, :'item'::text, to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')),
        clock_timestamp(), '{"times": 1}' || :'detail'::jsonb)
on conflict do nothing

-- name: goes_on
update weir.incident
set detail = jsonb_build_object('times', (detail ->> 'times')::bigint + 1) || :'detail'::jsonb
where id = :'id'::uuid

-- name: run
-- What people find in the list of runs.
insert into weir.execution (execution_id, pipeline, status, created_on, started_on, updated_on, heartbeat_on, completed_on, execution_time_ms, error)
values (:'run'::uuid, :'kind' || ' ' || :'job', 'FAILED', clock_timestamp(), now() - make_interval(secs => :'milliseconds'::bigint / 1000.0), clock_timestamp(),
        clock_timestamp(), clock_timestamp(), :'milliseconds'::bigint, :'message')
on conflict do nothing

-- name: ends
update weir.incident
set ended = greatest(clock_timestamp(), began), closed_on = clock_timestamp(), detail = detail || jsonb_build_object('ended_by', kind)
where kind = :'kind' and ended is null and detail ->> 'job' = :'job'
  and (:'destination'::text is null or (detail ->> 'destination' = :'destination' and detail ->> 'item' = :'item' and "table" = :'table'))

-- name: forget_pulls
-- Of jobs that the home does not have any more.
update weir.incident
set ended = greatest(to_timestamp(:'now'::bigint), began), closed_on = clock_timestamp(), detail = detail || '{"ended_by": "job"}'
where kind = 'pull' and ended is null and detail ->> 'home' = :'home' and detail ->> 'job' <> all (:'jobs'::text[])

-- name: forget_deliveries
-- Of which nothing waits any more: somebody gave it up.
update weir.incident i
set ended = greatest(clock_timestamp(), began), closed_on = clock_timestamp(), detail = detail || '{"ended_by": "drop"}'
where kind = 'push' and ended is null
  and not exists (select from weir.delivery d
                  where d.job = i.detail ->> 'job' and d.destination = i.detail ->> 'destination' and d.item = (i.detail ->> 'item')::integer
                    and d.table_name = i."table" and d.state in ('waiting', 'sending', 'refused'))
