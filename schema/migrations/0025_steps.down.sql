alter table weir.execution_step drop column detail, drop column message;
