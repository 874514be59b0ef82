/* Refused rows in other hands: a spreadsheet's, somebody's who must not see them, and under a name that is no table's. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <string.h>

#define USERS(more)                                                                                                                \
  "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]," more " \"rejects\": {\"max_percent\": 100}}"

static const char text[] = "email,name,born\na@x.org,Ann,2001-02-03\nb@x.org,=cmd()," ORACLE_CANARY "\n";

static void
load_users (Home *home, const char *model)
{
  home_write_model (home, "users", model);
  expect_load (home, text, "applied", "read=2 rejected=1 inserted=1 staged=1");
}

static void
test_a_spreadsheet_runs_nothing (void **state)
{
  Home *home = *state;
  load_users (home, USERS ("\"columns\": {\"born\": {\"type\": \"date\"}},"));
  g_autoptr (Outcome) plain = expect_weir (home, 0, "rejects", "last", "--csv", NULL);
  assert_contains (plain->out, "b@x.org,=cmd()," ORACLE_CANARY "\n");
  assert_contains (plain->err, "name the file users_1.csv, or use weir load --table users FILE");
  g_autoptr (Outcome) safe = expect_weir (home, 0, "rejects", "last", "--csv", "--safe", NULL);
  assert_contains (safe->out, "b@x.org,'=cmd()," ORACLE_CANARY "\n");
  assert_contains (safe->err, "is for reading, and is not loaded");
  g_autoptr (Outcome) usage = expect_weir (home, 2, "rejects", "last", "--safe", NULL);
  assert_contains (usage->err, "--safe goes with --csv");

  /* Its apostrophes would be loaded as if they were the person's. */
  home_drop (home, "users_2.csv", safe->out);
  g_autoptr (Outcome) back = expect_weir (home, 1, "load", "--archive", "imports/users_2.csv", NULL);
  assert_contains (back->err, "\"users_2.csv\" was made for a spreadsheet");
}

static void
test_rejects_are_no_table (void **state)
{
  Home *home = *state;
  load_users (home, USERS ("\"columns\": {\"born\": {\"type\": \"date\"}},"));
  g_autoptr (Outcome) rejects = expect_weir (home, 0, "rejects", "last", "--csv", NULL);
  home_drop (home, "rejects.csv", rejects->out);
  g_autoptr (Outcome) dropped = expect_weir (home, 1, "load", "--json", "--archive", "imports/rejects.csv", NULL);
  g_autoptr (Json) published = outcome_json (dropped);
  assert_json (published, "error.code", "bad_name");
  assert_error_says (published, "has rejects of another table");
  assert_sql (home, "0", "select count(*) from pg_tables where schemaname = 'staging' and tablename = 'rejects'");

  /* As the help says: under the table's name it is one of its files. */
  g_autofree char *start = g_strndup (rejects->out, (gsize) (strstr (rejects->out, ORACLE_CANARY) - rejects->out));
  g_autofree char *mended = g_strconcat (start, "2002-03-04\n", NULL);
  g_autoptr (Json) again = load_text (home, "users_1.csv", mended, NULL);
  assert_load (again, "applied", "read=1 inserted=1 staged=1");
}

/* A table without a model may have rejects as well. */
static void
test_rejects_of_a_table_that_is_only_staged (void **state)
{
  Home *home = *state;
  json_decref (load_text (home, "people.csv", "a,b\n1,2\n", NULL));
  g_autoptr (Json) again =
      load_text (home, "people_1.csv", "_weir_line,_weir_reason,\"_weir_message\",a,b\n2,bad_value,\"no\",1,2\n", NULL);
  assert_load (again, "staged", "read=1 staged=1");
}

static void
test_personal_rows_are_not_shown (void **state)
{
  static const struct
  {
    const char *model;
    bool shown;
  } cases[] = {
    { USERS ("\"columns\": {\"born\": {\"type\": \"date\"}},"), true },
    { USERS ("\"columns\": {\"born\": {\"type\": \"date\", \"pii\": false}},"), true },
    { USERS ("\"columns\": {\"born\": {\"type\": \"date\", \"pii\": true}},"), false },
    { USERS ("\"columns\": {\"born\": {\"type\": \"date\"}, \"name\": {\"pii\": true}},"), false },
    { "{\"table\": \"users\", \"broken", false }, /* it may have said so */
  };
  Home *home = *state;
  load_users (home, cases[0].model);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      home_write_model (home, "users", cases[i].model);
      g_autoptr (Outcome) table = expect_weir (home, 0, "rejects", "last", NULL);
      g_autoptr (Outcome) json = expect_weir (home, 0, "rejects", "last", "--json", NULL);
      g_autoptr (Outcome) asked = expect_weir (home, 0, "rejects", "last", "--show-pii", NULL);
      g_autoptr (Outcome) csv = expect_weir (home, 0, "rejects", "last", "--csv", NULL);
      g_autoptr (Json) object = outcome_json (json);
      assert_int_equal (strstr (table->out, ORACLE_CANARY) != NULL, cases[i].shown);
      assert_int_equal (strstr (json->out, ORACLE_CANARY) != NULL, cases[i].shown);
      assert_int_equal (strstr (table->err, "--show-pii shows them") != NULL, !cases[i].shown);
      if (!cases[i].shown)
        assert_json (object, "0.withheld_bytes", "26");
      assert_contains (asked->out, ORACLE_CANARY);
      assert_contains (csv->out, ORACLE_CANARY);
    }
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_a_spreadsheet_runs_nothing),
    TEST (test_rejects_are_no_table),
    TEST (test_rejects_of_a_table_that_is_only_staged),
    TEST (test_personal_rows_are_not_shown),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
