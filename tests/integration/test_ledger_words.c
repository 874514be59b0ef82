/* `weir ledger`: the words of Data Pipeline Orchestrator, and what is beyond them. `weir ledger run` is test_ledger_run.c. */
#include "base/conninfo.h"
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NONE "NO_LAST_SUCCESSFUL_EXECUTION"
#define A_UUID "3fa9c1d2-0000-4000-8000-000000000000"

/* What `weir ledger WORD...` prints, on one line or none; it must end well. Owned by the caller. */
static char *say (Home *home, ...) G_GNUC_NULL_TERMINATED;
static char *
say (Home *home, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_ptr_array_add (argv, (gpointer) "ledger");
  va_list list;
  va_start (list, home);
  for (const char *word = va_arg (list, const char *); word != NULL; word = va_arg (list, const char *))
    g_ptr_array_add (argv, (gpointer) word);
  va_end (list);
  g_ptr_array_add (argv, NULL);
  g_autoptr (Outcome) outcome = run_weir_argv (home, (const char *const *) argv->pdata);
  if (outcome->code != 0)
    fail_msg ("weir ledger %s ends with %d: %s", (const char *) argv->pdata[1], outcome->code, outcome->err);
  const char *newline = strchr (outcome->out, '\n');
  assert_true (newline == NULL || newline[1] == '\0');
  return g_strndup (outcome->out, strcspn (outcome->out, "\n"));
}

#define assert_said(expected, home, ...)                                                                                           \
  do                                                                                                                               \
    {                                                                                                                              \
      g_autofree char *said_ = say (home, __VA_ARGS__, NULL);                                                                      \
      assert_string_equal (said_, expected);                                                                                       \
    }                                                                                                                              \
  while (0)

/* It ends with 1, and says so on stderr alone. */
#define assert_refused(text, home, ...)                                                                                            \
  do                                                                                                                               \
    {                                                                                                                              \
      g_autoptr (Outcome) refused_ = expect_weir (home, 1, "ledger", __VA_ARGS__, NULL);                                           \
      assert_string_equal (refused_->out, "");                                                                                     \
      assert_contains (refused_->err, text);                                                                                       \
    }                                                                                                                              \
  while (0)

/* ---- three runs of a script of Data Pipeline Orchestrator ---- */

/* The home's database, for a command line: the password goes by the environment. Owned by the caller. */
static char *
plain_url (Home *home)
{
  g_autofree char *password = NULL;
  char *url = conninfo_without_password (home->url, &password);
  home_set_environment (home, "PGPASSWORD", password);
  return url;
}

/* The same as SQLAlchemy writes it. */
static char *
sqlalchemy_url (Home *home)
{
  g_autofree char *url = plain_url (home);
  assert_true (g_str_has_prefix (url, "postgresql://"));
  return g_strconcat ("postgresql+psycopg2", url + strlen ("postgresql"), NULL);
}

static void
run_step (Home *home, const char *url, const char *execution, const char *previous, const char *const names[3])
{
  const char *step_name = names[0], *folder = names[1], *changed = names[2];
  g_autofree char *step = say (home, url, "init-step", execution, step_name, folder, "**/*.json", "**/*.csv", "**/*.sql", NULL);
  assert_int_equal (strlen (step), 36);
  assert_said (changed, home, url, "compare-step-models", step, previous);
  /* The script leaves the value out where it has none. */
  if (strcmp (step_name, "LOAD") == 0)
    assert_said ("", home, url, "complete-step", step, "--rows-processed", "9223372036854775807");
  else
    assert_said ("", home, url, "complete-step", step, "--rows-processed");
}

/* One execution as that program's own integration test has it. Its id, owned by the caller. */
static char *
run_pipeline (Home *home, const char *expected_previous, const char *changed_load, const char *changed_transform)
{
  g_autofree char *url = sqlalchemy_url (home), *execution = say (home, url, "init-execution", NULL);
  g_autofree char *previous = say (home, url, "get-last-successful-execution", NULL);
  g_autofree char *time = say (home, url, "get-execution-completion-timestamp", previous, NULL);
  assert_int_equal (strlen (execution), 36);
  assert_string_equal (previous, expected_previous);
  assert_true (
      g_regex_match_simple ("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}[+-][0-9]{2}:[0-9]{2}$", time, 0, 0));
  run_step (home, url, execution, previous, (const char *const[]) { "LOAD", "./models/load", changed_load });
  run_step (home, url, execution, previous, (const char *const[]) { "TRANSFORM", "models/transform", changed_transform });
  assert_said ("", home, url, "complete-execution", execution);
  assert_said (execution, home, url, "get-last-successful-execution");
  return g_steal_pointer (&execution);
}

