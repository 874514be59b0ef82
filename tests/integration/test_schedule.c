/* Files that are expected: one that does not come is told once, and once more when it has come. `weir schedule --tick --now TIME` does a round as if it
 * were that time, and a test says when weir saw a file. */
#include "tests/support/weir.h"

#include <signal.h>
#include <string.h>

#define MODEL(expect) "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"expect\": " expect "}"
#define OSLO "{\"every\": \"0 6 * * 1-5\", \"by\": \"08:00\", \"time_zone\": \"Europe/Oslo\"}"

static void
given (Home *home, const char *model)
{
  home_write_model (home, "users", model);
}

/* A round at that time; what it told. */
static char *
tick (Home *home, const char *now)
{
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "schedule", "--tick", "--now", now, NULL);
  return g_strdup (outcome->out);
}

static void
assert_tick (Home *home, const char *now, const char *told)
{
  g_autofree char *said = tick (home, now);
  print_message ("%s: %s\n", now, said);
  if (told[0] == '\0')
    assert_string_equal (said, "");
  assert_contains (said, told);
}

/* The next time, as if the schedule had been kept until then. */
static void
begin_at (Home *home, const char *next)
{
  expect_weir (home, 0, "schedule", NULL);
  sql_run_text (home, "update weir.schedule set next_at = '%s', looked_on = '2020-01-01'", next);
}

/* A file of that many rows that weir saw then. */
static void
load_at (Home *home, const char *name, const char *seen, int rows)
{
  g_autoptr (GString) text = g_string_new ("email,name\n");
  for (int i = 0; i < rows; i++)
    g_string_append_printf (text, "%d@x.org,%s\n", i, seen);
  g_autoptr (Json) published = load_text (home, name, text->str, NULL);
  g_autofree char *run = json_at (published, "run");
  sql_run_text (home, "update weir.file set seen_on = '%s' where run_id = '%s'", seen, run);
}

#define OPEN "select count(*) from weir.incident where ended is null"

/* ---- */

static void
test_stale_once_and_recovered (void **state)
{
  Home *home = *state;
  given (home, MODEL (OSLO));
  begin_at (home, "2026-11-26 07:00Z");
  load_at (home, "users_26.csv", "2026-11-26T05:10:00Z", 3);
  assert_tick (home, "2026-11-26T06:59:59Z", "");
  assert_tick (home, "2026-11-26T07:00:00Z", "");
  assert_sql (home, "in time", "select result from weir.schedule");

  assert_tick (home, "2026-11-27T06:59:59Z", "");
  assert_tick (
      home, "2026-11-27T07:00:00Z",
      "users: no file came by Fri 2026-11-27 08:00 (Europe/Oslo); the last one, users_26.csv, came at 2026-11-26 05:10:00 UTC\n");
  assert_tick (home, "2026-11-27T07:00:05Z", "");
  /* Nor when the next one does not come either. */
  assert_tick (home, "2026-11-30T07:00:00Z", "");
  assert_sql (home, "stale|1", "select result || '|' || (" OPEN ") from weir.schedule");

  load_at (home, "users_27.csv", "2026-11-30T09:00:00Z", 3);
  assert_tick (home, "2026-11-30T09:00:05Z", "users: recovered: users_27.csv has come\n");
  assert_tick (home, "2026-11-30T09:00:10Z", "");
  assert_sql (home, "2026-11-27 07:00:00+00|2026-11-30 09:00:00+00|file",
              "select began || '|' || ended || '|' || (detail ->> 'ended_by') from weir.incident");
}

/* When a file came, and whether it was in time for Friday, 27 November. */
static const struct
{
  const char *title, *seen;
  const char *result;
} arrivals[] = {
  { "in its time", "2026-11-27T05:30:00Z", "in time" },
  { "a little early", "2026-11-27T04:30:00Z", "in time" },
  { "in the evening before", "2026-11-26T18:00:00Z", "in time" },
  { "that is nearer to the day before", "2026-11-26T16:59:00Z", "stale" },
  { "that was for the day before", "2026-11-26T05:30:00Z", "stale" },
};

