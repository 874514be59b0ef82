create table if not exists "public".weir_delivered (job varchar(255) not null, table_name varchar(255) not null, run char(36) not null, rows bigint, delivered_on timestamptz not null, primary key (job, table_name, run));

lock table "public".weir_delivered;
create temporary table weir_rows (weir_line bigint, "id" char(36), "na""me" varchar(65535), "n" numeric(38,10), "day" date, "weir_run" char(36));
insert into weir_rows (weir_line, "id", "na""me", "n", "day", "weir_run") values ;
alter table "public"."people" add column "day" date;
delete from "public"."people" where weir_run in (select weir_run from weir_rows) or weir_run in ('c0ffee00-1234-4000-8000-000000000001', 'it''s');
insert into "public"."people" ("id", "na""me", "n", "day", "weir_run") select "id", "na""me", "n", "day", "weir_run" from weir_rows order by weir_line;
insert into "public".weir_delivered (job, table_name, run, rows, delivered_on) values ($1, $2, $3, $4::bigint, getdate());
