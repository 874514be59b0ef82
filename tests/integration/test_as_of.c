/* What was true at an instant: the function <dimension>_asof, and the view <fact>_at of facts with the versions that they mean. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <string.h>

#define PRICES "{\"table\": \"prices\", \"kind\": \"dimension\", \"business_key\": [\"product\"], \"effective\": \"file_name\"}"
#define SALES(more)                                                                                                                \
  "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"no\"]" more                                                     \
  ", \"references\": [{\"dimension\": \"prices\", \"columns\": [\"product\"], \"as\": \"price_id\", \"as_of\": \"Sold on\"}]}"

static void
load (Home *home, const char *name, const char *text)
{
  home_write_file (home, name, text);
  assert_weir (home, 0, "load", name, NULL);
}

static void
load_prices (Home *home)
{
  home_write_model (home, "prices", PRICES);
  load (home, "prices_2026-01-01.csv", "product,price\ntea,3\n");
  load (home, "prices_2026-01-03.csv", "product,price\ntea,5\n");
}

static void
assert_prices (Home *home, const char *instant, const char *expected)
{
  assert_sql (home, expected, "select string_agg(product || ' ' || price, ', ') from warehouse.prices_asof('%s')", instant);
}

static void
test_the_versions_of_an_instant (void **state)
{
  Home *home = *state;
  load_prices (home);
  assert_prices (home, "2025-12-31", "-");
  assert_prices (home, "2026-01-01", "tea 3");
  assert_prices (home, "2026-01-02 23:59:59.999999", "tea 3");
  assert_prices (home, "2026-01-03", "tea 5");
  load (home, "prices_2026-01-02.csv", "product,price,colour\ntea,4,green\n");
  assert_prices (home, "2026-01-02", "tea 4");
  assert_sql (home, "green", "select colour from warehouse.prices_asof('2026-01-02')");
  load (home, "prices_2026-01-05.csv", "product,price,colour\ntea,6.5,red\n"); /* another type */
  assert_prices (home, "2026-01-05", "tea 6.5");
}

/* Put in the place of the call, it can use the index on the id. */
static void
test_the_planner_inlines_the_function (void **state)
{
  Home *home = *state;
  load_prices (home);
  sql_run_text (home, "set enable_seqscan = off");
  g_autofree char *plan = sql_text_rows (home, "explain select * from warehouse.prices_asof('2026-01-02') where price_id = '%s'",
                                         "c9520993-ea9e-84d3-bf46-7f86de6e22fd");
  assert_contains (plan, "Index Scan using prices_pkey");
  assert_contains (plan, "Index Cond: ((price_id = ");
  assert_null (strstr (plan, "Function Scan"));
}

/* A table of an older weir has no function, and somebody's own of that name is his. */
static void
test_the_function_comes_with_the_next_file (void **state)
{
  Home *home = *state;
  load_prices (home);
  sql_run_text (home, "drop function warehouse.prices_asof(timestamptz)");
  load (home, "prices_2026-01-04.csv", "product,price\ntea,7\n");
  assert_prices (home, "2026-01-04", "tea 7");
  sql_run_text (home, "drop function warehouse.prices_asof(timestamptz)");
  sql_run_text (home, "create function warehouse.prices_asof(timestamptz) returns text language sql as $$select 'mine'$$");
  load (home, "prices_2026-01-05.csv", "product,price\ntea,8\n");
  assert_sql (home, "mine", "select warehouse.prices_asof(now())");
}

static char *
at (Home *home)
{
  return sql_text_rows (home, "select no, price_price from warehouse.sales_at order by no");
}

static void
test_facts_with_the_versions_they_mean (void **state)
{
  Home *home = *state;
  load_prices (home);
  home_write_model (home, "sales", SALES (""));
  load (home, "sales.csv",
        "no,product,Sold on\n1,tea,2025-12-31\n2,tea,2026-01-01\n3,tea,2026-01-02\n4,tea,2026-01-03\n5,,2026-01-03\n6,tea,\n");
  g_autofree char *before = at (home);
  assert_string_equal (before, "1|-\n2|3\n3|3\n4|5\n5|-\n6|-");
  load (home, "prices_2026-01-02.csv", "product,price\ntea,4\n"); /* late, and in it at once */
  g_autofree char *after = at (home);
  assert_string_equal (after, "1|-\n2|3\n3|4\n4|5\n5|-\n6|-");
}

