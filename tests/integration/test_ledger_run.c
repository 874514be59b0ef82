/* `weir ledger run`: a command as an execution. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* How the last execution ended: "COMPLETED|0|-|error". */
#define LAST                                                                                                                       \
  "select e.status, c.exit_status, c.signal, e.error from weir.execution e join weir.command c on c.run_id = e.execution_id "      \
  "order by e.created_on desc limit 1"

static void
test_how_commands_end (void **state)
{
  static const struct
  {
    const char *argv[5];
    int code;
    const char *last;
  } cases[] = {
    { { "true" }, 0, "COMPLETED|0|-|-" },
    { { "false" }, 1, "FAILED|1|-|the command ended with exit code 1" },
    { { "sh", "-c", "exit 125" }, 125, "FAILED|125|-|the command ended with exit code 125" },
    { { "sh", "-c", "kill -9 $$" }, 137, "FAILED|-|9|the command was killed by signal 9 (Killed)" },
    { { "no such program" }, 127, "FAILED|-|-|could not run \"no such program\": No such file or directory" },
    { { "./not_executable" }, 126, "FAILED|-|-|could not run \"./not_executable\": Permission denied" },
    { { "./" }, 126, "FAILED|-|-|could not run \"./\": Permission denied" },
    { { "sh", "-c", "exit $#", "--", "--json" }, 1, "FAILED|1|-|the command ended with exit code 1" }, /* its options are its own */
  };
  Home *home = *state;
  home_write_file (home, "not_executable", "x");
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *argv[9] = { "ledger", "run", "--" };
      for (size_t j = 0; j < G_N_ELEMENTS (cases[i].argv); j++)
        argv[3 + j] = cases[i].argv[j];
      g_autoptr (Outcome) outcome = run_weir_argv (home, argv);
      assert_int_equal (outcome->code, cases[i].code);
      assert_sql (home, cases[i].last, LAST);
    }
}

/* What a command writes goes on byte for byte, and so much of it is kept. */
static void
test_output (void **state)
{
  Home *home = *state;
  g_autoptr (Outcome) both =
      expect_weir (home, 3, "ledger", "run", "sh", "-c", "echo out; echo err >&2; printf '\\0\\377'; exit 3", NULL);
  assert_true (memcmp (both->out, "out\n\0", 5) == 0);
  assert_string_equal (both->err, "err\n");
  assert_sql (home, "10|t", "select output_bytes, position('\\x00ff'::bytea in output) > 0 from weir.command");

  g_autoptr (Outcome) huge =
      expect_weir (home, 0, "ledger", "run", "--pipeline", "huge", "sh", "-c", "seq 1000000; echo the end", NULL);
  assert_int_equal (strlen (huge->out), 6888896 + 8);
  assert_true (g_str_has_suffix (huge->out, "\n1000000\nthe end\n"));
  assert_sql (home, "6888904|t|t|t",
              "select output_bytes, length(output) between 65536 and 65600, convert_from(output, 'UTF8') like E'1\\n2\\n3\\n%%', "
              "convert_from(output, 'UTF8') like E'%%... 6,823,368 bytes left out ...%%\\nthe end\\n' from weir.command where "
              "command like '%%seq%%'");
  /* Given weir does not get on until the command has ended, what is in the pipe is read all the same. */
  g_autoptr (Outcome) late =
      expect_weir (home, 0, "ledger", "run", "sh", "-c",
                   "kill -STOP $PPID; (sleep 0.5; kill -CONT $PPID) & head -c 60000 /dev/zero | tr '\\0' x", NULL);
  assert_int_equal (strlen (late->out), 60000);
  g_autoptr (Outcome) shown = expect_weir (home, 0, "runs", "huge", NULL);
  assert_contains (shown->out, "\noutput, 6888904 bytes:\n1\n2\n");
  assert_contains (shown->out, "\n1000000\nthe end\n");
}

