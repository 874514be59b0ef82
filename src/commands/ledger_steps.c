#include "base/error.h"
#include "base/text.h"
#include "src/commands/ledger_call.h"
#include "src/words/step_models.h"

#include <stdio.h>
#include <string.h>

/* ---- init-step ---- */

/* In capitals, as the original has them. Owned by the caller; NULL with an error. */
static char *
step_name (const char *text, GError **error)
{
  if (text[0] == '\0' || !text_is_utf8 (text, strlen (text), NULL) || g_utf8_strlen (text, -1) > WORDS_MOST_STEP)
    return weir_error (error, WEIR_ERROR_INPUT, "a step's name has from 1 to %d characters of UTF-8", WORDS_MOST_STEP), NULL;
  return g_utf8_strup (text, -1);
}

static void
say_models (const Call *call, const Json *models, const char *folder)
{
  size_t i;
  Json *model;
  json_array_foreach (models, i, model)
    ledger_call_say (call, SAY_DEBUG, "model %s: %s, SHA-256 %s", json_string_value (json_object_get (model, "name")),
                     json_string_value (json_object_get (model, "path")), json_string_value (json_object_get (model, "checksum")));
  if (json_array_size (models) == 0)
    ledger_call_say (call, SAY_WARNING, "no pattern finds a file in \"%s\": the step has no models", folder);
}

static bool
init_step (Call *call, int *ret_code, GError **error)
{
  (void) ret_code;
  char **arguments = call->arguments;
  Uid id;
  g_autofree char *name = step_name (arguments[1], error), *step = NULL;
  if (name == NULL || !ledger_call_id (arguments[0], "an execution", &id, error))
    return false;
  if (!g_file_test (arguments[2], G_FILE_TEST_IS_DIR))
    return weir_error (error, WEIR_ERROR_INPUT, "\"%s\" is no folder", arguments[2]);
  g_autoptr (Json) models = step_models_find (arguments[2], arguments + 3, error);
  if (models == NULL)
    return false;
  say_models (call, models, arguments[2]);
  g_autoptr (Db) db = ledger_call_open (call, error);
  return db != NULL && words_step_begin (db, id, name, models, &step, error) && (puts (step), true);
}

const Command word_init_step = {
  .name = "ledger init-step",
  .arguments = "EXECUTION-ID STEP BASE-PATH PATTERN...",
  .summary = "begin a step with the models that shape it: prints its id",
  .description =
      "Models are the files that the patterns find below BASE-PATH: *, ?, [ ] and **, in quotes, so that the shell leaves them "
      "alone. A\n"
      "model's name is its file's without folder and extension, and must be unique in the step. Kept is the SHA-256 of its bytes.\n"
      "A step that failed is begun again by the same words.\n\n"
      "  step=$(weir ledger init-step \"$execution\" TRANSFORM models '**/*.sql' 'seeds/*.csv')",
  .takes = TAKES_SETTINGS | ENDS_WITH_ONE,
  .least = 4,
  .most = ANY_NUMBER,
  .usage = "an execution's id, a step's name, a folder and at least one pattern are needed",
  .run = init_step,
};

/* ---- compare-step-models ---- */

typedef struct
{
  gboolean removed;
  char *separator;
} CompareOptions;

/* The models of which one of these is so. Owned by the caller. */
static GPtrArray *
list_models (const DbResult *models, const char *what, const char *or_what)
{
  GPtrArray *names = g_ptr_array_new ();
  for (int row = 0; row < db_result_rows (models); row++)
    {
      const char *is = db_result_named (models, row, "what");
      if (strcmp (is, what) == 0 || strcmp (is, or_what) == 0)
        g_ptr_array_add (names, (gpointer) db_result_named (models, row, "model"));
    }
  return names;
}

static void
print_json (const DbResult *models)
{
  static const char *const whats[] = { "changed", "new", "removed", "unchanged" };
  g_autoptr (Json) object = json_object ();
  for (size_t i = 0; i < G_N_ELEMENTS (whats); i++)
    {
      g_autoptr (GPtrArray) names = list_models (models, whats[i], whats[i]);
      Json *array = json_array ();
      for (guint j = 0; j < names->len; j++)
        json_array_append_new (array, weir_json_string (names->pdata[j]));
      json_object_set_new (object, whats[i], array);
    }
  show_json (object);
}

static void
print_names (const Call *call, const DbResult *models)
{
  const CompareOptions *options = call->options;
  const LedgerCall *ledger = call->around;
  /* The original's manual says commas and its program prints blanks, which its scripts count on. */
  const char *separator = options->separator != NULL ? options->separator : ledger->of_sqlalchemy ? " " : ",";
  g_autoptr (GPtrArray) names = options->removed ? list_models (models, "removed", "") : list_models (models, "changed", "new");
  for (guint i = 0; i < names->len; i++)
    printf ("%s%s", i > 0 ? separator : "", (const char *) names->pdata[i]);
  if (names->len > 0)
    putchar ('\n');
}

