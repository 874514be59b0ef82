/* `weir history`: the versions of one entity, what changed in each, and which file and line said so. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <string.h>

#define PRICES "{\"table\": \"prices\", \"kind\": \"dimension\", \"business_key\": [\"product\"], \"effective\": \"file_name\"}"

static void
load (Home *home, const char *name, const char *text)
{
  home_write_file (home, name, text);
  assert_weir (home, 0, "load", name, NULL);
}

/* Three files, the second of them late. */
static void
load_prices (Home *home)
{
  home_write_model (home, "prices", PRICES);
  load (home, "prices_2026-01-01.csv", "product,price,note\ntea,3,\n");
  load (home, "prices_2026-01-03.csv", "product,price,note\ncup,1,\ntea,5,\n");
  load (home, "prices_2026-01-02.csv", "product,price,note\ntea,4,\n");
}

static void
test_what_changed_and_who_said_so (void **state)
{
  Home *home = *state;
  load_prices (home);
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "history", "prices", "tea", "--json", NULL);
  g_autoptr (Json) entity = outcome_json (outcome);
  static const struct
  {
    const char *path, *expected;
  } expected[] = {
    { "versions.0.version", "1" },
    { "versions.0.from", "2026-01-01T00:00:00Z" },
    { "versions.0.to", "2026-01-02T00:00:00Z" },
    { "versions.0.changed", "[{\"column\":\"price\",\"old\":null,\"new\":\"3\"}]" },
    { "versions.0.file", "prices_2026-01-01.csv" },
    { "versions.0.line", "null" },
    { "versions.1.changed", "[{\"column\":\"price\",\"old\":\"3\",\"new\":\"4\"}]" },
    { "versions.1.file", "prices_2026-01-02.csv" },
    { "versions.1.line", "2" }, /* the last file is staged still */
    { "versions.1.follows", "true" },
    { "versions.2.changed", "[{\"column\":\"price\",\"old\":\"4\",\"new\":\"5\"}]" },
    { "versions.2.to", "null" },
    { "versions.2.closed_by", "null" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (expected); i++)
    assert_json (entity, expected[i].path, expected[i].expected);
  g_autofree char *id = json_at (entity, "id");
  assert_sql (home, id, "select distinct price_id from warehouse.prices where product = 'tea'");
}

static void
test_an_id_is_a_key_too (void **state)
{
  Home *home = *state;
  load_prices (home);
  g_autofree char *id = sql_scalar (home, "select price_id from warehouse.prices where product = 'cup'");
  g_autoptr (Outcome) by_id = expect_weir (home, 0, "history", "prices", id, NULL);
  g_autoptr (Outcome) by_key = expect_weir (home, 0, "history", "prices", "cup", NULL);
  assert_string_equal (by_id->out, by_key->out);
  assert_contains (by_id->out, "price: 1");
}

static void
test_nobody_has_the_key (void **state)
{
  Home *home = *state;
  load_prices (home);
  g_autoptr (Outcome) outcome = expect_weir (home, 1, "history", "prices", "pot", NULL);
  assert_string_equal (outcome->out, "");
  assert_contains (outcome->err, "no row of prices has that key, or ever had it");
  assert_weir (home, 1, "history", "prices", "c9520993-ea9e-84d3-bf46-7f86de6e22fd", NULL);
  assert_weir (home, 2, "history", "prices", "tea", "cup", NULL);
  assert_weir (home, 2, "history", "nothing", "tea", NULL);
}

