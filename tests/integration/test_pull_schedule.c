/* Pulls that have their times: who keeps the schedule starts them, one at a time of each job, and what came of it is told. */
#include "tests/support/source.h"

#include <signal.h>
#include <string.h>

#define SYNC "\"mode\": \"sync\", \"key\": [\"id\"], \"bookmark\": \"changed\""
#define LATER "2100-01-01T00:00:30Z"

static void
given (Home *home, const char *more)
{
  g_autofree char *members = g_strconcat (SYNC, more, NULL);
  source_setup (home, "");
  source_job (home, "users", members);
  source_rows (home, "1 a Ann x\n2 b Bob x\n3 c Cid x\n");
}

static void
tick (Home *home)
{
  assert_weir (home, 0, "schedule", "--tick", "--now", LATER, NULL);
}

#define ROW "select coalesce(result, '-') || '|' || coalesce(message, '-') from weir.schedule where name = 'pull:users'"

static void
test_due (void **state)
{
  Home *home = *state;
  given (home, ", \"cron\": \"* * * * *\", \"time_zone\": \"Europe/Oslo\", \"cut_off\": \"23:59\"");
  source_job (home, "by_hand", "\"mode\": \"log\", \"key\": [\"id\"], \"to_table\": \"others\"");
  g_autoptr (Outcome) list = expect_weir (home, 0, "schedule", NULL);
  assert_contains (list->out, "pull:users");
  assert_contains (list->out, "not from 23:59 on");
  assert_null (strstr (list->out, "by_hand"));
  tick (home);
  assert_sql (home, "done|once for all due times at which nobody was there", ROW);
  assert_sql (home, "3", "select count(*) from warehouse.users");
}

static void
test_every (void **state)
{
  Home *home = *state;
  given (home, ", \"every\": \"90 minutes\"");
  g_autoptr (Outcome) list = expect_weir (home, 0, "schedule", NULL);
  assert_contains (list->out, "@every 90 minutes");
  assert_sql (home, "0", "select extract(epoch from next_at)::bigint %% 5400 from weir.schedule");
}

static void
test_words (void **state)
{
  Home *home = *state;
  given (home, ", \"cron\": \"* * * * *\"");
  assert_weir (home, 0, "schedule", "pause", "pull:users", NULL);
  tick (home);
  assert_int_equal (source_asked (home), 0);
  g_autoptr (Outcome) now = expect_weir (home, 0, "schedule", "run-now", "pull:users", NULL);
  assert_contains (now->out, "pull:users: done");
  assert_sql (home, "3", "select count(*) from warehouse.users");
  assert_weir (home, 0, "schedule", "resume", "users", NULL);
  assert_sql (home, "1", "select count(*) from weir.schedule where paused_on is null");
}

/* What fails is written down, and is over with the next that goes well. A job that goes takes all of it along. */
static void
test_failed (void **state)
{
  Home *home = *state;
  given (home, ", \"cron\": \"* * * * *\"");
  source_deed (home, "credentials 2");
  assert_weir (home, 2, "pull", "users", NULL);
  g_autoptr (Outcome) failed = expect_weir (home, 1, "schedule", "run-now", "pull:users", NULL);
  assert_contains (failed->out, "exit code 2");
  assert_contains (failed->err, "the password is wrong");
  g_autoptr (Outcome) status = expect_weir (home, 1, "status", NULL);
  assert_contains (status->out,
                   "users: pulling users fails, 2 times by now (credentials): the password is wrong (28P01); Mend the password.");
  /* The list of runs has each trouble once. */
  assert_sql (home, "1", "select count(*) from weir.runs where status = 'FAILED'");
  g_autoptr (Outcome) told = expect_weir (home, 1, "status", "--json", NULL);
  g_autoptr (Json) json = outcome_json (told);
  assert_json (json, "incidents.0.kind", "pull");
  assert_weir (home, 0, "schedule", "run-now", "pull:users", NULL);
  assert_weir (home, 0, "status", NULL);
  source_deed (home, "gap 1");
  assert_weir (home, 1, "schedule", "run-now", "pull:users", NULL);
  home_remove_file (home, "jobs/users.json");
  g_autoptr (Outcome) list = expect_weir (home, 0, "schedule", NULL);
  assert_null (strstr (list->out, "pull:users"));
  assert_weir (home, 0, "status", NULL);
}

/* One that is broken meanwhile keeps its row. */
static void
test_broken (void **state)
{
  Home *home = *state;
  given (home, ", \"cron\": \"* * * * *\"");
  assert_weir (home, 0, "schedule", "pause", "pull:users", NULL);
  home_write_file (home, "jobs/users.json", "{");
  home_write_file (home, "jobs/any, {name\"\\.json", "{}");
  g_autoptr (Outcome) list = expect_weir (home, 0, "schedule", NULL);
  assert_contains (list->out, "pull:users");
  assert_contains (list->out, "paused");
}

