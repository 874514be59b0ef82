create table if not exists "public".weir_delivered (job text not null, table_name text not null, run char(36) not null, rows bigint, delivered_on timestamptz not null, primary key (job, table_name, run));

select pg_advisory_xact_lock(hashtextextended('weir.deliver ' || '"public"."people"', 0));
create temporary table weir_rows (weir_line bigint generated always as identity, "id" uuid, "na""me" text, "n" numeric, "day" date, "weir_run" uuid) on commit drop;
copy weir_rows ("id", "na""me", "n", "day", "weir_run") from stdin (format csv, header);
alter table "public"."people" add column "day" date;
delete from "public"."people" where weir_run in (select weir_run from weir_rows) or weir_run in ('c0ffee00-1234-4000-8000-000000000001', 'it''s');
insert into "public"."people" ("id", "na""me", "n", "day", "weir_run") select "id", "na""me", "n", "day", "weir_run" from weir_rows order by weir_line;
insert into "public".weir_delivered (job, table_name, run, rows, delivered_on) values ($1, $2, $3, $4::bigint, clock_timestamp());
