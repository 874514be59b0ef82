/* Who keeps the schedule, with jobs of the test's own: a due time is acted for once, whoever keeps it, however late, and whatever dies in between. The
 * time is what the test says it is. */
#include "schema/ledger_schedule.h"
#include "src/schedule/keeper.h"
#include "tests/support/weir.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the job "beat" is asked to do: a line for each time that it has begun. */
#define BEAT "echo beat >> \"$1/beats\""

static JobTimes times;
static bool is_there;

static bool
is_wanted (const Settings *settings, JobTimes *ret_times)
{
  (void) settings;
  *ret_times = times;
  return is_there;
}

static const TimedJob beat[] = { { "beat", is_wanted, { "-c", BEAT }, 60 }, { NULL } };
static const TimedJob failing[] = { { "beat", is_wanted, { "-c", BEAT "; exit 3" }, 60 }, { NULL } };
static const TimedJob endless[] = { { "beat", is_wanted, { "-c", BEAT "; exec sleep 60" }, 1 }, { NULL } };
/* Until the test says so. */
static const TimedJob held[] = { { "beat", is_wanted, { "-c", BEAT "; while ! [ -e \"$1/go\" ]; do sleep 0.05; done" }, 60 },
                                 { NULL } };

/* Until it is ended, which it says. */
static const TimedJob mourning[] = {
  { "beat", is_wanted, { "-c", "trap 'echo > \"$1/ended\"; exit' TERM; " BEAT "; while :; do sleep 0.05; done" }, 60 }, { NULL }
};

typedef struct
{
  Settings *settings;
  Db *db;
  Keeper keeper;
} Someone;

static void
someone_clear (Someone *someone)
{
  keeper_clear (&someone->keeper);
  db_free (someone->db);
  settings_free (someone->settings);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Someone, someone_clear)

/* A keeper with its own connection. place: the path of the home as this one knows it; NULL: as it is. */
static void
someone_begin (Someone *someone, Home *home, const TimedJob *jobs, const char *place)
{
  someone->settings = settings_load_home (home->path, HOME_REQUIRED, NULL);
  someone->db = db_connect (home->url, "keeper", -1, NULL);
  assert_true (someone->settings != NULL && someone->db != NULL);
  if (place != NULL)
    {
      g_free (someone->settings->home);
      someone->settings->home = g_strdup (place);
    }
  keeper_init (&someone->keeper, someone->settings, jobs, "/bin/sh");
}

static int64_t
instant_of (const char *text)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, utc);
  return g_date_time_to_unix (time);
}

static bool
do_round (Someone *someone, const char *now)
{
  g_autoptr (GError) error = NULL;
  bool ours;
  int64_t next;
  if (!keeper_round (&someone->keeper, someone->db, instant_of (now), &ours, &next, &error))
    fail_msg ("%s", error->message);
  return ours;
}

/* And what it began is over. */
static void
do_whole_round (Someone *someone, const char *now)
{
  assert_true (do_round (someone, now));
  wait_until (!keeper_is_working (&someone->keeper) || (do_round (someone, now), !keeper_is_working (&someone->keeper)));
}

static int
count_beats (Home *home)
{
  g_autofree char *text = home_has_file (home, "beats") ? home_read_file (home, "beats") : g_strdup ("");
  int count = 0;
  for (const char *at = text; *at != '\0'; at++)
    count += *at == '\n';
  return count;
}

#define ROW                                                                                                                        \
  "select to_char(next_at, 'HH24:MI'), to_char(last_at, 'HH24:MI'), result, message from weir.schedule where name = 'beat'"

static void
assert_row (Home *home, const char *expected)
{
  g_autofree char *row = sql_text_rows (home, ROW);
  assert_string_equal (row, expected);
}

static void
given (const char *cron, CatchUp catch_up, const char *cut_off)
{
  times = (JobTimes) { cron, "UTC", cut_off, catch_up };
  is_there = true;
}

/* ---- */

