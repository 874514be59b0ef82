/* The log of a home as two supervisors write it, and `weir log`, which finds a run's lines in it. */
#include "tests/integration/watching.h"
#include "tests/support/oracle.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#define FILES 24
#define SMALL_LOG                                                                                                                  \
  ", \"settle\": 0.2, \"workers\": 2, \"log\": {\"bytes\": \"2 kB\", \"keep\": 100, \"level\": \"debug\", \"format\": \"%s\"}"

static void
configure_log (Home *home, const char *format)
{
  g_autofree char *settings = g_strdup_printf (SMALL_LOG, format);
  home_configure (home, settings);
}

static void
drop_numbered (Home *home, const char *table)
{
  for (int i = 0; i < FILES; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s-%02d.csv", table, i);
      g_autofree char *text = g_strdup_printf ("name,email\nAnn %d,a@x.org\n", i);
      home_drop (home, name, text);
    }
}

static int
count_said (const char *text, const char *what)
{
  int times = 0;
  for (const char *at = text; (at = strstr (at, what)) != NULL; at++)
    times++;
  return times;
}

static int
count_applied (const Background *background)
{
  g_autofree char *text = background_text (background);
  return count_said (text, ": applied to users");
}

/* The objects of `weir log --json`, a line each; all of them must be whole. */
static GPtrArray *
read_objects (Home *home)
{
  g_autoptr (Outcome) all = expect_weir (home, 0, "log", "--json", "--since", "1 day", NULL);
  g_auto (GStrv) lines = g_strsplit (g_strchomp (all->out), "\n", -1);
  GPtrArray *objects = g_ptr_array_new_with_free_func ((GDestroyNotify) json_decref);
  for (char **line = lines; *line != NULL; line++)
    {
      Json *object = weir_json_parse (*line, strlen (*line), "line", NULL);
      if (object == NULL || !json_is_string (json_object_get (object, "time")))
        fail_msg ("no line of the log: %s", *line);
      g_ptr_array_add (objects, object);
    }
  return objects;
}

/* How many lines are of that run's end, of that process. */
static int
count_ends (const GPtrArray *objects, const char *run, int64_t pid)
{
  int ends = 0;
  for (guint i = 0; i < objects->len; i++)
    {
      const Json *object = objects->pdata[i];
      bool is = json_is_string (json_object_get (object, "status"))
                && (run == NULL || g_strcmp0 (run, json_string_value (json_object_get (object, "run"))) == 0);
      ends += is && (pid == 0 || json_integer_value (json_object_get (object, "pid")) == pid);
    }
  return ends;
}

static int
count_all_ends (Home *home)
{
  g_autoptr (GPtrArray) objects = read_objects (home);
  return count_ends (objects, NULL, 0);
}

/* Every run of the ledger has its end in the log once, by either process, though the log was begun anew many times. */
static void
test_two_writers (void **state)
{
  Home *home = *state;
  configure_log (home, "json");
  home_write_model (home, "users", USERS);
  g_autoptr (Background) one = start_watch (home);
  g_autoptr (Background) other = start_watch (home);
  pid_t pids[] = { one->pid, other->pid };
  drop_numbered (home, "users");
  drop_numbered (home, "shops");
  wait_until (is_archived (home, 2 * FILES));
  wait_until (count_all_ends (home) == 2 * FILES);
  assert_int_equal (background_stop (one, SIGTERM, 10), 0);
  assert_int_equal (background_stop (other, SIGTERM, 10), 0);
  assert_true (home_has_file (home, ".weir/weir.log.5"));
  g_autoptr (GPtrArray) objects = read_objects (home);
  g_autoptr (DbResult) runs = sql_query (home, "select execution_id from weir.execution");
  assert_int_equal (db_result_rows (runs), 2 * FILES);
  for (int i = 0; i < db_result_rows (runs); i++)
    assert_int_equal (count_ends (objects, db_result_value (runs, i, 0), 0), 1);
  assert_int_equal (count_ends (objects, NULL, pids[0]) + count_ends (objects, NULL, pids[1]), 2 * FILES);
}

static void
assert_log_says (Home *home, const char *named, const char *what, int times)
{
  g_autoptr (Outcome) log = expect_weir (home, 0, "log", named, NULL);
  if (count_said (log->out, what) != times)
    fail_msg ("weir log %s: \"%s\" is not there %d times: %s", named, what, times, log->out);
}

