/* Files with a declaration whose worker dies: whatever happens, the file is loaded as it is declared, once, and its bookmark moves with it. */
#include "tests/support/declared.h"
#include "tests/support/oracle.h"
#include "tests/support/process.h"
#include "tests/support/weir.h"

#include <string.h>

#define MEMBERS                                                                                                                    \
  "\"columns\": [{\"name\": \"id\", \"type\": \"bigint\"}, {\"name\": \"name\"}], \"rows\": \"changes\", " JOB_BOOKMARK ("null",   \
                                                                                                                         "5")
#define TEXT "\"id\",\"name\"\n\"1\",\"N/A\"\n\"2\",\" 2026-01-01\"\n"

static void
prepare (Home *home)
{
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"id\"]}");
  declare (home, "users.csv", MEMBERS);
  home_drop (home, "users.csv", TEXT);
}

/* Nothing of it lies about, and no cell was guessed. */
static void
assert_loaded (Home *home)
{
  assert_sql (home, "1|<N/A>\n2|< 2026-01-01>", "select id, '<' || name || '>' from warehouse.users order by id");
  assert_sql (home, "5", "select position from weir.bookmark");
  assert_sql (home, "t", "select bool_and(declaration is not null) from weir.file");
  assert_int_equal (home_count_files (home, "imports"), 0);
  assert_int_equal (home_count_files (home, "archive"), 1);
}

static void
test_killed_anywhere (void **state)
{
  static const char *const points[] = { "claim-lock",    "claim-rename", "claim-beside",   "after-load",
                                        "before-commit", "after-commit", "before-archive", "after-archive" };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (points); i++)
    {
      print_message ("  %s\n", points[i]);
      g_autoptr (Home) home = home_new (outer->cluster);
      g_autofree char *fault = g_strdup_printf ("kill:%s", points[i]);
      prepare (home);
      home_set_environment (home, "WEIR_FAULT", fault);
      g_autoptr (Outcome) killed = run_weir (home, "load", "imports/users.csv", NULL);
      assert_int_not_equal (killed->code, 0);
      home_set_environment (home, "WEIR_FAULT", NULL);
      assert_weir (home, 0, "watch", "--once", NULL);
      assert_loaded (home);
    }
}

/* A file that is given back takes it along. */
static void
test_given_back (void **state)
{
  static const char *const faults[] = { NULL, "kill:give-back-beside" };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      prepare (home);
      /* A column that somebody has made refuses the file until a person has seen to it. */
      assert_weir (home, 0, "migrate", "up", NULL);
      sql_run_text (home, "create schema if not exists warehouse");
      sql_run_text (home, "create table warehouse.users (id bigint)");
      home_set_environment (home, "WEIR_FAULT", faults[i]);
      g_autoptr (Outcome) refused = run_weir (home, "load", "imports/users.csv", NULL);
      assert_int_not_equal (refused->code, 0);
      home_set_environment (home, "WEIR_FAULT", NULL);
      if (faults[i] == NULL)
        {
          assert_true (home_has_file (home, "imports/users.csv"));
          assert_true (home_has_file (home, "imports/.users.csv.json"));
          assert_int_equal (home_count_files (home, "imports"), 2);
        }
      sql_run_text (home, "drop table warehouse.users");
      assert_weir (home, 0, "watch", "--once", NULL);
      assert_loaded (home);
    }
}

/* What lay beside an orphan is its own: a second pair of that name waits for itself. */
static void
test_a_second_pair (void **state)
{
  Home *home = *state;
  prepare (home);
  home_set_environment (home, "WEIR_FAULT", "kill:after-load");
  g_autoptr (Outcome) killed = run_weir (home, "load", "imports/users.csv", NULL);
  assert_int_not_equal (killed->code, 0);
  home_set_environment (home, "WEIR_FAULT", NULL);
  declare (home, "users.csv",
           "\"columns\": [{\"name\": \"id\", \"type\": \"bigint\"}, {\"name\": \"name\"}], " JOB_BOOKMARK ("5", "6"));
  home_drop (home, "users.csv", "\"id\",\"name\"\n\"3\",\"null\"\n");
  assert_weir (home, 0, "watch", "--once", NULL);
  assert_sql (home, "1|<N/A>\n2|< 2026-01-01>\n3|<null>", "select id, '<' || name || '>' from warehouse.users order by id");
  assert_sql (home, "6", "select position from weir.bookmark");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_killed_anywhere),
    TEST (test_given_back),
    TEST (test_a_second_pair),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