static void
test_three_runs_of_a_script (void **state)
{
  Home *home = *state;
  home_write_file (home, "models/load/load_model_1.json", "load_model_1\n");
  home_write_file (home, "models/load/load_model_2.json", "load_model_2\n");
  home_write_file (home, "models/transform/transform_model_1.csv", "transform_model_1\n");
  home_write_file (home, "models/transform/transform_model_2.sql", "transform_model_2\n");
  home_write_file (home, "models/transform/transform_model_3.sql", "transform_model_3\n");
  g_autofree char *first =
      run_pipeline (home, NONE, "load_model_1 load_model_2", "transform_model_1 transform_model_2 transform_model_3");

  /* Two is modified, three deleted, four added. */
  home_write_file (home, "models/transform/transform_model_2.sql", "Modified transform_model_2\n");
  home_remove_file (home, "models/transform/transform_model_3.sql");
  home_write_file (home, "models/transform/transform_model_4.sql", "transform_model_4\n");
  g_autofree char *second = run_pipeline (home, first, "", "transform_model_2 transform_model_4");

  g_autofree char *third = run_pipeline (home, second, "", "");
  assert_sql (home, "3",
              "select count(*) from weir.execution where status = 'COMPLETED' and pipeline = '' and execution_time_ms >= 0");
  assert_sql (home, "LOAD|9223372036854775807\nTRANSFORM|-",
              "select step_name, rows_processed from weir.execution_step where execution_id = '%s' order by 1", third);
}

/* ---- what there is, and what not ---- */

static void
test_ids_and_times (void **state)
{
  Home *home = *state;
  assert_said (NONE, home, "get-last-successful-execution");
  assert_said (A_UUID, home, "init-execution", "--execution-id", "{3FA9C1D2000040008000000000000000}");
  assert_refused ("there is an execution " A_UUID " already", home, "init-execution", "--execution-id", A_UUID);
  assert_refused ("\"3fa9\" is no id of an execution", home, "init-execution", "--execution-id", "3fa9");
  assert_said ("", home, "get-execution-completion-timestamp", A_UUID); /* not yet */
  assert_said ("", home, "complete-execution", A_UUID);
  assert_said (A_UUID, home, "get-last-successful-execution");
  g_autofree char *time = say (home, "get-execution-completion-timestamp", A_UUID, NULL);
  assert_said (time, home, "get-execution-last-updated-timestamp", A_UUID);
  assert_sql (home, time, "select to_char(completed_on, 'YYYY-MM-DD\"T\"HH24:MI:SS.US') || '+00:00' from weir.execution");
  /* One that fails later is no successful one, and one of a pipeline with a name not of those without. */
  g_autofree char *other = say (home, "init-execution", NULL), *named = say (home, "init-execution", "--pipeline", "nightly", NULL);
  assert_said ("", home, "fail-execution", other, "the source", "was away");
  assert_said ("", home, "complete-execution", named);
  assert_said (A_UUID, home, "get-last-successful-execution");
  assert_said (named, home, "get-last-successful-execution", "--pipeline", "nightly");
  assert_said (NONE, home, "get-last-successful-execution", "--pipeline", "weekly");
  assert_sql (home, "FAILED|the source was away", "select status || '|' || error from weir.execution where execution_id = '%s'",
              other);
}

