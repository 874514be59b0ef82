-- Alerts (`weir notify`): from runs to alerts, from alerts to messages, from messages to what became of them.

-- name: lock
select pg_try_advisory_lock(hashtextextended('weir.alert ' || :'target', 0))

-- name: begin_target
insert into weir.alert_target (target) values (:'target') on conflict do nothing

-- name: due
-- What there is to do for a target: runs to look at, alerts to make messages of, messages to send. A clock that was set back is one minute of
-- overlap: seen_on ahead of it would hide what begins now.
select (select max(e.started_on) from weir.execution e) >= least(t.seen_on, now() - interval '1 minute')
       or exists (select from weir.alert_open o where o.target = t.target),
       exists (select from weir.alert a where a.target = t.target and a.message_id is null),
       coalesce(t.retry_on <= clock_timestamp(), true)
       and exists (select from weir.alert_message m where m.target = t.target and m.state in ('waiting', 'sending'))
from weir.alert_target t where t.target = :'target'

-- name: note_begin
begin isolation level repeatable read

-- name: note_plan
-- Nobody can know how few runs are behind seen_on, and a plan for a third of them all reads them all.
select pg_catalog.set_config('enable_seqscan', 'off', true), pg_catalog.set_config('enable_hashjoin', 'off', true),
       pg_catalog.set_config('enable_mergejoin', 'off', true), pg_catalog.set_config('jit', 'off', true)

-- name: note
-- "rules": [{"on", "tables"}], tables as patterns of LIKE. A file that will be tried again by itself was not refused. What columns a file has is
-- compared with the last one of its table before it that was read; so each run is looked at once, and not again as long as it is in the window.
insert into weir.alert (target, rule, cause, table_name, run_id, file_name, text)
select distinct on (s.rule, s.run_id) :'target', s.rule, 'run:' || s.run_id, s.table_name, s.run_id, s.file_name, s.text
from (select f.*, e.completed_on, t.since
      from weir.alert_target t
      cross join lateral (select e.execution_id from weir.execution e
                          where e.started_on >= least(t.seen_on, now() - interval '1 minute')
                          union
                          select o.run_id from weir.alert_open o where o.target = t.target) began
      join weir.execution e on e.execution_id = began.execution_id
      join weir.file f on f.run_id = e.execution_id
      where t.target = :'target' and e.status <> 'IN_PROGRESS' and e.completed_on >= t.since
        and not (weir.was_there(e.xmin, t.looked) and weir.was_there(f.xmin, t.looked))) f
cross join lateral (
    select string_agg(case when d.added then 'new: ' else 'missing: ' end || d.names, '; ' order by d.added desc) as text
    from (select n.name is not null as added, string_agg(coalesce(n.name, b.name), ', ' order by coalesce(n.name, b.name)) as names
          from (select c ->> 'name' as name from jsonb_array_elements(f.columns) c) n
          full join (select c ->> 'name' as name
                     from (select p.columns from weir.file p
                           where p.table_name = f.table_name and p.seen_on < f.seen_on and p.state in ('applied', 'staged') and p.columns is not null
                           order by p.seen_on desc limit 1) before, jsonb_array_elements(before.columns) c) b using (name)
          where (n.name is null or b.name is null)
            and exists (select from weir.file p where p.table_name = f.table_name and p.seen_on < f.seen_on and p.state in ('applied', 'staged')
                                                  and p.columns is not null)
          group by 1) d) drift
cross join lateral (
    values ('refused', f.state = 'failed' and (f.disposition = 'failed' or f.summary ->> 'status' = 'blocked'), null),
           ('held', f.state = 'held', null),
           ('rejects', f.state in ('applied', 'staged') and f.rows_rejected > 0, null),
           ('drift', f.state in ('applied', 'staged') and drift.text is not null, drift.text),
           ('late', f.state = 'applied' and (f.rows_late > 0 or f.overtook_count > 0), null),
           ('applied', f.state in ('applied', 'staged'), null)) v (rule, is_so, text)
cross join lateral (select v.rule, f.run_id, f.table_name, f.file_name, v.text) s
where v.is_so
  and exists (select from jsonb_to_recordset(:'rules'::jsonb) r ("on" text, tables text[])
              where r."on" = s.rule and (r.tables is null or s.table_name like any (r.tables)))
on conflict do nothing

