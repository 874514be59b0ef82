-- all
select "id", "Up at", coalesce(("paid")::text, 'false'), ("price")::numeric, pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce(("email")::text, 'it''s'), 'UTF8')), 'hex'), case when char_length(("phone")::text) > 4 then repeat('*', char_length(("phone")::text) - 4) || right(("phone")::text, 4) else repeat('*', char_length(("phone")::text)) end, null::text, "day" from "public"."orders" weir_source;

-- dump
select "id", "Up at", coalesce(("paid")::text, 'false'), ("price")::numeric, pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce(("email")::text, 'it''s'), 'UTF8')), 'hex'), case when char_length(("phone")::text) > 4 then repeat('*', char_length(("phone")::text) - 4) || right(("phone")::text, 4) else repeat('*', char_length(("phone")::text)) end, null::text, "day", '2026-01-01 00:00:00+00'::timestamptz from "public"."orders" weir_source where "id" = '7'::bigint;

-- behind a row
select "Up at", "id", "id", "Up at", coalesce(("paid")::text, 'false'), ("price")::numeric, pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce(("email")::text, 'it''s'), 'UTF8')), 'hex'), case when char_length(("phone")::text) > 4 then repeat('*', char_length(("phone")::text) - 4) || right(("phone")::text, 4) else repeat('*', char_length(("phone")::text)) end, null::text, "day" from "public"."orders" weir_source where ("Up at", "id") > ('2026-01-01'::timestamp with time zone, '7'::bigint) order by weir_source."Up at", weir_source."id" fetch first 101 rows with ties;

-- behind a value
select "id", "Up at", coalesce(("paid")::text, 'false'), ("price")::numeric, pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce(("email")::text, 'it''s'), 'UTF8')), 'hex'), case when char_length(("phone")::text) > 4 then repeat('*', char_length(("phone")::text) - 4) || right(("phone")::text, 4) else repeat('*', char_length(("phone")::text)) end, null::text, "day" from "public"."orders" weir_source where "Up at" > '2026-01-01'::timestamp with time zone;

-- from a value
select "Up at", "id", "id", "Up at", coalesce(("paid")::text, 'false'), ("price")::numeric, pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce(("email")::text, 'it''s'), 'UTF8')), 'hex'), case when char_length(("phone")::text) > 4 then repeat('*', char_length(("phone")::text) - 4) || right(("phone")::text, 4) else repeat('*', char_length(("phone")::text)) end, null::text, "day" from "public"."orders" weir_source where "paid" in ('true'::boolean) and "Up at" >= '2026-01-01'::timestamp with time zone order by weir_source."Up at", weir_source."id";

-- with overlap
select "id", "Up at", coalesce(("paid")::text, 'false'), ("price")::numeric, pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce(("email")::text, 'it''s'), 'UTF8')), 'hex'), case when char_length(("phone")::text) > 4 then repeat('*', char_length(("phone")::text) - 4) || right(("phone")::text, 4) else repeat('*', char_length(("phone")::text)) end, null::text, "day" from "public"."orders" weir_source where "Up at" >= '2026-01-01'::timestamp with time zone - interval '90.000000 seconds';

-- with overlap of days
select "id", "Up at", coalesce(("paid")::text, 'false'), ("price")::numeric, pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce(("email")::text, 'it''s'), 'UTF8')), 'hex'), case when char_length(("phone")::text) > 4 then repeat('*', char_length(("phone")::text) - 4) || right(("phone")::text, 4) else repeat('*', char_length(("phone")::text)) end, null::text, "day" from "public"."orders" weir_source where "day" >= '2026-01-01'::date - 2;

-- with overlap of steps
select "id", "Up at", coalesce(("paid")::text, 'false'), ("price")::numeric, pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce(("email")::text, 'it''s'), 'UTF8')), 'hex'), case when char_length(("phone")::text) > 4 then repeat('*', char_length(("phone")::text) - 4) || right(("phone")::text, 4) else repeat('*', char_length(("phone")::text)) end, null::text, "day" from "public"."orders" weir_source where "id" > '7'::bigint - 2;

-- without a bookmark
select "Up at", "id", "id", "Up at", coalesce(("paid")::text, 'false'), ("price")::numeric, pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce(("email")::text, 'it''s'), 'UTF8')), 'hex'), case when char_length(("phone")::text) > 4 then repeat('*', char_length(("phone")::text) - 4) || right(("phone")::text, 4) else repeat('*', char_length(("phone")::text)) end, null::text, "day" from "public"."orders" weir_source where "Up at" is null and ("id") > ('7'::bigint) order by weir_source."Up at", weir_source."id";

-- the rest
select "Up at", "id", "id", "Up at", coalesce(("paid")::text, 'false'), ("price")::numeric, pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce(("email")::text, 'it''s'), 'UTF8')), 'hex'), case when char_length(("phone")::text) > 4 then repeat('*', char_length(("phone")::text) - 4) || right(("phone")::text, 4) else repeat('*', char_length(("phone")::text)) end, null::text, "day" from "public"."orders" weir_source where "Up at" is not null order by weir_source."Up at", weir_source."id";

-- a window
select "id", "Up at", coalesce(("paid")::text, 'false'), ("price")::numeric, pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce(("email")::text, 'it''s'), 'UTF8')), 'hex'), case when char_length(("phone")::text) > 4 then repeat('*', char_length(("phone")::text) - 4) || right(("phone")::text, 4) else repeat('*', char_length(("phone")::text)) end, null::text, "day" from "public"."orders" weir_source where "Up at" >= '2026-01-01'::timestamp with time zone and "Up at" < '20''27'::timestamp with time zone;