static const struct
{
  const char *title;
  CatchUp catch_up;
  const char *cut_off;
  int beats; /* after three due times, 06:00 to 08:00, at 08:10 */
  const char *row;
} absences[] = {
  { "once for three", CATCH_UP_ONCE, NULL, 1, "09:00|08:00|done|once for all due times at which nobody was there" },
  { "each of them", CATCH_UP_ALL, NULL, 3, "09:00|08:00|done|-" },
  { "none of them", CATCH_UP_NONE, NULL, 0, "09:00|08:00|skipped|nobody was there at its time" },
  { "too late for any", CATCH_UP_ONCE, "08:05", 0, "09:00|08:00|skipped|its cut-off had passed" },
  { "too late for two of them", CATCH_UP_ALL, "07:30", 1, "09:00|08:00|done|-" },
};

static void
test_nobody_was_there_for_three (void **state)
{
  Home *home = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (absences); i++)
    {
      print_message ("%s\n", absences[i].title);
      sql_run_text (home, "delete from weir.schedule");
      given ("@hourly", absences[i].catch_up, absences[i].cut_off);
      {
        g_auto (Someone) before = { 0 };
        someone_begin (&before, home, beat, NULL);
        do_whole_round (&before, "2026-11-30T05:30:00Z");
      }
      g_auto (Someone) after = { 0 };
      someone_begin (&after, home, beat, NULL);
      int had = count_beats (home);
      for (int again = 0; again < 4; again++)
        do_whole_round (&after, "2026-11-30T08:10:00Z");
      assert_int_equal (count_beats (home) - had, absences[i].beats);
      assert_row (home, absences[i].row);
    }
}

/* Oslo's clocks: on 28 March 2027 from 02:00 to 03:00, on 31 October from 03:00 to 02:00. Somebody looks each half hour, from noon to noon. */
static const struct
{
  const char *cron, *from, *due; /* all for which something was run, in UTC */
} nights[] = {
  { "30 2 * * *", "2027-03-27T11:00:00Z", "28 01:00, 29 00:30" },
  { "30 2 * * *", "2027-10-30T11:00:00Z", "31 00:30, 01 01:30" },
  { "0 */6 * * *", "2027-03-27T11:00:00Z",
    "27 11:00, 27 17:00, 27 23:00, 28 04:00, 28 10:00, 28 16:00, 28 22:00, 29 04:00, 29 10:00" },
};

static void
test_clocks_are_moved (void **state)
{
  Home *home = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (nights); i++)
    {
      sql_run_text (home, "delete from weir.schedule");
      given (nights[i].cron, CATCH_UP_NONE, NULL);
      times.zone = "Europe/Oslo";
      g_auto (Someone) someone = { 0 };
      someone_begin (&someone, home, beat, NULL);
      g_autoptr (GString) due = g_string_new (NULL);
      g_autoptr (GDateTime) begin = g_date_time_new_from_iso8601 (nights[i].from, NULL),
                            before = g_date_time_add_minutes (begin, -10);
      g_autofree char *first = g_date_time_format (before, "%Y-%m-%dT%H:%M:%SZ");
      do_whole_round (&someone, first);
      for (int half = 0; half < 2 * 48; half++)
        {
          int had = count_beats (home);
          g_autoptr (GDateTime) at = g_date_time_add_minutes (begin, 30 * half);
          g_autofree char *now = g_date_time_format (at, "%Y-%m-%dT%H:%M:%SZ"), *shown = g_date_time_format (at, "%d %H:%M");
          do_whole_round (&someone, now);
          if (count_beats (home) > had)
            g_string_append_printf (due, "%s%s", due->len > 0 ? ", " : "", shown);
        }
      assert_string_equal (due->str, nights[i].due);
    }
}

