/* Workers that die or lose their connection by chance: what they left is taken up, told as what it is, and not refused. */
#include "tests/support/oracle.h"
#include "tests/support/relay.h"
#include "tests/support/weir.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"

static const char users_text[] = "name,email\nAnn,a@x.org\nBob,b@x.org\n";

/* The supervisor, whose one worker stops whenever it comes to the point. */
static Background *
watch_up_to (Home *home, const char *point)
{
  g_autofree char *fault = g_strconcat ("stop:", point, NULL);
  home_configure (home, ", \"workers\": 1");
  home_write_model (home, "users", USERS);
  home_set_environment (home, "WEIR_FAULT", fault);
  return start_watch (home);
}

static void
test_killed_by_chance (void **state)
{
  Home *home = *state;
  g_autoptr (Background) watch = watch_up_to (home, "after-load");
  home_drop (home, "users.csv", users_text);
  kill (weir_wait_stopped (home), SIGKILL);
  wait_until (background_said (watch, "it is tried once more"));
  kill (weir_wait_stopped (home), SIGCONT);
  wait_until (home_count_files (home, "archive") + home_count_files (home, "failed") > 0);
  stop_watch (watch);
  assert_sql (home, "1|2", "select (select count(*) from weir.execution), count(*) from warehouse.users");
  home->oracle = ORACLE_REPLAY;
}

/* The rows are committed, and the ledger cannot be told where their file goes: it stays where somebody comes back to it. Of a table without a
 * model, for the COMMIT of others tells it. */
static void
test_connection_lost_before_the_archive (void **state)
{
  Home *home = *state;
  g_autoptr (Background) watch = watch_up_to (home, "before-archive");
  home_drop (home, "people.csv", users_text);
  pid_t worker = weir_wait_stopped (home);
  sql_run_text (home, "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
                      " and pid <> pg_backend_pid()");
  kill (worker, SIGCONT);
  kill (weir_wait_stopped (home), SIGCONT);
  wait_until (home_count_files (home, "archive") == 1
              && sql_number (home, "select count(*) from weir.file where disposition = 'archived'") == 1);
  stop_watch (watch);
  assert_sql (home, "1|2", "select (select count(*) from weir.execution), count(*) from staging.people");
}

/* A load whose connection is cut at the first COMMIT. */
static void
load_cut (Home *home, RelayMode mode)
{
  g_autofree char *folder = home_path (home, "relay"), *direct = g_strdup (home->url);
  Relay *relay = relay_start (home->cluster->socket, folder);
  g_free (home->url);
  home->url = g_strdup_printf ("postgresql://weir@/%s?host=%s", home->database, folder);
  home_configure (home, "");
  g_free (home->url);
  home->url = g_steal_pointer (&direct);
  home_write_model (home, "users", USERS);
  home_drop (home, "users.csv", users_text);
  relay_set (relay, mode, "commit$");
  assert_weir (home, 3, "load", "imports/users.csv", NULL);
  assert_true (relay_triggered (relay));
  relay_stop (relay);
  home_configure (home, "");
  assert_true (home_has_file (home, "imports/users.csv"));
}

/* The run has begun, and nobody here heard of that: it does not stay open when its file is given back. */
static void
test_begun_unheard (void **state)
{
  Home *home = *state;
  load_cut (home, RELAY_CUT_BEHIND);
  assert_sql (home, "FAILED", "select string_agg(status, ' ') from weir.execution");
  assert_weir (home, 0, "watch", "--once", NULL);
  assert_sql (home, "1|2", "select (select count(*) from weir.execution), count(*) from warehouse.users");
}

/* It has not: its file is where it was, too. */
static void
test_not_begun (void **state)
{
  Home *home = *state;
  load_cut (home, RELAY_CUT_BEFORE);
  assert_sql (home, "0", "select count(*) from weir.execution");
  assert_weir (home, 0, "load", "imports/users.csv", NULL);
  assert_sql (home, "1|2", "select (select count(*) from weir.execution), count(*) from warehouse.users");
}

/* The COMMIT has told the ledger where the file goes: behind it no database is needed. */
static void
test_archived_without_the_database (void **state)
{
  Home *home = *state;
  g_autoptr (Background) watch = watch_up_to (home, "before-archive");
  home_drop (home, "users.csv", users_text);
  pid_t worker = weir_wait_stopped (home);
  assert_sql (home, "applied|archived", "select state, disposition from weir.file");
  sql_run_text (home, "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
                      " and pid <> pg_backend_pid()");
  kill (worker, SIGCONT);
  wait_until (home_count_files (home, "archive/users") == 1);
  stop_watch (watch);
  assert_sql (home, "1|2", "select (select count(*) from weir.execution), count(*) from warehouse.users");
  home->oracle = ORACLE_REPLAY;
}

