alter table weir.file drop column declaration;
drop table weir.pulled_file;
drop table weir.bookmark;