static void
test_which_file_counts (void **state)
{
  Home *home = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (arrivals); i++)
    {
      print_message ("%s\n", arrivals[i].title);
      sql_run_text (home, "delete from weir.incident");
      sql_run_text (home, "delete from weir.schedule");
      given (home, MODEL (OSLO));
      begin_at (home, "2026-11-27 07:00Z");
      if (i > 0)
        sql_run_text (home, "update weir.file set seen_on = '2026-01-01'");
      g_autofree char *name = g_strdup_printf ("users_%zu.csv", i);
      load_at (home, name, arrivals[i].seen, 2);
      g_autofree char *said = tick (home, "2026-11-27T07:00:00Z");
      assert_sql (home, arrivals[i].result, "select result from weir.schedule");
    }
}

/* Tuesday's file, a day late, is not Wednesday's. */
static void
test_a_late_file_counts_once (void **state)
{
  Home *home = *state;
  given (home, MODEL (OSLO));
  begin_at (home, "2026-11-24 07:00Z");
  assert_tick (home, "2026-11-24T07:00:00Z", "none has ever come");
  load_at (home, "users_1.csv", "2026-11-25T03:00:00Z", 2);
  assert_tick (home, "2026-11-25T07:00:00Z", "users: recovered");
  assert_sql (home, "stale|2", "select result || '|' || (select count(*) from weir.incident) from weir.schedule");
  load_at (home, "users_2.csv", "2026-11-25T08:00:00Z", 2);
  load_at (home, "users_3.csv", "2026-11-26T05:00:00Z", 2);
  assert_tick (home, "2026-11-26T07:00:00Z", "users: recovered: users_2.csv");
  assert_sql (home, "in time|0", "select result || '|' || (" OPEN ") from weir.schedule");
}

/* Nobody was there for three of its times: one incident, of the last. */
static void
test_nobody_was_there (void **state)
{
  Home *home = *state;
  given (home, MODEL (OSLO));
  begin_at (home, "2026-11-25 07:00Z");
  assert_tick (home, "2026-11-27T10:00:00Z", "users: no file came by Fri 2026-11-27 08:00");
  assert_sql (home, "1", OPEN);
  assert_sql (home, "2026-11-30 07:00:00+00", "select next_at from weir.schedule");
}

/* One that came and does not count is told with it, and why; and one that lies there is waited for. */
static void
test_what_came_and_does_not_count (void **state)
{
  Home *home = *state;
  given (home, MODEL (OSLO));
  begin_at (home, "2026-11-27 07:00Z");
  home_drop (home, "users_1.csv", "name\nAnn\n");
  assert_tick (home, "2026-11-27T07:00:00Z", "");
  assert_sql (home, "1", "select count(*) from weir.schedule where last_at is null and result is null");
  g_autoptr (Outcome) refused = expect_weir (home, 1, "load", "imports/users_1.csv", "--archive", NULL);
  sql_run_text (home, "update weir.file set seen_on = '2026-11-27 06:00Z'");
  assert_tick (home, "2026-11-27T07:00:10Z",
               "users: no file came by Fri 2026-11-27 08:00 (Europe/Oslo); users_1.csv was refused: weir runs ");
  /* For ten minutes, that is. */
  sql_run_text (home, "delete from weir.incident");
  sql_run_text (home, "update weir.schedule set next_at = '2026-11-27 07:00Z'");
  home_drop (home, "users_2.csv", "name\nAnn\n");
  assert_tick (home, "2026-11-27T07:09:59Z", "");
  assert_tick (home, "2026-11-27T07:10:00Z", "users_2.csv lies in the drop folder: weir status");
  home_take_back (home, "users_2.csv");
}

