-- The runs under way, which are few. Each file asks for those of its table that a dead process has left, and read all runs that there ever
-- were for that.
create index execution_under_way on weir.execution (execution_id) where status = 'IN_PROGRESS';
