create table if not exists "a""b".weir_delivered (job text not null, table_name text not null, run char(36) not null, rows bigint, delivered_on timestamptz not null, primary key (job, table_name, run));

select pg_advisory_xact_lock(hashtextextended('weir.deliver ' || '"a""b"."c.d"', 0));
create temporary table weir_rows (weir_line bigint generated always as identity, "id" uuid, "na""me" text, "n" numeric, "day" date) on commit drop;
copy weir_rows ("id", "na""me", "n", "day") from stdin (format csv, header);
alter table "a""b"."c.d" add column "day" date;
insert into "a""b"."c.d" as weir_t ("id", "na""me", "n", "day") select "id", "na""me", "n", "day" from (select distinct on ("id") * from weir_rows order by "id", weir_line desc) weir_s on conflict ("id") do update set "na""me" = excluded."na""me", "n" = excluded."n", "day" = excluded."day" where row(weir_t."na""me", weir_t."n", weir_t."day")::record operator(pg_catalog.*<>) row(excluded."na""me", excluded."n", excluded."day")::record;
insert into "a""b".weir_delivered (job, table_name, run, rows, delivered_on) values ($1, $2, $3, $4::bigint, clock_timestamp());
