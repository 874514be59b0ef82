-- Files of one table may have different columns. A late row carries its values on through the versions that only took them over; so it has to
-- be known what each row had said.

-- The columns that not every file of a dated table had, as [{"column", "before"}] in the order in which that was found: "before", whether rows of
-- which nothing else is kept had it. "partial_whole": so it was kept of all of its files.
alter table weir.table
    add partial jsonb not null default '[]',
    add partial_whole boolean not null default true;

update weir.table set partial_whole = false where files_applied > 0;

-- Which of these the rows had, a bit for each; NULL, and further ones: as "before" says. Where there are such columns, what opened a version is
-- kept here, too.
alter table weir.observed add had bit varying;
alter table weir.unsaid add had bit varying;