/* Two of a home: one works, and the other takes over when it is gone. */
static void
test_one_of_two (void **state)
{
  Home *home = *state;
  given ("@hourly", CATCH_UP_ONCE, NULL);
  g_auto (Someone) second = { 0 };
  someone_begin (&second, home, beat, NULL);
  {
    g_auto (Someone) first = { 0 };
    someone_begin (&first, home, beat, NULL);
    assert_true (do_round (&first, "2026-11-30T05:30:00Z"));
    assert_false (do_round (&second, "2026-11-30T06:00:00Z"));
    assert_false (keeper_is_working (&second.keeper));
    do_whole_round (&first, "2026-11-30T06:00:00Z");
    assert_int_equal (count_beats (home), 1);
    assert_false (do_round (&second, "2026-11-30T07:00:00Z"));
  }
  wait_until (do_round (&second, "2026-11-30T07:00:00Z"));
  do_whole_round (&second, "2026-11-30T07:00:00Z");
  assert_int_equal (count_beats (home), 2);
  assert_row (home, "08:00|07:00|done|-");
}

/* Two that do not know that they are of one home: both work, but not for the same due time, and not while the other one does. */
static void
test_two_paths_of_one_home (void **state)
{
  Home *home = *state;
  given ("@hourly", CATCH_UP_ONCE, NULL);
  g_autofree char *other = g_build_filename (home->path, ".", NULL);
  g_auto (Someone) here = { 0 }, there = { 0 };
  someone_begin (&here, home, held, NULL);
  someone_begin (&there, home, held, other);
  assert_true (do_round (&here, "2026-11-30T05:30:00Z") && do_round (&there, "2026-11-30T05:59:00Z"));
  assert_sql (home, "06:00", "select to_char(next_at, 'HH24:MI') from weir.schedule");
  assert_true (do_round (&here, "2026-11-30T06:00:00Z") && do_round (&there, "2026-11-30T06:00:00Z"));
  assert_true (do_round (&there, "2026-11-30T07:00:00Z"));
  assert_true (keeper_is_working (&here.keeper));
  assert_false (keeper_is_working (&there.keeper));
  home_write_file (home, "go", "");
  do_whole_round (&here, "2026-11-30T07:00:00Z");
  assert_int_equal (count_beats (home), 1);
  do_whole_round (&there, "2026-11-30T08:00:00Z");
  do_whole_round (&here, "2026-11-30T08:00:00Z");
  assert_int_equal (count_beats (home), 2);
}

/* Longer than its interval: due times that pass while it runs are none of its debts. */
static void
test_no_pile_up (void **state)
{
  Home *home = *state;
  given ("*/5 * * * *", CATCH_UP_ONCE, NULL);
  g_auto (Someone) someone = { 0 };
  someone_begin (&someone, home, held, NULL);
  do_round (&someone, "2026-11-30T05:58:00Z");
  do_round (&someone, "2026-11-30T06:00:00Z");
  wait_until (count_beats (home) == 1);
  do_round (&someone, "2026-11-30T06:05:00Z");
  do_round (&someone, "2026-11-30T06:12:00Z");
  assert_int_equal (count_beats (home), 1);
  home_write_file (home, "go", "");
  do_whole_round (&someone, "2026-11-30T06:17:00Z");
  do_whole_round (&someone, "2026-11-30T06:17:00Z");
  assert_int_equal (count_beats (home), 1);
  assert_row (home, "06:20|06:00|done|-");
}

static void
test_how_it_ends (void **state)
{
  Home *home = *state;
  given ("@hourly", CATCH_UP_ONCE, NULL);
  const struct
  {
    const TimedJob *jobs;
    const char *row;
  } ends[] = { { failing, "07:00|06:00|failed|exit code 3" }, { endless, "07:00|06:00|failed|ended after 1 s, its longest time" } };
  for (size_t i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      sql_run_text (home, "delete from weir.schedule");
      g_auto (Someone) someone = { 0 };
      someone_begin (&someone, home, ends[i].jobs, NULL);
      do_whole_round (&someone, "2026-11-30T05:30:00Z");
      do_whole_round (&someone, "2026-11-30T06:00:00Z");
      assert_row (home, ends[i].row);
    }
  sql_run_text (home, "delete from weir.schedule");
  g_auto (Someone) someone = { 0 };
  someone_begin (&someone, home, beat, NULL);
  someone.keeper.works.program = "/nowhere/weir";
  do_whole_round (&someone, "2026-11-30T05:30:00Z");
  do_whole_round (&someone, "2026-11-30T06:00:00Z");
  g_autofree char *row = sql_text_rows (home, ROW);
  assert_contains (row, "07:00|06:00|failed|could not run \"/nowhere/weir\"");
}

