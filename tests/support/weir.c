#include "weir.h"

#include "json_page.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

void
outcome_free (Outcome *outcome)
{
  g_free (outcome->out);
  g_free (outcome->err);
  g_free (outcome);
}

static GPtrArray *
collect_arguments (va_list list)
{
  GPtrArray *argv = g_ptr_array_new ();
  for (const char *word = va_arg (list, const char *); word != NULL; word = va_arg (list, const char *))
    g_ptr_array_add (argv, (char *) word);
  g_ptr_array_add (argv, NULL);
  return argv;
}

/* A new file for output, beside the home: weir does not know of it. */
static char *
output_path (Home *home, const char *suffix)
{
  return g_strdup_printf ("%s.output-%d.%s", home->path, ++home->outputs, suffix);
}

/* The programs where every user can run them: a build folder below /root is closed to others. */
static char *
public_program (const Home *home, const char *program)
{
  g_autofree char *folder = g_strconcat (home->path, ".bin", NULL);
  g_autofree char *built = g_path_get_dirname (program);
  const char *const names[] = { "weir", "weir-notify" };
  assert_int_equal (g_mkdir_with_parents (folder, 0755), 0);
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *from = g_build_filename (built, names[i], NULL);
      g_autofree char *to = g_build_filename (folder, names[i], NULL);
      g_autofree char *bytes = NULL;
      gsize length;
      if (g_file_test (to, G_FILE_TEST_EXISTS) || !g_file_get_contents (from, &bytes, &length, NULL))
        continue;
      assert_true (g_file_set_contents_full (to, bytes, (gssize) length, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
      assert_int_equal (chmod (to, 0755), 0);
    }
  return g_build_filename (folder, "weir", NULL);
}

static pid_t
start_weir (Home *home, const char *const *arguments, const char *out, const char *err)
{
  g_autofree char *built = g_build_filename (g_getenv ("WEIR_BUILD"), "weir", NULL);
  g_autofree char *program = home->user != NULL ? public_program (home, built) : g_strdup (built);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_ptr_array_add (argv, program);
  for (int i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (char *) arguments[i]);
  g_ptr_array_add (argv, NULL);
  ProcessSetup setup = {
    .folder = home->started != NULL ? home->started : home->path,
    .environment = (const char *const *) home->environment->pdata,
    .user = home->user,
    .in = home->in,
    .out = out,
    .err = err,
    .traced = home->traced,
  };
  return process_start (&setup, (const char *const *) argv->pdata);
}

Outcome *
run_weir_argv (Home *home, const char *const *arguments)
{
  g_autofree char *out = output_path (home, "out");
  g_autofree char *err = output_path (home, "err");
  Outcome *outcome = g_new0 (Outcome, 1);
  outcome->code = process_wait (start_weir (home, arguments, out, err));
  g_file_get_contents (out, &outcome->out, NULL, NULL);
  g_file_get_contents (err, &outcome->err, NULL, NULL);
  g_autofree char *line = g_strjoinv (" ", (char **) arguments);
  g_string_append_printf (home->transcript, "$ weir %s\n%s%s", line, outcome->out, outcome->err);
  json_page_check (arguments, outcome->out);
  return outcome;
}

Outcome *
run_weir (Home *home, ...)
{
  va_list list;
  va_start (list, home);
  g_autoptr (GPtrArray) argv = collect_arguments (list);
  va_end (list);
  return run_weir_argv (home, (const char *const *) argv->pdata);
}

static Outcome *
expect_weir_argv (Home *home, int code, const GPtrArray *argv)
{
  Outcome *outcome = run_weir_argv (home, (const char *const *) argv->pdata);
  if (outcome->code != code)
    {
      g_autofree char *line = g_strjoinv (" ", (char **) argv->pdata);
      fail_msg ("weir %s ended with %d, expected %d\nstdout:\n%s\nstderr:\n%s", line, outcome->code, code, outcome->out,
                outcome->err);
    }
  return outcome;
}

Outcome *
expect_weir (Home *home, int code, ...)
{
  va_list list;
  va_start (list, code);
  g_autoptr (GPtrArray) argv = collect_arguments (list);
  va_end (list);
  return expect_weir_argv (home, code, argv);
}

void
assert_weir (Home *home, int code, ...)
{
  va_list list;
  va_start (list, code);
  g_autoptr (GPtrArray) argv = collect_arguments (list);
  va_end (list);
  outcome_free (expect_weir_argv (home, code, argv));
}

Json *
outcome_json_at (const Outcome *outcome, int index)
{
  const char *text = outcome->out;
  for (int i = 0;; i++)
    {
      json_error_t problem;
      Json *value = json_loads (text, JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY, &problem);
      if (value == NULL)
        fail_msg ("no JSON value %d in what weir printed: %s\nstdout:\n%s\nstderr:\n%s", index, problem.text, outcome->out,
                  outcome->err);
      if (i == index)
        return value;
      json_decref (value);
      text += problem.position;
    }
}

Json *
outcome_json (const Outcome *outcome)
{
  Json *value = outcome_json_at (outcome, 0);
  json_error_t problem;
  g_autoptr (Json) whole = json_loads (outcome->out, JSON_DECODE_ANY, &problem);
  if (whole == NULL)
    fail_msg ("more than one JSON value: %s\n%s", problem.text, outcome->out);
  return value;
}

Background *
spawn_weir_argv (Home *home, const char *const *arguments)
{
  Background *background = g_new0 (Background, 1);
  background->home = home;
  background->output = output_path (home, "background");
  g_ptr_array_add (home->watched, g_strdup (background->output));
  background->pid = start_weir (home, arguments, background->output, NULL);
  return background;
}

Background *
spawn_weir (Home *home, ...)
{
  va_list list;
  va_start (list, home);
  g_autoptr (GPtrArray) argv = collect_arguments (list);
  va_end (list);
  return spawn_weir_argv (home, (const char *const *) argv->pdata);
}

char *
background_text (const Background *background)
{
  char *text = NULL;
  return g_file_get_contents (background->output, &text, NULL, NULL) ? text : g_strdup ("");
}

bool
background_said (const Background *background, const char *text)
{
  g_autofree char *all = background_text (background);
  return strstr (all, text) != NULL;
}

int
background_stop (Background *background, int signal, int seconds)
{
  if (signal != 0)
    kill (background->pid, signal);
  int64_t deadline = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
  int code = -1;
  while (!process_ended (background->pid, &code))
    if (!deadline_sleep (deadline))
      {
        g_autofree char *text = background_text (background);
        fail_msg ("weir did not end within %d s; it said:\n%s", seconds, text);
      }
  g_autofree char *text = background_text (background);
  g_string_append (background->home->transcript, text);
  background->pid = 0;
  return code;
}

Background *
start_watch (Home *home)
{
  Background *watch = spawn_weir (home, "watch", NULL);
  wait_until (background_said (watch, "watching"));
  return watch;
}

void
stop_watch (Background *watch)
{
  assert_int_equal (background_stop (watch, SIGTERM, 10), 0);
  assert_int_equal (process_find (watch->home->path, "weir"), 0);
}

void
background_free (Background *background)
{
  if (background->pid > 0)
    {
      kill (background->pid, SIGKILL);
      waitpid (background->pid, NULL, 0);
    }
  guint index = 0;
  if (g_ptr_array_find_with_equal_func (background->home->watched, background->output, g_str_equal, &index))
    g_ptr_array_remove_index (background->home->watched, index);
  g_free (background->output);
  g_free (background);
}

Json *
load_text (Home *home, const char *name, const char *text, ...)
{
  home_drop (home, name, text);
  g_autofree char *path = g_build_filename ("imports", name, NULL);
  va_list list;
  va_start (list, text);
  g_autoptr (GPtrArray) more = collect_arguments (list);
  va_end (list);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  const char *const first[] = { "load", "--json", "--archive", path };
  for (size_t i = 0; i < G_N_ELEMENTS (first); i++)
    g_ptr_array_add (argv, (char *) first[i]);
  for (guint i = 0; i < more->len; i++)
    g_ptr_array_add (argv, more->pdata[i]);
  g_autoptr (Outcome) outcome = run_weir_argv (home, (const char *const *) argv->pdata);
  return outcome_json (outcome);
}

char *
json_at (const Json *json, const char *path)
{
  g_auto (GStrv) steps = g_strsplit (path, ".", -1);
  const Json *value = json;
  for (char **step = steps; *step != NULL && value != NULL; step++)
    value = json_is_array (value) ? json_array_get (value, (size_t) atoi (*step)) : json_object_get (value, *step);
  if (value == NULL)
    return NULL;
  return json_is_string (value) ? g_strdup (json_string_value (value)) : weir_json_text (value);
}

void
assert_json (const Json *json, const char *path, const char *expected)
{
  g_autofree char *value = json_at (json, path);
  if (g_strcmp0 (value, expected) != 0)
    {
      g_autofree char *all = weir_json_text (json);
      fail_msg ("%s is %s, expected %s, in %s", path, value != NULL ? value : "missing", expected, all);
    }
}

void
assert_contains (const char *haystack, const char *needle)
{
  if (haystack == NULL || strstr (haystack, needle) == NULL)
    fail_msg ("\"%s\" does not contain \"%s\"", haystack != NULL ? haystack : "(nothing)", needle);
}

void
assert_error_says (const Json *published, const char *text)
{
  g_autofree char *error = json_at (published, "error");
  assert_contains (error, text);
}

static const char *const count_names[] = { "read",     "rejected",  "repaired",    "duplicate", "unchanged",
                                           "inserted", "updated",   "deactivated", "staged",    "waiting",
                                           "late",     "corrected", "deleted",     "absent",    "forgotten" };

static int64_t
count_at (const Json *rows, const char *name)
{
  return json_integer_value (json_object_get (rows, name));
}

static void
assert_adds_up (const Json *rows, const char *status)
{
  int64_t read = count_at (rows, "read");
  int64_t sum = count_at (rows, "rejected") + count_at (rows, "forgotten");
  if (strcmp (status, "applied") == 0)
    sum += count_at (rows, "duplicate") + count_at (rows, "unchanged") + count_at (rows, "inserted") + count_at (rows, "updated")
           + count_at (rows, "waiting") + count_at (rows, "late") + count_at (rows, "corrected") + count_at (rows, "deleted");
  else if (strcmp (status, "staged") == 0)
    sum += count_at (rows, "staged");
  else
    return;
  assert_int_equal (read, sum);
}

void
assert_load (const Json *published, const char *status, const char *counts)
{
  g_autofree char *all = weir_json_text (published);
  g_autofree char *actual_status = json_at (published, "status");
  if (g_strcmp0 (actual_status, status) != 0)
    fail_msg ("status is %s, expected %s, in %s", actual_status, status, all);
  const Json *rows = json_object_get (published, "rows");
  if (counts == NULL)
    {
      if (!json_is_null (rows))
        fail_msg ("rows is not null in %s", all);
      return;
    }
  g_autoptr (GString) actual = g_string_new (NULL);
  g_autoptr (GString) expected = g_string_new (NULL);
  g_auto (GStrv) words = g_strsplit (counts, " ", -1);
  for (size_t i = 0; i < G_N_ELEMENTS (count_names); i++)
    {
      int64_t wanted = 0;
      for (char **word = words; *word != NULL; word++)
        if (g_str_has_prefix (*word, count_names[i]) && (*word)[strlen (count_names[i])] == '=')
          wanted = g_ascii_strtoll (strchr (*word, '=') + 1, NULL, 10);
      g_string_append_printf (expected, "%s=%" PRId64 " ", count_names[i], wanted);
      g_string_append_printf (actual, "%s=%" PRId64 " ", count_names[i],
                              json_is_integer (json_object_get (rows, count_names[i])) ? count_at (rows, count_names[i])
                                                                                       : INT64_MIN);
    }
  if (strcmp (actual->str, expected->str) != 0)
    fail_msg ("counts differ\n  actual   %s\n  expected %s\n  in %s", actual->str, expected->str, all);
  assert_adds_up (rows, status);
}

void
assert_ledger (Home *home, const Json *published)
{
  g_autofree char *run = json_at (published, "run");
  if (run == NULL)
    fail_msg ("the published object names no run");
  g_autofree char *status = json_at (published, "status");
  g_autofree char *rows = json_at (published, "rows");
  assert_sql (home, status, "select state from weir.file where run_id = '%s'", run);
  assert_sql (home, "t", "select summary->'rows' = '%s'::jsonb from weir.file where run_id = '%s'", rows, run);
}

void
load_and_count (Home *home, const char *name, const char *text, const char *counts)
{
  g_autoptr (Json) published = load_text (home, name, text, NULL);
  assert_load (published, "applied", counts);
  assert_ledger (home, published);
}

void
load_and_note (Home *home, const char *name, const char *text, const char *counts, const char *note)
{
  g_autoptr (Json) published = load_text (home, name, text, NULL);
  assert_load (published, "applied", counts);
  assert_ledger (home, published);
  g_autofree char *notes = json_at (published, "notes");
  assert_contains (notes != NULL ? notes : "", note);
}

void
expect_load (Home *home, const char *text, const char *status, const char *counts)
{
  g_autoptr (Json) published = load_text (home, "users.csv", text, NULL);
  assert_load (published, status, counts);
  assert_ledger (home, published);
}

pid_t
weir_wait_stopped (Home *home)
{
  pid_t worker = 0;
  wait_until ((worker = process_find_stopped (home->path, "--worker")) != 0);
  return worker;
}

void
weir_let_go_on (Home *home)
{
  pid_t worker = process_find_stopped (home->path, "--worker");
  if (worker != 0)
    kill (worker, SIGCONT);
}