-- name: note_incidents
-- Files that did not come, or with other rows, pulls and deliveries that failed, and what came at last. Those that end because nobody expects them any
-- more are no news. They are
-- told for a week, much longer than anybody is away.
insert into weir.alert (target, rule, cause, table_name, run_id, file_name, text)
select :'target', v.rule, 'incident:' || i.id, i."table", v.run::uuid, v.file, v.text
from weir.alert_target t
join weir.incident i on greatest(i.noticed_on, i.closed_on) >= t.since and greatest(i.noticed_on, i.closed_on) > clock_timestamp() - interval '7 days'
cross join lateral (
    values (case i.kind when 'rows' then 'drift' else i.kind end, i.noticed_on >= t.since,
            case i.kind when 'rows' then i.subject end, case i.kind when 'rows' then i.detail ->> 'file' end, null),
           ('recovered', i.closed_on is not null and i.detail ->> 'ended_by' in ('file', 'pull', 'push'),
            coalesce(i.detail ->> 'ended_run', i.detail ->> 'run'), coalesce(i.detail ->> 'ended_file', i.detail ->> 'file'),
            case i.kind when 'stale' then 'came at last' when 'pull' then (i.detail ->> 'job') || ' can be pulled again'
                 when 'push' then 'what waited is delivered to ' || (i.detail ->> 'place') else 'has as many rows as it should' end)) v (rule, is_so, run, file, text)
where t.target = :'target' and v.is_so
  and exists (select from jsonb_to_recordset(:'rules'::jsonb) r ("on" text, tables text[])
              where r."on" = v.rule and (r.tables is null or i."table" like any (r.tables)))
on conflict do nothing

-- name: close
delete from weir.alert_open o
where o.target = :'target'
  and not exists (select from weir.execution e where e.execution_id = o.run_id and e.status = 'IN_PROGRESS')

-- name: open
-- Before seen_on goes past them.
insert into weir.alert_open (target, run_id)
select t.target, e.execution_id
from weir.alert_target t
join weir.execution e on e.started_on >= least(t.seen_on, now() - interval '1 minute') and e.started_on < t.next_on
join weir.file f on f.run_id = e.execution_id
where t.target = :'target' and t.next_xid <= pg_snapshot_xmin(pg_current_snapshot()) and e.status = 'IN_PROGRESS'
on conflict do nothing

-- name: advance
-- Whoever gets a transaction id behind ours does so after now(), which is when our transaction began. A snapshot's xmax would not do: it is behind
-- the last one that is over, and others of before may be under way. The seconds are for who has asked the clock just before it got its id.
update weir.alert_target t
set seen_on = case when t.next_xid <= pg_snapshot_xmin(pg_current_snapshot()) then t.next_on else t.seen_on end,
    next_on = case when t.next_xid > pg_snapshot_xmin(pg_current_snapshot()) then t.next_on else now() - interval '10 seconds' end,
    next_xid = case when t.next_xid > pg_snapshot_xmin(pg_current_snapshot()) then t.next_xid else pg_current_xact_id() end,
    looked = pg_current_snapshot()
where t.target = :'target'
  and (select max(e.started_on) from weir.execution e) >= least(t.seen_on, now() - interval '1 minute')

-- name: add
-- What no run says.
insert into weir.alert (target, rule, cause, text) values (:'target', :'rule', :'cause', :'text') on conflict do nothing

-- name: seal
-- A message of each cause, a rule and a table, of which none was sent in the last while, or is still to be sent; many tables at once share one.
with due as (
    select a.rule, a.table_name, count(*) over (partition by a.rule) > :'most_tables'::bigint as many
    from weir.alert a
    where a.target = :'target' and a.message_id is null
    group by a.rule, a.table_name
    having min(a.noted_on) <= clock_timestamp() - make_interval(secs => :'gather'::bigint)
       and not exists (select from weir.alert_message m
                       where m.target = :'target' and m.rule = a.rule
                         and (m.state in ('waiting', 'sending')
                              or coalesce(m.sent_on, m.made_on) > clock_timestamp() - make_interval(secs => :'every'::bigint))
                         and exists (select from weir.alert b
                                     where b.message_id = m.message_id and b.rule = a.rule and b.table_name = a.table_name))),
shares as (
    select d.rule, d.table_name, case when d.many then '' else d.table_name end as shown from due d),
made as (
    insert into weir.alert_message (target, rule, table_name, alerts)
    select :'target', s.rule, s.shown, count(*)
    from shares s join weir.alert a on a.target = :'target' and a.rule = s.rule and a.table_name = s.table_name and a.message_id is null
    group by s.rule, s.shown
    returning message_id, rule, table_name)
update weir.alert a
set message_id = m.message_id
from made m join shares s on s.rule = m.rule and s.shown = m.table_name
where a.target = :'target' and a.message_id is null and a.rule = s.rule and a.table_name = s.table_name

-- name: take
update weir.alert_message
set state = 'sending', attempts = attempts + 1, tried_on = clock_timestamp()
where message_id = (select m.message_id from weir.alert_message m join weir.alert_target t on t.target = m.target
                    where m.target = :'target' and m.state in ('waiting', 'sending') and coalesce(t.retry_on <= clock_timestamp(), true)
                    order by m.made_on, m.message_id limit 1)
