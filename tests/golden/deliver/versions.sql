create table if not exists "public".weir_delivered (job text not null, table_name text not null, run char(36) not null, rows bigint, delivered_on timestamptz not null, primary key (job, table_name, run));

select pg_advisory_xact_lock(hashtextextended('weir.deliver ' || '"public"."people"', 0));
create temporary table weir_rows (weir_line bigint generated always as identity, "id" uuid, "na""me" text, "n" numeric, "day" date, "weir_gone" boolean) on commit drop;
copy weir_rows ("id", "na""me", "n", "day", "weir_gone") from stdin (format csv, header);
alter table "public"."people" add column "day" date;
delete from "public"."people" using (select distinct "id" from weir_rows) weir_e where weir_e."id" = "people"."id" and not exists (select 1 from weir_rows weir_s where not weir_s.weir_gone and weir_s."id" = "people"."id" and weir_s."day" = "people"."day");
insert into "public"."people" as weir_t ("id", "na""me", "n", "day") select "id", "na""me", "n", "day" from (select distinct on ("id", "day") * from weir_rows where not weir_gone order by "id", "day", weir_line desc) weir_s on conflict ("id", "day") do update set "na""me" = excluded."na""me", "n" = excluded."n" where row(weir_t."na""me", weir_t."n")::record operator(pg_catalog.*<>) row(excluded."na""me", excluded."n")::record;
insert into "public".weir_delivered (job, table_name, run, rows, delivered_on) values ($1, $2, $3, $4::bigint, clock_timestamp());
