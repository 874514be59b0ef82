create table if not exists "public".weir_delivered (job varchar(255) not null, table_name varchar(255) not null, run char(36) not null, rows bigint, delivered_on timestamptz not null, primary key (job, table_name, run));

lock table "public".weir_delivered;
create temporary table weir_rows (weir_line bigint, "id" char(36), "na""me" varchar(65535), "n" numeric(38,10), "day" date, "weir_gone" boolean);
insert into weir_rows (weir_line, "id", "na""me", "n", "day", "weir_gone") values ;
create table "public"."people" ("id" char(36) not null, "na""me" varchar(65535), "n" numeric(38,10), "day" date, primary key ("id"));
delete from "public"."people" using (select distinct "id" from weir_rows) weir_e where weir_e."id" = "people"."id" and not exists (select 1 from weir_rows weir_s where not weir_s.weir_gone and weir_s."id" = "people"."id");
delete from "public"."people" using weir_rows weir_s where weir_s."id" = "people"."id" and not weir_s.weir_gone;
insert into "public"."people" ("id", "na""me", "n", "day") select "id", "na""me", "n", "day" from (select * from (select weir_s.*, row_number() over (partition by "id" order by weir_line desc) as weir_rank from weir_rows weir_s where not weir_gone) weir_r where weir_rank = 1) weir_s;
insert into "public".weir_delivered (job, table_name, run, rows, delivered_on) values ($1, $2, $3, $4::bigint, getdate());
