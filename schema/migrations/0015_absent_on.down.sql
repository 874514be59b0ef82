do $$
begin
    if exists (select from weir.observed where said = 'there') or exists (select from weir.export where within is not null) then
        raise exception 'which keys full exports had would be lost by taking this migration back'
            using hint = 'What comes late could not be told to end there. If you mean it: '
                         'delete from weir.export where dated or within is not null; delete from weir.observed where said = ''there'';';
    end if;
end
$$;

alter table weir.observed
    drop constraint observed_said_check,
    add constraint observed_said_check check (said in ('again', 'gone', 'nothing'));
alter table weir.file drop absent_on;
alter table weir.export drop within, drop within_values;
