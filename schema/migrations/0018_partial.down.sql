do $$
begin
    if exists (select from weir.observed where had is not null) or exists (select from weir.unsaid where had is not null) then
        raise exception 'which columns rows had would be lost by taking this migration back'
            using hint = 'What comes late could not be carried on past files without its columns. If you mean it: '
                         'update weir.observed set had = null where had is not null; update weir.unsaid set had = null where had is not null;';
    end if;
end
$$;

alter table weir.observed drop had;
alter table weir.unsaid drop had;
alter table weir.table drop partial, drop partial_whole;
