/* Which file of a table has the last word: files that come late, are tried again, given back, held or dated ahead of the clock. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"
#define SALES "{\"table\": \"users\", \"kind\": \"fact\", \"business_key\": [\"email\"]}"

#define NAMES "select string_agg(name, ' ' order by email) from warehouse.users_current"

static void
set_mtime (Home *home, const char *name, time_t seconds)
{
  g_autofree char *path = home_path (home, name);
  const struct timespec times[] = { { .tv_sec = seconds }, { .tv_sec = seconds } };
  assert_int_equal (utimensat (AT_FDCWD, path, times, 0), 0);
}

/* Drops the text with a time, and loads it: the published object. */
static Json *
load_at (Home *home, const char *name, time_t seconds, const char *text)
{
  g_autofree char *path = g_strconcat ("imports/", name, NULL);
  home_drop (home, name, text);
  set_mtime (home, path, seconds);
  g_autoptr (Outcome) outcome = run_weir (home, "load", "--json", path, NULL);
  return outcome_json (outcome);
}

static Json *
retry (Home *home, int code, const char *run, const char *force)
{
  g_autoptr (Outcome) outcome = expect_weir (home, code, "retry", "--json", run, force, NULL);
  return outcome_json (outcome);
}

static void
assert_notes (const Json *published, const char *text)
{
  g_autofree char *notes = json_at (published, "notes");
  if (text == NULL)
    assert_null (notes);
  else
    assert_contains (notes != NULL ? notes : "", text);
}

/* A refused file that is mended and tried again has the place that it had: what a newer file said stays. */
static void
test_a_mended_file_keeps_its_place (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  g_autoptr (Json) refused = load_at (home, "users-1.csv", 1700000100, "emai,name\nann@x.org,one\nbob@x.org,one\ncyd@x.org,one\n");
  assert_json (refused, "status", "failed");
  g_autoptr (Json) newer = load_at (home, "users-2.csv", 1700000200, "email,name\nann@x.org,two\ncyd@x.org,one\n");
  assert_load (newer, "applied", "read=2 inserted=2 staged=2");
  g_autofree char *first = json_at (refused, "run"), *second = json_at (newer, "run");
  g_autoptr (GPtrArray) failed = home_list_files (home, "failed");
  const char *place = failed->pdata[0];
  static const char mended[] = "email,name\nann@x.org,one\nbob@x.org,one\ncyd@x.org,one\n";
  home_note_dropped (home, mended, strlen (mended));
  home_write_file (home, place, mended);

  g_autoptr (Json) again = retry (home, 1, first, NULL);

  assert_load (again, "applied", "read=3 rejected=1 inserted=1 unchanged=1 staged=2");
  assert_ledger (home, again);
  assert_sql (home, "two one one", NAMES);
  g_autofree char *run = json_at (again, "run"), *hint = g_strdup_printf ("weir retry %.8s --force", run);
  assert_notes (again, hint);
  assert_json (again, "overtook.0", second);
  assert_json (again, "overtook_count", "1");
  assert_sql (home, "overtaken|2|email", "select reason, line, column_name from weir.reject where run_id = '%s'", run);
  g_autoptr (Outcome) shown = expect_weir (home, 0, "runs", run, NULL);
  assert_contains (shown->out, second);

  g_autoptr (Json) forced = retry (home, 0, run, "--force");
  assert_load (forced, "applied", "read=3 unchanged=2 updated=1 deactivated=1 staged=3");
  assert_sql (home, "one one one", NAMES);
  assert_json (forced, "overtook.0", second);
  home->oracle = ORACLE_BY_HAND; /* the refused bytes are gone */
}

