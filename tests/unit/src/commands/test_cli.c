#include "src/commands/cli.h"

#include "base/error.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What is printed between capture_begin and capture_end. */
typedef struct
{
  int stream, saved, file;
} Capture;

static Capture
capture_begin (FILE *stream)
{
  fflush (stream);
  Capture capture = { fileno (stream), dup (fileno (stream)), memfd_create ("capture", MFD_CLOEXEC) };
  assert_true (dup2 (capture.file, capture.stream) >= 0);
  return capture;
}

static char *
capture_end (Capture capture)
{
  fflush (stdout);
  fflush (stderr);
  assert_true (dup2 (capture.saved, capture.stream) >= 0);
  char *text = g_malloc0 (65536);
  assert_true (pread (capture.file, text, 65535, 0) >= 0);
  close (capture.saved);
  close (capture.file);
  return text;
}

static const struct
{
  const char *argv[6];
  int code;
  const char *out, *err; /* parts; NULL: nothing is printed there */
} cases[] = {
  { { "weir" }, 2, NULL, "Commands:" },
  { { "weir", "--help" }, 0, "Commands:", NULL },
  { { "weir", "help" }, 0, "Commands:", NULL },
  { { "weir", "--version" }, 0, "weir " WEIR_VERSION, NULL },
  { { "weir", "help", "runs" }, 0, "--limit", NULL },
  { { "weir", "runs", "--help" }, 0, "weir runs last", NULL },
  { { "weir", "--json", "runs", "-h" }, 0, "--limit", NULL },
  { { "weir", "help", "rums" }, 2, NULL, "did you mean \"runs\"?" },
  { { "weir", "stauts" }, 2, NULL, "did you mean \"status\"?" },
  { { "weir", "quite-another-word" }, 2, NULL, "there is no command \"quite-another-word\"\n" },
  { { "weir", "--home" }, 2, NULL, "a command is missing" },
  { { "weir", "runs", "--limt", "3" }, 2, NULL, "--limt" },
  { { "weir", "runs", "--limit", "x" }, 2, NULL, "--limit" },
  { { "weir", "runs", "--limit", "0" }, 2, NULL, "--limit must be at least 1" },
  { { "weir", "runs", "a", "b" }, 2, NULL, "one run at most" },
  { { "weir", "rejects" }, 2, NULL, "Try: weir rejects --help" },
  { { "weir", "migrate", "sideways" }, 2, NULL, "one of up, down, status, history and current is needed\n" },
  { { "weir", "completion" }, 2, NULL, "one of bash, zsh and fish is needed\n" },
  { { "weir", "status", "users" }, 2, NULL, "no arguments are taken\nTry: weir status --help\n" },
  { { "weir", "cat", "--json", "x.csv" }, 2, NULL, "--json" },
  { { "weir", "--home", "x", "sniff", "x.csv" }, 2, NULL, "--home" },
  { { "weir", "sniff", "--help" }, 0, "--explain", NULL },
  { { "weir", "--complete", "" }, 0, "\nload\tload files now\n", NULL },
  { { "weir", "--complete", "cat", "-" }, 0, "--help\tShow its help\n", NULL },
  { { "weir", "--complete", "load", "--" }, 0, "\n--table\tLoad into this table, whatever the file is called\n", NULL },
  { { "weir", "--complete", "migrate", "" }, 0, "up\ndown\nstatus\nhistory\ncurrent\n", NULL },
  { { "weir", "ledger" }, 2, NULL, "a word is missing\nTry: weir ledger --help\n" },
  { { "weir", "ledger", "postgresql://db/x" }, 2, NULL, "a word is missing" },
  { { "weir", "ledger", "init-exection" }, 2, NULL, "no word \"init-exection\", did you mean \"init-execution\"?\n" },
  { { "weir", "ledger", "x", "y" }, 2, NULL, "no word \"x\", and it is no database's URL\n" },
  { { "weir", "ledger", "", "init-execution" }, 2, NULL, "no word \"\"" },
  { { "weir", "ledger", "--loud", "heartbeat" }, 2, NULL, "unknown option \"--loud\"\n" },
  { { "weir", "ledger", "-l", "LOUD", "heartbeat", "x" }, 2, NULL, "--log-level is one of" },
  { { "weir", "ledger", "--log-level=info", "heartbeat" },
    2,
    NULL,
    "the id of an execution is needed\nTry: weir ledger heartbeat --help\n" },
  { { "weir", "ledger", "heartbeat", "--loud" }, 2, NULL, "--loud" },
  { { "weir", "ledger", "host=x", "heartbeat", "x", "y" }, 2, NULL, "the id of an execution is needed" },
  { { "weir", "ledger", "init-step", "x", "LOAD", "." }, 2, NULL, "at least one pattern are needed" },
  { { "weir", "ledger", "complete-step", "x", "-1" }, 2, NULL, "-1" },
  { { "weir", "ledger", "complete-step", "x", "1e3" }, 2, NULL, "ROWS is one whole number" },
  { { "weir", "ledger", "complete-step", "x", "9223372036854775808" }, 2, NULL, "ROWS is one whole number" },
  { { "weir", "ledger", "complete-step", "-r", "1", "x" }, 1, NULL, "\"x\" is no id of a step" },
  { { "weir", "ledger", "complete-step", "x", "--rows-processed" }, 1, NULL, "\"x\" is no id of a step" },
  { { "weir", "ledger", "fail-step", "x" }, 2, NULL, "a reason are needed" },
  { { "weir", "ledger", "fail-step", "x", "" }, 2, NULL, "the reason is empty" },
  { { "weir", "ledger", "fail-execution", "x", "" }, 2, NULL, "the reason is empty" },
  { { "weir", "ledger", "init-execution", "--expires", "0" }, 2, NULL, "from 1 on" },
  { { "weir", "ledger", "init-execution", "--pipeline", "" }, 1, NULL, "a pipeline's name has" },
  { { "weir", "ledger", "wait", "--timeout=-5", "x" }, 2, NULL, "--timeout" },
  { { "weir", "ledger", "run" }, 2, NULL, "a command is needed\nTry: weir ledger run --help\n" },
  { { "weir", "ledger", "run", "--" }, 2, NULL, "a command is needed" },
  { { "weir", "ledger", "run", "--pipelin", "x", "true" }, 2, NULL, "unknown option \"--pipelin\"" },
  { { "weir", "ledger", "--help" }, 0, "  compare-step-models STEP-ID PREVIOUS-EXECUTION-ID ", NULL },
  { { "weir", "ledger", "host=x", "--help" }, 0, "  compare-step-models STEP-ID PREVIOUS-EXECUTION-ID ", NULL },
  { { "weir", "ledger", "run", "--help" }, 0, "  weir ledger run [OPTION", NULL },
  { { "weir", "ledger", "compare-step-models", "-h" }, 0, "--removed", NULL },
  { { "weir", "completion", "bash" }, 0, "complete -o default -F _weir weir", NULL },
  { { "weir", "completion", "zsh" }, 0, "#compdef weir", NULL },
  { { "weir", "completion", "fish" }, 0, "complete -c weir", NULL },
};

