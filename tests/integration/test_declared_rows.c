/* What files say of rows that they do not have: changes, complete ones, and keys alone. */
#include "tests/support/declared.h"
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <string.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"id\"]"
#define CLOSES ", \"absent\": \"close\", \"guard\": {\"close_percent\": 100, \"shrink_percent\": 0}"
#define ALL "\"columns\": [{\"name\": \"id\", \"type\": \"bigint\"}, {\"name\": \"name\"}]"
#define CHANGES ALL ", \"rows\": \"changes\""
#define COMPLETE ALL ", \"rows\": \"complete\""
#define KEYS "\"columns\": [{\"name\": \"id\", \"type\": \"bigint\"}], \"rows\": \"keys\""
#define HEADER "\"id\",\"name\"\n"
#define HOLD "select string_agg(id || coalesce(name, '-'), ' ' order by id) from warehouse.users_current"

static void
expect_note (Home *home, const char *name, const char *members, const char *text, const char *status, const char *counts,
             const char *note)
{
  expect_declared (home, name, members, text, status, counts);
  g_autofree char *summary =
      sql_scalar (home, "select summary from weir.file where file_name = '%s' order by seen_on desc limit 1", name);
  assert_contains (summary, note);
}

/* Where the model closes what is absent, changes say nothing of it; and complete files do, where it closes. */
static void
test_changes_and_complete (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS CLOSES "}");
  expect_declared (home, "users-1.csv", COMPLETE, HEADER "\"1\",\"a\"\n\"2\",\"b\"\n\"3\",\"c\"\n", "applied", "inserted=3");
  expect_declared (home, "users-2.csv", CHANGES, HEADER "\"1\",\"x\"\n", "applied", "updated=1 absent=0");
  assert_sql (home, "1x 2b 3c", HOLD);
  expect_declared (home, "users-3.csv", COMPLETE, HEADER "\"1\",\"x\"\n\"2\",\"b\"\n", "applied", "unchanged=2 absent=1");
  assert_sql (home, "1x 2b", HOLD);
  home_write_model (home, "users", USERS "}");
  expect_note (home, "users-4.csv", COMPLETE, HEADER "\"1\",\"x\"\n", "applied", "unchanged=1 absent=0", "what it lacks stays");
  assert_sql (home, "1x 2b", HOLD);
}

/* The source is empty: so is the table, if the guard lets it. */
static void
test_complete_of_nobody (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS CLOSES "}");
  expect_declared (home, "users-1.csv", COMPLETE, HEADER "\"1\",\"a\"\n", "applied", "inserted=1");
  expect_declared (home, "users-2.csv", COMPLETE ", \"count\": 0", HEADER, "applied", "absent=1");
  assert_sql (home, "0", "select count(*) from warehouse.users_current");
}

static void
test_keys (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS CLOSES ", \"columns\": {\"name\": {\"required\": true}}}");
  expect_declared (home, "users-1.csv", CHANGES, HEADER "\"1\",\"a\"\n\"2\",\"b\"\n\"3\",\"c\"\n", "applied", "inserted=3");
  expect_note (home, "users-2.csv", KEYS, "\"id\"\n\"1\"\n\"3\"\n\"7\"\n\"1\"\n", "applied",
               "read=4 unchanged=3 duplicate=1 inserted=0 updated=0 absent=1 deactivated=1", "1 key of the source has no row here");
  assert_sql (home, "1a 3c", HOLD);
  /* Who comes back begins anew. */
  expect_declared (home, "users-3.csv", CHANGES, HEADER "\"2\",\"b\"\n", "applied", "inserted=1");
  assert_sql (home, "2|1|f\n2|2|t", "select id, version_number, is_current from warehouse.users where id = 2 order by 2");
  expect_declared (home, "users-4.csv", KEYS, "\"id\"\n\"1\"\n\"2\"\n\"3\"\n", "applied", "read=3 unchanged=3 absent=0");
  assert_weir (home, 0, "verify", NULL);
  home->oracle = ORACLE_REPLAY;
}

static void
test_keys_where_absent_stays (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  expect_declared (home, "users-1.csv", CHANGES, HEADER "\"1\",\"a\"\n\"2\",\"b\"\n", "applied", "inserted=2");
  expect_note (home, "users-2.csv", KEYS, "\"id\"\n\"1\"\n", "applied", "unchanged=1 absent=0",
               "1 key that the source does not have any more stays");
  assert_sql (home, "1a 2b", HOLD);
}

static void
test_keys_are_guarded (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"absent\": \"close\"}");
  expect_declared (home, "users-1.csv", CHANGES, HEADER "\"1\",\"a\"\n\"2\",\"b\"\n\"3\",\"c\"\n", "applied", "inserted=3");
  expect_declared (home, "users-2.csv", KEYS, "\"id\"\n\"1\"\n", "held", "");
  assert_sql (home, "1a 2b 3c", HOLD);
  assert_weir (home, 0, "approve", "last", NULL);
  assert_sql (home, "1a", HOLD);
  assert_weir (home, 0, "rebuild", "users", NULL);
  assert_weir (home, 0, "undo", "--yes", "last", NULL);
  assert_sql (home, "1a 2b 3c", HOLD);
}

