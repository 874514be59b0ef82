create table if not exists "public".weir_delivered (job text not null, table_name text not null, run char(36) not null, rows bigint, delivered_on timestamptz not null, primary key (job, table_name, run));

select pg_advisory_xact_lock(hashtextextended('weir.deliver ' || '"public"."people"', 0));
create temporary table weir_rows (weir_line bigint generated always as identity, "id" uuid, "na""me" text, "n" numeric, "day" date) on commit drop;
copy weir_rows ("id", "na""me", "n", "day") from stdin (format csv, header);
alter table "public"."people" add column "day" date;
update "public"."people" set "na""me" = weir_s."na""me", "n" = weir_s."n", "day" = weir_s."day" from (select distinct on ("id") * from weir_rows order by "id", weir_line desc) weir_s where weir_s."id" = "people"."id" and row("people"."na""me", "people"."n", "people"."day")::record operator(pg_catalog.*<>) row(weir_s."na""me", weir_s."n", weir_s."day")::record;
insert into "public"."people" ("id", "na""me", "n", "day") select "id", "na""me", "n", "day" from (select distinct on ("id") * from weir_rows order by "id", weir_line desc) weir_s where not exists (select 1 from "public"."people" where weir_s."id" = "people"."id");
insert into "public".weir_delivered (job, table_name, run, rows, delivered_on) values ($1, $2, $3, $4::bigint, clock_timestamp());
