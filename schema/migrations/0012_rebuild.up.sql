-- What a table is made again from (`weir rebuild`): when each run was applied, for its rows have that time; and whether somebody said by hand
-- since when a file is true. A rebuild is an operation.

alter table weir.file
    add applied_on timestamptz,
    add by_hand boolean not null default false;

-- Nobody knows it any more of those that are there: what they have stays.
update weir.file set by_hand = true where effective_on is not null;

alter table weir.operation drop constraint operation_kind_check, add constraint operation_kind_check check (kind in ('undo', 'rebuild'));
