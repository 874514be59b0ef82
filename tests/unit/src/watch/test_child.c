#include "src/watch/child.h"

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
  GString *lines; /* each in brackets */
  char *end;
} Heard;

static void
on_line (Child *child, const char *line, void *data)
{
  (void) child;
  g_string_append_printf (((Heard *) data)->lines, "[%s]", line);
}

static void
on_ended (Child *child, int wait_status, void *data)
{
  Heard *heard = data;
  heard->end = child_describe_end (wait_status);
  child_free (child);
  g_main_loop_quit (heard->loop);
}

static const ChildEvents events = { on_line, on_ended };

static const char *const environment[] = { "WORD=hello", NULL };

static int
set_up (void **state)
{
  /* As the supervisor does: a child that ended before it read must not end us. */
  signal (SIGPIPE, SIG_IGN);
  Heard *heard = g_new0 (Heard, 1);
  heard->loop = g_main_loop_new (NULL, FALSE);
  heard->lines = g_string_new (NULL);
  *state = heard;
  return 0;
}

static int
tear_down (void **state)
{
  Heard *heard = *state;
  g_main_loop_unref (heard->loop);
  g_string_free (heard->lines, TRUE);
  g_free (heard->end);
  g_free (heard);
  return 0;
}

static Child *
spawn (Heard *heard, const char *script)
{
  g_autoptr (GError) error = NULL;
  const char *argv[] = { "/bin/sh", "-c", script, NULL };
  Child *child = child_spawn (argv, environment, true, &events, heard, &error);
  assert_null (error);
  assert_non_null (child);
  return child;
}

static void
every_line_is_told_before_the_end (void **state)
{
  static const struct
  {
    const char *script, *lines, *end;
  } rows[] = {
    { "echo one; echo two; exit 3", "[one][two]", "ended with exit code 3" },
    { "printf 'a\\n\\nb'; exit 0", "[a][]", "ended with exit code 0" },
    { "printf 'in '; printf 'pieces\\n'; kill -KILL $$", "[in pieces]", "was killed by signal 9" },
    { "echo $WORD", "[hello]", "ended with exit code 0" },
    { "kill -PIPE $$; echo alive", "", "was killed by signal 13" }, /* our ignoring it is not handed down */
    { "i=0; while [ $i -lt 2000 ]; do echo line; i=$((i+1)); done; exec >&-; sleep 0", NULL, "ended with exit code 0" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Heard *heard = *state;
      g_string_truncate (heard->lines, 0);
      spawn (heard, rows[i].script);
      g_main_loop_run (heard->loop);
      if (rows[i].lines)
        assert_string_equal (heard->lines->str, rows[i].lines);
      else
        assert_int_equal (heard->lines->len, 2000 * strlen ("[line]"));
      assert_true (g_str_has_prefix (heard->end, rows[i].end));
      g_clear_pointer (&heard->end, g_free);
    }
}

static void
input_reaches_the_child_until_it_is_closed (void **state)
{
  Heard *heard = *state;
  Child *child = spawn (heard, "while read line; do echo \"got $line\"; done; echo end");
  assert_true (child_write_line (child, "one"));
  assert_true (child_write_line (child, "two"));
  child_close_input (child);
  assert_false (child_write_line (child, "three"));
  g_main_loop_run (heard->loop);
  assert_string_equal (heard->lines->str, "[got one][got two][end]");
}

static void
a_signal_reaches_the_child (void **state)
{
  Heard *heard = *state;
  Child *child = spawn (heard, "exec sleep 1000");
  child_signal (child, SIGTERM);
  g_main_loop_run (heard->loop);
  assert_true (g_str_has_prefix (heard->end, "was killed by signal 15"));
}

/* Whether it runs; one that nobody has waited for yet does not. */
static bool
is_running (const char *pid)
{
  g_autofree char *path = g_build_filename ("/proc", pid, "stat", NULL), *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return false;
  const char *state = strrchr (text, ')');
  return state != NULL && state[2] != 'Z' && state[2] != 'X';
}

/* Both ways of killing it: with its end told, and without. */
static void
what_a_child_has_started_dies_with_it (void **state)
{
  Heard *heard = *state;
  for (int told = 0; told < 2; told++)
    {
      g_string_truncate (heard->lines, 0);
      Child *child = spawn (heard, "sleep 100 >&- 2>&- & echo $!; wait");
      while (heard->lines->len == 0)
        g_main_context_iteration (NULL, TRUE);
      g_autofree char *pid = g_strndup (heard->lines->str + 1, heard->lines->len - 2);
      assert_true (is_running (pid));
      if (told)
        {
          child_kill (child);
          g_main_loop_run (heard->loop);
        }
      else
        child_destroy (child);
      for (int tries = 0; is_running (pid) && tries < 1000; tries++)
        g_usleep (10000);
      assert_false (is_running (pid));
    }
}

static void
a_program_that_is_missing_is_an_error (void **state)
{
  g_autoptr (GError) error = NULL;
  const char *argv[] = { "/nowhere/weir", NULL };
  assert_null (child_spawn (argv, environment, false, &events, *state, &error));
  assert_non_null (error);
  assert_non_null (strstr (error->message, "/nowhere/weir"));
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST (every_line_is_told_before_the_end),
    TEST (input_reaches_the_child_until_it_is_closed),
    TEST (a_signal_reaches_the_child),
    TEST (what_a_child_has_started_dies_with_it),
    TEST (a_program_that_is_missing_is_an_error),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
