-- Deliveries to other stores (`weir push`): from runs to the outbox, from there to the other side, and what became of them.

-- name: note
-- "wanted": {"items": [{"job", "destination", "item", "table"}], "broken": [jobs whose file cannot be read now]}: of these what they were last counts, of members that
-- have sent something: another one's first delivery has the whole table anyway, and perhaps its member is gone.
-- "home": whose jobs they are.
-- A run that was delivered already, and of which rows were taken up late, is to be delivered once more, as another one: so is one that is on its way.
insert into weir.delivery (job, destination, item, run_id, mark, table_name, cause, home)
select w.job, w.destination, w.item, :'run'::uuid, :'run'::uuid, :'table', :'cause', :'wanted'::jsonb ->> 'home'
from (select r.job, r.destination, r.item
      from jsonb_to_recordset(:'wanted'::jsonb -> 'items') r (job text, destination text, item integer, "table" text)
      where r."table" = :'table'
      union
      select t.job, t.destination, t.item
      from weir.delivery_target t
      where t.table_name = :'table' and t.whole_on is not null and :'wanted'::jsonb -> 'broken' ? t.job) w
order by w.job, w.destination, w.item
on conflict (job, destination, item, table_name, run_id) do update
set mark = gen_random_uuid(), cause = excluded.cause, home = excluded.home, state = 'waiting', place = default, attempts = 0, first_on = clock_timestamp(), next_on = null,
    done_on = null, sent_as = null, rows = null, detail = null
where weir.delivery.state <> 'waiting'

-- name: note_settled
-- The runs of rows that waited for what they refer to, and were taken up.
select distinct run_id from weir_settled where became in ('inserted', 'updated')

-- name: touch
-- Whom `weir undo` is about to take back, as they are before.
insert into weir.delivery_touched (table_name, run_id, id, cells)
select distinct on (w.:"id") :'table', :'by'::uuid, w.:"id", to_jsonb(w)
from weir_touched t join :"schema".:"table" w on w.:"id" = t.id
order by w.:"id", :newest
on conflict do nothing

-- name: touch_others
-- And of whom there is no row now.
insert into weir.delivery_touched (table_name, run_id, id)
select :'table', :'by'::uuid, t.id from weir_touched t
on conflict do nothing

-- name: touch_placeholders
insert into weir.delivery_touched (table_name, run_id, id, cells)
select :'dimension', :'by'::uuid, w.:"dimension_id", to_jsonb(w)
from :"schema".:"dimension" w where w.opened_by = :'run'::uuid and w.:"is_inferred"
on conflict do nothing

-- name: touch_all
-- Where somebody wants it.
insert into weir.delivery_touched (table_name, run_id, id)
select distinct :'table', :'run'::uuid, w.:"id" from :"schema".:"table" w
where exists (select from weir.delivery d where d.run_id = :'run'::uuid and d.table_name = :'table')
on conflict do nothing

-- name: blank_forgotten
-- Whom `weir forget` erases (weir_forget): nothing is kept of them that waits to be delivered.
update weir.delivery_touched t set cells = null from weir_forget g where t.table_name = :'table' and t.id = g.id

-- name: touch_forgotten
insert into weir.delivery_touched (table_name, run_id, id)
select :'table', :'by'::uuid, g.id from weir_forget g
on conflict do nothing

-- name: lock
-- One delivery of a destination at a time.
select pg_try_advisory_lock(hashtextextended('weir.delivery ' || :'destination', 0))

-- name: due
-- Destinations with something that may be sent now, of a home or of the jobs that it has. What is behind a delivery that was refused, or that is to be tried later, waits with it.
select d.destination, count(*), min(d.first_on)::text
from weir.delivery d
where d.state in ('waiting', 'sending') and (:'job'::text is null or d.job = :'job') and (:'table'::text is null or d.table_name = :'table')
  and (:'destination'::text is null or d.destination = :'destination')
  and (d.home is null or d.home = :'home' or d.job = any (:'jobs'::text[]))
  and not exists (select from weir.delivery b
                  where b.destination = d.destination and b.job = d.job and b.item = d.item and b.table_name = d.table_name
                    and (b.state = 'refused' or (b.state in ('waiting', 'sending') and b.next_on > clock_timestamp())))
group by d.destination
order by min(d.place)

-- name: take
-- The item of a destination whose turn it is: with the delivery that has waited longest.
update weir.delivery t
set state = 'sending', attempts = t.attempts + 1, tried_on = clock_timestamp()
from (select d.job, d.item, d.table_name,
             exists (select from weir.delivery b
                     where b.destination = d.destination and b.job = d.job and b.item = d.item and b.table_name = d.table_name
                       and b.state = 'sending') as died
      from weir.delivery d
      where d.destination = :'destination' and d.state in ('waiting', 'sending') and (:'job'::text is null or d.job = :'job')
        and (:'table'::text is null or d.table_name = :'table') and (d.home is null or d.home = :'home' or d.job = any (:'jobs'::text[]))
        and not exists (select from weir.delivery b
                        where b.destination = d.destination and b.job = d.job and b.item = d.item and b.table_name = d.table_name
                          and (b.state = 'refused' or (b.state in ('waiting', 'sending') and b.next_on > clock_timestamp())))
      order by d.place limit 1) n
