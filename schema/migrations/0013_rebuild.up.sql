-- What a table is made again from (`weir rebuild`): the order in which its files were applied, which clocks do not tell for sure; when each
-- was, for its rows have that time; and whether somebody said by hand since when it is true. The run of a rebuild is "rebuilt".

alter table weir.file
    add applied_no bigint,
    add applied_on timestamptz,
    add by_hand boolean not null default false;

-- Nobody knows it any more of those that are there: what they have stays.
update weir.file set by_hand = true where effective_on is not null;

do $$
begin
    execute (select format('alter table weir.file drop constraint %I, add constraint %I %s', c.conname, c.conname,
                           replace(pg_get_constraintdef(c.oid), $a$'failed'::text$a$, $a$'failed'::text, 'rebuilt'::text$a$))
             from pg_constraint c where c.conrelid = 'weir.file'::regclass and c.conname = 'file_state_check');
end
$$;
