do $$
begin
    if exists (select from weir.bookmark) or exists (select from weir.pulled_file) then
        raise exception 'how far sources were read, and which of their files were loaded, would be lost by taking this migration back'
            using hint = 'All of it would be pulled again. If you mean it: delete from weir.bookmark; delete from weir.pulled_file;';
    end if;
    if exists (select from weir.file where declaration is not null) then
        raise exception 'what files were declared to be would be lost by taking this migration back'
            using hint = 'Their types would be guessed when they are loaded again. If you mean it: '
                         'update weir.file set declaration = null where declaration is not null;';
    end if;
end
$$;

alter table weir.file drop column declaration;
drop table weir.pulled_file;
drop table weir.bookmark;
