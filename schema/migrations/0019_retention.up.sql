-- What `weir gc` takes away by "retention", and what `weir status` reads in the place of all runs that there ever were.

-- When what of a run was taken: {"rejects", "undo", "details", "file"}; "file": null is a file that still is to be removed. Whether rows
-- among the rejects were refused as overtaken: `weir rebuild` has to know.
alter table weir.file
    add trimmed jsonb,
    add overtaken boolean not null default false;

alter table weir.file
    drop constraint file_disposition_check,
    add constraint file_disposition_check
        check (disposition in ('archived', 'deleted', 'failed', 'left', 'retried', 'held', 'trimmed'));

-- How many runs of each table ended how.
create table weir.tally (
    table_name text not null,
    state text not null,
    files bigint not null,
    primary key (table_name, state)
);

-- Runs that left their file to a person: those that are held, and those for which something has to be mended.
create table weir.unsettled (run_id uuid primary key references weir.file on delete cascade);

insert into weir.tally select table_name, state, count(*) from weir.file where state <> 'loading' group by table_name, state;

insert into weir.unsettled
select run_id from weir.file where state = 'held' or (state = 'failed' and summary ->> 'status' in ('blocked', 'held'));

-- What keeps both, whoever changes runs. Many that are made or removed at once are counted at once: a row that one transaction changes again
-- and again becomes slow.
create function weir.count_files() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        update weir.tally t set files = t.files - g.files
        from (select table_name, state, count(*) as files from changed group by table_name, state) g
        where t.table_name = g.table_name and t.state = g.state;
    elsif exists (select from changed where state <> 'loading') then
        insert into weir.tally as t (table_name, state, files)
        select table_name, state, count(*) from changed where state <> 'loading' group by table_name, state
        on conflict (table_name, state) do update set files = t.files + excluded.files;
        insert into weir.unsettled (run_id)
        select run_id from changed where state = 'held' or (state = 'failed' and summary ->> 'status' in ('blocked', 'held'));
    end if;
    return null;
end
$$;

create function weir.count_file() returns trigger language plpgsql as $$
begin
    if old.state <> 'loading' then
        update weir.tally set files = files - 1 where table_name = old.table_name and state = old.state;
    end if;
    if old.state in ('failed', 'held') then
        delete from weir.unsettled where run_id = old.run_id;
    end if;
    if new.state <> 'loading' then
        insert into weir.tally as t (table_name, state, files) values (new.table_name, new.state, 1)
        on conflict (table_name, state) do update set files = t.files + 1;
    end if;
    if new.state = 'held' or (new.state = 'failed' and new.summary ->> 'status' in ('blocked', 'held')) then
        insert into weir.unsettled (run_id) values (new.run_id);
    end if;
    return null;
end
$$;

create trigger files_made after insert on weir.file referencing new table as changed for each statement execute function weir.count_files();
create trigger files_removed after delete on weir.file referencing old table as changed for each statement
    execute function weir.count_files();
create trigger file_ended after update of state on weir.file for each row when (old.state <> new.state)
    execute function weir.count_file();

-- What a staging table holds is its last file that was staged, behind any number that were not.
create index file_staged on weir.file (table_name, seen_on) where rows_staged is not null;

-- The last run of a file's name, of any number that had it.
drop index weir.file_table_name_file_name_idx;
create index file_named on weir.file (table_name, file_name, seen_on);