where t.destination = :'destination' and t.job = n.job and t.item = n.item and t.table_name = n.table_name and t.state in ('waiting', 'sending')
returning t.job, t.item, t.table_name, t.attempts,
          case when n.died then t.attempts - 1 - coalesce((t.detail ->> 'told')::bigint, 0) else 0 end

-- name: pending
-- All of it that this snapshot sees, in order. Whether the member has sent all of the table to where it sends now; and whether one of the job's did,
-- perhaps this one in another place among them.
select d.run_id, d.mark, d.cause, d.attempts, t.whole_on is not null and t.target = :'target',
       (select string_agg(r::text, ',') from weir.operation o cross join unnest(o.runs) r where o.run_id = d.run_id and d.cause = 'undo'),
       to_char(d.first_on at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), (d.detail -> 'delivered')::text,
       exists (select from weir.delivery_target o
               where o.job = d.job and o.destination = d.destination and o.table_name = d.table_name and o.whole_on is not null)
from weir.delivery d left join weir.delivery_target t using (job, destination, item, table_name)
where d.destination = :'destination' and d.job = :'job' and d.item = :'item'::integer and d.table_name = :'table' and d.state in ('waiting', 'sending')
order by d.place

-- name: settle_sent
-- By the mark: what was noted anew meanwhile is still to be sent.
update weir.delivery
set state = 'sent', done_on = clock_timestamp(), sent_as = :'mark'::uuid, next_on = null, detail = :'detail'::jsonb,
    rows = case when mark = :'mark'::uuid then :'rows'::bigint end
where destination = :'destination' and job = :'job' and item = :'item'::integer and table_name = :'table' and mark = any (:'marks'::uuid[]) and state in ('waiting', 'sending')

-- name: settle_rest
-- What was taken with it, and is sent by itself.
update weir.delivery
set state = 'waiting', attempts = 0
where destination = :'destination' and job = :'job' and item = :'item'::integer and table_name = :'table' and state = 'sending'

-- name: settle_target
insert into weir.delivery_target (job, destination, item, table_name, whole_on, target)
values (:'job', :'destination', :'item'::integer, :'table', clock_timestamp(), :'target')
on conflict (job, destination, item, table_name) do update
set refused_as = null, target = excluded.target,
    whole_on = case when weir.delivery_target.target = excluded.target then coalesce(weir.delivery_target.whole_on, excluded.whole_on) else excluded.whole_on end

-- name: forget_touched
delete from weir.delivery_touched t
where t.run_id in (select d.run_id from weir.delivery d where d.mark = any (:'marks'::uuid[]))
  and not exists (select from weir.delivery d where d.run_id = t.run_id and d.state in ('waiting', 'sending', 'refused'))

-- name: forget_unsent
-- What no delivery asks for any more.
delete from weir.delivery_touched t
where not exists (select from weir.delivery d where d.run_id = t.run_id and d.state in ('waiting', 'sending', 'refused'))