/* A file whose worker died behind the COMMIT only has to be archived, and is told as what became of it. */
static void
test_told_after_the_crash (void **state)
{
  static const struct
  {
    const char *status;
    bool model, twice;
  } cases[] = { { "applied", true, false }, { "staged", false, false }, { "duplicate", true, true } };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].status);
      g_autoptr (Home) home = home_new (outer->cluster);
      if (cases[i].model)
        home_write_model (home, "users", USERS);
      if (cases[i].twice)
        json_decref (load_text (home, "users-1.csv", users_text, NULL));
      home_drop (home, "users.csv", users_text);
      home_set_environment (home, "WEIR_FAULT", "kill:after-commit");
      assert_weir (home, 128 + SIGKILL, "load", "imports/users.csv", NULL);
      home_set_environment (home, "WEIR_FAULT", NULL);
      g_autoptr (Background) watch = spawn_weir (home, "watch", "--json", NULL);
      wait_until (home_count_files (home, "archive/users") == 1 + cases[i].twice && home_count_files (home, "imports") == 0);
      g_autofree char *told = g_strdup_printf ("\"file\":\"users.csv\",\"table\":\"users\",\"status\":\"%s\"", cases[i].status);
      wait_until (background_said (watch, told));
      stop_watch (watch);
      g_autofree char *both = g_strdup_printf ("%s|%s", cases[i].status, cases[i].status);
      assert_sql (home, both, "select state, summary ->> 'status' from weir.file where file_name = 'users.csv'");
    }
}

/* Also which runs it was applied over. */
static void
test_overtook_is_told_after_the_crash (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  g_autoptr (Json) newer = load_text (home, "users-2.csv", users_text, NULL);
  g_autofree char *overtook = json_at (newer, "run");
  home_drop (home, "users-1.csv", "name,email\nAnna,a@x.org\n");
  g_autofree char *path = home_path (home, "imports/users-1.csv");
  const struct timespec old[] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
  assert_int_equal (utimensat (AT_FDCWD, path, old, 0), 0);
  home_set_environment (home, "WEIR_FAULT", "kill:after-commit");
  assert_weir (home, 128 + SIGKILL, "load", "imports/users-1.csv", NULL);
  home_set_environment (home, "WEIR_FAULT", NULL);
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "watch", "--once", "--json", NULL);
  g_autoptr (Json) published = outcome_json (outcome);
  assert_json (published, "overtook.0", overtook);
  assert_json (published, "overtook_count", "1");
  assert_sql (home, overtook, "select summary -> 'overtook' ->> 0 from weir.file where file_name = 'users-1.csv'");
}

/* And one whose worker died behind the archive, where nothing is left of it to be taken up: once, and the exit code knows it. */
static void
test_told_behind_the_archive (void **state)
{
  static const struct
  {
    const char *name, *text, *status;
    int code;
  } cases[] = { { "users.csv", "name,email\nAnn,a@x.org\n", "applied", 0 },
                { "users.csv", "name,email\nAnn,a@x.org\nBob,b@x.org\nEve,\n", "applied", 1 },
                { "users.csv", "name\nAnn\n", "failed", 1 },
                { "shops.csv", "shop\nA\n", "staged", 0 } };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %zu\n", i);
      g_autoptr (Home) home = home_new (outer->cluster);
      home_configure (home, ", \"workers\": 1, \"settle\": 0.2");
      home_write_model (home, "users",
                        "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"],"
                        " \"rejects\": {\"max_percent\": 60}}");
      home_drop (home, cases[i].name, cases[i].text);
      home_set_environment (home, "WEIR_FAULT", "kill:after-archive");
      g_autoptr (Outcome) outcome = expect_weir (home, cases[i].code, "watch", "--once", "--json", NULL);
      home_set_environment (home, "WEIR_FAULT", NULL);
      g_autoptr (Json) published = outcome_json (outcome);
      assert_json (published, "file", cases[i].name);
      assert_json (published, "status", cases[i].status);
      assert_null (strstr (outcome->err, "tried once more"));
    }
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_killed_by_chance),
    TEST (test_begun_unheard),
    TEST (test_not_begun),
    TEST (test_connection_lost_before_the_archive),
    TEST (test_archived_without_the_database),
    TEST (test_told_after_the_crash),
    TEST (test_overtook_is_told_after_the_crash),
    TEST (test_told_behind_the_archive),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
