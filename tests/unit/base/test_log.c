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
#include <sys/stat.h>
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

/* Of everything, to "path" (NULL: stderr alone). */
static Log *
open_log (const char *path, LogFormat format)
{
  return log_open (&(LogOptions) { .path = path, .format = format, .level = LEVEL_DEBUG });
}

static void
a_line_goes_to_both_with_time_level_and_run (void **state)
{
  const Fixture *fixture = *state;
  const LogSubject subject = { "users.csv", "users", "be243412-418b-4382-901e-64443874d50a" };
  g_autoptr (Log) log = open_log (fixture->log, LOG_TEXT);
  log_line (log, "%s, %d rows", "watching", 3);
  log_about (log, LEVEL_WARNING, &subject, "applied");
  log_about (log, LEVEL_ERROR, &(LogSubject) { .file = "users.csv" }, "refused");
  log_at (log, LEVEL_DEBUG, "given");
  const char *lines = STAMP "INFO    -        watching, 3 rows\n" STAMP "WARNING be243412 users\\.csv: applied\n" STAMP
                            "ERROR   -        users\\.csv: refused\n" STAMP "DEBUG   -        given\n";
  assert_content (fixture->captured, lines);
  assert_content (fixture->log, lines);
}

static void
what_is_less_grave_than_the_level_is_not_said (void **state)
{
  const Fixture *fixture = *state;
  g_autoptr (Json) members = json_object ();
  for (LogLevel level = LEVEL_ERROR; level <= LEVEL_DEBUG; level++)
    {
      g_autoptr (Log) log = log_open (&(LogOptions) { .path = fixture->log, .level = level });
      for (LogLevel said = LEVEL_ERROR; said <= LEVEL_DEBUG; said++)
        {
          assert_int_equal (log_wants (log, said), said <= level);
          log_at (log, said, "%d", (int) level);
          log_about (log, said, &(LogSubject) { .file = "f" }, "%d", (int) level);
          log_file_only (log, said, members);
        }
    }
  g_autofree char *content = NULL;
  assert_true (g_file_get_contents (fixture->log, &content, NULL, NULL));
  for (LogLevel level = LEVEL_ERROR; level <= LEVEL_DEBUG; level++)
    {
      g_autofree char *line = g_strdup_printf ("- +(f: )?%d\n", (int) level);
      g_autoptr (GRegex) regex = g_regex_new (line, 0, 0, NULL);
      g_autoptr (GMatchInfo) match = NULL;
      int count = 0;
      for (g_regex_match (regex, content, 0, &match); g_match_info_matches (match); g_match_info_next (match, NULL))
        count++;
      assert_int_equal (count, 2 * ((int) level + 1));
    }
}

static void
stderr_may_be_plain (void **state)
{
  const Fixture *fixture = *state;
  g_autoptr (Log) log = log_open (&(LogOptions) { .level = LEVEL_INFO, .plain = true });
  g_autoptr (Json) members = json_object ();
  log_line (log, "one");
  log_file_only (log, LEVEL_INFO, members);
  assert_content (fixture->captured, STAMP "one\n");
}

/* As systemd.exec(5) and sd-daemon(3) have it: only what is really the journal gets priorities. */
static void
the_journal_gets_priorities_and_keeps_the_time (void **state)
{
  static const struct
  {
    LogFormat format;
    const char *lines;
  } cases[] = {
    { LOG_TEXT, "<3>12345678 f: a\n<4>12345678 f: a\n<6>12345678 f: a\n<7>12345678 f: a\n<6>none\n" },
    { LOG_JSON, "(<[3467]>\\{\"time\":[^\n]*\n){5}" },
  };
  const Fixture *fixture = *state;
  struct stat info;
  assert_int_equal (fstat (STDERR_FILENO, &info), 0);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    for (int ours = 0; ours <= 1; ours++)
      {
        g_autofree char *stream = g_strdup_printf ("%ju:%ju", (uintmax_t) info.st_dev, (uintmax_t) info.st_ino + !ours);
        assert_int_equal (ftruncate (STDERR_FILENO, 0), 0);
        g_setenv ("JOURNAL_STREAM", stream, TRUE);
        g_autoptr (Log) log = open_log (NULL, cases[i].format);
        g_unsetenv ("JOURNAL_STREAM");
        for (LogLevel level = LEVEL_ERROR; level <= LEVEL_DEBUG; level++)
          log_about (log, level, &(LogSubject) { "f", NULL, "12345678-9" }, "a");
        log_line (log, "none");
        g_autofree char *content = NULL;
        assert_true (g_file_get_contents (fixture->captured, &content, NULL, NULL));
        if (ours)
          assert_content (fixture->captured, cases[i].lines);
        else
          assert_true (content[0] != '<');
      }
}

