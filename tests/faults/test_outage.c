/* A server that is away for a while, as the log tells it. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"

static const char users_text[] = "name,email\nAnn,a@x.org\nBob,b@x.org\n";

static int
count_in (const char *text, const char *word)
{
  int times = 0;
  for (const char *at = text; (at = strstr (at, word)) != NULL; at++)
    times++;
  return times;
}

/* A server that is away is tried again and again, and told once. */
static void
test_outage_is_told_once (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  g_autoptr (Background) watch = start_watch (home);
  wait_until (process_find (home->path, "--worker") != 0);
  home_drop (home, "users-1.csv", users_text);
  wait_until (home_count_files (home, "archive/users") == 1);
  cluster_stop (home->cluster);
  home_drop (home, "users-2.csv", "name,email\nCyd,c@x.org\n");
  wait_until (background_said (watch, "the database is away or busy"));
  g_usleep (2500000); /* several tries */
  cluster_start (home->cluster);
  wait_until (home_count_files (home, "archive/users") == 2);
  stop_watch (watch);
  g_autofree char *said = background_text (watch);
  assert_int_equal (count_in (said, "the database is away or busy"), 1);
  assert_int_equal (count_in (said, "the database is back"), 1);
  oracle_check (home, ORACLE_REPLAY);
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown (test_outage_is_told_once, home_setup, home_teardown) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
