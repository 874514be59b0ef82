/* "late": "hold": files that would change what is known of before wait for a person. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#define BY_NAME                                                                                                                    \
  "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"key\"], \"effective\": \"file_name\", \"late\": "          \
  "\"hold\"%s}"
#define BY_ROW                                                                                                                     \
  "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"key\"], \"effective\": {\"column\": \"at\"}, \"late\": "   \
  "\"hold\"}"

static void
write_model (Home *home, const char *more)
{
  g_autofree char *model = g_strdup_printf (BY_NAME, more);
  home_write_model (home, "users", model);
}

static void
expect_held (Home *home, const char *name, const char *text, const char *late, const char *corrected)
{
  g_autoptr (Json) published = load_text (home, name, text, NULL);
  assert_json (published, "status", "held");
  assert_json (published, "held.guard", "late");
  assert_json (published, "held.late", late);
  assert_json (published, "held.corrected", corrected);
}

static void
assert_versions (Home *home, const char *expected)
{
  assert_sql (home, expected,
              "select string_agg(concat_ws(' ', key, v, to_char(effective_start_date, 'DD')), ', ' order by key, version_number)"
              " from warehouse.users");
}

/* It is the change that is held, and not the date. */
static void
test_by_name (void **state)
{
  Home *home = *state;
  write_model (home, "");
  load_and_count (home, "users_2026-01-03.csv", "key,v\na,1\n", "read=1 inserted=1 staged=1");
  expect_held (home, "users_2026-01-01.csv", "key,v\na,2\n", "1", "0");
  expect_held (home, "users_2026-01-03-2.csv", "key,v\na,2\n", "0", "1");
  load_and_count (home, "users_2026-01-02.csv", "key,v\nb,1\n", "read=1 inserted=1 staged=1");
  load_and_count (home, "users_2026-01-04.csv", "key,v\na,4\n", "read=1 updated=1 deactivated=1 staged=1");
  assert_versions (home, "a 1 03, a 4 04, b 1 02");
  g_autoptr (Outcome) status = expect_weir (home, 1, "status", NULL);
  assert_contains (status->out, "It would change, for instance, a");
  assert_weir (home, 0, "approve", "users_2026-01-01.csv", NULL);
  assert_weir (home, 0, "discard", "users_2026-01-03-2.csv", NULL);
  assert_versions (home, "a 2 01, a 1 03, a 4 04, b 1 02");
}

static void
test_by_row (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", BY_ROW);
  load_and_count (home, "users-1.csv", "key,v,at\na,1,2026-01-02\nb,1,2026-01-01\n", "read=2 inserted=2 staged=2");
  expect_held (home, "users-2.csv", "key,v,at\na,2,2026-01-01\nb,2,2026-01-03\n", "1", "0");
  load_and_count (home, "users-3.csv", "key,v,at\nb,3,2026-01-04\na,1,2026-01-02\n",
                  "read=2 updated=1 deactivated=1 unchanged=1 staged=2");
  assert_weir (home, 0, "approve", "users-2.csv", NULL);
  assert_versions (home, "a 2 01, a 1 02, b 1 01, b 2 03, b 3 04");
}

/* Who was not there in a full export of before. */
static void
test_absent_before (void **state)
{
  Home *home = *state;
  write_model (home, ", \"absent\": \"close\", \"guard\": {\"close_percent\": 100}");
  load_and_count (home, "users_2026-01-01.csv", "key,v\na,1\nb,1\n", "read=2 inserted=2 staged=2");
  load_and_count (home, "users_2026-01-03.csv", "key,v\na,1\nb,1\n", "read=2 unchanged=2 staged=2");
  g_autoptr (Json) held = load_text (home, "users_2026-01-02.csv", "key,v\na,1\n", NULL);
  assert_json (held, "status", "held");
  assert_json (held, "held.absent", "1");
  g_autoptr (Outcome) status = expect_weir (home, 1, "status", NULL);
  assert_contains (status->out, "It would change, for instance, b\n");
  assert_weir (home, 0, "approve", "users_2026-01-02.csv", NULL);
  assert_versions (home, "a 1 01, b 1 01, b 1 03");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = { TEST (test_by_name), TEST (test_by_row), TEST (test_absent_before) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
