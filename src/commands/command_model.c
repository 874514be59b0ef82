#include "base/error.h"
#include "base/fsutil.h"
#include "base/text.h"
#include "models/propose.h"
#include "schema/ledger.h"
#include "src/commands/cli.h"
#include "src/server/connect.h"
#include "src/settings/settings.h"
#include "src/report/staged.h"

#include <stdio.h>
#include <string.h>

typedef struct
{
  gboolean write;
} ModelOptions;

/* The evidence, for people: on stderr, so that stdout is the model alone. */
static void
print_evidence (const Settings *settings, const Staged *evidence)
{
  const StagedTable *staged = evidence->table;
  const ProposedKey key = evidence->key;
  const GPtrArray *notes = evidence->notes;
  g_autofree char *rows = text_count (staged->rows);
  g_autofree char *different = text_count (staged->different);
  fprintf (stderr, "%s.%s: %s row%s, %s of them different\n", settings->staging_schema, staged->table, rows,
           staged->rows == 1 ? "" : "s", different);
  for (guint i = 0; i < staged->columns->len; i++)
    {
      const StagedColumn *column = g_ptr_array_index (staged->columns, i);
      g_autofree char *distinct = text_count (column->distinct);
      g_autofree char *values = text_count (column->values);
      bool single = key.count == 1 && key.columns[0] == i;
      fprintf (stderr, "  %s: %s distinct of %s rows%s%s\n", column->name, distinct, values,
               column->values < staged->rows ? " that have a value" : "", single ? "; taken as business_key" : "");
    }
  if (key.count == 2)
    {
      const StagedColumn *first = g_ptr_array_index (staged->columns, key.columns[0]);
      const StagedColumn *second = g_ptr_array_index (staged->columns, key.columns[1]);
      g_autofree char *distinct = text_count (key.distinct);
      fprintf (stderr, "  %s and %s: %s distinct of %s rows; taken as business_key\n", first->name, second->name, distinct, rows);
    }
  for (guint i = 0; i < notes->len; i++)
    fprintf (stderr, "  %s\n", (const char *) g_ptr_array_index (notes, i));
}

/* models/TABLE.json, never replacing one. */
static bool
write_model (const Settings *settings, const char *table, const Json *model, char **ret_shown, GError **error)
{
  g_autofree char *name = g_strconcat (table, ".json", NULL);
  g_autofree char *path = g_build_filename (settings->models, name, NULL);
  g_autofree char *text = weir_json_pretty (model);
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  *ret_shown = settings_shown_path (settings, path);
  bool exists = false;
  if (fs_make_folder (settings->models, 0777, error) && fs_write_new (path, line, strlen (line), 0644, &exists, error))
    return true;
  if (!exists)
    return false;
  g_autofree char *hint = g_strdup_printf ("Compare it with the proposal: weir model %s | diff %s -", table, *ret_shown);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = hint }, "\"%s\" exists already and is never replaced",
                    *ret_shown);
}

/* The run whose file the new model is for: the table's last one. */
static void
name_next_command (Db *db, const char *table, const char *shown)
{
  g_autoptr (DbResult) runs = NULL;
  bool known = ledger_runs (db, table, 1, &runs, NULL) && db_result_rows (runs) == 1;
  fprintf (stderr, "wrote %s; read it, then load the file with it: weir retry %.8s\n", shown,
           known ? db_result_value (runs, 0, 0) : "last");
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  (void) ret_code;
  const ModelOptions *options = call->options;
  const Settings *settings = call->settings;
  const char *table = call->arguments[0];
  g_autoptr (Catalog) catalog = settings_load_catalog (settings, error);
  g_autoptr (Db) db = catalog != NULL ? database_open (settings, error) : NULL;
  if (db == NULL)
    return false;
  g_auto (Staged) staged = { 0 };
  if (!staged_read (db, settings, table, catalog_find (catalog, table), &staged, error))
    return false;
  const ModelWords words = settings_model_words ();
  g_autoptr (Json) model = propose_model (staged.table, staged.key, catalog, &words, staged.notes, error);
  if (model == NULL)
    return false;
  print_evidence (settings, &staged);
  g_autofree char *shown = NULL;
  bool made;
  if (options->write
      && (!write_model (settings, table, model, &shown, error) || !settings_make_model_schema (settings, &made, error)))
    return false;
  show_json (model);
  if (options->write)
    name_next_command (db, table, shown);
  return true;
}

static const CommandOption options[] = {
  { "write", 0, OPTION_FLAG (ModelOptions, write), "Write models/TABLE.json; an existing one is never replaced", NULL },
  { NULL },
};

const Command command_model = {
  .name = "model",
  .arguments = "TABLE",
  .summary = "propose a model from a staged table",
  .description = "  weir model sales\n"
                 "  weir model sales --write    writes models/sales.json; then: weir retry sales.csv",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .least = 1,
  .most = 1,
  .usage = "one table is needed",
  .options = options,
  .options_size = sizeof (ModelOptions),
  .run = run,
};