static void
test_rows (void **state)
{
  Home *home = *state;
  given (home, MODEL ("{\"every\": \"@daily\", \"rows\": {\"min\": 5, \"change_percent\": 30}}"));
  begin_at (home, "2030-01-01");
  load_at (home, "users_1.csv", "2026-11-01T05:00:00Z", 20);
  assert_tick (home, "2026-11-01T05:00:05Z", "");
  load_at (home, "users_2.csv", "2026-11-02T05:00:00Z", 3);
  load_at (home, "users_3.csv", "2026-11-03T05:00:00Z", 10);
  g_autofree char *said = tick (home, "2026-11-03T05:00:05Z");
  assert_contains (said, "users: users_2.csv has 3 rows, and 5 are expected at least: weir runs ");
  assert_contains (said, "users: users_3.csv has 10 rows, and the file before it had 3: more than 30 % apart: weir runs ");
  assert_sql (home, "2", OPEN);
  assert_tick (home, "2026-11-03T05:00:10Z", "");
  g_autoptr (Outcome) status = expect_weir (home, 1, "status", "--json", NULL);
  g_autoptr (Json) json = outcome_json (status);
  assert_json (json, "incidents.0.kind", "rows");
  assert_json (json, "incidents.0.detail.rows", "3");
  assert_json (json, "incidents.1.began", "2026-11-03T05:00:00Z");
  load_at (home, "users_4.csv", "2026-11-04T05:00:00Z", 22);
  assert_tick (home, "2026-11-04T05:00:05Z", "users: recovered: users_4.csv has 22 rows\n");
  assert_sql (home, "0", OPEN);
  assert_weir (home, 0, "status", NULL);
}

static void
test_it_follows_the_model (void **state)
{
  Home *home = *state;
  given (home, MODEL (OSLO));
  begin_at (home, "2026-11-27 07:00Z");
  assert_tick (home, "2026-11-27T07:00:00Z", "no file came");
  given (home, "{");
  assert_tick (home, "2026-11-30T07:00:00Z", "");
  assert_sql (home, "expect.users|1", "select name || '|' || (" OPEN ") from weir.schedule");
  /* `weir watch` clears away where nobody keeps a schedule. */
  given (home, "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}");
  assert_weir (home, 0, "watch", "--once", NULL);
  assert_sql (home, "0", "select count(*) from weir.schedule");
  assert_sql (home, "model", "select detail ->> 'ended_by' from weir.incident where ended is not null");
  given (home, MODEL (OSLO));
  load_at (home, "users_1.csv", "2026-11-27T05:00:00Z", 2);
  assert_weir (home, 0, "drop", "users", "--yes", NULL);
  assert_sql (home, "0", "select count(*) from weir.incident");
}

static void
test_words (void **state)
{
  Home *home = *state;
  g_autoptr (Outcome) nothing = expect_weir (home, 0, "schedule", NULL);
  assert_contains (nothing->out, "Nothing has its times");
  given (home, MODEL (OSLO));
  begin_at (home, "2126-11-27 07:00Z");
  home_set_environment (home, "TZ", "America/New_York");
  g_autoptr (Outcome) kept = expect_weir (home, 0, "schedule", NULL);
  assert_null (strstr (kept->out, "Nobody keeps"));
  sql_run_text (home, "update weir.schedule set next_at = '2026-01-02 07:00Z'");
  g_autoptr (Outcome) overdue = expect_weir (home, 0, "schedule", NULL);
  assert_contains (overdue->out, "Nobody keeps the schedule");
  sql_run_text (home, "update weir.schedule set next_at = '2126-11-27 07:00Z'");
  g_autoptr (Outcome) list = expect_weir (home, 0, "schedule", NULL);
  assert_contains (list->out, "expect.users  0 6 * * 1-5, by 08:00  Wed 2126-11-27 08:00 Europe/Oslo  2126-11-27 02:00 EST");
  assert_weir (home, 0, "schedule", "pause", "users", NULL);
  assert_tick (home, "2126-11-27T07:00:00Z", "");
  g_autoptr (Outcome) paused = expect_weir (home, 0, "schedule", NULL);
  assert_contains (paused->out, "paused");
  g_autoptr (Outcome) resumed = expect_weir (home, 0, "schedule", "resume", "expect.users", "--json", NULL);
  g_autoptr (Json) row = outcome_json (resumed);
  assert_json (row, "name", "expect.users");
  assert_json (row, "paused", "null");
  g_autoptr (Outcome) now = expect_weir (home, 1, "schedule", "run-now", "users", NULL);
  assert_contains (now->out, "users: no file came by ");
  g_autoptr (Outcome) again = expect_weir (home, 1, "schedule", "run-now", "users", NULL);
  assert_contains (again->out, "users: still no file for ");
  g_autoptr (Outcome) other = expect_weir (home, 2, "schedule", "pause", "nobody", NULL);
  assert_contains (other->err, "nothing is called \"nobody\"");
  g_autoptr (Outcome) word = expect_weir (home, 2, "schedule", "puase", "users", NULL);
  assert_contains (word->err, "did you mean \"pause\"?");
  g_autoptr (Outcome) next =
      expect_weir (home, 0, "schedule", "next", "30 2 * * *", "-z", "Europe/Oslo", "--from", "2027-03-28", "-n", "2", NULL);
  assert_string_equal (next->out, "Sun 2027-03-28 03:00  2027-03-28 01:00:00 UTC\nMon 2027-03-29 02:30  2027-03-29 00:30:00 UTC\n");
  assert_weir (home, 2, "schedule", "next", "0 6 * *", NULL);
}