returning message_id, rule, table_name, alerts, extract(epoch from made_on)::bigint,
          (extract(epoch from clock_timestamp() - made_on) > :'most_seconds'::bigint)

-- name: items
-- The first of what a message tells, and of each run what its rejects are, without a cell of them.
select jsonb_build_object('table', a.table_name, 'file', a.file_name, 'run', a.run_id, 'text', a.text, 'disposition', f.disposition,
                          'place', f.place, 'read', f.rows_read, 'rejected', f.rows_rejected, 'late', f.rows_late,
                          'overtook', f.overtook_count, 'summary', f.summary::text, 'rejects', r.rejects,
                          'kind', i.kind, 'detail', i.detail, 'noted', to_char(a.noted_on at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))::text
from weir.alert a
left join weir.file f on f.run_id = a.run_id
left join weir.incident i on a.cause = 'incident:' || i.id and a.rule in ('stale', 'drift', 'pull', 'push')
left join lateral (select string_agg(format('%s %s%s, first on line %s', g.rows, g.reason, ' in ' || g.column_name, g.line), E'\n') as rejects
                   from (select reason, column_name, count(*) as rows, min(line) as line
                         from weir.reject where run_id = a.run_id and not repaired and not waiting
                         group by reason, column_name order by 3 desc, 4 limit 3) g) r on f.rows_rejected > 0
where a.message_id = :'message'::uuid
order by a.noted_on, a.cause limit :'limit'::bigint

-- name: tables_of
select count(distinct table_name) from weir.alert where message_id = :'message'::uuid

-- name: settle
update weir.alert_message
set state = :'state', answer = :'answer', sent_on = case when :'state' = 'sent' then clock_timestamp() end
where message_id = :'message'::uuid and state = 'sending'

-- name: answered
-- "pause": how long to leave the target alone; NULL: it took the last one.
update weir.alert_target
set failures = case when :'pause'::bigint is null then 0 else failures + 1 end,
    retry_on = clock_timestamp() + make_interval(secs => :'pause'::bigint),
    answer = :'answer', answered_on = clock_timestamp(),
    sent_on = case when :'state' = 'sent' then clock_timestamp() else sent_on end
where target = :'target'
returning failures

-- name: failures
select failures from weir.alert_target where target = :'target'

-- name: trim
with gone as (
    delete from weir.alert_message where state in ('sent', 'dropped') and made_on < clock_timestamp() - interval '30 days'
    returning message_id)
delete from weir.alert a using gone g where a.message_id = g.message_id

-- name: targets
-- NULL of "gathered" and the like is nothing there.
select t.target, t.failures, t.answer, to_char(t.answered_on at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as answered,
       to_char(t.sent_on at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as sent,
       case when t.failures > 0 then greatest(0, ceil(extract(epoch from t.retry_on - clock_timestamp())))::bigint end as next_seconds,
       (select count(*) from weir.alert a where a.target = t.target and a.message_id is null) as gathered,
       (select count(*) from weir.alert_message m where m.target = t.target and m.state in ('waiting', 'sending')) as waiting,
       (select count(*) from weir.alert_message m where m.target = t.target and m.state = 'refused') as refused
from weir.alert_target t order by t.target

-- name: undelivered
select m.message_id as id, m.target, m.rule, nullif(m.table_name, '') as table, m.alerts, m.state,
       to_char(m.made_on at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as made, m.attempts, m.answer
from weir.alert_message m
where m.state in ('waiting', 'sending', 'refused')
order by m.made_on, m.message_id limit :'limit'::bigint

-- name: retry
-- "name": a target, or a message's id, of which the first eight digits are enough, and less is nothing.
with again as (
    update weir.alert_message m set state = 'waiting', made_on = case when m.state = 'refused' then clock_timestamp() else m.made_on end
    where m.state in ('waiting', 'refused')
      and (:'name'::text is null or m.target = :'name'::text or (length(:'name'::text) >= 8 and starts_with(m.message_id::text, :'name'::text)))
    returning m.target),
told as (
    update weir.alert_target t set retry_on = null where t.target in (select target from again) returning t.target)
select count(*) from again

-- name: drop
with gathered as (
    delete from weir.alert where target = :'name' and message_id is null),
well as (
    update weir.alert_target set failures = 0, retry_on = null where target = :'name'),
gone as (
    update weir.alert_message m set state = 'dropped'
    where m.state in ('waiting', 'refused')
      and (m.target = :'name' or (length(:'name') >= 8 and starts_with(m.message_id::text, :'name')))
    returning 1)
select count(*) from gone

-- name: forget_target
-- One that weir.json does not have any more, and nothing waits for.
delete from weir.alert_target t
where t.target = :'name' and not exists (select from weir.alert_message m where m.target = t.target and m.state in ('waiting', 'sending', 'refused'))