/* A row whose key cannot be read may be anybody's; a table that is not there lacks nobody. */
static void
test_keys_that_say_nothing (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS CLOSES ", \"rejects\": {\"max_percent\": 100}}");
  expect_note (home, "users-0.csv", KEYS, "\"id\"\n\"1\"\n", "applied", "unchanged=1", "1 key of the source has no row here");
  expect_declared (home, "users-1.csv", CHANGES, HEADER "\"1\",\"a\"\n\"2\",\"b\"\n", "applied", "inserted=2");
  expect_note (home, "users-2.csv", KEYS, "\"id\"\n\"1\"\n\"x\"\n", "applied", "unchanged=1 rejected=1 absent=0",
               "whose key cannot be read");
  expect_declared (home, "users-3.csv", KEYS ", \"count\": 0", "\"id\"\n", "applied", "read=0 absent=2");
  assert_sql (home, "0", "select count(*) from warehouse.users_current");
}

static void
test_keys_of_facts (void **state)
{
  Home *home = *state;
  home_write_model (home, "sales", "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"id\"]}");
  expect_declared (home, "sales-1.csv", CHANGES, HEADER "\"1\",\"a\"\n", "applied", "inserted=1");
  expect_declared (home, "sales-2.csv", KEYS, "\"id\"\n\"1\"\n", "failed", "");
  assert_sql (home, "not_as_declared", "select summary -> 'error' ->> 'code' from weir.file where state = 'failed'");
  home_write_model (home, "logs", "{\"table\": \"logs\", \"kind\": \"fact\"}");
  expect_declared (home, "logs-1.csv", KEYS, "\"id\"\n\"1\"\n", "failed", "");
}

/* Files with times of their own: keys close since then, and rows of before that come later find an entity that was there, or was not. */
static void
test_keys_of_dated_files (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS CLOSES ", \"effective\": \"file_name\"}");
  expect_declared (home, "users-2026-01-01.csv", CHANGES, HEADER "\"1\",\"a\"\n\"2\",\"b\"\n", "applied", "inserted=2");
  expect_declared (home, "users-2026-01-05.csv", KEYS, "\"id\"\n\"1\"\n", "applied", "unchanged=1 absent=1");
  assert_sql (home, "1|2026-01-01|-\n2|2026-01-01|2026-01-05",
              "select id, effective_start_date::date, effective_end_date::date from warehouse.users order by id");
  /* From between: 1 was there at the keys' time, whatever it was, and 2 was not. */
  expect_declared (home, "users-2026-01-03.csv", CHANGES, HEADER "\"1\",\"x\"\n\"2\",\"y\"\n", "applied", "updated=1 late=1");
  assert_sql (home, "1|a|2026-01-01|2026-01-03\n1|x|2026-01-03|-\n2|b|2026-01-01|2026-01-03\n2|y|2026-01-03|2026-01-05",
              "select id, name, effective_start_date::date, effective_end_date::date from warehouse.users order by id, 3");
  /* Late keys close nobody. */
  expect_note (home, "users-2026-01-02.csv", KEYS, "\"id\"\n\"1\"\n", "applied", "unchanged=1 absent=0", "has keys alone");
  assert_weir (home, 0, "verify", NULL);
}

/* Rows that each say since when they are true. */
static void
test_keys_of_timed_rows (void **state)
{
  static const char *const effective[] = { "\"effective\": {\"column\": \"since\"}",
                                           "\"effective\": {\"column\": \"since\", \"absent\": \"mtime\"}" };
  static const char timed[] =
      "\"columns\": [{\"name\": \"id\", \"type\": \"bigint\"}, {\"name\": \"name\"}, {\"name\": \"since\", \"type\": "
      "\"timestamptz\"}], \"rows\": \"changes\"";
  Home *home = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (effective); i++)
    {
      g_autoptr (Home) own = home_new (home->cluster);
      g_autofree char *model = g_strdup_printf (USERS CLOSES ", %s}", effective[i]);
      home_write_model (own, "users", model);
      expect_declared (
          own, "users-1.csv", timed,
          "\"id\",\"name\",\"since\"\n\"1\",\"a\",\"2026-01-01 00:00:00+00\"\n\"2\",\"b\",\"2026-01-01 00:00:00+00\"\n", "applied",
          "inserted=2");
      expect_declared (own, "users-2.csv", KEYS, "\"id\"\n\"1\"\n", "applied", "unchanged=1 absent=1");
      assert_sql (own, "1a", HOLD);
      expect_declared (own, "users-3.csv", timed, "\"id\",\"name\",\"since\"\n\"1\",\"c\",\"2026-01-03 00:00:00+00\"\n", "applied",
                       "updated=1");
      assert_sql (own, "1c", HOLD);
      assert_weir (own, 0, "verify", NULL);
    }
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_changes_and_complete),    TEST (test_complete_of_nobody),  TEST (test_keys),
    TEST (test_keys_where_absent_stays), TEST (test_keys_are_guarded),    TEST (test_keys_that_say_nothing),
    TEST (test_keys_of_facts),           TEST (test_keys_of_dated_files), TEST (test_keys_of_timed_rows),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
