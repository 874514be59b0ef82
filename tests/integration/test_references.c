/* What facts refer to: rows that refer to nobody are found by SQL, when all others are in staging already. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#define USERS(more) "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]" more "}"
#define SHOPS "{\"table\": \"shops\", \"kind\": \"dimension\", \"business_key\": [\"code\"]}"
#define TO_USERS "{\"dimension\": \"users\", \"columns\": [\"email\"], \"as\": \"user_id\", \"missing\": \"reject\"}"
#define TO_SHOPS "{\"dimension\": \"shops\", \"columns\": [\"code\"], \"as\": \"shop_id\", \"missing\": \"reject\"}"
#define SALES(percent, more)                                                                                                       \
  "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"sale\"], \"rejects\": {\"max_percent\": " percent "}" more "}"

static void
load_dimensions (Home *home)
{
  home_write_model (home, "users", USERS (""));
  home_write_model (home, "shops", SHOPS);
  g_autoptr (Json) users = load_text (home, "users.csv", "name,email\nAnn,a@x.org\nBob,b@x.org\n", NULL);
  assert_json (users, "status", "applied");
  g_autoptr (Json) shops = load_text (home, "shops.csv", "code,town\nS1,Oslo\n", NULL);
  assert_json (shops, "status", "applied");
}

/* Each row is one reject, however much of it is missing. */
static void
test_two_references (void **state)
{
  Home *home = *state;
  load_dimensions (home);
  home_write_model (home, "sales", SALES ("90", ", \"references\": [" TO_USERS ", " TO_SHOPS "]"));
  g_autoptr (Json) published = load_text (
      home, "sales.csv",
      "sale,email,code,n\n1,a@x.org,S1,1\n2,x@x.org,S9,2\n3,x@x.org,S1,3\n4,a@x.org,S9,4\n5,,S9,5\n6,b@x.org,,6\n", NULL);
  assert_load (published, "applied", "read=6 rejected=4 inserted=2 staged=2");
  assert_ledger (home, published);
  assert_sql (home,
              "3|email|missing_reference|2,x@x.org,S9,2\n4|email|missing_reference|3,x@x.org,S1,3\n"
              "5|code|missing_reference|4,a@x.org,S9,4\n6|code|missing_reference|5,,S9,5",
              "select line, column_name, reason, convert_from(original, 'UTF8') from weir.reject order by line");
  assert_sql (home, "1,6", "select string_agg(sale::text, ',' order by sale) from warehouse.sales");
  home->oracle = ORACLE_REPLAY;
}

/* Of rows with one key the refused ones do not stand: the last of the others does, or the first, or none. */
static void
test_refused_rows_have_no_key (void **state)
{
  static const struct
  {
    const char *rule, *counts, *kept;
  } cases[] = {
    { "last", "read=5 rejected=2 duplicate=1 inserted=2 staged=2", "12,5" },
    { "first", "read=5 rejected=2 duplicate=1 inserted=2 staged=2", "11,5" },
    { "reject", "read=5 rejected=4 inserted=1 staged=1", "5" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].rule);
      g_autoptr (Home) home = home_new (outer->cluster);
      load_dimensions (home);
      g_autofree char *model =
          g_strdup_printf (SALES ("90", ", \"duplicates\": \"%s\", \"references\": [" TO_USERS "]"), cases[i].rule);
      home_write_model (home, "sales", model);
      g_autoptr (Json) published = load_text (
          home, "sales.csv", "sale,email,n\n1,x@x.org,10\n1,a@x.org,11\n1,b@x.org,12\n1,x@x.org,13\n2,a@x.org,5\n", NULL);
      assert_load (published, "applied", cases[i].counts);
      assert_ledger (home, published);
      assert_sql (home, cases[i].kept, "select string_agg(n::text, ',' order by sale) from warehouse.sales");
    }
}

/* A file that is refused for them: they are kept for whoever mends it, and nothing else of what TRANSFORM did, nor is that told. */
static void
test_refused_in_transform (void **state)
{
  Home *home = *state;
  load_dimensions (home);
  home_write_model (home, "sales", SALES ("40", ", \"references\": [" TO_USERS "]"));
  g_autoptr (Json) first = load_text (home, "sales.csv", "sale,email\n1,a@x.org\n", NULL);
  assert_json (first, "status", "applied");
  home_drop (home, "sales.csv", "sale,email,n\n1,a@x.org,1\n2,x@x.org,2\n3,b@x.org,3\n3,b@x.org,4\n4,y@x.org,5\n5\n");

  g_autoptr (Outcome) outcome = expect_weir (home, 1, "load", "--json", "--archive", "imports/sales.csv", NULL);

  g_autoptr (Json) published = outcome_json (outcome);
  assert_load (published, "failed", "read=6 rejected=3 staged=5");
  assert_ledger (home, published);
  assert_json (published, "error.code", "too_many_rejects");
  assert_error_says (published, "3 of 6 rows");
  assert_error_says (published, "2 of them: missing_reference in email, first on line 3");
  assert_null (strstr (outcome->out, "is new"));
  g_autofree char *run = json_at (published, "run");
  assert_sql (home, "3|2,x@x.org,2\n6|4,y@x.org,5\n7|5",
              "select line, convert_from(original, 'UTF8') from weir.reject where run_id = '%s' order by line", run);
  assert_sql (home, "1", "select count(*) from warehouse.sales");
  assert_sql (home, "0", "select count(*) from pg_attribute where attrelid = 'warehouse.sales'::regclass and attname = 'n'");
}

