create table if not exists "public".weir_delivered (job varchar(255) not null, table_name varchar(255) not null, run char(36) not null, rows bigint, delivered_on timestamptz not null, primary key (job, table_name, run));

lock table "public".weir_delivered;
create temporary table weir_rows (weir_line bigint, "id" char(36), "j" varchar(65535), "js" varchar(65535), "ps" varchar(65535), "ts" varchar(65535));
insert into weir_rows (weir_line, "id", "j", "js", "ps", "ts") values ;
delete from "public"."people" using weir_rows weir_s where weir_s."id" = "people"."id";
insert into "public"."people" ("id", "j", "js", "ps", "ts") select "id", "j", "js", "ps", "ts" from (select * from (select weir_s.*, row_number() over (partition by "id" order by weir_line desc) as weir_rank from weir_rows weir_s) weir_r where weir_rank = 1) weir_s;
insert into "public".weir_delivered (job, table_name, run, rows, delivered_on) values ($1, $2, $3, $4::bigint, getdate());