/* Given an execution and a step that are over, they stay as they are, and each sentence says of what. */
static void
test_what_is_over_stays (void **state)
{
  Home *home = *state;
  home_write_file (home, "m/a.sql", "1");
  g_autofree char *execution = say (home, "init-execution", NULL);
  g_autofree char *step = say (home, "init-step", execution, "load", "m", "*", NULL);
  assert_refused ("has a step LOAD already", home, "init-step", execution, "Load", "m", "*");
  assert_said ("", home, "fail-step", step, "no", "rows");
  assert_refused ("is FAILED, and stays so", home, "complete-step", step);
  assert_said (step, home, "init-step", execution, "LOAD", "m", "*"); /* begun again */
  assert_said ("", home, "complete-step", step, "7");
  assert_said ("", home, "complete-step", step, "8"); /* twice is once */
  assert_refused ("is COMPLETED, and stays so", home, "fail-step", step, "late");
  assert_sql (home, "COMPLETED|7|-", "select status, rows_processed, error from weir.execution_step");
  g_autofree char *open = say (home, "init-step", execution, "transform", "m", "*", NULL);
  assert_said ("", home, "fail-execution", execution, "it broke");
  assert_sql (home, "FAILED|it broke", "select status, error from weir.execution_step where execution_step_id = '%s'", open);
  const char *const words[][3] = { { "complete-execution" }, { "heartbeat" }, { "fail-execution", "again" } };
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    assert_refused ("DETAIL:  it broke", home, words[i][0], execution, words[i][1]);
  assert_refused ("is FAILED, and stays so", home, "init-step", execution, "NEXT", "m", "*");
  assert_refused ("is FAILED, and stays so", home, "complete-step", open);
  assert_sql (home, "2", "select count(*) from weir.execution_step");
}

/* Given steps that nobody has ended, the execution is completed all the same, as that program has it, and a warning names them. */
static void
test_completed_with_open_steps (void **state)
{
  Home *home = *state;
  home_write_file (home, "m/a.sql", "1");
  g_autofree char *execution = say (home, "init-execution", NULL);
  g_autofree char *load = say (home, "init-step", execution, "load", "m", "*", NULL);
  g_autofree char *check = say (home, "init-step", execution, "check", "m", "*", NULL);
  assert_said ("", home, "complete-step", load);
  g_autoptr (Outcome) told = expect_weir (home, 0, "ledger", "complete-execution", execution, NULL);
  assert_contains (told->err, "is completed, though not all of its steps are: CHECK");
  assert_refused ("is COMPLETED, and stays so", home, "complete-step", check);
}

/* Where the home and the database are named does not matter, but once. */
static void
test_options_before_and_behind (void **state)
{
  Home *home = *state;
  g_autofree char *url = plain_url (home);
  g_autofree char *option = g_strconcat ("--database=", url, NULL);
  g_autofree char *execution = say (home, "init-execution", "--database", url, NULL);
  assert_said ("", home, option, "complete-execution", execution);
  assert_said (execution, home, "get-last-successful-execution", option, "--home", home->path);
  g_autoptr (Outcome) twice = expect_weir (home, 2, "ledger", url, "init-execution", "--database", url, NULL);
  assert_contains (twice->err, "the database is named twice");
}

static void
test_what_is_not_there (void **state)
{
  Home *home = *state;
  home_write_file (home, "m/a.sql", "1");
  g_autofree char *execution = say (home, "init-execution", NULL),
                  *step = say (home, "init-step", execution, "LOAD", "m", "*", NULL);
  assert_refused ("there is no execution " A_UUID, home, "get-execution-completion-timestamp", A_UUID);
  assert_refused ("there is no execution " A_UUID, home, "init-step", A_UUID, "LOAD", "m", "*");
  assert_refused ("there is no execution " A_UUID, home, "complete-execution", A_UUID);
  assert_refused ("there is no execution " A_UUID, home, "heartbeat", A_UUID);
  assert_refused ("there is no execution " A_UUID, home, "wait", A_UUID);
  assert_refused ("there is no execution " A_UUID, home, "compare-step-models", step, A_UUID);
  assert_refused ("there is no step " A_UUID, home, "compare-step-models", A_UUID, NONE);
  assert_refused ("there is no step " A_UUID, home, "complete-step", A_UUID);
  assert_refused ("is no id of a step", home, "fail-step", "x", "y");
  assert_refused ("\"nowhere\" is no folder", home, "init-step", execution, "OTHER", "nowhere", "*");
  assert_refused ("\"m/a.sql\" is no folder", home, "init-step", execution, "OTHER", "m/a.sql", "*");
  assert_refused ("is not relative", home, "init-step", execution, "OTHER", "m", "/etc/*");
  assert_refused ("a step's name", home, "init-step", execution, "", "m", "*");
  assert_sql (home, "1", "select count(*) from weir.execution_step");
}