-- name: settle_failed
-- "failing_since": when what still waits was tried first, and it failed; a pause of 0: we were asked to stop, and nothing has failed. "told": how many of the tries
-- left a word, as those do not whose process dies.
with settled as (
    update weir.delivery
    set state = :'state', next_on = case when :'state' = 'waiting' then clock_timestamp() + make_interval(secs => :'pause'::bigint) end,
        detail = :'detail'::jsonb || jsonb_strip_nulls(jsonb_build_object('failing_since',
            coalesce(detail ->> 'failing_since', case when :'pause'::bigint is distinct from 0 then to_char(tried_on at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') end),
            'told', case when :'detail'::jsonb ->> 'class' = 'crashed' then (detail ->> 'told')::bigint else attempts end))
    where destination = :'destination' and job = :'job' and item = :'item'::integer and table_name = :'table' and state in ('waiting', 'sending')
    returning detail ->> 'failing_since' as since)
select min(since), min(since)::timestamptz <= clock_timestamp() - make_interval(secs => :'patience'::bigint) from settled

-- name: settle_refused
insert into weir.delivery_target (job, destination, item, table_name, refused_as) values (:'job', :'destination', :'item'::integer, :'table', :'checksum')
on conflict (job, destination, item, table_name) do update set refused_as = excluded.refused_as

-- name: refused
-- What waits for a person, and as what it was refused.
select distinct d.job, d.destination, d.item, d.table_name, t.refused_as
from weir.delivery d left join weir.delivery_target t using (job, destination, item, table_name)
where d.state = 'refused' and (d.home is null or d.home = :'home' or d.job = any (:'jobs'::text[]))
order by 1, 2, 3

-- name: renew
-- They are tried again, and at once. NULL: all.
update weir.delivery
set state = case when state = 'sending' then state else 'waiting' end, next_on = null
where state in ('waiting', 'sending', 'refused') and (:'job'::text is null or job = :'job')
  and (:'destination'::text is null or destination = :'destination') and (:'table'::text is null or table_name = :'table')
  and (:'item'::integer is null or item = :'item'::integer) and (home is null or home = :'home' or job = any (:'jobs'::text[]))

-- name: whole
-- "cause": whole, or run of a member that has sent nothing yet: its first delivery has the whole table anyway, and takes nothing away at the other side.
insert into weir.delivery (job, destination, item, run_id, mark, table_name, cause, home)
values (:'job', :'destination', :'item'::integer, :'run'::uuid, :'run'::uuid, :'table', :'cause', :'home')

-- name: is_new
-- Whether a member has delivered nothing yet, and nothing of it waits, or was given up, however long ago.
select not exists (select from weir.delivery d where d.job = :'job' and d.destination = :'destination' and d.item = :'item'::integer and d.table_name = :'table')
   and not exists (select from weir.delivery_target t
                   where t.job = :'job' and t.destination = :'destination' and t.item = :'item'::integer and t.table_name = :'table')

-- name: has_rows
select from :"schema".:"table" limit 1

-- name: drop
-- A person gives up; "run": by the first digits of its id. Of other homes only what is called by the name of its job.
update weir.delivery
set state = 'dropped', done_on = clock_timestamp(), next_on = null
where state in ('waiting', 'sending', 'refused') and (:'job'::text is null or job = :'job')
  and (:'destination'::text is null or destination = :'destination') and (:'table'::text is null or table_name = :'table')
  and (:'run'::text is null or starts_with(run_id::text, :'run'))
  and (:'job'::text is not null or home is null or home = :'home' or job = any (:'jobs'::text[]))

-- name: state
-- What waits, by destination, job and table: of a home, and of the jobs that it has; and of others ("home") what nobody has tried for so long.
select d.destination, d.job, d.item, d.table_name as "table",
       case when bool_or(d.state = 'refused') then 'refused' when bool_or(d.next_on > clock_timestamp()) then 'again' else 'waiting' end as state,
       count(*) as runs, max(d.attempts) as attempts, to_char(min(d.first_on) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as since, to_char(max(d.next_on) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as next,
       (array_agg(d.detail order by d.tried_on desc nulls last))[1]::text as detail,
       max(d.home) filter (where d.home <> :'home' and d.job <> all (:'jobs'::text[])) as home
from weir.delivery d
where d.state in ('waiting', 'sending', 'refused') and (d.home is null or d.home = :'home' or d.job = any (:'jobs'::text[]))
   or (d.state in ('waiting', 'sending', 'refused') and coalesce(d.tried_on, d.first_on) < clock_timestamp() - make_interval(secs => :'patience'::bigint))
group by d.destination, d.job, d.item, d.table_name
order by 1, 2, 3

-- name: list
-- The outbox, the newest first; of other homes as in "drop".
select d.destination, d.job, d.item, d.table_name as "table", d.run_id as run, d.cause, d.state, d.attempts, d.rows, to_char(d.first_on at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as since,
       to_char(d.done_on at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as done, to_char(d.next_on at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as next, d.detail::text as detail
from weir.delivery d
where (:'job'::text is null or d.job = :'job') and (:'destination'::text is null or d.destination = :'destination')
  and (:'table'::text is null or d.table_name = :'table')
  and (:'job'::text is not null or d.home is null or d.home = :'home' or d.job = any (:'jobs'::text[]))
order by d.done_on is not null, d.place desc
limit :'limit'::bigint

-- name: trim
-- What is over for so many seconds; NULL: never. That a member was given up before its first delivery is not forgotten.
with known as (
    insert into weir.delivery_target (job, destination, item, table_name)
    select distinct job, destination, item, table_name from weir.delivery
    where state = 'dropped' and done_on < now() - make_interval(secs => :'seconds'::bigint)
    on conflict do nothing)
delete from weir.delivery where done_on < now() - make_interval(secs => :'seconds'::bigint)

-- name: count_old
select count(*) from weir.delivery where done_on < now() - make_interval(secs => :'seconds'::bigint)

-- name: drop_table
-- Of a table that is dropped.
delete from weir.delivery where table_name = :'table'

-- name: drop_targets
delete from weir.delivery_target where table_name = :'table'

-- name: drop_touched
delete from weir.delivery_touched where table_name = :'table'