/* A keeper that is killed while a job is under way: that ends with it, the due time is settled, and nothing is done for it twice. */
static void
test_a_keeper_that_dies (void **state)
{
  Home *home = *state;
  given ("@hourly", CATCH_UP_ONCE, NULL);
  pid_t pid = fork ();
  if (pid == 0)
    {
      Someone first = { 0 };
      someone_begin (&first, home, mourning, NULL);
      do_round (&first, "2026-11-30T05:30:00Z");
      do_round (&first, "2026-11-30T06:00:00Z");
      for (;;)
        pause ();
    }
  wait_until (count_beats (home) == 1);
  g_auto (Someone) second = { 0 };
  someone_begin (&second, home, beat, NULL);
  assert_false (do_round (&second, "2026-11-30T06:01:00Z"));
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
  wait_until (home_has_file (home, "ended"));
  wait_until (do_round (&second, "2026-11-30T06:01:00Z"));
  wait_until ((do_round (&second, "2026-11-30T06:01:00Z"),
               sql_number (home, "select count(*) from weir.schedule where ended_on is not null") == 1));
  assert_row (home, "07:00|06:00|failed|whoever began it is gone");
  assert_int_equal (count_beats (home), 1);
  do_whole_round (&second, "2026-11-30T07:00:00Z");
  assert_int_equal (count_beats (home), 2);
  assert_row (home, "08:00|07:00|done|-");
}

/* Who asks for a due time that somebody else has, or for one of a piece that is paused or under way, does not get it. */
static void
test_a_due_time_is_had_once (void **state)
{
  Home *home = *state;
  given ("@hourly", CATCH_UP_ONCE, NULL);
  g_auto (Someone) someone = { 0 };
  someone_begin (&someone, home, beat, NULL);
  do_whole_round (&someone, "2026-11-30T05:30:00Z");
  const int64_t six = instant_of ("2026-11-30T06:00:00Z"), seven = instant_of ("2026-11-30T07:00:00Z");
  ScheduleAct at_six = { .name = "beat", .was = six, .due = six, .has_next = true, .next = seven, .now = six, .result = "done" };
  ScheduleAct at_seven = { .name = "beat", .was = seven, .due = seven, .has_next = true, .next = seven + 3600, .now = seven };
  ScheduleAct at_eight = at_seven;
  at_eight.was = at_eight.due = at_eight.now = seven + 3600;
  bool ours, done;
  assert_true (schedule_act (someone.db, &at_six, &ours, NULL) && ours);
  assert_true (schedule_act (someone.db, &at_six, &ours, NULL) && !ours);
  assert_true (schedule_pause (someone.db, "beat", &done, NULL));
  assert_true (schedule_act (someone.db, &at_seven, &ours, NULL) && !ours);
  assert_true (schedule_resume (someone.db, "beat", true, seven, &done, NULL));
  assert_true (schedule_act (someone.db, &at_seven, &ours, NULL) && ours);
  assert_true (schedule_act (someone.db, &at_eight, &ours, NULL) && !ours);
  at_eight.asked = true;
  assert_true (schedule_act (someone.db, &at_eight, &ours, NULL) && !ours);
}

/* Stopped, as by SIGTERM: what was under way is ended, and that is written down. */
static void
test_a_keeper_that_is_stopped (void **state)
{
  Home *home = *state;
  given ("@hourly", CATCH_UP_ONCE, NULL);
  g_auto (Someone) someone = { 0 };
  someone_begin (&someone, home, held, NULL);
  do_round (&someone, "2026-11-30T05:30:00Z");
  do_round (&someone, "2026-11-30T06:00:00Z");
  wait_until (count_beats (home) == 1);
  keeper_stop (&someone.keeper, someone.db);
  assert_false (keeper_is_working (&someone.keeper));
  assert_row (home, "07:00|06:00|failed|weir was stopped");
}