/* Given the run of a file, no word changes it, and nobody looks for its file where a pipeline's has none. */
static void
test_runs_of_files_are_weirs_own (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}");
  expect_load (home, "name,email\nAnn,a@x.org\n", "applied", "read=1 inserted=1 staged=1");
  g_autofree char *run = sql_scalar (home, "select run_id from weir.file");
  g_autofree char *step = sql_scalar (home, "select execution_step_id from weir.execution_step where step_name = 'LOAD'");
  g_autofree char *before =
      sql_text_rows (home, "select * from weir.execution join weir.execution_step using (execution_id) order by 1, 5");
  assert_refused ("is weir's own", home, "complete-execution", run);
  assert_refused ("is weir's own", home, "fail-execution", run, "no");
  assert_refused ("is weir's own", home, "heartbeat", run);
  assert_refused ("is weir's own", home, "init-step", run, "MORE", ".", "*.csv");
  assert_refused ("is COMPLETED", home, "fail-step", step, "no");
  assert_said (NONE, home, "get-last-successful-execution");
  assert_said ("COMPLETED", home, "wait", run);
  assert_sql (home, before, "select * from weir.execution join weir.execution_step using (execution_id) order by 1, 5");

  g_autofree char *execution = say (home, "init-execution", "--pipeline", "nightly", NULL);
  g_autoptr (Outcome) runs = expect_weir (home, 0, "runs", NULL);
  assert_contains (runs->out, "users.csv");
  assert_contains (runs->out, "nightly");
  const char *const commands[] = { "retry", "undo", "rejects", "approve", "discard" };
  for (size_t i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autoptr (Outcome) outcome = expect_weir (home, 2, commands[i], "nightly", NULL);
      assert_contains (outcome->err, "run \"nightly\" is of a pipeline, and has no file");
    }
  assert_weir (home, 0, "verify", NULL);
  if (cluster_is_of_loader ()) /* who migrates nothing */
    return;
  /* What has come later, and lost nothing, goes first. */
  g_autoptr (Outcome) refused = run_weir (home, "migrate", "down", NULL);
  for (int i = 0; i < 20 && refused->code == 0; i++)
    {
      outcome_free (refused);
      refused = run_weir (home, "migrate", "down", NULL);
    }
  assert_int_equal (refused->code, 2);
  assert_contains (refused->err, "pipelines");
  assert_weir (home, 0, "migrate", "up", NULL);
}

/* ---- models ---- */

static void
assert_models (Home *home, const char *step, const char *expected)
{
  assert_sql (home, expected,
              "select string_agg(model_name, '|' order by model_name collate \"C\") from weir.execution_step_model"
              " where execution_step_id = '%s'",
              step);
}

static void
test_names_of_models (void **state)
{
  Home *home = *state;
  const char *const files[] = { "m/a b, c.sql",          "m/x/orders.v2.sql", "m/.hidden", "m/no_extension",
                                "m/\xc3\xa6'\"$(x).sql", "m/-r.sql",          "m/dot." };
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    home_write_file (home, files[i], "same");
  g_autofree char *link = home_path (home, "m/link.sql"), *folder_link = home_path (home, "m/folder"),
                  *nothing = home_path (home, "m/none.sql");
  assert_int_equal (symlink ("no_extension", link), 0);
  assert_int_equal (symlink ("x", folder_link), 0);
  assert_int_equal (symlink ("nowhere", nothing), 0);
  g_autofree char *execution = say (home, "init-execution", NULL);
  g_autofree char *step = say (home, "init-step", execution, "LOAD", "m", "**/*", "**/*.sql", "./x/*", NULL);
  assert_models (home, step, "-r|.hidden|a b, c|dot.|link|no_extension|orders.v2|\xc3\xa6'\"$(x)");
  /* sha256sum of "same" */
  assert_sql (home, "0967115f2813a3541eaef77de9d9d5773f1c0c04314b0bbfe4ff3b3b1c55b5d5",
              "select distinct checksum from weir.execution_step_model");
  assert_said ("-r;.hidden;a b, c;dot.;link;no_extension;orders.v2;\xc3\xa6'\"$(x)", home, "compare-step-models", step, NONE,
               "--separator", ";");
  g_autoptr (Outcome) json = expect_weir (home, 0, "ledger", "compare-step-models", "--json", step, NONE, NULL);
  g_autoptr (Json) object = outcome_json (json);
  assert_json (object, "new.2", "a b, c");
  assert_json (object, "changed", "[]");
}

