#include "src/watch/holds.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static Job *
new_job (const char *key, const char *name)
{
  Job *job = job_new (key, name, "users");
  job->inode = 1;
  job->size = 9;
  job->mtime_ns = 5;
  return job;
}

static HoldCause
cause_of (Holds *holds, const Job *job, int64_t now)
{
  int64_t until;
  return holds_find (holds, job, now, &until);
}

static void
a_hold_ends_with_its_time (void **state)
{
  (void) state;
  g_autoptr (Holds) holds = holds_new ();
  g_autoptr (Job) job = new_job ("users.csv", "users.csv");
  int64_t until;
  assert_int_equal (holds_find (holds, job, 0, &until), HOLD_NONE);
  holds_set (holds, job, HOLD_BUSY, 100, NULL);
  assert_int_equal (holds_find (holds, job, 99, &until), HOLD_BUSY);
  assert_int_equal (until, 100);
  assert_int_equal (holds_find (holds, job, 100, &until), HOLD_NONE);
  assert_int_equal (until, 0);
  assert_int_equal (holds_find (holds, job, 99, &until), HOLD_NONE);
}

static void
a_hold_ends_when_the_file_is_another_one (void **state)
{
  (void) state;
  static const struct
  {
    ino_t inode;
    int64_t size, mtime;
    HoldCause cause;
  } files[] = { { 1, 9, 5, HOLD_LOCAL }, { 2, 9, 5, HOLD_NONE }, { 1, 8, 5, HOLD_NONE }, { 1, 9, 6, HOLD_NONE } };
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (Holds) holds = holds_new ();
      g_autoptr (Job) job = new_job ("users.csv", "users.csv");
      holds_set (holds, job, HOLD_LOCAL, INT64_MAX, NULL);
      job->inode = files[i].inode;
      job->size = files[i].size;
      job->mtime_ns = files[i].mtime;
      assert_int_equal (cause_of (holds, job, 0), files[i].cause);
    }
}

static void
each_event_releases_what_waits_for_it (void **state)
{
  (void) state;
  static const struct
  {
    HoldCause cause;
    const char *waits_for;
    bool after_users, after_shops, after_change; /* still held */
  } rows[] = {
    { HOLD_BUSY, NULL, true, true, true },   { HOLD_GONE, NULL, true, true, true },    { HOLD_WAITS, "users", false, true, true },
    { HOLD_MODEL, NULL, true, true, false }, { HOLD_LOCAL, NULL, true, true, false },  { HOLD_FILE, NULL, true, true, false },
    { HOLD_STUCK, NULL, true, true, false }, { HOLD_CRASHED, NULL, true, true, true },
  };
  g_autoptr (Job) job = new_job ("users.csv", "users.csv");
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Holds) holds = holds_new ();
      holds_set (holds, job, rows[i].cause, 100, rows[i].waits_for);
      holds_release_waiting (holds, "shops");
      assert_int_equal (cause_of (holds, job, 0) != HOLD_NONE, rows[i].after_shops);
      holds_release_waiting (holds, "users");
      assert_int_equal (cause_of (holds, job, 0) != HOLD_NONE, rows[i].after_users);
      holds_set (holds, job, rows[i].cause, 100, rows[i].waits_for);
      holds_release_changed (holds);
      assert_int_equal (cause_of (holds, job, 0) != HOLD_NONE, rows[i].after_change);
      holds_release (holds, job->key);
      assert_int_equal (cause_of (holds, job, 0), HOLD_NONE);
    }
}

static void
a_thing_is_news_once (void **state)
{
  (void) state;
  g_autoptr (Holds) holds = holds_new ();
  assert_true (holds_is_news (holds, "users.csv", "waits"));
  assert_false (holds_is_news (holds, "users.csv", "waits"));
  assert_true (holds_is_news (holds, "sales.csv", "waits"));
  assert_true (holds_is_news (holds, "users.csv", "left"));
  assert_true (holds_is_news (holds, "users.csv", "waits"));
}

static void
crashes_are_counted_by_name_until_forgiven (void **state)
{
  (void) state;
  g_autoptr (Holds) holds = holds_new ();
  assert_int_equal (holds_crashes (holds, "users.csv"), 0);
  assert_int_equal (holds_count_crash (holds, "users.csv"), 1);
  assert_int_equal (holds_count_crash (holds, "users.csv"), 2);
  assert_int_equal (holds_crashes (holds, "users.csv"), 2);
  assert_int_equal (holds_crashes (holds, "sales.csv"), 0);
  holds_forgive (holds, "users.csv");
  assert_int_equal (holds_crashes (holds, "users.csv"), 0);
}

/* A file that crashed a worker after its claim is known by its run from then on: its count must not be lost. */
static void
what_is_gone_is_forgotten_and_the_rest_is_kept (void **state)
{
  (void) state;
  g_autoptr (Holds) holds = holds_new ();
  g_autoptr (Job) dropped = new_job ("users.csv", "users.csv");
  g_autoptr (Job) claimed = new_job ("3fa9c1d2-0000-4000-8000-000000000001", "users.csv");
  g_autoptr (Job) other = new_job ("sales.csv", "sales.csv");
  holds_set (holds, dropped, HOLD_LOCAL, 100, NULL);
  holds_set (holds, claimed, HOLD_LOCAL, 100, NULL);
  holds_count_crash (holds, "users.csv");
  holds_count_crash (holds, "sales.csv");
  holds_is_news (holds, "sales.csv", "waits");
  g_autoptr (GPtrArray) jobs = g_ptr_array_new ();
  g_ptr_array_add (jobs, claimed);
  holds_keep_only (holds, jobs);
  assert_int_equal (cause_of (holds, dropped, 0), HOLD_NONE);
  assert_int_equal (cause_of (holds, claimed, 0), HOLD_LOCAL);
  assert_int_equal (holds_crashes (holds, "users.csv"), 1);
  assert_int_equal (holds_crashes (holds, other->name), 0);
  assert_true (holds_is_news (holds, "sales.csv", "waits"));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (a_hold_ends_with_its_time),
    cmocka_unit_test (a_hold_ends_when_the_file_is_another_one),
    cmocka_unit_test (each_event_releases_what_waits_for_it),
    cmocka_unit_test (a_thing_is_news_once),
    cmocka_unit_test (crashes_are_counted_by_name_until_forgiven),
    cmocka_unit_test (what_is_gone_is_forgotten_and_the_rest_is_kept),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
