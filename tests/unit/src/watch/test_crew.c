/* Workers that do not keep to the protocol: scripts in their place. */
#include "src/watch/crew.h"

#include "tests/support/process.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#define READY "echo '{\"outcome\":\"ready\"}'; read line\n"

typedef struct
{
  char *folder, *program;
  Crew *crew;
  int ready, replies, crashes, ends, said, silences;
} Fixture;

static void
on_ready (void *data)
{
  ((Fixture *) data)->ready++;
}

static void
on_unavailable (const Json *reply, void *data)
{
  (void) reply;
  (void) data;
}

static void
on_reply (const Job *job, Json *reply, void *data)
{
  (void) job;
  (void) reply;
  ((Fixture *) data)->replies++;
}

static void
on_crashed (const Job *job, const char *how, void *data)
{
  (void) job;
  (void) how;
  ((Fixture *) data)->crashes++;
}

static void
on_ended (const char *how, bool expected, void *data)
{
  (void) how;
  (void) expected;
  ((Fixture *) data)->ends++;
}

static void
on_said (const char *text, void *data)
{
  assert_non_null (text);
  ((Fixture *) data)->said++;
}

static void
on_silent (const Job *job, int seconds, void *data)
{
  (void) job;
  assert_true (seconds >= 30);
  ((Fixture *) data)->silences++;
}

static const CrewEvents events = { on_ready, on_unavailable, on_reply, on_crashed, on_ended, on_said, on_silent };

static bool
turn (Fixture *fixture)
{
  (void) fixture;
  while (g_main_context_iteration (NULL, FALSE))
    ;
  return true;
}

/* A crew whose one worker is this script, with a job in hand. */
static Fixture *
begin (const char *script)
{
  static const char *const environment[] = { "PATH=/usr/bin:/bin", NULL };
  Fixture *fixture = g_new0 (Fixture, 1);
  fixture->folder = g_dir_make_tmp ("weir-crew-XXXXXX", NULL);
  fixture->program = g_build_filename (fixture->folder, "worker", NULL);
  g_autofree char *text = g_strconcat ("#!/bin/sh\n", script, NULL);
  assert_true (g_file_set_contents_full (fixture->program, text, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
  fixture->crew = crew_new (fixture->program, fixture->folder, environment, 1, &events, fixture);
  int64_t wait_us;
  assert_true (crew_hire (fixture->crew, g_get_monotonic_time (), &wait_us, NULL));
  wait_until (turn (fixture) && fixture->ready == 1);
  g_autoptr (Job) job = job_new ("users.csv", "users.csv", "users");
  assert_true (crew_give (fixture->crew, job, "{\"path\":\"users.csv\"}"));
  return fixture;
}

static void
end (Fixture *fixture)
{
  crew_kill (fixture->crew);
  wait_until (turn (fixture) && crew_size (fixture->crew) == 0);
  crew_free (fixture->crew);
  remove_tree (fixture->folder);
  g_free (fixture->program);
  g_free (fixture->folder);
  g_free (fixture);
}

/* It may have been the answer: nobody waits for another one. */
static void
what_is_not_understood_ends_the_worker (void **state)
{
  (void) state;
  static const char *const lines[] = { "echo '{\"outco'", "echo hello", "echo '{}'", "echo '{\"progress\":1}'", "echo '[]'" };
  for (size_t i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *script = g_strconcat (READY, lines[i], "\nexec sleep 60\n", NULL);
      Fixture *fixture = begin (script);
      wait_until (turn (fixture) && fixture->crashes == 1);
      assert_int_equal (fixture->replies, 0);
      end (fixture);
    }
}

static void
signs_of_life_are_kept_until_the_answer (void **state)
{
  (void) state;
  Fixture *fixture = begin (READY "echo '{\"progress\":{\"step\":\"LOAD\"}}'; echo '{\"progress\":{\"step\":\"TRANSFORM\"}}'\n"
                                  "echo '{\"said\":\"3 rows\"}'; while [ ! -e \"$0.go\" ]; do sleep 0.01; done\n"
                                  "echo '{\"outcome\":\"done\"}'; exec sleep 60\n");
  CrewWork *work = crew_work (fixture->crew, "users.csv");
  assert_non_null (work);
  assert_null (crew_work (fixture->crew, "sales.csv"));
  wait_until (turn (fixture) && work->progress != NULL
              && g_strcmp0 (json_string_value (json_object_get (work->progress, "step")), "TRANSFORM") == 0);
  g_autofree char *go = g_strconcat (fixture->program, ".go", NULL);
  assert_true (g_file_set_contents (go, "", 0, NULL));
  wait_until (turn (fixture) && fixture->replies == 1);
  assert_int_equal (fixture->said, 1);
  assert_null (crew_work (fixture->crew, "users.csv"));
  end (fixture);
}

/* It looks after rows that wait, unasked: the next file has not come so far yet. */
static void
what_an_idle_worker_does_is_no_files_progress (void **state)
{
  (void) state;
  Fixture *fixture = begin (READY "echo '{\"outcome\":\"done\"}'; echo '{\"progress\":{\"step\":\"TRANSFORM\"}}'\n"
                                  "echo '{\"said\":\"3 rows\"}'; exec sleep 60\n");
  wait_until (turn (fixture) && fixture->replies == 1 && fixture->said == 1);
  g_autoptr (Job) next = job_new ("sales.csv", "sales.csv", "sales");
  assert_true (crew_give (fixture->crew, next, "{\"path\":\"sales.csv\"}"));
  assert_null (crew_work (fixture->crew, "sales.csv")->progress);
  end (fixture);
}

static void
a_silent_worker_is_told_of_once_and_ended_in_the_end (void **state)
{
  (void) state;
  Fixture *fixture = begin (READY "exec sleep 60\n");
  int64_t now = g_get_monotonic_time ();
  crew_watch (fixture->crew, now + 10 * G_USEC_PER_SEC);
  assert_int_equal (fixture->silences, 0);
  crew_watch (fixture->crew, now + 40 * G_USEC_PER_SEC);
  crew_watch (fixture->crew, now + 290 * G_USEC_PER_SEC);
  assert_int_equal (fixture->silences, 1);
  turn (fixture);
  assert_int_equal (fixture->crashes, 0);
  crew_watch (fixture->crew, now + 310 * G_USEC_PER_SEC);
  wait_until (turn (fixture) && fixture->crashes == 1);
  end (fixture);
}

static void
one_that_has_nothing_to_do_may_be_silent (void **state)
{
  (void) state;
  Fixture *fixture = begin (READY "echo '{\"outcome\":\"done\"}'; exec sleep 60\n");
  wait_until (turn (fixture) && fixture->replies == 1);
  crew_watch (fixture->crew, g_get_monotonic_time () + 1000 * G_USEC_PER_SEC);
  g_usleep (100000);
  turn (fixture);
  assert_int_equal (fixture->silences + fixture->ends + fixture->crashes, 0);
  end (fixture);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (what_is_not_understood_ends_the_worker),
    cmocka_unit_test (signs_of_life_are_kept_until_the_answer),
    cmocka_unit_test (what_an_idle_worker_does_is_no_files_progress),
    cmocka_unit_test (a_silent_worker_is_told_of_once_and_ended_in_the_end),
    cmocka_unit_test (one_that_has_nothing_to_do_may_be_silent),
  };
  signal (SIGPIPE, SIG_IGN);
  return cmocka_run_group_tests (tests, NULL, NULL);
}
