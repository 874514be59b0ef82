-- What must always be true (docs/operations.md). Each statement selects what is not: the rule's word (src/report/verify.c), and of whom. One
-- place for `weir verify`, which counts them, and for the oracle of the tests.

-- name: dimension
-- One pass over the versions of each entity, in the order of its primary key.
select r.rule, v.id::text as what
from (select w.:"id" as id, w.:"valid_from" as since, nullif(w.:"valid_to", :open_end) as until, w.:"is_current" as current,
             w.:"version"::bigint as number, w.opened_by, w.closed_by, row_number() over t as place, lead(w.:"valid_from") over t as next,
             lead(w.:"is_current") over t as next_current
      from :"schema".:"table" w window t as (partition by w.:"id" order by w.:"valid_from")) v
cross join lateral (values ('current_twice', v.current and v.next_current),
                           ('current_end', v.current is distinct from (v.until is null)),
                           ('interval', v.until <= v.since),
                           ('numbers', v.number is distinct from v.place),
                           ('overlap', v.next is not null and (v.until is null or v.until > v.next)),
                           ('openers', v.opened_by is null or (v.closed_by is null) is distinct from (v.until is null))) r (rule, broken)
where r.broken

-- name: versions_of_nobody
-- Versions that a run began or ended of which the ledger does not know that it was applied. Placeholders are of a fact's run.
select 'run' as rule, r.run::text as what
from (select opened_by as run from :"schema".:"table" union select closed_by from :"schema".:"table") r
where r.run is not null
  and not exists (select from weir.file f join weir.table o using (table_name)
                  where f.run_id = r.run and f.state = 'applied' and (f.table_name = :of or o.kind = 'fact'))

-- name: rows_of_nobody
select 'run' as rule, r.run::text as what
from (select distinct loaded_by as run from :"schema".:"table") r
where not exists (select from weir.file f where f.run_id = r.run and f.state = 'applied')

-- name: reference
-- Whom rows of the fact refer to and the dimension does not have.
select 'reference' as rule, f.id::text as what
from (select distinct w.:"as" as id from :"schema".:"table" w) f
where f.id is not null and not exists (select from :"schema".:"dimension" d where d.:"id" = f.id)

-- name: ledger
-- The counts of each run. NULL: of all tables.
select r.rule, f.run_id::text as what
from weir.file f
cross join lateral (values
    ('counts', f.state = 'applied' and f.rows_read is distinct from f.rows_rejected + f.rows_duplicate + f.rows_unchanged + f.rows_inserted
                                                                    + f.rows_updated + f.rows_waiting + f.rows_late + f.rows_corrected + f.rows_deleted + f.rows_forgotten),
    ('counts', f.state = 'staged' and f.rows_read is distinct from f.rows_rejected + f.rows_staged + f.rows_forgotten),
    ('rejects', f.state in ('applied', 'staged') and not coalesce(f.trimmed ? 'rejects', false) and f.rows_rejected is distinct from
                (select count(*) from weir.reject r where r.run_id = f.run_id and not r.repaired and not r.waiting)),
    ('waiting', f.state = 'applied' and f.rows_waiting is distinct from
                (select count(*) from weir.waiting w where w.run_id = f.run_id))) r (rule, broken)
where r.broken and (:of::text is null or f.table_name = :of)

-- name: count
-- How many there are of each rule, and one of them.
select r.rule, count(*), min(r.what) from (:rules) r group by r.rule order by r.rule

-- name: tables
select table_name as table, kind, warehouse_schema as schema, history::text as history, files_applied > 0 as applied
from weir.table where kind is not null and (:'table'::text is null or table_name = :'table'::text) order by table_name

-- name: places
-- Where the ledger says that files are, and what was read of them, or is left of that since somebody was forgotten; what is kept of a file that
-- changed behind that is told in its summary.
select f.run_id as run, f.table_name as table, f.place, f.disposition, f.state,
       coalesce(f.kept_sha256, f.summary ->> 'changed_after', f.sha256) as sha256, f.forgetting is not null as forgetting
from weir.file f
where f.place <> '' and (:'table'::text is null or f.table_name = :'table'::text)
order by f.place

-- name: still
-- Whether the ledger still says that the file is there: `weir gc` may have removed it meanwhile.
select exists (select from weir.file f where f.run_id = :'run'::uuid and f.place = :'place' and f.disposition = :'disposition')

-- name: unknown
-- Which of these no run has, nor any that was held and is over.
select p.place
from jsonb_array_elements_text(:'places'::jsonb) p (place)
where not exists (select from weir.file f where f.place = p.place and (f.disposition <> 'held' or f.state = 'held'))
