/* What changes around `weir watch` while it runs: its settings, its notifier, and who may read a file. */
#include "tests/integration/watching.h"
#include "tests/support/oracle.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ONE_REJECT "name,email\nAnn,a@x.org\nEve,\n"

/* Workers read weir.json when they start, so others take their place; one that cannot be taken changes nothing. */
static void
test_settings (void **state)
{
  Home *home = *state;
  g_autoptr (Background) watch = watch_users (home);
  home_drop (home, "users-1.csv", ONE_REJECT);
  wait_until (home_count_files (home, "failed") == 2);
  home_configure (home, ", \"rejects\": {\"max_percent\": 60}");
  wait_until (background_said (watch, "weir.json changed"));
  home_drop (home, "users-2.csv", ONE_REJECT);
  wait_until (is_archived (home, 1));
  home_configure (home, ", \"rejects\": {\"max_percent\": \"many\"}");
  wait_until (background_said (watch, "the settings in force stay"));
  home_drop (home, "users-3.csv", "name,email\nBob,b@x.org\nEve,\n");
  wait_until (is_archived (home, 2));
  home_configure (home, "");
  stop_watch (watch);
  assert_sql (home, "Ann,Bob", "select string_agg(name, ',' order by name) from warehouse.users_current");
}

static void
test_notifier_is_replaced (void **state)
{
  Home *home = *state;
  g_autoptr (Background) watch = watch_users (home);
  pid_t before = 0, after = 0;
  wait_until ((before = process_find (home->path, "weir-notify")) != 0);
  assert_int_equal (kill (before, SIGKILL), 0);
  wait_until ((after = process_find (home->path, "weir-notify")) != 0 && after != before);
  home_drop (home, "users.csv", users_text);
  wait_until (is_archived (home, 1));
  stop_watch (watch);
  assert_loaded_once (home, 1);
}

static int
count_in (const char *text, const char *word)
{
  int times = 0;
  for (const char *at = text; (at = strstr (at, word)) != NULL; at++)
    times++;
  return times;
}

/* A file that may not be read is said once and given to no worker, and goes its way when it may be. */
static void
test_unreadable_for_a_while (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"settle\": 0.2");
  home_write_model (home, "users", USERS);
  home_drop (home, "users.csv", users_text);
  static const char *const folders[] = { "", "imports", "models" };
  for (size_t i = 0; geteuid () == 0 && i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *folder = home_path (home, folders[i]);
      home->user = "nobody";
      assert_int_equal (chmod (folder, 0777), 0);
    }
  g_autofree char *path = home_path (home, "imports/users.csv");
  assert_int_equal (chmod (path, 0000), 0);
  g_autoptr (Background) watch = start_watch (home);
  wait_until (background_said (watch, "users.csv cannot be opened"));
  home_drop (home, "shops.csv", "code,name\nS1,Oslo\n");
  wait_until (is_archived (home, 1));
  assert_true (home_has_file (home, "imports/users.csv"));
  g_autofree char *said = background_text (watch);
  assert_int_equal (count_in (said, "users.csv"), 1);
  assert_int_equal (chmod (path, 0644), 0);
  wait_until (is_archived (home, 2));
  stop_watch (watch);
  assert_loaded_once (home, 2);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = { TEST (test_settings), TEST (test_notifier_is_replaced), TEST (test_unreadable_for_a_while) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
