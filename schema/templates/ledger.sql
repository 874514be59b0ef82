-- What runs write. Times are the server's; clock_timestamp() where the transaction may be long.

-- name: try_lock
select pg_try_advisory_lock(hashtextextended('weir.table ' || :'table', 0))

-- name: wait_lock
select pg_advisory_lock(hashtextextended('weir.table ' || :'table', 0))

-- name: unlock
select pg_advisory_unlock(hashtextextended('weir.table ' || :'table', 0))

-- name: run_status
select e.status, f.state, f.rows_read, f.rows_rejected, f.rows_repaired, f.rows_duplicate, f.rows_unchanged, f.rows_inserted,
       f.rows_updated, f.rows_deactivated, f.rows_staged, f.rows_waiting, f.rows_late, f.rows_corrected, f.rows_deleted, f.rows_absent, f.rows_forgotten, f.lines::text, f.instant_ns, f.order_key, f.again, f.retry_of,
       array_to_string(f.overtook, ' '), f.overtook_count, f.effective_on::text, f.declaration::text
from weir.execution e left join weir.file f on f.run_id = e.execution_id
where e.execution_id = :'run'::uuid

-- name: file_before
-- The last run of this very file: one that was refused or given back, or that lost it to whoever moved it.
select f.run_id, f.instant_ns, f.order_key, f.state = 'failed' and f.disposition = 'left' and f.claimed, f.model_checksum,
       extract(epoch from clock_timestamp() - e.completed_on)::bigint, f.summary::text, f.declaration::text
from weir.file f join weir.execution e on e.execution_id = f.run_id
where f.table_name = :'table' and f.file_name = :'file' and e.status <> 'IN_PROGRESS' and f.run_id <> :'run'::uuid
  and ((f.size_bytes = :'size'::bigint and f.mtime_ns = :'mtime'::bigint and (f.state = 'failed' or f.inode = :'inode'::bigint))
       or left(f.run_id::text, 8) = :'digits'::text or right(f.run_id::text, 12) = right(:'run'::text, 12))
order by f.seen_on desc limit 1

-- name: run_place
select instant_ns, order_key, file_name from weir.file where run_id = :'run'::uuid

-- name: file_order
update weir.file
set instant_ns = :'instant'::bigint, order_key = :'key', again = true, retry_of = :'before'::uuid,
    effective_on = coalesce(effective_on, (select effective_on from weir.file where run_id = :'before'::uuid)),
    by_hand = by_hand or coalesce((select by_hand from weir.file where run_id = :'before'::uuid), false)
where run_id = :'run'::uuid

-- name: file_instant
-- What was said by hand, or by the run before, stays. The clocks of two machines may be a minute apart.
update weir.file f
set effective_on = i.at
from weir.table t,
     (select coalesce(o.effective_on, :'own'::text::timestamptz, :'local'::text::timestamp at time zone :'zone'::text,
                      case when :'us'::bigint is not null
                           then least('epoch'::timestamptz + :'us'::bigint * interval '1 microsecond', clock_timestamp()) end) as at
      from weir.file o where o.run_id = :'run'::uuid) i
