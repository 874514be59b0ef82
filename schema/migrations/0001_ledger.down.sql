do $$
begin
    if exists (select from weir.execution) or exists (select from weir.table) then
        raise exception 'the ledger has rows, which taking this migration back would lose'
            using hint = 'Dump the schema weir with pg_dump and empty its tables first, if you mean it.';
    end if;
end
$$;

drop view weir.runs;
drop table weir.reject;
drop table weir.file;
drop table weir.table;
drop table weir.execution_step_model;
drop table weir.execution_step;
drop table weir.execution;
