do $$
declare
    t record;
begin
    if exists (select from weir.table
               where history is not null
                 and ((history -> 'names') - array['changed', 'inferred'] is distinct from '{"start": "effective_start_date", "end": "effective_end_date",
                                                                        "current": "is_current", "version": "version_number"}'::jsonb
                      or history ->> 'open_end' is distinct from 'null')) then
        raise exception 'weir of before this migration knows no other names of the columns of history, and no other open end'
            using hint = 'Take "names" and "open_end" out of the models and load each table once.';
    end if;
    -- It would take it for one of the files'.
    for t in select warehouse_schema, table_name, history -> 'names' ->> 'changed' as changed from weir.table where history is not null loop
        execute format('alter table if exists %I.%I drop column if exists %I', t.warehouse_schema, t.table_name, t.changed);
    end loop;
end
$$;

alter table weir.table drop history;