/* What cannot be kept as it is is refused whole. */
static void
test_models_that_are_refused (void **state)
{
  static const struct
  {
    const char *file, *other, *says;
  } cases[] = {
    { "m/orders.sql", "m/orders.csv", "two models are called \"orders\": \"orders.csv\" and \"orders.sql\"" },
    { "m/orders.sql", "m/deep/er/orders.sql", "two models are called \"orders\": \"deep/er/orders.sql\" and \"orders.sql\"" },
    { "m/new\nline.sql", NULL, "has a control character" },
    { "m/\xff.sql", NULL, "the name of \"\\xFF.sql\" is not UTF-8" },
  };
  Home *home = *state;
  g_autofree char *execution = say (home, "init-execution", NULL), *long_name = g_strnfill (251, 'x');
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      home_write_file (home, cases[i].file, "x");
      if (cases[i].other != NULL)
        home_write_file (home, cases[i].other, "x");
      assert_refused (cases[i].says, home, "init-step", execution, "LOAD", "m", "**/*");
      home_remove_file (home, cases[i].file);
      if (cases[i].other != NULL)
        home_remove_file (home, cases[i].other);
    }
  g_autofree char *long_file = g_strconcat ("m/", long_name, NULL);
  home_write_file (home, long_file, "x");
  assert_refused ("is longer than 250 characters", home, "init-step", execution, "LOAD", "m", "*");
  assert_refused ("a step's name has from 1 to 100", home, "init-step", execution, long_name, "m", "*");
  assert_sql (home, "0", "select count(*) from weir.execution_step");
  assert_sql (home, "INITIALISED", "select status from weir.execution");
}

/* Given a file, and then a folder, that weir may not read, the step does not begin without them. */
static void
test_what_cannot_be_read (void **state)
{
  Home *home = *state;
  home_write_file (home, "m/a.sql", "x");
  home_write_file (home, "m/closed/b.sql", "x");
  g_autofree char *execution = say (home, "init-execution", NULL);
  g_autofree char *file = home_path (home, "m/a.sql"), *folder = home_path (home, "m/closed");
  g_autofree char *url = plain_url (home);
  home->user = geteuid () == 0 ? "nobody" : NULL;
  assert_int_equal (chmod (file, 0), 0);
  assert_refused ("a.sql\": Permission denied", home, url, "init-step", execution, "LOAD", "m", "*.sql");
  assert_int_equal (chmod (file, 0644), 0);
  assert_int_equal (chmod (folder, 0), 0);
  assert_refused ("closed/\": Permission denied", home, url, "init-step", execution, "LOAD", "m", "**/*.sql");
  assert_int_equal (chmod (folder, 0755), 0);
  home->user = NULL;
  assert_sql (home, "0", "select count(*) from weir.execution_step");
}

static void
test_patterns_that_find_nothing (void **state)
{
  Home *home = *state;
  home_write_file (home, "m/a.sql", "x");
  g_autofree char *execution = say (home, "init-execution", NULL);
  g_autoptr (Outcome) none = expect_weir (home, 0, "ledger", "init-step", execution, "ONE", "m", "*.csv", NULL);
  assert_contains (none->err, "no pattern finds a file in \"m\"");
  g_autoptr (Outcome) quiet =
      expect_weir (home, 0, "ledger", "--log-level", "ERROR", "init-step", execution, "TWO", "m", "*.csv", NULL);
  assert_string_equal (quiet->err, "");
  g_autoptr (Outcome) some = expect_weir (home, 0, "ledger", "init-step", execution, "THREE", "m", "*.csv", "*.sql", NULL);
  assert_string_equal (some->err, "");
  g_autoptr (Outcome) told = expect_weir (home, 0, "ledger", "-l", "DEBUG", "init-step", execution, "FOUR", "m", "*.sql", NULL);
  assert_contains (told->err, "model a: a.sql, SHA-256 2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881");
  g_autofree char *step = g_strndup (none->out, 36);
  assert_said ("", home, "compare-step-models", step, NONE);
}