static void
test_what_a_command_gets (void **state)
{
  Home *home = *state;
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "ledger", "run", "--pipeline", "a b", "--", "sh", "-c",
                                             "echo $WEIR_EXECUTION $WEIR_PIPELINE; ps -o pid= $$ > /dev/null; trap", NULL);
  g_autofree char *expected = sql_scalar (home, "select execution_id || ' a b' || chr(10) from weir.execution");
  assert_string_equal (outcome->out, expected);
  /* Its stdin is ours. */
  home_write_file (home, "in", "typed\n");
  g_autoptr (Outcome) typed = expect_weir (home, 0, "ledger", "run", "sh", "-c", "cat < in; cat", NULL);
  assert_string_equal (typed->out, "typed\n");
  /* What it leaves in the background is not waited for. */
  g_autoptr (Outcome) left = expect_weir (home, 0, "ledger", "run", "sh", "-c", "sleep 1000 & echo $!", NULL);
  kill ((pid_t) atoi (left->out), SIGKILL);
}

/* The pipeline's name where none is given: the command, without its passwords. */
static void
test_what_a_pipeline_is_called (void **state)
{
  Home *home = *state;
  g_autofree char *long_text = g_strnfill (400, 'x');
  assert_weir (home, 0, "ledger", "run", "true", "a b", "it's", "", "--url=postgresql://ann:hidden-1@db/x", "password=hidden-2",
               NULL);
  assert_weir (home, 0, "ledger", "run", "true", long_text, "1", NULL);
  assert_weir (home, 0, "ledger", "run", "true", long_text, "2", NULL);
  assert_sql (home, "true 'a b' 'it'\\''s' '' --url=postgresql://ann:***@db/x password=***",
              "select pipeline from weir.execution where pipeline like 'true ''a%%'");
  assert_sql (home, "2|t|t",
              "select count(distinct pipeline), bool_and(length(pipeline) <= 250), bool_and(pipeline ~ 'x\\.\\.\\. [0-9a-f]{12}$')"
              " from weir.execution where pipeline like 'true x%%'");
  assert_sql (home, "0", "select count(*) from weir.command where command like '%%hidden%%'");
}

/* ---- one at a time ---- */

/* A command that runs until the file "go" is there. */
static Background *
start_waiting (Home *home)
{
  Background *running = spawn_weir (home, "ledger", "run", "--pipeline", "nightly", "--", "sh", "-c",
                                    "echo begun; while [ ! -e go ]; do sleep 0.02; done; echo done; touch finished", NULL);
  wait_until (background_said (running, "begun\n"));
  return running;
}

static void
test_two_of_one_pipeline (void **state)
{
  Home *home = *state;
  g_autoptr (Background) first = start_waiting (home);
  g_autoptr (Outcome) second = expect_weir (home, 125, "ledger", "run", "--pipeline", "nightly", "--", "touch", "never", NULL);
  assert_contains (second->err, "pipeline \"nightly\" is running: its execution");
  g_autoptr (Outcome) word = expect_weir (home, 1, "ledger", "init-execution", "--pipeline", "nightly", NULL);
  assert_contains (word->err, "is running");
  assert_false (home_has_file (home, "never"));
  assert_weir (home, 0, "ledger", "run", "--pipeline", "weekly", "--", "true", NULL);
  g_autoptr (Background) third =
      spawn_weir (home, "ledger", "run", "--pipeline", "nightly", "--wait", "60", "--", "test", "-e", "finished", NULL);
  wait_until (
      sql_number (home, "select count(*) from pg_stat_activity where application_name = 'weir' and datname = current_database()")
      == 2);
  home_write_file (home, "go", "");
  assert_int_equal (background_stop (first, 0, DEADLINE_SECONDS), 0);
  assert_int_equal (background_stop (third, 0, DEADLINE_SECONDS), 0);
  assert_sql (home, "3", "select count(*) from weir.execution where status = 'COMPLETED'");
}

/* Given an execution by words that is not over, the command does not run. */
static void
test_a_command_waits_for_words (void **state)
{
  Home *home = *state;
  g_autoptr (Outcome) begun = expect_weir (home, 0, "ledger", "init-execution", "--pipeline", "nightly", NULL);
  assert_weir (home, 125, "ledger", "run", "--pipeline", "nightly", "--", "touch", "never", NULL);
  assert_false (home_has_file (home, "never"));
  sql_run_text (home, "update weir.execution set heartbeat_on = now() - interval '1 day'");
  assert_weir (home, 0, "ledger", "run", "--pipeline", "nightly", "--", "true", NULL);
  assert_sql (home, "FAILED|COMPLETED", "select string_agg(status, '|' order by created_on) from weir.execution");
}