/* Two that watch one folder: a file is expected each second and never comes, and that is told once. */
static void
test_two_supervisors (void **state)
{
  Home *home = *state;
  given (home, MODEL ("{\"every\": \"* * * * * *\"}"));
  g_autoptr (Background) first = start_watch (home), second = spawn_weir (home, "watch", NULL);
  wait_until (background_said (second, "watching"));
  wait_until (background_said (first, "schedule: users: no file came by")
              || background_said (second, "schedule: users: no file came by"));
  g_autofree char *before = sql_scalar (home, "select last_at from weir.schedule");
  wait_until (sql_number (home, "select count(*) from weir.schedule where last_at > '%s'", before) == 1);
  assert_sql (home, "1", "select count(*) from weir.incident");
  assert_true (background_said (first, "no file came") != background_said (second, "no file came"));
  home_drop (home, "users.csv", "email,name\na@x.org,Ann\n");
  wait_until (background_said (first, "schedule: users: recovered") || background_said (second, "schedule: users: recovered"));
  assert_int_equal (background_stop (first, SIGTERM, 10), 0);
  stop_watch (second);
}

/* By cron: the files are loaded, and then it is looked at what is due. */
static void
test_once (void **state)
{
  Home *home = *state;
  given (home, MODEL (OSLO));
  begin_at (home, "2026-01-01");
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "watch", "--once", "--json", NULL);
  assert_string_equal (outcome->out, "");
  assert_contains (outcome->err, "schedule: users: no file came by ");
  sql_run_text (home, "delete from weir.incident");
  begin_at (home, "2026-01-01");
  home_drop (home, "users.csv", "email,name\na@x.org,Ann\n");
  assert_weir (home, 0, "watch", "--once", NULL);
  assert_sql (home, "in time", "select result from weir.schedule");
}

/* A model that expects its first file while weir watches. */
static void
test_a_model_that_comes (void **state)
{
  Home *home = *state;
  g_autoptr (Background) watch = start_watch (home);
  given (home, MODEL ("{\"every\": \"* * * * * *\"}"));
  wait_until (background_said (watch, "WARNING -        schedule: users: no file came by"));
  stop_watch (watch);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = { TEST (test_stale_once_and_recovered),
                                      TEST (test_which_file_counts),
                                      TEST (test_a_late_file_counts_once),
                                      TEST (test_nobody_was_there),
                                      TEST (test_what_came_and_does_not_count),
                                      TEST (test_rows),
                                      TEST (test_it_follows_the_model),
                                      TEST (test_words),
                                      TEST (test_two_supervisors),
                                      TEST (test_once),
                                      TEST (test_a_model_that_comes) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