static void
test_comparing (void **state)
{
  Home *home = *state;
  home_write_file (home, "m/B.sql", "1");
  home_write_file (home, "m/a.sql", "1");
  home_write_file (home, "m/gone.sql", "1");
  home_write_file (home, "m/\xc3\xa6.sql", "1");
  g_autofree char *first = say (home, "init-execution", NULL), *before = say (home, "init-step", first, "LOAD", "m", "*.sql", NULL);
  home_write_file (home, "m/\xc3\xa6.sql", "2");
  home_write_file (home, "m/B.sql", "2");
  home_remove_file (home, "m/gone.sql");
  home_write_file (home, "m/Z.csv", "1");
  g_autofree char *second = say (home, "init-execution", NULL), *after = say (home, "init-step", second, "LOAD", "m", "*.*", NULL);
  g_autofree char *other = say (home, "init-step", second, "OTHER", "m", "a.sql", NULL);
  assert_said ("B,Z,\xc3\xa6", home, "compare-step-models", after, first); /* in the order of their bytes, completed or not */
  assert_said ("gone", home, "compare-step-models", after, first, "--removed");
  assert_said ("Z", home, "compare-step-models", before, second, "--removed");
  assert_said ("", home, "compare-step-models", after, second);
  assert_said ("a", home, "compare-step-models", other, first); /* which had no such step */
  g_autoptr (Outcome) json = expect_weir (home, 0, "ledger", "compare-step-models", after, first, "--json", NULL);
  g_autoptr (Json) object = outcome_json (json);
  assert_json (object, "changed", "[\"B\",\"\xc3\xa6\"]");
  assert_json (object, "new", "[\"Z\"]");
  assert_json (object, "removed", "[\"gone\"]");
  assert_json (object, "unchanged", "[\"a\"]");
}

/* ---- one at a time ---- */

static void
test_a_named_pipeline_keeps_others_out (void **state)
{
  Home *home = *state;
  g_autofree char *first = say (home, "init-execution", "--pipeline", "nightly", "--expires", "600", NULL);
  assert_refused ("pipeline \"nightly\" is running: its execution", home, "init-execution", "--pipeline", "nightly");
  assert_refused (first, home, "init-execution", "--pipeline", "nightly", "--wait", "1");
  g_autofree char *other = say (home, "init-execution", "--pipeline", "weekly", NULL),
                  *unnamed = say (home, "init-execution", NULL);
  g_autofree char *again = say (home, "init-execution", NULL); /* as many as one likes */
  assert_said ("", home, "fail-execution", first, "stopped");
  g_autofree char *second = say (home, "init-execution", "--pipeline", "nightly", NULL);
  /* Nobody was abandoned by these. */
  assert_sql (home, "1", "select count(*) from weir.execution where status = 'FAILED'");
  assert_sql (home, "5", "select count(*) from weir.execution");
}

/* Given an execution whose time has passed, the next one may begin, and the one before cannot come back; a sign of life gives it its time
 * anew. */
static void
test_a_pipeline_that_is_abandoned (void **state)
{
  Home *home = *state;
  home_write_file (home, "m/a.sql", "1");
  g_autofree char *first = say (home, "init-execution", "--pipeline", "nightly", "--expires", "600", NULL);
  const char *const signs[][6] = { { "heartbeat", first }, { "init-step", first, "LOAD", "m", "*" } };
  for (size_t i = 0; i < G_N_ELEMENTS (signs); i++)
    {
      sql_run_text (home, "update weir.execution set heartbeat_on = now() - interval '599 s'");
      g_autofree char *said = say (home, signs[i][0], signs[i][1], signs[i][2], signs[i][3], signs[i][4], NULL);
      assert_sql (home, "t", "select heartbeat_on > now() - interval '300 s' from weir.execution");
    }
  sql_run_text (home, "update weir.execution set heartbeat_on = now() - interval '601 s'");
  assert_refused ("abandoned: its last sign of life was at", home, "wait", first);
  g_autofree char *second = say (home, "init-execution", "--pipeline", "nightly", NULL);
  assert_sql (home, "FAILED|abandoned: no sign of life for 600 s",
              "select status, error from weir.execution where execution_id = '%s'", first);
  assert_sql (home, "FAILED|abandoned", "select status, error from weir.execution_step");
  assert_refused ("is FAILED, and stays so", home, "heartbeat", first);
  assert_refused ("is FAILED, and stays so", home, "complete-execution", first);
  assert_refused ("has failed: abandoned: no sign of life", home, "wait", first);
  assert_said ("", home, "complete-execution", second);
}

