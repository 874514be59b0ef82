/* The lines of the log in their order, while it is written, renamed, emptied and removed. */
#include "src/report/log_reader.h"

#include "base/log_file.h"
#include "tests/support/process.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int
set_up (void **state)
{
  char *folder = g_dir_make_tmp ("weir-log-reader-XXXXXX", NULL);
  assert_int_equal (g_chdir (folder), 0);
  *state = folder;
  return 0;
}

static int
tear_down (void **state)
{
  assert_int_equal (g_chdir ("/"), 0);
  remove_tree (*state);
  g_free (*state);
  return 0;
}

static void
put (const char *path, const char *text)
{
  assert_true (g_file_set_contents (path, text, -1, NULL));
}

static LogReader *
open_log (void)
{
  g_autoptr (GError) error = NULL;
  LogReader *reader = log_reader_new ("log", &error);
  assert_null (error);
  return reader;
}

/* All lines that are there now, joined by blanks. */
static void
assert_lines (LogReader *reader, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (const char *line; (line = log_reader_next (reader)) != NULL;)
    g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", line);
  assert_string_equal (text->str, expected);
}

static void
all_files_are_read_the_oldest_first (void **state)
{
  (void) state;
  put ("log", "e\nf\n");
  put ("log.1", "d\n");
  put ("log.2", "b\nhal"); /* a crash of the machine */
  put ("log.4", "a\n");    /* a crash between two renames */
  put ("log.old", "x\n");
  put ("log.01", "y\n");
  g_autoptr (LogReader) reader = open_log ();
  assert_lines (reader, "a b hal d e f");
  assert_lines (reader, "");
}

static void
a_log_that_was_never_written_has_no_lines (void **state)
{
  (void) state;
  g_autoptr (LogReader) reader = open_log ();
  assert_lines (reader, "");
  put ("log", "a\n");
  assert_lines (reader, "a");
}

static void
what_comes_is_read_on (void **state)
{
  (void) state;
  g_autoptr (LogFile) file = log_file_new ("log", 4, 3);
  assert_true (log_file_write (file, "a"));
  g_autoptr (LogReader) reader = open_log ();
  assert_lines (reader, "a");
  assert_true (log_file_write (file, "b"));
  assert_lines (reader, "b");
  for (const char *line = "cdefg"; *line != '\0'; line++) /* begun anew twice */
    assert_true (log_file_write (file, (char[]) { *line, '\0' }));
  assert_true (g_file_test ("log.3", G_FILE_TEST_EXISTS));
  assert_lines (reader, "c d e f g");
  assert_int_equal (g_remove ("log"), 0);
  assert_lines (reader, "");
  assert_true (log_file_write (file, "h"));
  assert_lines (reader, "h");
  assert_int_equal (truncate ("log", 0), 0); /* copytruncate */
  assert_lines (reader, "");
  assert_true (log_file_write (file, "i"));
  assert_lines (reader, "i");
  assert_int_equal (rename ("log", "log-2026"), 0); /* logrotate's dateext */
  assert_lines (reader, "");
  assert_true (log_file_write (file, "j"));
  assert_lines (reader, "j");
}

static void
half_a_line_waits_for_its_end (void **state)
{
  (void) state;
  put ("log", "a\nhalf");
  g_autoptr (LogReader) reader = open_log ();
  assert_lines (reader, "a");
  FILE *log = fopen ("log", "a");
  fputs (" and half\n", log);
  fclose (log);
  assert_lines (reader, "half and half");
}

/* What is open stays what it was. */
static void
renames_while_it_is_read_do_no_harm (void **state)
{
  (void) state;
  put ("log.1", "a\n");
  put ("log", "b\n");
  g_autoptr (LogReader) reader = open_log ();
  assert_int_equal (rename ("log.1", "log.2"), 0);
  assert_int_equal (rename ("log", "log.1"), 0);
  put ("log", "c\n");
  assert_lines (reader, "a b c");
}

static void
long_lines_are_whole (void **state)
{
  (void) state;
  g_autofree char *dots = g_strnfill (200000, '.'), *text = g_strdup_printf ("%s\n%s\nend\n", dots, dots);
  put ("log", text);
  g_autoptr (LogReader) reader = open_log ();
  assert_int_equal (strlen (log_reader_next (reader)), 200000);
  assert_int_equal (strlen (log_reader_next (reader)), 200000);
  assert_string_equal (log_reader_next (reader), "end");
  assert_null (log_reader_next (reader));
}

int
main (void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown (test, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    IN_FOLDER (all_files_are_read_the_oldest_first),
    IN_FOLDER (a_log_that_was_never_written_has_no_lines),
    IN_FOLDER (what_comes_is_read_on),
    IN_FOLDER (half_a_line_waits_for_its_end),
    IN_FOLDER (renames_while_it_is_read_do_no_harm),
    IN_FOLDER (long_lines_are_whole),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
