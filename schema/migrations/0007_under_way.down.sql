drop index weir.execution_under_way;