/* Given eight that would begin at the same moment, one does. */
static void
test_many_at_once (void **state)
{
  Home *home = *state;
  Background *all[8];
  int begun = 0;
  for (size_t i = 0; i < G_N_ELEMENTS (all); i++)
    all[i] = spawn_weir (home, "ledger", "init-execution", "--pipeline", "nightly", NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (all); i++)
    {
      int code = background_stop (all[i], 0, DEADLINE_SECONDS);
      assert_true (code == 0 || code == 1);
      begun += code == 0;
      background_free (all[i]);
    }
  assert_int_equal (begun, 1);
  assert_sql (home, "1", "select count(*) from weir.execution");
}

static void
test_waiting_for_an_end (void **state)
{
  Home *home = *state;
  g_autofree char *execution = say (home, "init-execution", "--pipeline", "nightly", NULL);
  assert_refused ("is not over after 0 s", home, "wait", "--timeout", "0", execution);
  g_autoptr (Background) waiting = spawn_weir (home, "ledger", "wait", execution, NULL);
  g_autoptr (Background) next = spawn_weir (home, "ledger", "init-execution", "--pipeline", "nightly", "--wait", "60", NULL);
  wait_until (
      sql_number (home, "select count(*) from pg_stat_activity where application_name = 'weir' and datname = current_database()")
      == 2);
  assert_said ("", home, "complete-execution", execution);
  assert_int_equal (background_stop (waiting, 0, DEADLINE_SECONDS), 0);
  assert_true (background_said (waiting, "COMPLETED\n"));
  assert_int_equal (background_stop (next, 0, DEADLINE_SECONDS), 0);
  assert_sql (home, "2", "select count(*) from weir.execution");
}

/* ---- databases ---- */

/* Given a database that weir has never seen, and no home: the first word makes the ledger. */
static void
test_a_new_database (void **state)
{
  Home *home = *state;
  home->started = home->elsewhere;
  g_autofree char *url = sqlalchemy_url (home), *id = say (home, url, "init-execution", NULL);
  assert_said ("", home, url, "complete-execution", id);
  g_autofree char *plain = plain_url (home);
  assert_said (id, home, plain, "get-last-successful-execution");
  g_autoptr (Outcome) no_home = expect_weir (home, 2, "ledger", "init-execution", NULL);
  assert_contains (no_home->err, "Or name the database");
  home->started = NULL;
}

static void
test_a_database_that_is_away (void **state)
{
  Home *home = *state;
  g_autoptr (Outcome) away =
      expect_weir (home, 1, "ledger", "postgresql+psycopg2://u:secret-1@127.0.0.1:1/db", "init-execution", NULL);
  assert_contains (away->err, "could not connect");
  assert_null (strstr (away->err, "secret-1"));
  assert_refused ("mysql", home, "mysql://u@127.0.0.1/db", "init-execution");
  home_lose_database (home);
  assert_refused ("could not connect", home, "get-last-successful-execution");
  home_configure (home, "");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_three_runs_of_a_script),
    TEST (test_ids_and_times),
    TEST (test_what_is_over_stays),
    TEST (test_completed_with_open_steps),
    TEST (test_options_before_and_behind),
    TEST (test_what_is_not_there),
    TEST (test_runs_of_files_are_weirs_own),
    TEST (test_names_of_models),
    TEST (test_models_that_are_refused),
    TEST (test_what_cannot_be_read),
    TEST (test_patterns_that_find_nothing),
    TEST (test_comparing),
    TEST (test_a_named_pipeline_keeps_others_out),
    TEST (test_a_pipeline_that_is_abandoned),
    TEST (test_many_at_once),
    TEST (test_waiting_for_an_end),
    cmocka_unit_test_setup_teardown (test_a_new_database, home_setup_empty, home_teardown),
    TEST (test_a_database_that_is_away),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
