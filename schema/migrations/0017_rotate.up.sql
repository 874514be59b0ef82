-- A new key secret (`weir key rotate`) is an operation of all tables whose ids were made with the old one.

alter table weir.operation
    drop constraint operation_kind_check,
    add constraint operation_kind_check check (kind in ('undo', 'rebuild', 'forget', 'rotate')),
    alter table_name drop not null;