where f.run_id = :'run'::uuid and t.table_name = :'table' and i.at is not null
returning i.at::text, to_char(i.at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'),
          coalesce(i.at <= greatest(t.newest_effective, t.last_instant), false), i.at > clock_timestamp() + interval '1 minute'

-- name: absent_instant
-- Of a full export whose rows have times of their own; the run before has said it of a file that comes again.
update weir.file f
set absent_on = i.at
from (select coalesce(o.absent_on, (select b.absent_on from weir.file b where b.run_id = o.retry_of),
                      :'own'::text::timestamptz, :'local'::text::timestamp at time zone :'zone'::text,
                      case when :'us'::bigint is not null
                           then least('epoch'::timestamptz + :'us'::bigint * interval '1 microsecond', clock_timestamp()) end) as at
      from weir.file o where o.run_id = :'run'::uuid) i
where f.run_id = :'run'::uuid and f.table_name = :'table' and i.at is not null
returning i.at::text, to_char(i.at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'), false, i.at > clock_timestamp() + interval '1 minute'

-- name: overtaken
-- The newest of them, and how many there are.
select run_id, file_name, count(*) over ()
from weir.file
where table_name = :'table' and state = 'applied' and run_id <> :'run'::uuid
  and (instant_ns, order_key) > (:'instant'::bigint, :'key'::text)
order by instant_ns desc, order_key desc, seen_on desc limit :'limit'::bigint

-- name: file_overtook
update weir.file set overtook = :'runs'::uuid[], overtook_count = :'count'::bigint where run_id = :'run'::uuid

-- name: begin_execution
-- A run that is COMPLETED is in the warehouse, whoever thinks otherwise: it is never begun again.
insert into weir.execution (execution_id, status, created_on, started_on, heartbeat_on)
values (:'run'::uuid, 'IN_PROGRESS', clock_timestamp(), clock_timestamp(), clock_timestamp())
on conflict (execution_id) do update
set status = 'IN_PROGRESS', updated_on = clock_timestamp(), started_on = clock_timestamp(), heartbeat_on = clock_timestamp(),
    completed_on = null, execution_time_ms = null, error = null
where weir.execution.status <> 'COMPLETED'

-- name: begin_file
-- A run that is begun again keeps the place that its file has.
insert into weir.file (run_id, table_name, file_name, place, claimed, size_bytes, mtime_ns, model_checksum, inode, instant_ns, order_key,
                       again, retry_of, effective_on, by_hand, declaration)
values (:'run'::uuid, :'table', :'file', :'place', :'claimed'::boolean, :'size'::bigint, :'mtime'::bigint, :'checksum',
        :'inode'::bigint, :'instant'::bigint, :'key', :'again'::boolean, :'retry_of'::uuid,
        coalesce(case when :'as_of_zone'::text is null then :'as_of'::text::timestamptz
                      else :'as_of'::text::timestamp at time zone :'as_of_zone'::text end,
                 (select effective_on from weir.file where run_id = :'retry_of'::uuid)),
        :'as_of'::text is not null or coalesce((select by_hand from weir.file where run_id = :'retry_of'::uuid), false), :'declaration'::jsonb)
on conflict (run_id) do update
set table_name = excluded.table_name, file_name = excluded.file_name, place = excluded.place, claimed = excluded.claimed,
    size_bytes = excluded.size_bytes, mtime_ns = excluded.mtime_ns, model_checksum = excluded.model_checksum, state = 'loading',
    inode = excluded.inode, instant_ns = coalesce(weir.file.instant_ns, excluded.instant_ns),
    order_key = coalesce(weir.file.order_key, excluded.order_key), again = weir.file.again or excluded.again,
    retry_of = coalesce(weir.file.retry_of, excluded.retry_of),
    effective_on = case when :'as_of'::text is null then coalesce(weir.file.effective_on, excluded.effective_on)
                        else excluded.effective_on end, by_hand = weir.file.by_hand or excluded.by_hand, overtook = null, overtook_count = null,
    declaration = coalesce(excluded.declaration, weir.file.declaration), disposition = null, summary = null, kept_sha256 = null, kept_size = null, forgetting = null, updated_on = clock_timestamp()

-- name: forget_rejects
delete from weir.reject where run_id = :'run'::uuid

-- name: abandon_steps
update weir.execution_step s
set status = 'FAILED', updated_on = clock_timestamp(), completed_on = clock_timestamp(), error = 'abandoned'
from weir.execution e join weir.file f on f.run_id = e.execution_id
where s.execution_id = e.execution_id and s.status = 'IN_PROGRESS' and e.status = 'IN_PROGRESS' and f.table_name = :'table'
  and e.execution_id <> :'run'::uuid and not f.claimed

-- name: abandon_files
update weir.file f
set state = 'failed', disposition = 'left', updated_on = clock_timestamp()
from weir.execution e
where e.execution_id = f.run_id and e.status = 'IN_PROGRESS' and f.table_name = :'table'
  and e.execution_id <> :'run'::uuid and not f.claimed

-- name: abandon
update weir.execution e
set status = 'FAILED', updated_on = clock_timestamp(), completed_on = clock_timestamp(),
    error = 'abandoned: the process that ran it is gone; the file was left where it is'
from weir.file f
where f.run_id = e.execution_id and e.status = 'IN_PROGRESS' and f.table_name = :'table'
  and e.execution_id <> :'run'::uuid and not f.claimed

-- name: step_begin
insert into weir.execution_step (execution_id, step_name, status, created_on, started_on)
values (:'run'::uuid, :'step', 'IN_PROGRESS', clock_timestamp(), clock_timestamp())
on conflict (execution_id, step_name) do update
set status = 'IN_PROGRESS', updated_on = clock_timestamp(), started_on = clock_timestamp(), completed_on = null,
    execution_time_ms = null, rows_processed = null, error = null

-- name: step_expected
-- How long TRANSFORM may take of so many rows, in milliseconds, by what it took of the table's last file; NULL: that was too small to tell.
select (s.execution_time_ms::numeric * :'rows'::bigint / f.rows_staged)::bigint
from weir.table t join weir.file f on f.run_id = t.last_run
join weir.execution_step s on s.execution_id = f.run_id and s.step_name = 'TRANSFORM'
where t.table_name = :'table' and f.rows_staged >= 10000

-- name: step_model
insert into weir.execution_step_model (execution_step_id, model_name, checksum)
select execution_step_id, :'model', :'checksum' from weir.execution_step
where execution_id = :'run'::uuid and step_name = :'step'
on conflict (execution_step_id, model_name) do update set checksum = excluded.checksum, updated_on = clock_timestamp()

-- name: step_end
update weir.execution_step
set status = :'status', updated_on = clock_timestamp(), completed_on = clock_timestamp(),
    execution_time_ms = extract(epoch from clock_timestamp() - started_on) * 1000, rows_processed = :'rows'::bigint
where execution_id = :'run'::uuid and step_name = :'step'

-- name: heartbeat
update weir.execution set heartbeat_on = clock_timestamp(), updated_on = clock_timestamp() where execution_id = :'run'::uuid

-- name: file_loaded
update weir.file
set sha256 = :'sha', dialect = :'dialect'::jsonb, columns = :'columns'::jsonb, header = :'header', updated_on = clock_timestamp(),
    rows_read = :'read'::bigint, rows_rejected = :'rejected'::bigint, rows_repaired = :'repaired'::bigint, rows_staged = :'staged'::bigint,
    rows_forgotten = :'forgotten'::bigint, forgetting = case when :'forgets'::boolean then run_id end, lines = :'lines'::jsonb
where run_id = :'run'::uuid

-- name: file_columns
select columns::text from weir.file where run_id = :'run'::uuid

-- name: complete
update weir.execution
set status = 'COMPLETED', updated_on = clock_timestamp(), completed_on = clock_timestamp(), heartbeat_on = clock_timestamp(),
    execution_time_ms = extract(epoch from clock_timestamp() - started_on) * 1000
where execution_id = :'run'::uuid and status = 'IN_PROGRESS'

-- name: completed
-- The fence comes first in its transaction; the run is over when the rest of it is.
update weir.execution
set completed_on = clock_timestamp(), heartbeat_on = clock_timestamp(),
    execution_time_ms = extract(epoch from clock_timestamp() - started_on) * 1000
where execution_id = :'run'::uuid and status = 'COMPLETED'

-- name: commonest_reject
select count(*), reason, column_name, min(line), (array_agg(message order by line))[1]
from weir.reject where run_id = :'run'::uuid and not repaired and not waiting
group by reason, column_name order by 1 desc, 4 limit 1

-- name: file_finished
update weir.file
set state = :'state', sha256 = coalesce(:'sha', sha256), pins_sha256 = :'pins_sha', updated_on = clock_timestamp(),
    summary = coalesce(:'summary'::jsonb, summary), place = coalesce(:'place', place),
    disposition = coalesce(:'disposition', disposition), rows_read = :'read'::bigint, rows_rejected = :'rejected'::bigint, rows_repaired = :'repaired'::bigint,
    rows_duplicate = :'duplicate'::bigint, rows_unchanged = :'unchanged'::bigint, rows_inserted = :'inserted'::bigint,
    rows_updated = :'updated'::bigint, rows_deactivated = :'deactivated'::bigint, rows_staged = :'staged'::bigint,
    rows_waiting = :'waiting'::bigint, rows_late = :'late'::bigint, rows_corrected = :'corrected'::bigint, rows_deleted = :'deleted'::bigint, rows_absent = :'absent'::bigint, rows_forgotten = :'forgotten'::bigint,
    lines = :'lines'::jsonb,
    applied_as = case when :'state' = 'applied' then (select applied_ever from weir.table t where t.table_name = weir.file.table_name) end,
    overwritten = (select count(*) from weir.overwritten o where o.run_id = :'run'::uuid),
    applied_on = case when :'state' = 'applied' then coalesce(:'applied_on'::timestamptz, clock_timestamp()) end
where run_id = :'run'::uuid

-- name: fail
update weir.execution
set status = 'FAILED', updated_on = clock_timestamp(), completed_on = clock_timestamp(), error = :'message',
    execution_time_ms = extract(epoch from clock_timestamp() - started_on) * 1000
where execution_id = :'run'::uuid and status <> 'COMPLETED'

-- name: fail_steps
update weir.execution_step
set status = 'FAILED', updated_on = clock_timestamp(), completed_on = clock_timestamp(), error = :'message',
    execution_time_ms = extract(epoch from clock_timestamp() - started_on) * 1000
where execution_id = :'run'::uuid and status = 'IN_PROGRESS'

-- name: fail_left
-- A file that was not claimed was never moved.
update weir.file set disposition = 'left' where run_id = :'run'::uuid and not claimed

-- name: file_placed
update weir.file
set place = :'place', disposition = :'disposition', summary = coalesce(:'summary'::jsonb, summary), updated_on = clock_timestamp()
where run_id = :'run'::uuid

-- name: file_end
-- What was published, or would have been, of a file that was moved.
select f.summary::text
from weir.file f join weir.execution e on e.execution_id = f.run_id
where f.file_name = :'file' and f.size_bytes = :'size'::bigint and f.mtime_ns = :'mtime'::bigint and f.inode = :'inode'::bigint
  and e.status <> 'IN_PROGRESS' and f.disposition in ('archived', 'deleted', 'failed', 'held')
  and f.updated_on > clock_timestamp() - make_interval(secs => :'seconds'::bigint)
order by f.updated_on desc limit 1

-- name: approve
-- These bytes, whatever is in the file by then.
update weir.file set approved = coalesce(kept_sha256, sha256), updated_on = clock_timestamp() where run_id = :'run'::uuid and state = 'held'

-- name: file_sha256
select sha256 from weir.file where run_id = :'run'::uuid

-- name: table_read
-- Who was forgotten of a table stays so when the table is dropped.
select t.kind, t.pins::text, t.key::text, t.last_run, t.last_sha256, t.last_size, t.last_model_checksum, t.last_pins_sha256, t.last_had_rejects,
       t.newest_ns, t.newest_key, t.files_applied, t.warehouse_schema, t.waiting, t.history::text,
       t.table_name is not null, exists (select from weir.forgotten f where f.table_name = n.name), t.partial::text, t.partial_whole
from (select :'table'::text) n (name) left join weir.table t on t.table_name = n.name

-- name: table_read_for_update
select kind, pins::text, key::text, last_run, last_sha256, last_size, last_model_checksum, last_pins_sha256, last_had_rejects,
       newest_ns, newest_key, files_applied, warehouse_schema, waiting, history::text, true,
       exists (select from weir.forgotten f where f.table_name = t.table_name), partial::text, partial_whole
from weir.table t where table_name = :'table' for update

-- name: table_ensure
insert into weir.table (table_name, kind, warehouse_schema) values (:'table', :'kind', :'schema')
on conflict (table_name) do update
set kind = coalesce(weir.table.kind, excluded.kind), warehouse_schema = coalesce(weir.table.warehouse_schema, excluded.warehouse_schema)
where weir.table.kind is null and excluded.kind is not null

-- name: table_pin
-- What is the same is not written again: a wide table's pins are long.
update weir.table set pins = :'pins'::jsonb, key = coalesce(key, :'key'::jsonb), history = :'history'::jsonb, updated_on = clock_timestamp()
where table_name = :'table' and (pins is distinct from :'pins'::jsonb or (key is null and :'key'::jsonb is not null)
                                 or history is distinct from :'history'::jsonb)

-- name: table_release
-- Nothing of what was pinned so is in the warehouse any more.
update weir.table set kind = :'kind', warehouse_schema = :'schema', key = null where table_name = :'table'

-- name: table_instant
update weir.table
set last_instant = greatest(coalesce(:'now'::timestamptz, clock_timestamp()), greatest(last_instant, newest_effective) + interval '1 microsecond'), updated_on = clock_timestamp()
where table_name = :'table'
returning last_instant::text, extract(epoch from last_instant - clock_timestamp())::bigint

-- name: table_applied
update weir.table
set last_run = :'run'::uuid, last_sha256 = :'sha', last_size = :'size'::bigint,
    last_model_checksum = :'checksum', last_pins_sha256 = :'pins_sha', last_had_rejects = :'rejects'::boolean,
    newest_ns = case when (newest_ns, newest_key) > (:'instant'::bigint, :'key'::text) then newest_ns else :'instant'::bigint end,
    newest_key = case when (newest_ns, newest_key) > (:'instant'::bigint, :'key'::text) then newest_key else :'key' end,
    newest_effective = greatest(newest_effective, :'effective'::timestamptz), files_applied = files_applied + 1,
    applied_ever = applied_ever + 1, updated_on = clock_timestamp()
where table_name = :'table'

-- name: was_applied
select exists (select from weir.file
               where table_name = :'table' and sha256 = :'sha' and state = 'applied' and rows_rejected = 0
                 and model_checksum = :'checksum' and pins_sha256 = :'pins_sha')

-- name: size_known
select exists (select from weir.file where table_name = :'table' and size_bytes = :'size'::bigint and state = 'applied')
