-- How a dimension keeps history in its table: the names of the columns, how an open end is written, what changes mean. JSON as
-- models/history.h has it; NULL: as it was before anybody could say otherwise.
alter table weir.table add history jsonb;
