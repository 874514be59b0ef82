/* What is told of rows that are refused late, and of runs that fail late: counts that something stands behind. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#define DIMENSION(table, key) "{\"table\": \"" table "\", \"kind\": \"dimension\", \"business_key\": [\"" key "\"]}"
#define REFERENCE(table, key, id)                                                                                                  \
  "{\"dimension\": \"" table "\", \"columns\": [\"" key "\"], \"as\": \"" id "\", \"missing\": \"reject\"}"
#define SALES(more)                                                                                                                \
  "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"sale\"], \"references\": [" REFERENCE (                         \
      "users", "email", "user_id") ", " REFERENCE ("shops", "shop", "shop_id") "]" more "}"
#define SALES_TEXT                                                                                                                 \
  "sale,email,shop,amount\nS1,a@x.org,one,5\nS2,nobody@x.org,nowhere,6\nS3,a@x.org,nowhere,7\nS1,nobody@x.org,one,8\n"             \
  "S4,,,9\nS5,a@x.org,one,x1\n"

static void
given_dimensions (Home *home)
{
  home_write_model (home, "users", DIMENSION ("users", "email"));
  home_write_model (home, "shops", DIMENSION ("shops", "shop"));
  g_autoptr (Json) users = load_text (home, "users.csv", "name,email\nAnn,a@x.org\n", NULL);
  g_autoptr (Json) shops = load_text (home, "shops.csv", "shop,city\none,Oslo\n", NULL);
  assert_json (users, "status", "applied");
  assert_json (shops, "status", "applied");
}

/* Two references to nobody are one reject; a refused row is nobody's duplicate; a NULL reference refers to nobody, and that is
 * fine. */
static void
test_references_to_nobody (void **state)
{
  Home *home = *state;
  given_dimensions (home);
  home_write_model (home, "sales", SALES (", \"rejects\": {\"max_percent\": 60}"));
  g_autoptr (Json) published = load_text (home, "sales.csv", SALES_TEXT, NULL);
  assert_load (published, "applied", "read=6 rejected=3 inserted=3 staged=3");
  assert_ledger (home, published);
  assert_sql (home,
              "3|email|missing_reference|S2,nobody@x.org,nowhere,6\n4|shop|missing_reference|S3,a@x.org,nowhere,7\n"
              "5|email|missing_reference|S1,nobody@x.org,one,8",
              "select line, column_name, reason, convert_from(original, 'UTF8') from weir.reject order by line");
  assert_sql (home, "S1|t|t\nS4|f|f\nS5|t|t",
              "select sale, user_id is not null, shop_id is not null from warehouse.sales order by sale");
  home->oracle = ORACLE_REPLAY;
}

/* Too many, and only TRANSFORM could know: it is rolled back, but for the rejects, which are why. */
static void
test_too_many_references_to_nobody (void **state)
{
  Home *home = *state;
  given_dimensions (home);
  home_write_model (
      home, "sales",
      SALES (", \"rejects\": {\"max_rows\": 2, \"max_percent\": 60}, \"columns\": {\"amount\": {\"type\": \"bigint\"}}"));
  g_autoptr (Json) published = load_text (home, "sales.csv", SALES_TEXT, NULL);
  assert_json (published, "error.code", "too_many_rejects");
  assert_error_says (published, "4 of 6 rows of \\\"sales.csv\\\" are rejects, more than 2");
  /* Of the six one is no number. What is staged is what LOAD has staged. */
  assert_load (published, "failed", "read=6 rejected=4 staged=5");
  assert_ledger (home, published);
  assert_sql (home, "4", "select count(*) from weir.reject");
  assert_sql (home, "5", "select count(*) from staging.sales");
  assert_sql (home, "-", "select to_regclass('warehouse.sales')");
  oracle_check (home, 0);
  /* A dry run counts the same, and keeps nothing. */
  home_write_file (home, "dry.csv", SALES_TEXT);
  g_autoptr (Outcome) dry = expect_weir (home, 1, "load", "--json", "--dry-run", "--table", "sales", "dry.csv", NULL);
  g_autoptr (Json) told = outcome_json (dry);
  assert_load (told, "failed", "read=6 rejected=4 staged=5");
  assert_sql (home, "4", "select count(*) from weir.reject");
  home_remove_file (home, "dry.csv");
}

static void
raise_in (Home *home, const char *trigger)
{
  sql_run_text (
      home, "create or replace function public.refuse() returns trigger language plpgsql as $$ begin raise 'not today'; end $$");
  sql_run_text (home, "%s execute function public.refuse()", trigger);
}

/* The file was to be applied, and then COMMIT failed. */
static void
test_refused_in_commit (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", DIMENSION ("users", "email"));
  expect_load (home, "name,email\nAnn,a@x.org\n", "applied", "read=1 inserted=1 staged=1");
  raise_in (home, "create constraint trigger refuse after insert on warehouse.users deferrable initially deferred for each row");
  g_autoptr (Json) published = load_text (home, "users.csv", "name,email,city\nAnna,a@x.org,Oslo\nBob,b@x.org,\n", NULL);
  assert_load (published, "failed", "read=2 staged=2");
  assert_json (published, "error.code", "raised_in_database");
  assert_error_says (published,
                     "PostgreSQL refused the rows of \\\"users.csv\\\": an error was raised by PL/pgSQL function public.refuse()");
  g_autofree char *notes = json_at (published, "notes");
  assert_null (strstr (notes, "city")); /* it was not added */
  assert_ledger (home, published);
  assert_sql (home, "1", "select count(*) from warehouse.users");
}

/* LOAD failed at its end: what it has counted is nowhere. */
static void
test_refused_in_load (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", DIMENSION ("users", "email"));
  expect_load (home, "name,email\nAnn,a@x.org\n", "applied", "read=1 inserted=1 staged=1");
  raise_in (home, "create trigger refuse before insert on weir.reject for each row");
  g_autoptr (Json) published = load_text (home, "users.csv", "name,email\nAnna,a@x.org\nBob,\n", NULL);
  assert_load (published, "failed", NULL);
  assert_json (published, "error.code", "raised_in_database");
  assert_sql (home, "-", "select rows_read from weir.file where state = 'failed'");
  assert_sql (home, "1", "select count(*) from staging.users");
  sql_run_text (home, "drop trigger refuse on weir.reject");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_references_to_nobody),
    TEST (test_too_many_references_to_nobody),
    TEST (test_refused_in_commit),
    TEST (test_refused_in_load),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