/* A date begins where the model says; an instant is one. */
static void
test_a_day_begins_in_its_zone (void **state)
{
  Home *home = *state;
  load_prices (home);
  home_write_model (home, "sales", SALES (", \"time_zone\": \"America/New_York\""));
  load (home, "sales.csv", "no,product,Sold on\n1,tea,2026-01-02\n2,tea,2026-01-03\n");
  g_autofree char *in_zone = at (home); /* 05:00 UTC */
  assert_string_equal (in_zone, "1|3\n2|5");
  home_write_model (home, "sales", SALES (", \"time_zone\": \"Asia/Tokyo\""));
  load (home, "sales-2.csv", "no,product,Sold on\n1,tea,2026-01-02\n");
  g_autofree char *elsewhere = at (home); /* 15:00 UTC of the day before */
  assert_string_equal (elsewhere, "1|3\n2|3");
  home_write_model (
      home, "visits",
      "{\"table\": \"visits\", \"kind\": \"fact\", \"time_zone\": \"Asia/Tokyo\", \"references\": [{\"dimension\": \"prices\", "
      "\"columns\": [\"product\"], \"as\": \"seen\", \"as_of\": \"at\"}]}");
  load (home, "visits.csv", "product,at\ntea,2026-01-03T00:30:00Z\ntea,2026-01-02T23:30:00Z\n");
  assert_sql (home, "5 3", "select string_agg(seen_price::text, ' ' order by at desc) from warehouse.visits_at");
}

/* Columns that come, change their type or their name are followed, with what others have built and what they may read. */
static void
test_the_view_follows_the_tables (void **state)
{
  Home *home = *state;
  load_prices (home);
  home_write_model (home, "sales", SALES (""));
  load (home, "sales.csv", "no,product,Sold on,price_colour\n1,tea,2026-01-03,mine\n");
  sql_run_text (home, "grant select on warehouse.sales_at to public");
  sql_run_text (home, "create view public.mine as select no, price_price from warehouse.sales_at");
  load (home, "prices_2026-01-04.csv", "product,price,colour\ntea,5,red\n");
  assert_sql (home, "mine red", "select price_colour || ' ' || price_colour_ from warehouse.sales_at");
  sql_run_text (home, "drop view public.mine");
  load (home, "prices_2026-01-05.csv", "product,price,colour\ntea,6.5,red\n");
  assert_sql (home, "numeric",
              "select format_type(atttypid, null) from pg_attribute where attrelid = 'warehouse.sales_at'::regclass"
              " and attname = 'price_price'");
  load (home, "sales-2.csv", "no,product,Sold on,price_colour,more\n2,tea,2026-01-05,mine,1.5\n");
  assert_sql (home, "6.5 1.5", "select price_price || ' ' || more from warehouse.sales_at where no = 2");
  home_write_model (
      home, "prices",
      "{\"table\": \"prices\", \"kind\": \"dimension\", \"business_key\": [\"product\"], \"effective\": \"file_name\","
      " \"columns\": {\"hue\": {\"from\": [\"colour\"]}}}");
  load (home, "prices_2026-01-06.csv", "product,price,hue\ntea,7,blue\n");
  assert_sql (home, "red", "select price_hue from warehouse.sales_at where no = 2");
  assert_sql (home, "t", "select relacl::text like '%%=r/%%' from pg_class where relname = 'sales_at'");
  home->oracle = ORACLE_RENAMED;
}

/* Other names of the columns of history, and another open end: the function and the view know them. */
static void
test_history_is_called_otherwise (void **state)
{
  Home *home = *state;
  load_prices (home);
  home_write_model (home, "sales", SALES (""));
  load (home, "sales.csv", "no,product,Sold on\n1,tea,2026-01-03\n2,tea,2026-01-02\n");
  home_write_model (
      home, "prices",
      "{\"table\": \"prices\", \"kind\": \"dimension\", \"business_key\": [\"product\"], \"effective\": \"file_name\","
      " \"names\": {\"start\": \"valid_from\", \"end\": \"valid_to\"}, \"open_end\": \"infinity\"}");
  load (home, "sales-2.csv", "no,product,Sold on\n3,tea,2026-01-04\n"); /* the table has the old names still */
  load (home, "prices_2026-01-04.csv", "product,price\ntea,6\n");
  assert_prices (home, "2026-01-03", "tea 5");
  assert_prices (home, "2026-01-05", "tea 6");
  g_autofree char *rows = at (home);
  assert_string_equal (rows, "1|5\n2|3\n3|6");
  assert_sql (home, "2026-01-04", "select price_valid_from::date from warehouse.sales_at where no = 3");
}