static void
test_command_lines (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      char *argv[7] = { NULL };
      int argc = 0;
      for (; argc < 6 && cases[i].argv[argc] != NULL; argc++)
        argv[argc] = (char *) cases[i].argv[argc];
      Capture out_capture = capture_begin (stdout);
      Capture err_capture = capture_begin (stderr);
      int code = cli_main (argc, argv);
      g_autofree char *err = capture_end (err_capture);
      g_autofree char *out = capture_end (out_capture);
      assert_int_equal (code, cases[i].code);
      assert_true (cases[i].out != NULL ? strstr (out, cases[i].out) != NULL : out[0] == '\0');
      assert_true (cases[i].err != NULL ? strstr (err, cases[i].err) != NULL : err[0] == '\0');
    }
}

static void
test_every_command_explains_itself (void **state)
{
  (void) state;
  for (const Command *const *each = cli_table; *each != NULL; each++)
    {
      const Command *command = *each;
      char *argv[] = { (char *) "weir", (char *) command->name, (char *) "--help", NULL };
      Capture capture = capture_begin (stdout);
      int code = cli_main (3, argv);
      g_autofree char *out = capture_end (capture);
      g_autofree char *usage = g_strdup_printf ("weir %s", command->name);
      assert_int_equal (code, 0);
      assert_non_null (strstr (out, usage));
      assert_non_null (strstr (out, command->summary));
      assert_int_equal (strstr (out, "--home") != NULL, (command->takes & TAKES_SETTINGS) != 0);
      assert_int_equal (strstr (out, "Print the result as JSON") != NULL, (command->takes & TAKES_JSON) != 0);
    }
}

