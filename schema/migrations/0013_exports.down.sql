-- The last one of each instant stays; as an older weir has it, it cannot be taken back then.
with numbered as (
    select x.table_name, x.at, x.run_id, row_number() over (partition by x.table_name, x.at order by f.applied_as desc nulls last, x.run_id) as n,
           count(*) over (partition by x.table_name, x.at) as several
    from weir.export x left join weir.file f using (run_id)),
irrevocable as (
    update weir.file f set irrevocable = 'it is the second full export of one instant'
    from numbered n where n.several > 1 and n.n = 1 and f.run_id = n.run_id and f.irrevocable is null)
delete from weir.export x using numbered n
where n.n > 1 and x.table_name = n.table_name and x.at = n.at and x.run_id = n.run_id;

alter table weir.export drop constraint export_pkey, add primary key (table_name, at);
