-- What a load has done to its table, seen in its transaction before that is rolled back (src/report/diff.h). Rows of the warehouse are w.

-- name: staged
-- Where the run's rows are staged.
select c.relname
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = :'schema' and c.relkind = 'r' and obj_description(c.oid, 'pg_class') like '%(weir run ' || :'run' || ')'
order by c.relname <> :'table' limit 1

-- name: spliced
select to_regclass('pg_temp.weir_judged') is not null, to_regclass('pg_temp.weir_later') is not null

-- name: lines
-- Where in the file an entity's row is, if it has one only.
left join (select s.:key as key, case when count(*) = 1 then min(s._line) end as line
           from :"staging".:"build" s group by 1) l on l.key = w.:of

-- name: of_version
json_build_object('kind', :kind, 'line', :line, 'id', w.:"id", 'at', :at, 'from', w.:"valid_from",
                  'to', nullif(w.:"valid_to", :open_end), 'key', :keys, 'cells', :cells, 'in_place', :in_place)

-- name: opened
copy (select :entry
      from :"schema".:"table" w :lines
      where w.opened_by = :run
        and :known (select from :"schema".:"table" p where p.:"id" = w.:"id" and p.:"valid_to" = w.:"valid_from")
      order by l.line, w.:"id" :limit) to stdout

-- name: overwritten
-- Current versions that were only written in place.
copy (select :entry
      from weir.overwritten o join :"schema".:"table" w on w.:"id" = o.id and w.:"valid_from" = o.began :lines
      where o.run_id = :run and w.:"is_current" and w.opened_by <> :run and (:unlike)
      order by l.line, w.:"id" :limit) to stdout

-- name: closed
copy (select :entry
      from :"schema".:"table" w :lines
      where w.closed_by = :run and w.opened_by <> :run
        and not exists (select from :"schema".:"table" n where n.:"id" = w.:"id" and n.:"valid_from" = w.:"valid_to")
      order by l.line, w.:"id" :limit) to stdout

-- name: judged
-- Of rows that find their places in history: what holds at the time of each.
copy (select :entry
      from weir_judged j join weir_news n on n._line = j.line
           join :"schema".:"table" w on w.:"id" = n._id and w.:"valid_from" <= n."at?"
                                    and (w.:"valid_to" is not distinct from :open_end or n."at?" < w.:"valid_to")
      where j.became = :became and not exists (select from weir_refused r where r._line = j.line)
      order by j.line :limit) to stdout

-- name: of_fact
json_build_object('kind', :kind, 'line', l.line, 'id', :fact_id, 'key', :keys, 'cells', :cells)

-- name: loaded
copy (select :entry
      from :"schema".:"table" w :lines
      where w.loaded_by = :run and (w.created_at = w.updated_at) = :new
      order by l.line :limit) to stdout

-- name: later
-- Rows of a fact that change nothing, for what it has is true since later.
copy (select json_build_object('kind', :kind, 'line', w._line, 'id', w._id, 'key', :keys)
      from weir_later v join :"staging".:"build" w on w._line = v._line
      where v.became = 'late' order by w._line :limit) to stdout

-- name: before
-- Behind the rollback: what held at the time of each, and what is another by now.
select a.n, o.:"id" is null, :changes
from json_to_recordset(:'page'::json) a (n bigint, id uuid, at timestamptz, cells json)
left join lateral (select * from :"schema".:"table" w
                   where w.:"id" = a.id and w.:"valid_from" <= a.at
                     and (w.:"valid_to" is not distinct from :open_end or a.at < w.:"valid_to") offset 0) o on true
order by a.n

-- name: fact_before
select a.n, o.:"id" is null, :changes
from json_to_recordset(:'page'::json) a (n bigint, id uuid, cells json)
left join lateral (select * from :"schema".:"table" w where w.:"id" = a.id offset 0) o on true
order by a.n
