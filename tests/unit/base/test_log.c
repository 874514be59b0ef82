#include "base/log.h"

#include "base/error.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define STAMP "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z "

/* A fresh folder, with stderr going to a file in it until tear_down. */
typedef struct
{
  char *folder;
  char *log;
  char *captured;
  int stderr_copy;
} Fixture;

static int
set_up (void **state)
{
  Fixture *fixture = g_new0 (Fixture, 1);
  fixture->folder = g_dir_make_tmp ("weir-log-XXXXXX", NULL);
  fixture->log = g_build_filename (fixture->folder, "log", NULL);
  fixture->captured = g_build_filename (fixture->folder, "stderr", NULL);
  fixture->stderr_copy = dup (STDERR_FILENO);
  int fd = open (fixture->captured, O_WRONLY | O_CREAT | O_APPEND, 0600);
  dup2 (fd, STDERR_FILENO);
  close (fd);
  *state = fixture;
  return 0;
}

static int
tear_down (void **state)
{
  Fixture *fixture = *state;
  dup2 (fixture->stderr_copy, STDERR_FILENO);
  close (fixture->stderr_copy);
  g_remove (fixture->log);
  g_remove (fixture->captured);
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->log);
  g_free (fixture->captured);
  g_free (fixture);
  return 0;
}

static void
assert_content (const char *path, const char *pattern)
{
  g_autofree char *content = NULL;
  assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_autofree char *whole = g_strdup_printf ("^%s$", pattern);
  if (!g_regex_match_simple (whole, content, G_REGEX_DOLLAR_ENDONLY, 0))
    fail_msg ("%s holds \"%s\", which is not %s", path, content, whole);
}

static void
a_line_goes_to_both_and_the_file_has_the_time (void **state)
{
  const Fixture *fixture = *state;
  g_autoptr (Log) log = log_open (fixture->log, LOG_TEXT, false);
  log_line (log, "%s: applied, %d rows", "users.csv", 3);
  assert_content (fixture->captured, "users\\.csv: applied, 3 rows\n");
  assert_content (fixture->log, STAMP "users\\.csv: applied, 3 rows\n");
}

static void
stderr_has_the_time_when_asked (void **state)
{
  const Fixture *fixture = *state;
  g_autoptr (Log) log = log_open (NULL, LOG_TEXT, true);
  log_line (log, "one");
  log_file_only (log, "nowhere");
  assert_content (fixture->captured, STAMP "one\n");
}

static void
an_error_brings_detail_and_hint (void **state)
{
  const Fixture *fixture = *state;
  g_autoptr (GError) error = NULL;
  weir_error (&error, WEIR_ERROR_INPUT, "bad 100%%s");
  weir_error_hint (&error, "mend it");
  g_autoptr (Log) log = log_open (NULL, LOG_TEXT, false);
  log_error (log, "users.csv", error);
  assert_content (fixture->captured, "users\\.csv: bad 100%s  HINT:  mend it\n");
}

/* A name, or a text of the server's, that would begin another line, move the terminal or turn the line round. */
static void
whatever_a_name_has_an_event_is_one_line (void **state)
{
  static const struct
  {
    const char *name, *shown;
  } cases[] = {
    { "a\x1B[2Jb", "a\\\\x1B\\[2Jb" }, /* clears a terminal */
    { "a\nb", "a\\\\x0Ab" },
    { "a\rb", "a\\\\x0Db" },
    { "a\xC2\x85"
      "b",
      "a\\\\xC2\\\\x85b" },                                  /* a new line among the C1 controls */
    { "a\u2028b", "a\\\\xE2\\\\x80\\\\xA8b" },               /* a line separator */
    { "a\u202Evsc.exe", "a\\\\xE2\\\\x80\\\\xAEvsc\\.exe" }, /* the rest from right to left */
    { "a\u2066b", "a\\\\xE2\\\\x81\\\\xA6b" },
    { "a\u200Bb", "a\\\\xE2\\\\x80\\\\x8Bb" }, /* not to be seen */
    { "a\xFF", "a\\\\xFF" },
    { "\u0646\u0645\u06CC\u200C\u062E", "\u0646\u0645\u06CC\u200C\u062E" }, /* a joiner that a word needs */
  };
  const Fixture *fixture = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s%zu", fixture->log, i);
      g_autoptr (Log) log = log_open (path, LOG_TEXT, true);
      log_about (log, cases[i].name, "refused\nDETAIL:  no\nNOTE:  %s", "yes");
      g_autofree char *line = g_strdup_printf (STAMP "%s: refused  DETAIL:  no  NOTE:  yes\n", cases[i].shown);
      assert_content (path, line);
      g_remove (path);
    }
}

