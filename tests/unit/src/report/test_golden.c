/* Files as `weir cat` and `weir sniff` print them: tests/golden/COMMAND/NAME.csv, with NAME.out for stdout, NAME.err for stderr
 * (none: empty) and NAME.exit for the exit code (none: 0). WEIR_GOLDEN=write makes the expected files anew; read the difference. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/autoptr.h"
#include "base/fsutil.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static char *
golden_path (const char *command, const char *name, const char *ending)
{
  g_autofree char *file = g_strconcat (name, ending, NULL);
  return g_build_filename (g_getenv ("WEIR_SOURCE"), "tests", "golden", command, file, NULL);
}

typedef struct
{
  char *out;
  char *err;
  int code;
} Printed;

static void
printed_clear (Printed *printed)
{
  g_free (printed->out);
  g_free (printed->err);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Printed, printed_clear)

/* Runs `weir COMMAND FILE` in "folder". */
static void
run (const char *folder, const char *command, const char *file, Printed *ret_printed)
{
  g_autofree char *weir = g_build_filename (g_getenv ("WEIR_BUILD"), "weir", NULL);
  const char *argv[] = { weir, command, file, NULL };
  g_autoptr (GError) error = NULL;
  int status = 0;
  if (!g_spawn_sync (folder, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &ret_printed->out, &ret_printed->err, &status,
                     &error))
    fail_msg ("%s", error->message);
  assert_true (WIFEXITED (status));
  ret_printed->code = WEXITSTATUS (status);
}

/* The file's text; "otherwise" where there is none. */
static char *
read_expected (const char *command, const char *name, const char *ending, const char *otherwise)
{
  g_autofree char *path = golden_path (command, name, ending);
  char *text = NULL;
  return g_file_get_contents (path, &text, NULL, NULL) ? text : g_strdup (otherwise);
}

static void
write_expected (const char *command, const char *name, const char *ending, const char *text, const char *otherwise)
{
  g_autofree char *path = golden_path (command, name, ending);
  if (g_str_equal (text, otherwise))
    unlink (path);
  else
    assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
compare (const char *command, const char *name, const char *ending, const char *seen, const char *otherwise)
{
  if (g_strcmp0 (g_getenv ("WEIR_GOLDEN"), "write") == 0)
    write_expected (command, name, ending, seen, otherwise);
  g_autofree char *expected = read_expected (command, name, ending, otherwise);
  if (!g_str_equal (seen, expected))
    fail_msg ("weir %s %s.csv: %s is not as expected:\n%s\ninstead of\n%s", command, name, ending, seen, expected);
}

static void
compare_all (const char *command)
{
  g_autofree char *folder = golden_path (command, "", "");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  assert_non_null (dir);
  const char *file = NULL;
  int files = 0;
  while ((file = g_dir_read_name (dir)) != NULL)
    {
      if (!g_str_has_suffix (file, ".csv"))
        continue;
      g_autofree char *name = g_strndup (file, strlen (file) - strlen (".csv"));
      g_auto (Printed) printed = { 0 };
      run (folder, command, file, &printed);
      g_autofree char *code = g_strdup_printf ("%d\n", printed.code);
      compare (command, name, ".out", printed.out, "");
      compare (command, name, ".err", printed.err, "");
      compare (command, name, ".exit", code, "0\n");
      files++;
    }
  assert_true (files > 0);
}

static void
cat_prints_clean_files (void **state)
{
  (void) state;
  compare_all ("cat");
}

static void
sniff_prints_what_it_sees (void **state)
{
  (void) state;
  compare_all ("sniff");
}

static void
cat_of_a_clean_file_is_that_file (void **state)
{
  (void) state;
  static const char *const names[] = { "comma",     "semicolon-crlf-bom", "tab-inches", "pipe-single-quotes",
                                       "no-header", "one-column",         "header-only" };
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      /* given what cat made of a file */
      g_autofree char *clean = golden_path ("cat", names[i], ".out");
      g_autofree char *expected = read_expected ("cat", names[i], ".out", "");
      g_auto (Printed) printed = { 0 };
      /* when cat is run on that */
      run (".", "cat", clean, &printed);
      /* then nothing changes */
      assert_int_equal (printed.code, 0);
      assert_string_equal (printed.out, expected);
      assert_string_equal (printed.err, "");
    }
}

