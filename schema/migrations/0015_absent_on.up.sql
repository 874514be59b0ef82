-- Full exports whose rows each say since when they are true: since when the keys are gone that the file lacks, where its name or its mtime says
-- so; and which keys such a file had ("there"), whatever they were.
alter table weir.file add absent_on timestamptz;

alter table weir.observed
    drop constraint observed_said_check,
    add constraint observed_said_check check (said in ('again', 'gone', 'nothing', 'there'));

-- Files that are complete within their values of some columns: the names of these, as an array's text, and the values, as rows' texts. Several of
-- them may be of one instant.
alter table weir.export add within text, add within_values text[];
