-- Each file's place in the order of its table (models/order.h): since when it is true, and its name as bytes that compare as names do.
-- "again": weir had the file before this try; retry_of: as the file of that run. "overtook": the newest of the runs that come after the file
-- and were applied before it, and how many there are.

alter table weir.file
    add inode bigint,
    add instant_ns bigint,
    add order_key text collate "C",
    add again boolean not null default false,
    add retry_of uuid,
    add overtook uuid[],
    add overtook_count bigint;

-- The file that is the last one in the order of those that were applied.
alter table weir.table
    add newest_ns bigint,
    add newest_key text collate "C";

update weir.file f
set instant_ns = least(mtime_ns, (extract(epoch from seen_on) * 1000000000)::bigint),
    order_key = (select string_agg(case when part[1] ~ '^[0-9]'
                                        then lpad(length(ltrim(part[1], '0'))::text, 3, '0') || ltrim(part[1], '0')
                                        else part[1] end, '' order by n)
                 from regexp_matches(f.file_name, '([0-9]+|[^0-9]+)', 'g') with ordinality as parts (part, n))
                || chr(1) || file_name;

update weir.table t
set newest_ns = n.instant_ns, newest_key = n.order_key
from (select distinct on (table_name) table_name, instant_ns, order_key
      from weir.file where state = 'applied' order by table_name, instant_ns desc, order_key desc) n
where n.table_name = t.table_name;

create index on weir.file (table_name, file_name);
create index on weir.file (table_name, instant_ns);

create or replace view weir.runs as
select e.execution_id as run,
       f.table_name,
       f.file_name,
       f.state,
       e.status,
       e.started_on,
       e.completed_on,
       e.execution_time_ms as milliseconds,
       f.rows_read, f.rows_rejected, f.rows_repaired, f.rows_duplicate, f.rows_unchanged,
       f.rows_inserted, f.rows_updated, f.rows_deactivated, f.rows_staged,
       f.disposition,
       f.place,
       e.error,
       f.lines,
       f.retry_of,
       f.overtook,
       f.overtook_count
from weir.execution e
left join weir.file f on f.run_id = e.execution_id;