/* What settings want no more is gone; what they want otherwise owes nothing. */
static void
test_it_follows (void **state)
{
  Home *home = *state;
  given ("@hourly", CATCH_UP_ONCE, NULL);
  g_auto (Someone) someone = { 0 };
  someone_begin (&someone, home, beat, NULL);
  do_whole_round (&someone, "2026-11-30T05:30:00Z");
  times.cron = "30 * * * *";
  do_whole_round (&someone, "2026-11-30T08:00:00Z");
  assert_int_equal (count_beats (home), 0);
  assert_row (home, "08:30|-|-|-");
  sql_run_text (home, "insert into weir.schedule select * from jsonb_populate_record((select s from weir.schedule s), "
                      "'{\"name\": \"other\", \"home\": \"/another/home\"}')");
  is_there = false;
  do_whole_round (&someone, "2026-11-30T09:00:00Z");
  assert_sql (home, "other", "select string_agg(name, ' ') from weir.schedule");
}

/* Paused: nothing begins, and nothing is made up for. */
static void
test_paused (void **state)
{
  Home *home = *state;
  given ("@hourly", CATCH_UP_ALL, NULL);
  g_auto (Someone) someone = { 0 };
  someone_begin (&someone, home, beat, NULL);
  do_whole_round (&someone, "2026-11-30T05:30:00Z");
  bool done;
  assert_true (schedule_pause (someone.db, "beat", &done, NULL) && done);
  do_whole_round (&someone, "2026-11-30T08:10:00Z");
  assert_int_equal (count_beats (home), 0);
  assert_true (schedule_resume (someone.db, "beat", true, instant_of ("2026-11-30T09:00:00Z"), &done, NULL) && done);
  do_whole_round (&someone, "2026-11-30T08:10:00Z");
  assert_int_equal (count_beats (home), 0);
  do_whole_round (&someone, "2026-11-30T09:00:00Z");
  assert_int_equal (count_beats (home), 1);
}

/* Because somebody asked: its times stay, and it does not run twice at the same time. */
static void
test_run_now (void **state)
{
  Home *home = *state;
  given ("0 6 1 1 *", CATCH_UP_ONCE, NULL);
  g_auto (Someone) keeper = { 0 }, person = { 0 };
  someone_begin (&keeper, home, held, NULL);
  someone_begin (&person, home, failing, NULL);
  do_round (&keeper, "2026-11-30T05:30:00Z");
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  bool well = true;
  assert_true (keeper_run_now (&person.keeper, person.db, "beat", &well, &text, NULL));
  assert_string_equal (text, "beat: exit code 3");
  assert_false (well);
  assert_row (home, "06:00|-|failed|exit code 3");
  do_round (&keeper, "2027-01-01T06:00:00Z");
  assert_true (keeper_is_working (&keeper.keeper));
  g_autofree char *none = NULL;
  assert_false (keeper_run_now (&person.keeper, person.db, "beat", &well, &none, &error));
  assert_int_equal (error->code, WEIR_ERROR_RETRY);
  home_write_file (home, "go", "");
  do_whole_round (&keeper, "2027-01-01T06:00:00Z");
  assert_int_equal (count_beats (home), 2);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = { TEST (test_nobody_was_there_for_three),
                                      TEST (test_clocks_are_moved),
                                      TEST (test_one_of_two),
                                      TEST (test_two_paths_of_one_home),
                                      TEST (test_no_pile_up),
                                      TEST (test_how_it_ends),
                                      TEST (test_a_keeper_that_dies),
                                      TEST (test_a_due_time_is_had_once),
                                      TEST (test_a_keeper_that_is_stopped),
                                      TEST (test_it_follows),
                                      TEST (test_paused),
                                      TEST (test_run_now) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