/* Given weir is killed in the middle, its command ends, the next one may begin at once, and the ledger knows what became of the first. */
static void
test_killed_in_the_middle (void **state)
{
  Home *home = *state;
  g_autoptr (Background) first = start_waiting (home);
  g_autofree char *id = sql_scalar (home, "select execution_id from weir.execution");
  assert_int_equal (background_stop (first, SIGKILL, DEADLINE_SECONDS), 128 + SIGKILL);
  wait_until (process_find (home->path, "echo begun") == 0);
  g_autoptr (Outcome) waited = expect_weir (home, 1, "ledger", "wait", id, NULL);
  assert_contains (waited->err, "abandoned: its last sign of life was at");
  assert_weir (home, 0, "ledger", "run", "--pipeline", "nightly", "--", "true", NULL);
  assert_false (home_has_file (home, "finished"));
  assert_sql (home, "FAILED|abandoned: the process that ran it is gone",
              "select status, error from weir.execution where execution_id = '%s'", id);
}

/* Given weir is told to end, so is the command, which may end in its own way. */
static void
test_told_to_end (void **state)
{
  Home *home = *state;
  g_autoptr (Background) running = spawn_weir (home, "ledger", "run", "--pipeline", "nightly", "--", "sh", "-c",
                                               "trap 'echo tidied; exit 7' TERM; echo begun; while :; do sleep 0.02; done", NULL);
  wait_until (background_said (running, "begun\n"));
  assert_int_equal (background_stop (running, SIGTERM, DEADLINE_SECONDS), 7);
  assert_true (background_said (running, "tidied\n"));
  assert_sql (home, "FAILED|7|-|the command ended with exit code 7", LAST);
}

/* Given the database ends the connection meanwhile, the command goes on, and the ledger learns its end. */
static void
test_a_lost_connection (void **state)
{
  Home *home = *state;
  g_autoptr (Background) running = start_waiting (home);
  sql_run_as_superuser (
      home,
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'weir'");
  home_write_file (home, "go", "");
  assert_int_equal (background_stop (running, 0, DEADLINE_SECONDS), 0);
  assert_sql (home, "COMPLETED|0|-|-", LAST);
}

/* The same, but another has taken the pipeline by then: what the first did does not count, and it says so. */
static void
test_a_lost_pipeline (void **state)
{
  Home *home = *state;
  g_autoptr (Background) running = start_waiting (home);
  sql_run_as_superuser (
      home,
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'weir'");
  wait_until (!is_locking (home));
  assert_weir (home, 0, "ledger", "run", "--pipeline", "nightly", "--", "true", NULL);
  home_write_file (home, "go", "");
  assert_int_equal (background_stop (running, 0, DEADLINE_SECONDS), 125);
  assert_true (background_said (running, "but the ledger could not be told: execution"));
  assert_sql (home, "FAILED|COMPLETED", "select string_agg(status, '|' order by created_on) from weir.execution");
}

/* The same, but the first would run on: it is told to end. */
static void
test_a_lost_pipeline_ends_the_command (void **state)
{
  Home *home = *state;
  g_autoptr (Background) running = start_waiting (home);
  sql_run_as_superuser (
      home,
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'weir'");
  wait_until (!is_locking (home));
  assert_weir (home, 0, "ledger", "run", "--pipeline", "nightly", "--", "true", NULL);
  assert_int_equal (background_stop (running, 0, DEADLINE_SECONDS), 128 + SIGTERM);
  assert_true (background_said (running, "the command is told to end: execution"));
  assert_false (home_has_file (home, "finished"));
}

static void
test_the_database_is_away (void **state)
{
  Home *home = *state;
  home_lose_database (home);
  g_autoptr (Outcome) outcome = expect_weir (home, 125, "ledger", "run", "--", "touch", "never", NULL);
  assert_contains (outcome->err, "could not connect");
  assert_false (home_has_file (home, "never"));
  home_configure (home, "");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_how_commands_end),
    TEST (test_output),
    TEST (test_what_a_command_gets),
    TEST (test_what_a_pipeline_is_called),
    TEST (test_two_of_one_pipeline),
    TEST (test_a_command_waits_for_words),
    TEST (test_killed_in_the_middle),
    TEST (test_told_to_end),
    TEST (test_a_lost_connection),
    TEST (test_a_lost_pipeline),
    TEST (test_a_lost_pipeline_ends_the_command),
    TEST (test_the_database_is_away),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