/* What was applied and is loaded again, and was not the last: only with --force. */
static void
test_an_old_file_again (void **state)
{
  static const struct
  {
    const char *model, *shown, *counts, *forced;
  } cases[] = {
    { USERS, NAMES, "read=2 rejected=1 unchanged=1 staged=1", "read=2 unchanged=1 updated=1 deactivated=1 staged=2" },
    { SALES, "select string_agg(name, ' ' order by email) from warehouse.users", "read=2 rejected=1 unchanged=1 staged=1",
      "read=2 unchanged=1 updated=1 staged=2" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      home_write_model (home, "users", cases[i].model);
      g_autoptr (Json) old = load_at (home, "users-1.csv", 1700000100, "email,name\nann@x.org,one\nbob@x.org,one\n");
      g_autoptr (Json) newer = load_at (home, "users-2.csv", 1700000200, "email,name\nann@x.org,two\n");
      g_autofree char *first = json_at (old, "run"), *second = json_at (newer, "run");

      g_autoptr (Json) again = retry (home, 1, first, NULL);
      assert_load (again, "applied", cases[i].counts);
      assert_notes (again, "weir had this file before");
      assert_sql (home, "two one", "%s", cases[i].shown);
      g_autofree char *third = json_at (again, "run");
      g_autoptr (Json) forced = retry (home, 0, third, "--force");
      assert_load (forced, "applied", cases[i].forced);
      assert_sql (home, "one one", "%s", cases[i].shown);

      /* The last one is the last one still, and has the last word when it is loaded again. */
      g_autoptr (Json) last = retry (home, 0, second, NULL);
      assert_sql (home, "two one", "%s", cases[i].shown);
      assert_notes (last, NULL);
      assert_json (last, "overtook", NULL);
    }
}

/* A file that nobody had before and that comes late is applied; it says what it was applied over. */
static void
test_a_late_file_says_so (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  g_autoptr (Json) two = load_at (home, "users-2.csv", 1700000200, "email,name\nann@x.org,two\n");
  g_autoptr (Json) four = load_at (home, "users-4.csv", 1700000400, "email,name\nann@x.org,four\n");
  g_autofree char *second = json_at (two, "run"), *fourth = json_at (four, "run");

  g_autoptr (Json) one = load_at (home, "users-1.csv", 1700000100, "email,name\nann@x.org,one\n");
  assert_load (one, "applied", "read=1 updated=1 deactivated=1 staged=1");
  assert_notes (one, "2 newer files were applied before it, the last of them users-4.csv");
  assert_json (one, "overtook.0", fourth);
  assert_json (one, "overtook.1", second);
  assert_json (one, "overtook_count", "2");

  /* Also against the newest, not only against the last. */
  g_autoptr (Json) three = load_at (home, "users-3.csv", 1700000300, "email,name\nann@x.org,three\n");
  assert_json (three, "overtook_count", "1");
  g_autoptr (Json) five = load_at (home, "users-5.csv", 1700000500, "email,name\nann@x.org,five\n");
  assert_notes (five, NULL);
}

/* Rows that were refused come back in a file that is new, but they are as old as they were. */
static void
test_returned_rows_keep_their_place (void **state)
{
  Home *home = *state;
  home_write_model (
      home, "users",
      "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"rejects\": {\"max_percent\": 90}}");
  g_autoptr (Json) first = load_at (home, "users-1.csv", 1700000100, "email,name\nbob@x.org,one\nann@x.org\ncyd@x.org\n");
  assert_load (first, "applied", "read=3 rejected=2 inserted=1 staged=1");
  g_autofree char *run = json_at (first, "run");
  g_autoptr (Outcome) rejects = expect_weir (home, 0, "rejects", run, "--csv", NULL);
  g_autoptr (Json) newer = load_at (home, "users-2.csv", 1700000200, "email,name\nann@x.org,two\n");
  g_autoptr (GString) corrected = g_string_new (rejects->out);
  g_string_replace (corrected, "org\n", "org,one\n", 0);

  g_autoptr (Json) returned = load_text (home, "users-1.corrected.csv", corrected->str, NULL);

  assert_load (returned, "applied", "read=2 rejected=1 inserted=1 staged=1");
  assert_sql (home, "two one one", NAMES);
  assert_sql (home, "1700000100000000000", "select instant_ns from weir.file where file_name = 'users-1.corrected.csv'");
  g_autoptr (Json) after = load_at (home, "users-3.csv", 1700000300, "email,name\nann@x.org,three\n");
  assert_notes (after, NULL);
}

/* A time ahead of the clock counts as now: what comes later is no older for it. */
static void
test_a_time_ahead_of_the_clock (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  g_autoptr (Json) ahead = load_at (home, "users-1.csv", 2085978496, "email,name\nann@x.org,one\n");
  assert_load (ahead, "applied", "read=1 inserted=1 staged=1");
  assert_notes (ahead, "2036-02-07 06:28:16 UTC, is ahead of the clock");
  g_autoptr (Json) after = load_text (home, "users-2.csv", "email,name\nann@x.org,two\n", NULL);
  assert_load (after, "applied", "read=1 updated=1 deactivated=1 staged=1");
  assert_notes (after, NULL);
}

/* The server's clock was ahead once. */
static void
test_an_instant_ahead_of_the_clock (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  expect_load (home, "email,name\nann@x.org,one\n", "applied", "read=1 inserted=1 staged=1");
  sql_run_text (home, "update weir.\"table\" set last_instant = now() + interval '1 day'");
  g_autoptr (Json) published = load_text (home, "users.csv", "email,name\nann@x.org,two\n", NULL);
  assert_load (published, "applied", "read=1 updated=1 deactivated=1 staged=1");
  assert_notes (published, "ahead of the server's clock");
  home->oracle = ORACLE_BY_HAND;
}

/* `weir load` of many takes them as the worker would, tables as they were named. */
static void
test_many_at_once (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  static const char *const names[] = { "users-10.csv", "shops.csv", "users-9.csv", "users-8.csv" };
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_strconcat ("elsewhere/", names[i], NULL);
      g_autofree char *text = g_strdup_printf ("email,name\nann@x.org,%s\n", names[i]);
      home_write_file (home, path, text);
      set_mtime (home, path, i == 3 ? 1700000200 : 1700000100);
    }
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "load", "--json", "elsewhere/users-10.csv", "elsewhere/shops.csv",
                                             "elsewhere/users-9.csv", "elsewhere/users-8.csv", NULL);
  static const char *const order[] = { "users-9.csv", "users-10.csv", "users-8.csv", "shops.csv" };
  for (int i = 0; i < 4; i++)
    {
      g_autoptr (Json) published = outcome_json_at (outcome, i);
      assert_json (published, "file", order[i]);
      assert_json (published, "overtook", NULL);
    }
  home->oracle = ORACLE_BY_HAND; /* the files were not dropped */
}

