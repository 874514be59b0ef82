do $$
begin
    if exists (select from weir.table
               where history -> 'names' is distinct from '{"start": "effective_start_date", "end": "effective_end_date",
                                                           "current": "is_current", "version": "version_number"}'::jsonb
                  or history ->> 'open_end' is distinct from 'null') then
        raise exception 'weir of before this migration knows no other names of the columns of history, and no other open end'
            using hint = 'Take "names" and "open_end" out of the models and load each table once.';
    end if;
end
$$;

alter table weir.table drop history;