static void
test_a_key_of_several_columns (void **state)
{
  Home *home = *state;
  home_write_model (home, "shops", "{\"table\": \"shops\", \"kind\": \"dimension\", \"business_key\": [\"city\", \"number\"]}");
  load (home, "shops.csv", "city,number,name\nOslo,1,North\nOslo,2,South\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "history", "shops", "Oslo", "2", NULL);
  assert_contains (outcome->out, "name: South");
  assert_null (strstr (outcome->out, "North"));
  assert_weir (home, 2, "history", "shops", "Oslo", NULL);
}

static void
test_a_time_in_which_nothing_held (void **state)
{
  Home *home = *state;
  load_prices (home);
  /* As a file does that closes its key. */
  home->oracle = ORACLE_BY_HAND;
  sql_run_text (home,
                "update warehouse.prices set effective_end_date = '2026-01-04', is_current = false, closed_by = opened_by where "
                "product = 'tea' and is_current");
  g_autoptr (Outcome) closed = expect_weir (home, 0, "history", "prices", "tea", NULL);
  assert_contains (closed->out, "2026-01-04 00:00:00                       (not there)");
  load (home, "prices_2026-01-05.csv", "product,price,note\ntea,5,\n");
  g_autoptr (Outcome) back = expect_weir (home, 0, "history", "prices", "tea", NULL);
  assert_contains (back->out, "2026-01-04 00:00:00  2026-01-05 00:00:00  (not there)");
  assert_contains (back->out, "(the same again)");
}

static void
test_personal_data_are_not_shown (void **state)
{
  Home *home = *state;
  home_write_model (home, "users",
                    "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"],"
                    " \"columns\": {\"Phone No\": {\"pii\": true}}}");
  load (home, "users.csv", "email,city,Phone No\na@x,Oslo,tel-1\n");
  load (home, "users-2.csv", "email,city,Phone No\na@x,Oslo,tel-2\n");
  static const char *const forms[] = { "--json", "--csv", NULL };
  for (size_t i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr (Outcome) hidden = expect_weir (home, 0, "history", "users", "a@x", forms[i], NULL);
      assert_contains (hidden->out, "phone_no");
      assert_null (strstr (hidden->out, "tel-"));
      assert_contains (hidden->err, "--show-pii");
    }
  g_autoptr (Outcome) shown = expect_weir (home, 0, "history", "users", "a@x", "--show-pii", NULL);
  assert_contains (shown->out, "phone_no: tel-1 → tel-2");
}

/* Between an edit of the model and the next load the table has the names that it had. */
static void
test_columns_of_history_that_will_be_renamed (void **state)
{
  Home *home = *state;
  load_prices (home);
  g_autoptr (Outcome) before = expect_weir (home, 0, "history", "prices", "tea", NULL);
  home_write_model (
      home, "prices",
      "{\"table\": \"prices\", \"kind\": \"dimension\", \"business_key\": [\"product\"], \"effective\": \"file_name\","
      " \"names\": {\"start\": \"valid_from\"}, \"open_end\": \"infinity\"}");
  g_autoptr (Outcome) edited = expect_weir (home, 0, "history", "prices", "tea", NULL);
  assert_string_equal (before->out, edited->out);
  load (home, "prices_2026-01-03-2.csv", "product,price,note\ncup,1,\n");
  g_autoptr (Outcome) loaded = expect_weir (home, 0, "history", "prices", "tea", "--json", NULL);
  g_autoptr (Json) entity = outcome_json (loaded);
  assert_json (entity, "versions.2.to", "null");
  assert_json (entity, "versions.2.changed", "[{\"column\":\"price\",\"old\":\"4\",\"new\":\"5\"}]");
}

static void
test_a_fact_has_no_versions (void **state)
{
  Home *home = *state;
  home_write_model (home, "sales", "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"no\"]}");
  load (home, "sales.csv", "no,amount\n1,2\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 2, "history", "sales", "1", NULL);
  assert_contains (outcome->err, "sales is a fact: its rows have no versions");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_what_changed_and_who_said_so, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_an_id_is_a_key_too, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_nobody_has_the_key, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_a_key_of_several_columns, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_a_time_in_which_nothing_held, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_personal_data_are_not_shown, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_columns_of_history_that_will_be_renamed, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_a_fact_has_no_versions, home_setup, home_teardown),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