static void
test_what_is_built_on_the_view_holds_a_type (void **state)
{
  Home *home = *state;
  load_prices (home);
  home_write_model (home, "sales", SALES (""));
  load (home, "sales.csv", "no,product,Sold on\n1,tea,2026-01-03\n");
  sql_run_text (home, "create view public.mine as select no, price_price from warehouse.sales_at");
  home_write_file (home, "prices_2026-01-04.csv", "product,price\ntea,6.5\n");
  g_autoptr (Outcome) held = expect_weir (home, 2, "load", "prices_2026-01-04.csv", NULL);
  assert_contains (held->err, "Something depends on warehouse.sales_at");
  sql_run_text (home, "drop view public.mine");
  assert_weir (home, 0, "load", "prices_2026-01-04.csv", NULL);
}

static void
test_a_column_that_is_no_time (void **state)
{
  Home *home = *state;
  load_prices (home);
  home_write_model (home, "sales", SALES (""));
  home_write_file (home, "sales.csv", "no,product,Sold on\n1,tea,soon\n");
  g_autoptr (Outcome) text = expect_weir (home, 2, "load", "sales.csv", NULL);
  assert_contains (text->err, "models/sales.json: \"as_of\": \"Sold on\" is text in warehouse.sales");
  home_write_file (home, "sales.csv", "no,product,sold\n1,tea,2026-01-03\n");
  g_autoptr (Outcome) missing = expect_weir (home, 2, "load", "sales.csv", NULL);
  assert_contains (missing->err, "warehouse.sales has no column \"Sold on\"");
  load (home, "sales.csv", "no,product,Sold on\n1,tea,\n"); /* nothing is known of it yet */
  assert_sql (home, "0", "select count(*) from pg_views where viewname = 'sales_at'");
  load (home, "sales-2.csv", "no,product,Sold on\n1,tea,2026-01-03\n");
  assert_sql (home, "5", "select price_price from warehouse.sales_at");
}

static void
test_a_view_of_somebody_stays (void **state)
{
  Home *home = *state;
  load_prices (home);
  home_write_model (home, "sales", SALES (""));
  sql_run_text (home, "create view warehouse.sales_at as select 'mine'::text as whose");
  home_write_file (home, "sales.csv", "no,product,Sold on\n1,tea,2026-01-03\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "load", "sales.csv", NULL);
  assert_contains (outcome->out, "warehouse.sales_at is not weir's, and left as it is");
  assert_sql (home, "mine", "select whose from warehouse.sales_at");
}

static void
test_drop_takes_both_along (void **state)
{
  Home *home = *state;
  load_prices (home);
  home_write_model (home, "sales", SALES (""));
  load (home, "sales.csv", "no,product,Sold on\n1,tea,2026-01-03\n");
  sql_run_text (home, "create view public.mine as select * from warehouse.prices_asof('2026-01-01')");
  g_autoptr (Outcome) refused = expect_weir (home, 2, "drop", "prices", "--yes", NULL);
  assert_contains (refused->err, "view public.mine");
  assert_null (strstr (refused->err, "function"));
  sql_run_text (home, "drop view public.mine");
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "drop", "prices", "--yes", NULL);
  assert_contains (outcome->out, "warehouse.prices_asof (timestamptz), its function");
  assert_contains (outcome->out, "warehouse.sales_at");
  assert_sql (home, "0", "select count(*) from pg_proc where proname = 'prices_asof'");
  load (home, "prices_2026-01-03.csv", "product,price\ntea,5\n"); /* the same key, and so the same id */
  g_autofree char *again = at (home);
  assert_string_equal (again, "1|5");
  assert_weir (home, 0, "drop", "sales", "--yes", NULL);
  assert_sql (home, "0", "select count(*) from pg_views where viewname = 'sales_at'");
  home->oracle = ORACLE_BY_HAND;
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_the_versions_of_an_instant, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_the_planner_inlines_the_function, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_the_function_comes_with_the_next_file, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_facts_with_the_versions_they_mean, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_a_day_begins_in_its_zone, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_the_view_follows_the_tables, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_history_is_called_otherwise, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_what_is_built_on_the_view_holds_a_type, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_a_column_that_is_no_time, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_a_view_of_somebody_stays, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_drop_takes_both_along, home_setup, home_teardown),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