static void
an_error_brings_detail_and_hint (void **state)
{
  const Fixture *fixture = *state;
  g_autoptr (GError) error = NULL;
  weir_error (&error, WEIR_ERROR_INPUT, "bad 100%%s");
  weir_error_hint (&error, "mend it");
  g_autoptr (Log) log = open_log (NULL, LOG_TEXT);
  log_error (log, "users.csv", error);
  assert_content (fixture->captured, STAMP "ERROR   -        users\\.csv: bad 100%s  HINT:  mend it\n");
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
      g_autoptr (Log) log = open_log (path, LOG_TEXT);
      log_about (log, LEVEL_INFO, &(LogSubject) { .file = cases[i].name }, "refused\nDETAIL:  no\nNOTE:  %s", "yes");
      g_autofree char *line = g_strdup_printf (STAMP "INFO    -        %s: refused  DETAIL:  no  NOTE:  yes\n", cases[i].shown);
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
  g_autoptr (Log) log = open_log (fixture->log, LOG_JSON);
  log_about (log, LEVEL_WARNING, &(LogSubject) { "a\n\u202E.csv", "a", "12345678-9" }, "waits\nfor b");
  log_error (log, "users.csv", error);
  log_line (log, "stopped");
  g_autoptr (Json) members = json_object ();
  log_file_only (log, LEVEL_ERROR, members);
#define BEGIN(level) "\\{\"time\":\"[0-9-]{10}T[0-9:.]{12}Z\",\"level\":\"" level "\",\"pid\":%d,"
  g_autofree char *lines = g_strdup_printf (
      BEGIN (
          "warning") "\"file\":\"a\\\\n\\\\u202E\\.csv\",\"table\":\"a\",\"run\":\"12345678-9\",\"message\":"
                     "\"a\\\\\\\\x0A\\\\\\\\xE2\\\\\\\\x80\\\\\\\\xAE\\.csv: waits  for b\"\\}\n" BEGIN (
                         "error") "\"error\":\\{"
                                  "\"code\":\"no_rows\",\"message\":\"bad\",\"detail\":null,\"hint\":\"mend it\",\"line\":null\\},"
                                  "\"message\":\"users\\.csv: bad\"\\}\n" BEGIN ("info") "\"message\":\"stopped\"\\}\n",
      (int) getpid (), (int) getpid (), (int) getpid ());
  assert_content (fixture->log, lines);
  assert_content (fixture->captured, lines);
}

static void
some_lines_are_for_the_file_only (void **state)
{
  const Fixture *fixture = *state;
  g_autoptr (Log) log = open_log (fixture->log, LOG_TEXT);
  g_autoptr (Json) members = json_pack ("{s:s, s:s}", "file", "100%d.csv", "run", "be243412-418b");
  log_file_only (log, LEVEL_INFO, members);
  assert_content (fixture->captured, "");
  assert_content (fixture->log, STAMP "INFO    be243412 \\{\"file\":\"100%d\\.csv\",\"run\":\"be243412-418b\"\\}\n");
}

