-- How a dimension's versions are told apart in its table: the names of the columns, and how an open end is written. JSON as
-- models/history.h has it; NULL: as it was before anybody could say otherwise.
alter table weir.table add history jsonb;