/* `weir check` shows what is in force, with no database too. */
static void
test_settings_from_the_command_line (void **state)
{
  (void) state;
  g_autofree char *home = g_dir_make_tmp ("weir-cli-XXXXXX", NULL);
  g_autofree char *place = g_build_filename (home, ".weir", NULL);
  assert_int_equal (g_mkdir (place, 0700), 0);
  g_autofree char *database = g_strdup ("--database=port=1 host=/nowhere");
  char *argv[] = { (char *) "weir", database, (char *) "check", (char *) "--json", (char *) "--home", home, NULL };
  Capture capture = capture_begin (stdout);
  assert_int_equal (cli_main (6, argv), 3);
  g_autofree char *out = capture_end (capture);
  g_autoptr (Json) told = weir_json_parse (out, strlen (out), "stdout", NULL);
  const Json *settings = json_object_get (told, "settings");
  const Json *checked = json_array_get (json_object_get (told, "checks"), 0);
  assert_string_equal (json_string_value (json_object_get (settings, "database")), "port=1 host=/nowhere");
  assert_string_equal (json_string_value (json_object_get (checked, "subject")), home);
  assert_int_equal (g_rmdir (place), 0);
  assert_int_equal (g_rmdir (home), 0);
}

/* Every option of the table is in the help and in the completion of the commands that take settings. */
static void
test_every_setting_has_its_option (void **state)
{
  (void) state;
  char *argv[] = { (char *) "weir", (char *) "status", (char *) "--help", NULL };
  Capture capture = capture_begin (stdout);
  assert_int_equal (cli_main (3, argv), 0);
  g_autofree char *out = capture_end (capture);
  char *line[] = { (char *) "weir", (char *) "--complete", (char *) "status", (char *) "-", NULL };
  Capture offering = capture_begin (stdout);
  assert_int_equal (cli_main (4, line), 0);
  g_autofree char *completed = capture_end (offering);
  for (const Setting *row = settings_table; row->help != NULL; row++)
    if (row->option != NULL)
      {
        g_autofree char *shown = g_strdup_printf ("%s=%s ", row->option, row->argument);
        assert_non_null (strstr (out, shown));
        assert_non_null (strstr (completed, row->option));
      }
}

static void
test_table (void **state)
{
  (void) state;
  static const char *const headers[] = { "name", "rows", "note", NULL };
  const char *const cells[] = { "users", "12", NULL, "\xC3\xA9t\xC3\xA9", "1", "two\nlines" };
  g_autoptr (GPtrArray) array = g_ptr_array_new ();
  for (size_t i = 0; i < G_N_ELEMENTS (cells); i++)
    g_ptr_array_add (array, (gpointer) cells[i]);
  Capture capture = capture_begin (stdout);
  show_table (headers, array);
  g_autofree char *out = capture_end (capture);
  assert_string_equal (out, "name   rows  note\n"
                            "users    12\n"
                            "\xC3\xA9t\xC3\xA9       1  two\\x0Alines\n");
}

static void
test_errors (void **state)
{
  (void) state;
  GError *error = NULL;
  weir_error (&error, WEIR_ERROR_RETRY, "it is away");
  weir_error_hint (&error, "wait");
  Capture out_capture = capture_begin (stdout);
  Capture err_capture = capture_begin (stderr);
  int code = command_fail (error, true);
  g_autofree char *err = capture_end (err_capture);
  g_autofree char *out = capture_end (out_capture);
  assert_int_equal (code, 3);
  assert_string_equal (err, "weir: it is away\nHINT:  wait\n");
  g_autoptr (Json) object = weir_json_parse (out, strlen (out), "stdout", NULL);
  const Json *told = json_object_get (object, "error");
  assert_string_equal (json_string_value (json_object_get (told, "message")), "it is away");
  assert_string_equal (json_string_value (json_object_get (told, "hint")), "wait");
  assert_true (json_is_null (json_object_get (told, "detail")));
  assert_true (json_is_null (json_object_get (told, "line")));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_command_lines),
    cmocka_unit_test (test_every_command_explains_itself),
    cmocka_unit_test (test_settings_from_the_command_line),
    cmocka_unit_test (test_every_setting_has_its_option),
    cmocka_unit_test (test_table),
    cmocka_unit_test (test_errors),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