/* A file that is named while older ones wait goes first, and says so. */
static void
test_past_those_that_wait (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_drop (home, "users-1.csv", "email,name\nann@x.org,one\n");
  set_mtime (home, "imports/users-1.csv", 1700000100);
  home_drop (home, "shops-1.csv", "email,name\nann@x.org,one\n");
  set_mtime (home, "imports/shops-1.csv", 1700000100);
  g_autoptr (Json) newer = load_at (home, "users-2.csv", 1700000200, "email,name\nann@x.org,two\n");
  assert_notes (newer, "older files of its table are not loaded yet: users-1.csv\"");
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "load", "--json", "imports/users-1.csv", NULL);
  g_autoptr (Json) older = outcome_json (outcome);
  assert_json (older, "overtook_count", "1");
}

static int
open_to_write (Home *home, const char *name, const char *text)
{
  g_autofree char *path = home_path (home, name);
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  assert_true (fd >= 0 && write (fd, text, strlen (text)) == (ssize_t) strlen (text));
  home_note_dropped (home, text, strlen (text));
  return fd;
}

/* Somebody writes an older file: the younger one waits for it, which `status` and the log say. */
static void
test_an_unfinished_file_holds_the_next (void **state)
{
  static const struct
  {
    const char *settings, *last;
    bool passes;
  } cases[] = { { ", \"settle\": 0.1, \"wait_for_older\": 300", "two", false }, { ", \"wait_for_older\": 0.5", "one", true } };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].settings);
      g_autoptr (Home) home = home_new (outer->cluster);
      home_configure (home, cases[i].settings);
      home_write_model (home, "users", USERS);
      g_autoptr (Background) watch = start_watch (home);
      int fd = open_to_write (home, "imports/users-1.csv", "email,name\nann@x.org,one\n");
      home_drop (home, "users-2.csv", "email,name\nann@x.org,two\n");
      home_drop (home, "users-3.csv.part", "email,name\n");
      if (!cases[i].passes)
        {
          wait_until (background_said (watch, "users-2.csv: waits for users-1.csv, which is older and is not complete"));
          g_autoptr (Outcome) status = expect_weir (home, 1, "status", "--json", NULL);
          g_autoptr (Json) told = outcome_json (status);
          assert_json (told, "waiting.1.file", "users-2.csv");
          assert_json (told, "waiting.1.state", "waits");
          assert_json (told, "waiting.1.waits_for", "users-1.csv");
          assert_json (told, "waiting.1.cause", "older");
          g_autofree char *since = json_at (told, "waiting.1.since"), *next = json_at (told, "waiting.1.next_try");
          g_autofree char *until = json_at (told, "waiting.1.until");
          assert_string_equal (next, until);
          assert_true (g_str_has_suffix (since, "Z") && strcmp (since, until) < 0);
          assert_int_equal (home_count_files (home, "archive"), 0);
        }
      else
        wait_until (home_count_files (home, "archive") == 1);

      close (fd);

      wait_until (home_count_files (home, "archive") == 2);
      home_remove_file (home, "imports/users-3.csv.part");
      stop_watch (watch);
      assert_sql (home, cases[i].last, NAMES);
      assert_sql (home, cases[i].passes ? "1" : "0", "select count(*) from weir.file where overtook is not null");
      assert_sql (home, cases[i].passes ? "1" : "0",
                  "select count(*) from weir.file where summary ->> 'notes' like '%%not loaded yet: users-1.csv%%'");
      home->oracle = ORACLE_BY_HAND; /* a partial file was taken away */
    }
}