/* More than are fetched at once. */
static void
test_many_refused_rows (void **state)
{
  enum
  {
    ROWS = 10050
  };
  Home *home = *state;
  load_dimensions (home);
  home_write_model (home, "sales", SALES ("100", ", \"references\": [" TO_USERS "]"));
  g_autoptr (GString) text = g_string_new ("sale,email\n");
  for (int row = 1; row <= ROWS; row++)
    g_string_append_printf (text, "%d,x%d@x.org\n", row, row);
  g_string_append (text, "0,a@x.org\n");
  g_autoptr (Json) published = load_text (home, "sales.csv", text->str, NULL);
  assert_load (published, "applied", "read=10051 rejected=10050 inserted=1 staged=1");
  assert_sql (
      home, "10050|2|10051|0",
      "select count(*), min(line), max(line), count(*) filter (where convert_from(original, 'UTF8') not like (line - 1) || ',%%')"
      " from weir.reject");
}

static void
test_never_loaded (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS (""));
  home_write_model (home, "sales", SALES ("1", ", \"references\": [" TO_USERS "]"));
  home_drop (home, "sales.csv", "sale,email\n1,a@x.org\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 1, "load", "imports/sales.csv", NULL);
  assert_contains (outcome->err, "refers to users, which was never loaded");
  assert_true (home_has_file (home, "imports/sales.csv"));
  assert_sql (home, "0", "select count(*) from weir.execution");
  /* Both at once go in their order. */
  home_drop (home, "users.csv", "name,email\nAnn,a@x.org\n");
  assert_weir (home, 0, "load", "imports/sales.csv", "imports/users.csv", NULL);
  assert_sql (home, "1", "select count(*) from warehouse.sales join warehouse.users_current using (user_id)");
  home->oracle = ORACLE_REPLAY;
}

/* Ids of another kind would refer to nobody. */
static void
test_dimension_with_other_ids (void **state)
{
  Home *home = *state;
  load_dimensions (home);
  home_write_model (home, "users", USERS (", \"id\": {\"hash\": \"md5\"}"));
  home_write_model (home, "sales", SALES ("1", ", \"references\": [" TO_USERS "]"));
  home_drop (home, "sales.csv", "sale,email\n1,a@x.org\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 2, "load", "imports/sales.csv", NULL);
  assert_contains (outcome->err, "the key definition of table \"users\" is not the one its rows were loaded with");
  assert_true (home_has_file (home, "imports/sales.csv"));
  assert_sql (home, "t", "select to_regclass('warehouse.sales') is null");
}

/* A price of 1.234,50 in the dimension's files is 1234.50 where a fact's file has it in a column of texts. */
static void
test_number_in_a_column_of_texts (void **state)
{
  Home *home = *state;
  home_write_model (
      home, "prices",
      "{\"table\": \"prices\", \"kind\": \"dimension\", \"business_key\": [\"price\"], \"id\": {\"column\": \"price_id\"}}");
  home_write_model (home, "sales",
                    SALES ("1", ", \"references\": [{\"dimension\": \"prices\", \"columns\": [\"price\"], \"as\": \"price_id\","
                                " \"missing\": \"allow\"}]"));
  g_autoptr (Json) prices = load_text (home, "prices.csv", "price;v\n1.234,50;a\n2,75;b\n", NULL);
  assert_load (prices, "applied", "read=2 inserted=2 staged=2");
  g_autoptr (Json) sales = load_text (home, "sales.csv", "sale;price\n1;1234.50\n2;1.234,50\n3;2,750\n4;none\n", NULL);
  assert_load (sales, "applied", "read=4 inserted=4 staged=4");
  assert_sql (home, "1|a\n2|a\n3|b\n4|-",
              "select sale, v from warehouse.sales left join warehouse.prices_current using (price_id) order by sale");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_two_references),
    TEST (test_refused_rows_have_no_key),
    TEST (test_refused_in_transform),
    TEST (test_many_refused_rows),
    TEST (test_never_loaded),
    TEST (test_dimension_with_other_ids),
    TEST (test_number_in_a_column_of_texts),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