/* By all that names one, in a log of text, which a running watch takes up at once. */
static void
test_a_run_s_lines (void **state)
{
  Home *home = *state;
  configure_log (home, "json");
  g_autoptr (Background) watch = watch_users (home);
  configure_log (home, "text");
  wait_until (background_said (watch, "weir.json changed"));
  drop_numbered (home, "users");
  home_drop (home, "notes.txt", "hello\n");
  wait_until (is_archived (home, FILES) && background_said (watch, "notes.txt"));
  wait_until (count_applied (watch) == FILES);
  stop_watch (watch);
  g_autofree char *run = sql_scalar (home, "select run_id from weir.file where file_name = 'users-03.csv'");
  g_autofree char *eight = g_strndup (run, 8);
  g_autofree char *raw = home_read_file (home, ".weir/weir.log");
  assert_contains (raw, "Z INFO    ");
  const char *const names[] = { run, eight, "users-03.csv" };
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    assert_log_says (home, names[i], "users-03.csv: applied to users", 1);
  assert_log_says (home, eight, "\n", 1); /* and nothing else, in particular no object */
  assert_log_says (home, "users-03.csv", "DEBUG   -        users-03.csv: is given to a worker", 1);
  assert_log_says (home, "notes.txt", "left alone", 1);
  assert_log_says (home, "last", "applied to users", 1);
  g_autoptr (Outcome) grave = expect_weir (home, 0, "log", "--level", "warning", NULL);
  assert_int_equal (count_said (grave->out, "\n"), 1);
  assert_contains (grave->out, "WARNING -        imports/notes.txt");
  g_autoptr (Outcome) few = expect_weir (home, 0, "log", "-n", "3", NULL);
  assert_int_equal (count_said (few->out, "\n"), 3);
  /* An id that was shortened too much. */
  g_autofree char *path = home_path (home, ".weir/weir.log"), *text = home_read_file (home, ".weir/weir.log");
  g_autofree char *more =
      g_strconcat (text, "2026-11-20 09:30:00.123Z INFO    aaaaaaa1 one\n2026-11-20 09:30:00.123Z INFO    aaaaaaa2 other\n", NULL);
  assert_true (g_file_set_contents (path, more, -1, NULL));
  g_autoptr (Outcome) both = expect_weir (home, 2, "log", "aaaaaaa", NULL);
  assert_contains (both->err, "more than one run in the log begins with \"aaaaaaa\"");
  assert_log_says (home, "aaaaaaa2", " other\n", 1);
  g_autoptr (Outcome) later = expect_weir (home, 0, "log", "users-03.csv", "--since", "2999-01-01", NULL);
  assert_string_equal (later->out, "");
}

/* What the log never had, or has no more, the ledger may have; and who asks while the database is away gets what there is. */
static void
test_what_is_not_in_the_log (void **state)
{
  Home *home = *state;
  home_configure (home, "");
  g_autoptr (Background) watch = watch_users (home);
  home_drop (home, "users.csv", users_text);
  wait_until (is_archived (home, 1) && background_said (watch, "applied"));
  stop_watch (watch);
  g_autoptr (Json) by_hand = load_text (home, "users-2.csv", "name,email\nEve,e@x.org\n", NULL);
  g_autofree char *run = json_at (by_hand, "run");
  g_autoptr (Outcome) known = expect_weir (home, 2, "log", run, NULL);
  assert_contains (known->err, "users-2.csv, applied, begun ");
  g_autofree char *hint = g_strdup_printf ("`weir runs %.8s`", run);
  assert_contains (known->err, hint);
  g_autoptr (Outcome) last = expect_weir (home, 2, "log", "last", NULL);
  assert_contains (last->err, run);
  g_autoptr (Outcome) unknown = expect_weir (home, 2, "log", "00000000", NULL);
  assert_contains (unknown->err, "no run \"00000000\"");
  home_lose_database (home);
  assert_log_says (home, "last", "users.csv: applied to users", 1);
  assert_log_says (home, "users.csv", "users.csv: applied to users", 1);
  g_autoptr (Outcome) away = expect_weir (home, 2, "log", run, NULL);
  assert_contains (away->err, "The ledger cannot be asked: ");
  home_configure (home, ", \"log\": {\"file\": \"\"}");
  g_autoptr (Outcome) none = expect_weir (home, 2, "log", NULL);
  assert_contains (none->err, "no log file is kept");
}

static void
test_followed (void **state)
{
  Home *home = *state;
  configure_log (home, "text");
  g_autoptr (Background) watch = watch_users (home);
  g_autoptr (Background) reader = spawn_weir (home, "log", "-f", NULL);
  wait_until (background_said (reader, "watching"));
  drop_numbered (home, "users");
  wait_until (count_applied (reader) == FILES);
  assert_true (home_has_file (home, ".weir/weir.log.2"));
  assert_int_equal (background_stop (reader, SIGTERM, 10), 128 + SIGTERM);
  stop_watch (watch);
}

/* A folder that nobody may write to, or a full disk, keeps no file from being loaded. */
static void
test_a_log_that_cannot_be_written (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"log\": {\"file\": \"logs/deep/weir.log\"}");
  home_write_file (home, "logs", "no folder\n");
  g_autoptr (Background) watch = watch_users (home);
  home_drop (home, "users.csv", users_text);
  wait_until (is_archived (home, 1));
  g_autoptr (Outcome) check = expect_weir (home, 1, "check", NULL);
  assert_contains (check->out, "logs/deep, of the log");
  home_remove_file (home, "logs");
  assert_weir (home, 0, "init", NULL);
  home_drop (home, "users-2.csv", "name,email\nEve,e@x.org\n");
  wait_until (is_archived (home, 2) && background_said (watch, "users-2.csv: applied"));
  stop_watch (watch);
  g_autofree char *said = background_text (watch), *log = home_read_file (home, "logs/deep/weir.log");
  assert_int_equal (count_said (said, "could not open log file"), 1);
  assert_contains (log, "lines are missing here");
  assert_contains (log, "users-2.csv: applied");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_two_writers),
    TEST (test_a_run_s_lines),
    TEST (test_what_is_not_in_the_log),
    TEST (test_followed),
    TEST (test_a_log_that_cannot_be_written),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