/* A file that only a person can help holds the next one for a while, and no longer. */
static void
test_a_held_file_is_passed (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_configure (home, ", \"wait_for_older\": 2");
  expect_load (home, "email,n\nann@x.org,1\n", "applied", "read=1 inserted=1 staged=1");
  sql_run_text (home, "create view public.looks as select n from warehouse.users");
  g_autoptr (Background) watch = start_watch (home);
  home_drop (home, "users-2.csv", "email,n\nann@x.org,1.5\n");
  wait_until (background_said (watch, "users-2.csv: left where it is"));
  home_drop (home, "users-3.csv", "email,n\nann@x.org,3\n");
  wait_until (background_said (watch, "users-3.csv: waits for users-2.csv, which is older and is blocked"));
  wait_until (background_said (watch, "older files of its table are not loaded yet: users-2.csv"));
  stop_watch (watch);
  assert_sql (home, "3", "select n from warehouse.users_current");

  /* It had its turn: what is there since stays. */
  sql_run_text (home, "drop view public.looks");
  g_autoptr (Outcome) outcome = expect_weir (home, 1, "load", "--json", "imports/users-2.csv", NULL);
  g_autoptr (Json) late = outcome_json (outcome);
  assert_load (late, "applied", "read=1 rejected=1");
  assert_sql (home, "3", "select n from warehouse.users_current");
}

/* A file that two supervisors have in front of them and that cannot be loaded: one run tells it, and the same one ends it. */
static void
test_a_held_file_makes_one_run (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  expect_load (home, "email,n\nann@x.org,1\n", "applied", "read=1 inserted=1 staged=1");
  sql_run_text (home, "create view public.looks as select n from warehouse.users");
  g_autoptr (Background) one = start_watch (home);
  g_autoptr (Background) two = start_watch (home);
  home_drop (home, "users-2.csv", "email,n\nann@x.org,1.5\n");
  wait_until (background_said (one, "users-2.csv: left where it is") && background_said (two, "users-2.csv: left where it is"));
  assert_sql (home, "1", "select count(*) from weir.execution where status = 'FAILED'");

  sql_run_text (home, "drop view public.looks");
  home_write_model (home, "users",
                    "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"description\": \"x\"}");
  wait_until (sql_number (home, "select count(*) from weir.file where file_name = 'users-2.csv' and state = 'applied'") == 1);
  assert_int_equal (background_stop (one, SIGTERM, 10), 0);
  assert_int_equal (background_stop (two, SIGTERM, 10), 0);
  assert_sql (home, "2", "select count(*) from weir.execution");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_a_mended_file_keeps_its_place),
    TEST (test_an_old_file_again),
    TEST (test_a_late_file_says_so),
    TEST (test_returned_rows_keep_their_place),
    TEST (test_a_time_ahead_of_the_clock),
    TEST (test_an_instant_ahead_of_the_clock),
    TEST (test_many_at_once),
    TEST (test_past_those_that_wait),
    TEST (test_an_unfinished_file_holds_the_next),
    TEST (test_a_held_file_is_passed),
    TEST (test_a_held_file_makes_one_run),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
