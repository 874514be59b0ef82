create table if not exists "public".weir_delivered (job text not null, table_name text not null, run char(36) not null, rows bigint, delivered_on timestamptz not null, primary key (job, table_name, run));

select pg_advisory_xact_lock(hashtextextended('weir.deliver ' || '"public"."people"', 0));
create temporary table weir_rows (weir_line bigint generated always as identity, "id" uuid, "j" json, "js" json[], "ps" point[], "ts" text[]) on commit drop;
copy weir_rows ("id", "j", "js", "ps", "ts") from stdin (format csv, header);
insert into "public"."people" as weir_t ("id", "j", "js", "ps", "ts") select "id", "j", "js", "ps", "ts" from (select distinct on ("id") * from weir_rows order by "id", weir_line desc) weir_s on conflict ("id") do update set "j" = excluded."j", "js" = excluded."js", "ps" = excluded."ps", "ts" = excluded."ts" where row(weir_t."j", weir_t."js", weir_t."ps", weir_t."ts")::record operator(pg_catalog.*<>) row(excluded."j", excluded."js", excluded."ps", excluded."ts")::record;
insert into "public".weir_delivered (job, table_name, run, rows, delivered_on) values ($1, $2, $3, $4::bigint, clock_timestamp());
