#include "src/watch/companion.h"

#include "tests/support/process.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <signal.h>
#include <string.h>

typedef struct
{
  GMainLoop *loop;
  char *folder;
  char *begun; /* a file: a line for each start */
  Log *log;
  Companion *companion;
  unsigned gone;
} Fixture;

static const char *const environment[] = { "PATH=/usr/bin:/bin", NULL };

static void
on_gone (void *data)
{
  Fixture *fixture = data;
  fixture->gone++;
  g_main_loop_quit (fixture->loop);
}

static int
set_up (void **state)
{
  Fixture *fixture = g_new0 (Fixture, 1);
  signal (SIGPIPE, SIG_IGN);
  fixture->loop = g_main_loop_new (NULL, FALSE);
  fixture->folder = g_dir_make_tmp ("weir-companion-XXXXXX", NULL);
  fixture->begun = g_build_filename (fixture->folder, "begun", NULL);
  fixture->log = log_open (&(LogOptions) { .level = LEVEL_INFO });
  *state = fixture;
  return 0;
}

static int
tear_down (void **state)
{
  Fixture *fixture = *state;
  if (fixture->companion != NULL)
    companion_free (fixture->companion);
  log_free (fixture->log);
  g_main_loop_unref (fixture->loop);
  remove_tree (fixture->folder);
  g_free (fixture->begun);
  g_free (fixture->folder);
  g_free (fixture);
  return 0;
}

/* It notes that it has begun, and then does what the script says. */
static void
begin (Fixture *fixture, const char *script)
{
  g_autofree char *all = g_strdup_printf ("echo begun >> %s; %s", fixture->begun, script);
  const char *const argv[] = { "/bin/sh", "-c", all, NULL };
  fixture->companion = companion_new ("trial", argv, environment, fixture->log, on_gone, fixture);
}

static size_t
count_begun (const Fixture *fixture)
{
  g_autofree char *text = NULL;
  size_t length = 0;
  return g_file_get_contents (fixture->begun, &text, &length, NULL) ? length / strlen ("begun\n") : 0;
}

static void
wait_until_begun (const Fixture *fixture, size_t times)
{
  while (count_begun (fixture) < times)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (2000);
    }
}

static void
one_that_ends_is_started_again (void **state)
{
  Fixture *fixture = *state;
  begin (fixture, "exit 3");
  wait_until_begun (fixture, 2);
  assert_int_equal (fixture->gone, 0);
  companion_stop (fixture->companion);
  while (!companion_is_gone (fixture->companion))
    g_main_context_iteration (NULL, TRUE);
}

static void
the_end_of_its_input_ends_it (void **state)
{
  Fixture *fixture = *state;
  begin (fixture, "trap '' TERM; read line; exit 0");
  wait_until_begun (fixture, 1);
  assert_false (companion_is_gone (fixture->companion));
  companion_stop (fixture->companion);
  g_main_loop_run (fixture->loop);
  assert_true (companion_is_gone (fixture->companion));
  assert_int_equal (fixture->gone, 1);
  assert_int_equal (count_begun (fixture), 1);
}

static void
a_deaf_one_is_killed (void **state)
{
  Fixture *fixture = *state;
  begin (fixture, "trap '' TERM; while :; do sleep 0.01; done");
  wait_until_begun (fixture, 1);
  companion_kill (fixture->companion);
  g_main_loop_run (fixture->loop);
  assert_true (companion_is_gone (fixture->companion));
}

/* New settings: also while it pauses, and when it was only just told to end for good. */
static void
renewed_it_begins_again_at_once (void **state)
{
  Fixture *fixture = *state;
  begin (fixture, "read line; exit 0");
  wait_until_begun (fixture, 1);
  companion_renew (fixture->companion);
  wait_until_begun (fixture, 2);
  companion_stop (fixture->companion);
  companion_renew (fixture->companion);
  wait_until_begun (fixture, 3);
  assert_int_equal (fixture->gone, 0);
  companion_kill (fixture->companion);
  g_main_loop_run (fixture->loop);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST (one_that_ends_is_started_again),
    TEST (the_end_of_its_input_ends_it),
    TEST (a_deaf_one_is_killed),
    TEST (renewed_it_begins_again_at_once),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