static void
cat_reads_standard_input_and_pipes (void **state)
{
  (void) state;
  g_autofree char *weir = g_build_filename (g_getenv ("WEIR_BUILD"), "weir", NULL);
  g_autofree char *command = g_strdup_printf ("printf 'a;b\\n1;2\\n' | '%s' cat - | '%s' cat /dev/stdin", weir, weir);
  const char *argv[] = { "/bin/sh", "-c", command, NULL };
  g_autofree char *out = NULL;
  int status = 0;
  assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL, &status, NULL));
  assert_int_equal (status, 0);
  assert_string_equal (out, "a,b\n1,2\n");
}

static void
cat_is_quiet_when_nobody_reads_on (void **state)
{
  (void) state;
  g_autofree char *weir = g_build_filename (g_getenv ("WEIR_BUILD"), "weir", NULL);
  g_autofree char *command =
      g_strdup_printf ("{ yes 1,2,3 | head -n 200000 | '%s' cat -; echo \"exit $?\" >&2; } | head -n 1", weir);
  const char *argv[] = { "/bin/sh", "-c", command, NULL };
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;
  assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, &err, NULL, NULL));
  assert_string_equal (out, "1,2,3\n");
  assert_string_equal (err, "exit 0\n");
}

static void
cat_says_when_the_disk_is_full (void **state)
{
  (void) state;
  g_autofree char *weir = g_build_filename (g_getenv ("WEIR_BUILD"), "weir", NULL);
  g_autofree char *file = golden_path ("cat", "comma", ".csv");
  g_autofree char *command = g_strdup_printf ("'%s' cat '%s' > /dev/full", weir, file);
  const char *argv[] = { "/bin/sh", "-c", command, NULL };
  g_autofree char *err = NULL;
  int status = 0;
  assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, &err, &status, NULL));
  assert_int_equal (WEXITSTATUS (status), 4);
  assert_string_equal (err, "weir: could not write to standard output: No space left on device\n");
}

/* How weir ends that prints more than a buffer at once into descriptor 5, which these words of a shell open; and what it says. */
static int
end_with_output (const char *opening, char **ret_err)
{
  g_autofree char *weir = g_build_filename (g_getenv ("WEIR_BUILD"), "weir", NULL);
  g_autofree char *command = g_strdup_printf ("trap '' PIPE; %s; '%s' help --schema >&5; echo $?", opening, weir);
  const char *argv[] = { "/bin/sh", "-c", command, NULL };
  g_autofree char *out = NULL;
  assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, ret_err, NULL, NULL));
  return atoi (out);
}

/* What fails then does so before the end. */
static void
a_long_result_that_is_lost_is_told (void **state)
{
  (void) state;
  g_autofree char *full = NULL, *unread = NULL;
  assert_int_equal (end_with_output ("exec 5>/dev/full", &full), 4);
  assert_string_equal (full, "weir: could not write to standard output, or not all of it\n");
  const char *pipe_without_reader = "f=$(mktemp -u); mkfifo $f; exec 4<>$f 5>$f 4<&-; rm $f";
  assert_int_equal (end_with_output (pipe_without_reader, &unread), 0);
  assert_string_equal (unread, "");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (cat_prints_clean_files),
    cmocka_unit_test (sniff_prints_what_it_sees),
    cmocka_unit_test (cat_of_a_clean_file_is_that_file),
    cmocka_unit_test (cat_reads_standard_input_and_pipes),
    cmocka_unit_test (cat_is_quiet_when_nobody_reads_on),
    cmocka_unit_test (cat_says_when_the_disk_is_full),
    cmocka_unit_test (a_long_result_that_is_lost_is_told),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