static bool
compare_step_models (Call *call, int *ret_code, GError **error)
{
  (void) ret_code;
  Uid step, previous;
  bool none = g_str_equal (call->arguments[1], LEDGER_NO_EXECUTION);
  g_autoptr (DbResult) models = NULL;
  if (!ledger_call_id (call->arguments[0], "a step", &step, error)
      || (!none && !ledger_call_id (call->arguments[1], "an execution", &previous, error)))
    return false;
  g_autoptr (Db) db = ledger_call_open (call, error);
  if (db == NULL || !words_step_compare (db, step, none ? NULL : &previous, &models, error))
    return false;
  if (call->json)
    print_json (models);
  else
    print_names (call, models);
  return true;
}

static const CommandOption compare_options[] = {
  { "removed", 0, OPTION_FLAG (CompareOptions, removed), "Print those that are there no more instead", NULL },
  { "separator", 0, OPTION_TEXT (CompareOptions, separator),
    "Between the names (default: a comma; a blank where DATABASE-URL is postgresql+psycopg2://)", "TEXT" },
  { NULL },
};

const Command word_compare_step_models = {
  .name = "ledger compare-step-models",
  .arguments = "STEP-ID PREVIOUS-EXECUTION-ID",
  .summary = "models that are new or changed since: prints their names",
  .description = "In the order of their bytes; nothing where all are as they were. All of them are new where that execution has no "
                 "such step, or is\n" LEDGER_NO_EXECUTION ". --json has the changed, new, removed and unchanged ones apart.\n\n"
                 "  changed=$(weir ledger compare-step-models \"$step\" \"$previous\")",
  .takes = TAKES_SETTINGS | ENDS_WITH_ONE | TAKES_JSON,
  .least = 2,
  .most = 2,
  .usage = "the ids of a step and of an execution are needed",
  .options = compare_options,
  .options_size = sizeof (CompareOptions),
  .run = compare_step_models,
};

/* ---- how a step ends ---- */

typedef struct
{
  char *rows;
} CompleteOptions;

static bool
is_count (const char *rows)
{
  guint64 count;
  return rows == NULL || g_ascii_string_to_unsigned (rows, 10, 0, G_MAXINT64, &count, NULL);
}

static bool
end_step (const Call *call, const char *failure, const char *rows, GError **error)
{
  Uid step;
  if (!ledger_call_id (call->arguments[0], "a step", &step, error))
    return false;
  g_autoptr (Db) db = ledger_call_open (call, error);
  return db != NULL && words_step_end (db, step, failure, rows, error);
}

static bool
complete_step (Call *call, int *ret_code, GError **error)
{
  const char *option = ((const CompleteOptions *) call->options)->rows, *rows = call->n_arguments > 1 ? call->arguments[1] : option;
  if (!is_count (rows) || (option != NULL && call->n_arguments > 1))
    return *ret_code = command_usage ("ledger complete-step", "ROWS is one whole number from 0 to %" G_GINT64_FORMAT, G_MAXINT64),
           true;
  return end_step (call, NULL, rows, error);
}

static const CommandOption complete_options[] = {
  { "rows-processed", 'r', OPTION_TEXT (CompleteOptions, rows), "The same as ROWS; may stand without its value", "ROWS",
    .bare = true },
  { NULL },
};

const Command word_complete_step = {
  .name = "ledger complete-step",
  .arguments = "STEP-ID [ROWS]",
  .summary = "a step is done, with so many rows",
  .description = "  weir ledger complete-step \"$step\" 12000",
  .takes = TAKES_SETTINGS | ENDS_WITH_ONE,
  .least = 1,
  .most = 2,
  .usage = "the id of a step is needed, and at most a number of rows",
  .options = complete_options,
  .options_size = sizeof (CompleteOptions),
  .run = complete_step,
};

static bool
fail_step (Call *call, int *ret_code, GError **error)
{
  g_autofree char *reason = g_strjoinv (" ", call->arguments + 1);
  if (reason[0] == '\0')
    return *ret_code = command_usage ("ledger fail-step", "the reason is empty"), true;
  return end_step (call, reason, NULL, error);
}

const Command word_fail_step = {
  .name = "ledger fail-step",
  .arguments = "STEP-ID REASON...",
  .summary = "a step has failed, and why; the execution goes on",
  .description = "init-step with the same name begins it again.\n\n"
                 "  weir ledger fail-step \"$step\" 3 of 40 models have errors",
  .takes = TAKES_SETTINGS | ENDS_WITH_ONE,
  .least = 2,
  .most = ANY_NUMBER,
  .usage = "the id of a step and a reason are needed",
  .run = fail_step,
};
