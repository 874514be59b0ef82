-- What must hold behind every benchmark: a row is a violation. The whole of it is asked by the tests' oracle; this is what a fast load
-- could get wrong.
select 'two current versions of ' || account_id from warehouse.accounts where is_current group by account_id having count(*) > 1
union all
select 'numbers of ' || account_id from warehouse.accounts group by account_id having min(version_number) <> 1 or max(version_number) <> count(*)
union all
select 'a gap, or an overlap, of ' || account_id
from (select account_id, effective_end_date, lead(effective_start_date) over (partition by account_id order by version_number) as next
      from warehouse.accounts) v
where effective_end_date is distinct from next
union all
select 'the file''s row is not current: ' || s.email
from staging.accounts s
where not exists (select from warehouse.accounts w
                  where w.account_id = s._id and w.is_current and w.email = s.email
                    and (w.name, w.date_of_birth, w.country, w.balance, w.seen_at)
                        is not distinct from (s.name, s.date_of_birth, s.country, s.balance, s.seen_at))
union all
select 'the counts of run ' || run_id
from weir.file
where state not in ('failed', 'loading') and rows_read <> rows_rejected + rows_duplicate + rows_unchanged + rows_inserted + rows_updated