/* A pull that waits for its source and whose cut-off, which has come by now, came meanwhile: one that began behind it has the next day's. */
static Background *
pull_over_its_cut_off (Home *home)
{
  for (int seconds = 2;; seconds *= 2)
    {
      int asked = source_asked (home);
      int64_t cut_off = g_get_real_time () / G_USEC_PER_SEC + seconds;
      g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (cut_off);
      g_autofree char *at = g_date_time_format (time, "%H:%M:%S");
      g_autofree char *members = g_strdup_printf (", \"cut_off\": \"%s\", \"batch\": {\"rows\": 1}", at);
      given (home, members);
      source_deed (home, "wait 1");
      Background *pull = spawn_weir (home, "pull", "users", NULL);
      wait_until (source_asked (home) == asked + 1);
      bool in_time = g_get_real_time () / G_USEC_PER_SEC < cut_off;
      wait_until (g_get_real_time () / G_USEC_PER_SEC > cut_off);
      if (in_time)
        return pull;
      assert_int_equal (background_stop (pull, SIGTERM, DEADLINE_SECONDS), 130);
      background_free (pull);
    }
}

/* It ends between two batches, and the next goes on. */
static void
test_cut_off (void **state)
{
  Home *home = *state;
  given (home, ", \"batch\": {\"rows\": 1}");
  source_rows (home, "1 a Ann x\n");
  assert_weir (home, 0, "pull", "users", NULL);
  g_autoptr (Background) pull = pull_over_its_cut_off (home);
  int asked = source_asked (home);
  home_write_file (home, "source/go", "");
  assert_int_equal (background_stop (pull, 0, 20), 0);
  assert_true (background_said (pull, "its cut-off has come"));
  /* The connector, too, knows when its time is over: with a row or without. */
  assert_sql (home, "t", "select count(*) < 3 from warehouse.users");
  assert_int_equal (source_asked (home), asked);
  assert_weir (home, 0, "pull", "users", NULL);
  assert_sql (home, "3", "select count(*) from warehouse.users");
}

/* A due time whose cut-off has passed: whoever pulls by hand is told, and gets the rows. One of which it has not passed is quiet. */
static void
test_behind_the_cut_off (void **state)
{
  Home *home = *state;
  g_autoptr (GDateTime) now = g_date_time_new_now_utc (), before = g_date_time_add_hours (now, -2),
                        later = g_date_time_add_hours (now, 2);
  for (int passed = 0; passed < 2; passed++)
    {
      g_autofree char *due = g_date_time_format (before, "%M %H * * *"),
                      *at = g_date_time_format (passed == 1 ? now : later, "%H:%M");
      g_autofree char *members = g_strdup_printf (", \"cron\": \"%s\", \"cut_off\": \"%s\"", due, at);
      given (home, members);
      g_autoptr (Outcome) pull = expect_weir (home, 0, "pull", "users", NULL);
      assert_int_equal (strstr (pull->err, "its cut-off has passed: by hand it is pulled, up to the next one") != NULL, passed);
    }
  assert_sql (home, "3", "select count(*) from warehouse.users");
}

/* A watch begins it by itself, also where the job comes later. The connector's words are in the log, under the run, and so is why a pull failed. */
static void
test_watch_pulls (void **state)
{
  Home *home = *state;
  source_setup (home, ", \"log\": {\"file\": \"weir.log\"}");
  source_rows (home, "1 a Ann x\n");
  source_deed (home, "credentials 1");
  g_autoptr (Background) watch = start_watch (home);
  source_job (home, "users", SYNC ", \"cron\": \"* * * * * *\"");
  wait_until (sql_number (home, "select count(*) from pg_tables where schemaname = 'warehouse' and tablename = 'users'") == 1
              && sql_number (home, "select count(*) from warehouse.users") == 1);
  stop_watch (watch);
  g_autofree char *log = home_read_file (home, "weir.log"), *run = sql_scalar (home, "select left(run_id::text, 8) from weir.file");
  g_autofree char *line = g_strdup_printf ("INFO    %s users: connector: fake: the deed is", run);
  assert_contains (log, line);
  assert_contains (log, "schedule: weir: users: the password is wrong (28P01)");
  assert_contains (log, "schedule: HINT:  Mend the password.");
}

#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)

int
main (void)
{
  const struct CMUnitTest tests[] = { TEST (test_due),
                                      TEST (test_every),
                                      TEST (test_words),
                                      TEST (test_failed),
                                      TEST (test_broken),
                                      TEST (test_cut_off),
                                      TEST (test_behind_the_cut_off),
                                      TEST (test_watch_pulls) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