static void
as_json_an_event_is_an_object_with_its_members (void **state)
{
  const Fixture *fixture = *state;
  g_autoptr (GError) error = NULL;
  weir_fail (&error, &(Failure) { WEIR_ERROR_INPUT, REASON_NO_ROWS, .hint = "mend it" }, "bad");
  g_autoptr (Log) log = log_open (fixture->log, LOG_JSON, false);
  log_about (log, "a\n\u202E.csv", "waits\nfor b");
  log_error (log, "users.csv", error);
  log_line (log, "stopped");
  log_file_only (log, "nowhere");
#define TIME "\\{\"time\":\"[0-9-]{10}T[0-9:.]{12}Z\","
  const char *lines = TIME
      "\"file\":\"a\\\\n\\\\u202E\\.csv\",\"message\":\"a\\\\\\\\x0A\\\\\\\\xE2\\\\\\\\x80\\\\\\\\xAE\\.csv: waits  for "
      "b\"\\}\n" TIME "\"error\":\\{\"code\":\"no_rows\",\"message\":\"bad\",\"detail\":null,\"hint\":\"mend it\",\"line\":null\\},"
      "\"message\":\"users\\.csv: bad\"\\}\n" TIME "\"message\":\"stopped\"\\}\n";
  assert_content (fixture->log, lines);
  assert_content (fixture->captured, lines);
}

static void
some_lines_are_for_the_file_only (void **state)
{
  const Fixture *fixture = *state;
  g_autoptr (Log) log = log_open (fixture->log, LOG_TEXT, true);
  log_file_only (log, "{\"file\":\"100%d.csv\"}");
  assert_content (fixture->captured, "");
  assert_content (fixture->log, STAMP "\\{\"file\":\"100%d\\.csv\"\\}\n");
}

static void
two_writers_append (void **state)
{
  const Fixture *fixture = *state;
  g_autoptr (Log) first = log_open (fixture->log, LOG_TEXT, false);
  g_autoptr (Log) second = log_open (fixture->log, LOG_TEXT, false);
  log_file_only (first, "a");
  log_file_only (second, "b");
  log_file_only (first, "c");
  assert_content (fixture->log, STAMP "a\n" STAMP "b\n" STAMP "c\n");
}

static void
a_file_that_cannot_be_opened_is_said_and_left_out (void **state)
{
  const Fixture *fixture = *state;
  g_autofree char *path = g_build_filename (fixture->folder, "missing", "log", NULL);
  g_autoptr (Log) log = log_open (path, LOG_TEXT, false);
  log_line (log, "still here");
  assert_content (fixture->captured, "WARNING: could not open log file \".*/missing/log\": .*\nstill here\n");
}

int
main (void)
{
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown (test, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    WITH_FOLDER (a_line_goes_to_both_and_the_file_has_the_time),
    WITH_FOLDER (stderr_has_the_time_when_asked),
    WITH_FOLDER (an_error_brings_detail_and_hint),
    WITH_FOLDER (whatever_a_name_has_an_event_is_one_line),
    WITH_FOLDER (as_json_an_event_is_an_object_with_its_members),
    WITH_FOLDER (some_lines_are_for_the_file_only),
    WITH_FOLDER (two_writers_append),
    WITH_FOLDER (a_file_that_cannot_be_opened_is_said_and_left_out),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