/* Said once, and not again before it was well; what the file has not got is counted in it. */
static void
a_file_that_cannot_be_written_is_said_and_left_out (void **state)
{
  const Fixture *fixture = *state;
  g_autofree char *folder = g_build_filename (fixture->folder, "missing", NULL);
  g_autofree char *path = g_build_filename (folder, "log", NULL);
  g_autoptr (Log) log = open_log (path, LOG_TEXT);
  log_line (log, "still here");
  log_line (log, "and here");
  assert_content (fixture->captured, STAMP "WARNING -        could not open log file \".*/missing/log\": .*\n" STAMP
                                           "INFO    -        still here\n" STAMP "INFO    -        and here\n");
  assert_int_equal (g_mkdir (folder, 0700), 0);
  log_line (log, "well");
  log_line (log, "again");
  assert_content (path, STAMP "WARNING -        2 lines are missing here: this file could not be written\n" STAMP
                              "INFO    -        well\n" STAMP "INFO    -        again\n");
  assert_int_equal (g_remove (path), 0);
  assert_int_equal (g_rmdir (folder), 0);
  assert_int_equal (ftruncate (STDERR_FILENO, 0), 0);
  log_line (log, "away");
  assert_content (fixture->captured, STAMP "INFO    -        away\n" STAMP "WARNING -        could not open log file .*\n");
}

static void
a_line_may_begin_with_its_priority (void **state)
{
  static const struct
  {
    const char *line, *rest;
    LogLevel level;
  } cases[] = {
    { "<3>a", "a", LEVEL_ERROR },     { "<4>a", "a", LEVEL_WARNING }, { "<6>a", "a", LEVEL_INFO }, { "<7>", "", LEVEL_DEBUG },
    { "a", "a", LEVEL_INFO },         { "<5>a", "<5>a", LEVEL_INFO }, { "<3", "<3", LEVEL_INFO },  { "<", "<", LEVEL_INFO },
    { "<33>a", "<33>a", LEVEL_INFO }, { "", "", LEVEL_INFO },
  };
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *line = cases[i].line;
      assert_int_equal (log_take_priority (&line), cases[i].level);
      assert_string_equal (line, cases[i].rest);
    }
  for (LogLevel level = LEVEL_ERROR; level <= LEVEL_DEBUG; level++)
    {
      g_autofree char *marked = g_strdup_printf ("<%d>", log_priority (level));
      const char *line = marked;
      assert_int_equal (log_take_priority (&line), level);
    }
}

static void
options_can_change (void **state)
{
  const Fixture *fixture = *state;
  g_autoptr (Log) log = log_open (&(LogOptions) { .level = LEVEL_INFO });
  log_line (log, "to stderr alone");
  log_change (log, &(LogOptions) { .path = fixture->log, .format = LOG_JSON, .level = LEVEL_DEBUG });
  log_at (log, LEVEL_DEBUG, "seen");
  log_change (log, &(LogOptions) { .path = fixture->log, .level = LEVEL_WARNING });
  log_line (log, "not seen");
  log_at (log, LEVEL_WARNING, "text");
  assert_content (fixture->log, "\\{\"time\":[^\n]*\"level\":\"debug\"[^\n]*\"seen\"\\}\n" STAMP "WARNING -        text\n");
}

int
main (void)
{
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown (test, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    WITH_FOLDER (a_line_goes_to_both_with_time_level_and_run),
    WITH_FOLDER (what_is_less_grave_than_the_level_is_not_said),
    WITH_FOLDER (stderr_may_be_plain),
    WITH_FOLDER (the_journal_gets_priorities_and_keeps_the_time),
    WITH_FOLDER (an_error_brings_detail_and_hint),
    WITH_FOLDER (whatever_a_name_has_an_event_is_one_line),
    WITH_FOLDER (as_json_an_event_is_an_object_with_its_members),
    WITH_FOLDER (some_lines_are_for_the_file_only),
    WITH_FOLDER (a_file_that_cannot_be_written_is_said_and_left_out),
    cmocka_unit_test (a_line_may_begin_with_its_priority),
    WITH_FOLDER (options_can_change),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
