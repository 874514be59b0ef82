/* When `weir watch --once` is over, and with which exit code. */
#include "src/watch/once.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#define NOW 1000000000
#define MINUTE_US 60000000

/* One file that was there at the first look, as it is now. */
static const struct
{
  const char *what;
  JobState state;
  HoldCause hold;
  bool planned;     /* it could be handed out */
  bool table_works; /* another weir has a file of its table */
  bool over;        /* at once; the others are given up behind a minute */
  int code;
  bool waits; /* for an older file */
} cases[] = {
  { "somebody writes", JOB_INCOMPLETE, HOLD_NONE, false, false, false, 1 },
  { "it goes next", JOB_READY, HOLD_NONE, true, false, false, 3 },
  { "an orphan goes next", JOB_ORPHAN, HOLD_NONE, true, false, false, 3 },
  { "another session's lock", JOB_READY, HOLD_BUSY, false, false, false, 3 },
  { "another weir's table", JOB_READY, HOLD_NONE, false, true, false, 3 },
  { "gone by the next look", JOB_READY, HOLD_GONE, false, false, false, 0 },
  { "a person must mend", JOB_READY, HOLD_MODEL, false, false, true, 2 },
  { "a person must mend that file", JOB_HELD, HOLD_FILE, false, false, true, 2 },
  { "a broken model", JOB_HELD, HOLD_NONE, false, false, true, 2 },
  { "the disk", JOB_HELD, HOLD_LOCAL, false, false, true, 4 },
  { "it cannot be moved", JOB_STUCK, HOLD_STUCK, false, false, true, 4 },
  { "it may not be read", JOB_UNREADABLE, HOLD_NONE, false, false, true, 4 },
  { "an older one is not complete", JOB_READY, HOLD_NONE, false, false, false, 1, true },
  { "it kills workers", JOB_HELD, HOLD_CRASHED, false, false, true, 1 },
  { "a dimension that never came", JOB_READY, HOLD_WAITS, false, false, true, 1 },
  { "behind one that stays", JOB_READY, HOLD_NONE, false, false, true, 1 },
};

static void
count (const Job *job, const Json *error, void *data)
{
  assert_string_equal (job->name, "users.csv");
  assert_true (json_is_string (json_object_get (error, "message")));
  ++*(int *) data;
}

static void
test_one_file (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].what);
      g_autoptr (Holds) holds = holds_new ();
      g_autoptr (GPtrArray) first = g_ptr_array_new_with_free_func ((GDestroyNotify) job_free);
      Job *job = job_new ("users.csv", "users.csv", "users");
      job->state = cases[i].state;
      g_ptr_array_add (first, job);
      g_autoptr (Job) other = job_new ("run", "users-0.csv", "users");
      other->state = JOB_IN_WORK;
      other->is_claim = true;
      if (cases[i].hold != HOLD_NONE)
        holds_set (holds, job, cases[i].hold, INT64_MAX, NULL);
      g_autoptr (GArray) jobs = g_array_new (FALSE, FALSE, sizeof (Job));
      g_auto (Plan)
          plan = { .steps = g_array_new (FALSE, FALSE, sizeof (Step)), .waits = g_array_new (FALSE, FALSE, sizeof (Step)) };
      g_array_append_val (jobs, *job);
      if (cases[i].table_works)
        g_array_append_val (jobs, *other);
      const Step step = { 0, STEP_NO_OLDER };
      if (cases[i].planned)
        g_array_append_val (plan.steps, step);
      if (cases[i].waits)
        g_array_append_val (plan.waits, step);
      Once *once = once_new (false);
      once_begin (once, first, NOW);
      g_autoptr (GPtrArray) idle = g_ptr_array_new (), working = g_ptr_array_new ();
      g_ptr_array_add (working, job);
      OnceLook look = { jobs, &plan, holds, idle, NOW };
      assert_int_equal (once_is_over (once, &look), cases[i].over);
      look.working = working; /* as long as a worker of ours has a file, more may come of it */
      look.now = NOW + 10 * MINUTE_US;
      assert_false (once_is_over (once, &look));
      look.working = idle;
      look.now += MINUTE_US;
      assert_int_equal (once_is_over (once, &look), cases[i].over);
      look.now++;
      assert_true (once_is_over (once, &look));
      int told = 0;
      assert_int_equal (once_report (once, &look, count, &told), cases[i].code);
      assert_int_equal (told, 1);
      once_free (once);
    }
}

