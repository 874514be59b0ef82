/* The examples of docs/history.md, and that of a new key secret in docs/operations.md, as they stand there: files that are shown are written, commands are run, and what they print is what the
 * page says. */
#include "tests/support/weir.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define INDENT "    "
#define PROMPT INDENT "$ "

/* Moves behind the indented lines that belong to a command; they, without the indent. Owned by the caller. */
static char *
take_block (char ***line)
{
  GString *block = g_string_new (NULL);
  for (; **line != NULL && g_str_has_prefix (**line, INDENT) && !g_str_has_prefix (**line, PROMPT); ++*line)
    g_string_append_printf (block, "%s\n", **line + strlen (INDENT));
  return g_string_free (block, FALSE);
}

/* How long it took is another time each time, and each run has digits of its own. */
static char *
without_times (const char *text)
{
  g_autoptr (GRegex) times = g_regex_new (" in [0-9.]+ s:", 0, 0, NULL);
  g_autoptr (GRegex) ids = g_regex_new ("\\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\b", 0, 0, NULL);
  g_autoptr (GRegex) secrets = g_regex_new ("\\bkey_secret\\.[0-9a-f]{16}\\b", 0, 0, NULL);
  g_autoptr (GRegex) runs = g_regex_new ("\\b[0-9a-f]{8}\\b", 0, 0, NULL);
  g_autoptr (GRegex) stamps = g_regex_new ("\\b[0-9]{8}T[0-9]{6}Z", 0, 0, NULL);
  g_autofree char *idless = g_regex_replace_literal (ids, text, -1, 0, "an id", 0, NULL);
  g_autofree char *secretless = g_regex_replace_literal (secrets, idless, -1, 0, "a secret", 0, NULL);
  g_autofree char *stampless = g_regex_replace_literal (stamps, secretless, -1, 0, "a time", 0, NULL);
  g_autofree char *timeless = g_regex_replace_literal (times, stampless, -1, 0, " in a moment:", 0, NULL);
  return g_regex_replace_literal (runs, timeless, -1, 0, "a run", 0, NULL);
}

/* Of a command that does not end well the page shows some lines, and last "exit code N". */
static bool
shows_failure (const char *expected, const Outcome *outcome)
{
  g_autofree char *code = g_strdup_printf ("exit code %d\n", outcome->code);
  g_autofree char *all = g_strconcat (outcome->out, outcome->err, NULL), *said = without_times (all);
  if (outcome->code == 0 || !g_str_has_suffix (expected, code))
    return false;
  g_autofree char *shown = g_strndup (expected, strlen (expected) - strlen (code));
  g_auto (GStrv) lines = g_strsplit (shown, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    if (strstr (said, *line) == NULL)
      return false;
  return true;
}

static void
run_command (Home *home, const char *command, char **argv, const char *expected)
{
  g_autoptr (Outcome) outcome = run_weir_argv (home, (const char *const *) argv + 1);
  g_autofree char *said = without_times (outcome->out), *shown = without_times (expected);
  if ((outcome->code != 0 || strcmp (said, shown) != 0) && !shows_failure (shown, outcome))
    fail_msg ("%s ends with %d and says\n%s%s", command, outcome->code, outcome->out, outcome->err);
}

/* What is archived is dropped, as far as the oracle is concerned. */
static void
remember_files (Home *home, char **argv)
{
  bool archives = g_strv_contains ((const char *const *) argv, "--archive");
  for (char **each = argv; archives && *each != NULL; each++)
    if (g_str_has_suffix (*each, ".csv"))
      g_ptr_array_add (home->dropped, home_sha256 (home, *each));
}

static void
set_time (Home *home, const char *name, const char *time)
{
  g_autoptr (GDateTime) at = g_date_time_new_from_iso8601 (time, NULL);
  g_autofree char *path = home_path (home, name);
  assert_non_null (at);
  const struct timespec times[] = { { .tv_sec = g_date_time_to_unix (at) }, { .tv_sec = g_date_time_to_unix (at) } };
  assert_int_equal (utimensat (AT_FDCWD, path, times, 0), 0);
}

/* Returns whether the line was a command of weir. */
static bool
take_command (Home *home, char ***line)
{
  g_auto (GStrv) argv = NULL;
  const char *command = **line + strlen (PROMPT);
  assert_true (g_shell_parse_argv (command, NULL, &argv, NULL));
  ++*line;
  g_autofree char *block = take_block (line);
  if (strcmp (argv[0], "cat") == 0)
    home_write_file (home, argv[1], block);
  else if (strcmp (argv[0], "touch") == 0)
    set_time (home, argv[3], argv[2]);
  else
    {
      assert_string_equal (argv[0], "weir");
      remember_files (home, argv);
      run_command (home, command, argv, block);
      return true;
    }
  return false;
}

/* Between the two headings; NULL: all of the page. Returns how many commands of weir there are. */
static int
run_page (Home *home, const char *name, const char *begin, const char *end)
{
  g_autofree char *path = g_build_filename (g_getenv ("WEIR_SOURCE"), "docs", name, NULL), *page = NULL;
  assert_true (g_file_get_contents (path, &page, NULL, NULL));
  g_auto (GStrv) lines = g_strsplit (page, "\n", -1);
  char **line = lines;
  while (begin != NULL && *line != NULL && strcmp (*line, begin) != 0)
    line++;
  int commands = 0;
  while (*line != NULL && g_strcmp0 (*line, end) != 0)
    if (g_str_has_prefix (*line, PROMPT))
      commands += take_command (home, &line);
    else
      line++;
  return commands;
}

static void
test_the_page_says_what_is_so (void **state)
{
  assert_true (run_page (*state, "history.md", NULL, NULL) > 20);
}

static void
test_a_new_secret (void **state)
{
  assert_true (run_page (*state, "operations.md", "### A new secret", "### Backups") > 5);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = { TEST (test_the_page_says_what_is_so), TEST (test_a_new_secret) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
