do $$
declare
    t record;
begin
    if exists (select from weir.table
               where history is not null
                 and ((history -> 'names') - array['changed', 'inferred'] is distinct from '{"start": "effective_start_date", "end": "effective_end_date",
                                                                          "current": "is_current", "version": "version_number"}'::jsonb
                      or history ->> 'open_end' is distinct from 'null' or history ->> 'scd' = '1' or history -> 'columns' <> '{}')) then
        raise exception 'weir of before this migration knows versions of all columns alone, with one name for each of their columns'
            using hint = 'Take "names", "open_end" and "scd" out of the models and load each table once; drop those that have no versions.';
    end if;
    -- It would take it for one of the files'.
    for t in select warehouse_schema, table_name, history -> 'names' ->> 'changed' as changed from weir.table where history is not null loop
        execute format('alter table if exists %I.%I drop column if exists %I', t.warehouse_schema, t.table_name, t.changed);
    end loop;
    -- And that of placeholders, which people's views may have: it takes no place of its own there.
    for t in select w.warehouse_schema, w.table_name, a.attname from weir.table w
             join pg_class c on c.oid = to_regclass(format('%I.%I', w.warehouse_schema, w.table_name))
             join pg_attribute a on a.attrelid = c.oid and a.attname = w.history -> 'names' ->> 'inferred' and a.attnotnull loop
        execute format('alter table %I.%I alter column %I drop not null', t.warehouse_schema, t.table_name, t.attname);
    end loop;
end
$$;

alter table weir.table drop history;