/* A file that a worker has left is tried again and again, for as long as somebody forgets a lock: that keeps nobody waiting. */
static void
test_tried_again (void **state)
{
  (void) state;
  g_autoptr (Holds) holds = holds_new ();
  g_autoptr (GPtrArray) first = g_ptr_array_new_with_free_func ((GDestroyNotify) job_free), idle = g_ptr_array_new ();
  Job *job = job_new ("users.csv", "users.csv", "users");
  g_ptr_array_add (first, job);
  g_autoptr (GArray) jobs = g_array_new (FALSE, FALSE, sizeof (Job));
  g_array_append_val (jobs, *job);
  g_auto (Plan) plan = { 0 };
  Once *once = once_new (false);
  once_begin (once, first, NOW);
  holds_set (holds, job, HOLD_RETRY, INT64_MAX, NULL);
  OnceLook look = { jobs, &plan, holds, first, NOW };
  for (int tries = 0; tries < 3; tries++)
    {
      look.now = NOW + MINUTE_US / 2 * tries;
      look.working = first;
      assert_false (once_is_over (once, &look));
      once_note (once, job->key, job->name, NULL);
      look.working = idle;
      assert_false (once_is_over (once, &look));
    }
  look.now++;
  assert_true (once_is_over (once, &look));
  once_free (once);
}

/* What came later is not its own, nor is a second file of a name that it has done. */
static void
test_its_own (void **state)
{
  (void) state;
  g_autoptr (GPtrArray) first = g_ptr_array_new_with_free_func ((GDestroyNotify) job_free);
  static const char *const keys[] = { "users.csv", "run-1", "run-2" };
  for (size_t i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      Job *job = job_new (keys[i], i == 2 ? "theirs.csv" : "users.csv", "users");
      job->state = i == 0 ? JOB_READY : i == 1 ? JOB_ORPHAN : JOB_IN_WORK;
      g_ptr_array_add (first, job);
    }
  Once *once = once_new (false);
  once_begin (once, first, NOW);
  const Job *job = first->pdata[0];
  g_autoptr (Job) later = job_new ("later.csv", "later.csv", "later");
  g_autoptr (Json) published = json_pack ("{s:s}", "status", "applied");
  assert_false (once_takes (once, later));
  assert_false (once_takes (once, first->pdata[2]));
  for (int n = 0; n < 2; n++)
    {
      assert_true (once_takes (once, job));
      once_done (once, job, published, false, NOW);
    }
  assert_false (once_takes (once, job));
  once_free (once);
}

static const struct
{
  const char *status;
  int rejected;
  bool stuck, rejects_ok;
  int code;
} ends[] = {
  { "applied", 0, false, false, 0 }, { "applied", 3, false, false, 1 }, { "applied", 3, false, true, 0 },
  { "staged", 0, false, false, 0 },  { "failed", 0, false, true, 1 },   { "applied", 0, true, true, 4 },
};

static void
test_ends (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autoptr (GPtrArray) none = g_ptr_array_new ();
      g_autoptr (GArray) jobs = g_array_new (FALSE, FALSE, sizeof (Job));
      g_auto (Plan) plan = { 0 };
      g_autoptr (Holds) holds = holds_new ();
      g_autoptr (Job) job = job_new ("users.csv", "users.csv", "users");
      g_autoptr (Json) published = json_pack ("{s:s, s:{s:i}}", "status", ends[i].status, "rows", "rejected", ends[i].rejected);
      Once *once = once_new (ends[i].rejects_ok);
      once_begin (once, none, NOW);
      once_done (once, job, published, ends[i].stuck, NOW);
      const OnceLook look = { jobs, &plan, holds, none, NOW };
      assert_true (once_is_over (once, &look));
      assert_int_equal (once_report (once, &look, NULL, NULL), ends[i].code);
      once_free (once);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_one_file),
    cmocka_unit_test (test_tried_again),
    cmocka_unit_test (test_its_own),
    cmocka_unit_test (test_ends),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
