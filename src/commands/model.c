#include "base/error.h"
#include "base/fsutil.h"
#include "base/text.h"
#include "models/propose.h"
#include "pipeline/types.h"
#include "schema/ledger.h"
#include "schema/sql.h"
#include "src/cli.h"
#include "src/connect.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What the staging table's comment on a column says of its format: "header Date of birth; format DD/MM/YYYY". NULL: nothing. */
static const char *
format_in (const char *comment)
{
  if (comment == NULL)
    return NULL;
  const char *behind_header = g_strrstr (comment, "; format ");
  if (behind_header != NULL)
    return behind_header + strlen ("; format ");
  return g_str_has_prefix (comment, "format ") ? comment + strlen ("format ") : NULL;
}

static bool
is_ambiguous (const char *comment)
{
  return comment != NULL && strstr (comment, "ambiguous: ") != NULL;
}

static void
hint_staged_tables (Db *db, const Settings *settings, const char *table, GError **error)
{
  const SqlVar vars[] = { { "schema", settings->staging_schema } };
  g_autoptr (DbResult) staged = NULL;
  if (!sql_run (db, "propose/staged", vars, G_N_ELEMENTS (vars), &staged, NULL))
    return;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (int i = 0; i < db_result_rows (staged); i++)
    g_ptr_array_add (names, (gpointer) db_result_value (staged, i, 0));
  g_ptr_array_add (names, NULL);
  const char *const *tables = (const char *const *) names->pdata;
  const char *nearest = text_nearest (table, tables);
  g_autofree char *all = g_strjoinv (", ", (char **) names->pdata);
  if (names->len == 1)
    weir_error_hint (error, "No table is staged: drop a file into \"%s\", or: weir load FILE", settings->imports);
  else if (nearest != NULL)
    weir_error_hint (error, "Did you mean \"%s\"? Staged are: %s", nearest, all);
  else
    weir_error_hint (error, "Staged are: %s", all);
}

/* The columns of the staged table, without counts. */
static bool
read_columns (Db *db, const Settings *settings, StagedTable *staged, GPtrArray *notes, GError **error)
{
  const SqlVar vars[] = { { "schema", settings->staging_schema }, { "table", staged->table } };
  g_autoptr (DbResult) columns = NULL;
  if (!sql_run (db, "propose/columns", vars, G_N_ELEMENTS (vars), &columns, error))
    return false;
  for (int i = 0; i < db_result_rows (columns); i++)
    {
      const Type *type = types_by_oid ((uint32_t) db_result_int64 (columns, i, 1));
      const char *comment = db_result_value (columns, i, 2);
      const char *format = format_in (comment);
      const char *name = db_result_value (columns, i, 0);
      const char *word = type != NULL ? type->name : types[TYPE_TEXT].name;
      bool fits = format != NULL && types_format_fits (word, format);
      staged_table_add (staged, name, word, fits ? format : NULL);
      if (is_ambiguous (comment))
        g_ptr_array_add (notes, g_strdup_printf ("day and month of %s could not be told apart, so it is text; a \"date\" with its "
                                                 "\"format\" settles it",
                                                 name));
    }
  if (staged->columns->len > 0)
    return true;
  weir_error (error, WEIR_ERROR_MODEL, "there is no staged table \"%s\"", staged->table);
  hint_staged_tables (db, settings, staged->table, error);
  return false;
}

static bool
count (Db *db, const Settings *settings, const StagedTable *staged, const char *counts, DbResult **ret_counts, GError **error)
{
  const SqlVar vars[] = { { "schema", settings->staging_schema }, { "table", staged->table }, { "counts", counts } };
  return sql_run (db, "propose/count", vars, G_N_ELEMENTS (vars), ret_counts, error);
}

static bool
count_columns (Db *db, const Settings *settings, StagedTable *staged, GError **error)
{
  g_autoptr (GString) counts = g_string_new (NULL);
  for (guint i = 0; i < staged->columns->len; i++)
    {
      const StagedColumn *column = g_ptr_array_index (staged->columns, i);
      g_autofree char *name = text_quote_ident (column->name);
      g_string_append_printf (counts, ", count(%s), count(distinct %s)", name, name);
    }
  g_autoptr (DbResult) result = NULL;
  if (!count (db, settings, staged, counts->str, &result, error))
    return false;
  staged->rows = db_result_int64 (result, 0, 0);
  staged->different = db_result_int64 (result, 0, 1);
  for (guint i = 0; i < staged->columns->len; i++)
    {
      StagedColumn *column = g_ptr_array_index (staged->columns, i);
      column->values = db_result_int64 (result, 0, 2 + 2 * (int) i);
      column->distinct = db_result_int64 (result, 0, 3 + 2 * (int) i);
    }
  if (staged->rows > 0)
    return true;
  weir_error (error, WEIR_ERROR_MODEL, "staged table \"%s\" has no rows", staged->table);
  weir_error_hint (error, "A crash of the server empties staging. Load the file again: weir retry %s", staged->table);
  return false;
}

static bool
count_pairs (Db *db, const Settings *settings, const StagedTable *staged, GArray *pairs, GError **error)
{
  g_autoptr (GString) counts = g_string_new (NULL);
  for (guint i = 0; i < pairs->len; i++)
    {
      const ProposedKey *pair = &g_array_index (pairs, ProposedKey, i);
      const StagedColumn *first = g_ptr_array_index (staged->columns, pair->columns[0]);
      const StagedColumn *second = g_ptr_array_index (staged->columns, pair->columns[1]);
      g_autofree char *first_name = text_quote_ident (first->name);
      g_autofree char *second_name = text_quote_ident (second->name);
      g_string_append_printf (counts, ", count(distinct (%s, %s))", first_name, second_name);
    }
  g_autoptr (DbResult) result = NULL;
  if (!count (db, settings, staged, counts->str, &result, error))
    return false;
  for (guint i = 0; i < pairs->len; i++)
    g_array_index (pairs, ProposedKey, i).distinct = db_result_int64 (result, 0, 2 + (int) i);
  return true;
}

/* Counts what is there and picks the key: a single column, else a pair, else none. */
static bool
find_key (Db *db, const Settings *settings, StagedTable *staged, ProposedKey *ret_key, GPtrArray *notes, GError **error)
{
  if (!read_columns (db, settings, staged, notes, error) || !count_columns (db, settings, staged, error))
    return false;
  *ret_key = propose_single (staged);
  if (ret_key->count > 0)
    return true;
  g_autoptr (GArray) pairs = propose_pairs (staged);
  if (pairs->len > 0 && !count_pairs (db, settings, staged, pairs, error))
    return false;
  *ret_key = propose_pair (staged, pairs);
  return true;
}

/* The evidence, for people: on stderr, so that stdout is the model alone. */
static void
print_evidence (const Settings *settings, const StagedTable *staged, ProposedKey key, const GPtrArray *notes)
{
  g_autofree char *rows = text_count (staged->rows);
  g_autofree char *different = text_count (staged->different);
  fprintf (stderr, "%s.%s: %s rows, %s of them different\n", settings->staging_schema, staged->table, rows, different);
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
  g_autofree char *fresh = g_strdup_printf ("%s.%d", path, (int) getpid ());
  g_autofree char *text = weir_json_pretty (model);
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  *ret_shown = settings_shown_path (settings, path);
  if (!fs_make_folder (settings->models, 0777, error) || !fs_write_file (fresh, line, strlen (line), 0644, error))
    return false;
  bool exists = false;
  if (fs_rename_new (fresh, path, &exists, error))
    return true;
  unlink (fresh);
  if (!exists)
    return false;
  weir_error (error, WEIR_ERROR_MODEL, "\"%s\" exists already and is never replaced", *ret_shown);
  weir_error_hint (error, "Compare it with the proposal: weir model %s | diff %s -", table, *ret_shown);
  return false;
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
run (const CommonOptions *common, const char *table, bool write, GError **error)
{
  g_autoptr (Settings) settings = settings_load (common->home, common->database, HOME_REQUIRED, error);
  if (settings == NULL)
    return false;
  const ModelWords words = { types_words (), types_format_fits };
  g_autofree char *folder = settings_shown_path (settings, settings->models);
  g_autoptr (Catalog) catalog = catalog_load (settings->models, folder, &words, error);
  g_autoptr (Db) db = catalog != NULL ? database_open (settings, false, false, -1, error) : NULL;
  if (db == NULL)
    return false;
  g_autoptr (StagedTable) staged = staged_table_new (table);
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  ProposedKey key = { .count = 0 };
  if (!find_key (db, settings, staged, &key, notes, error))
    return false;
  g_autoptr (Json) model = propose_model (staged, key, catalog, &words, notes, error);
  if (model == NULL)
    return false;
  print_evidence (settings, staged, key, notes);
  g_autofree char *shown = NULL;
  if (write && !write_model (settings, table, model, &shown, error))
    return false;
  cli_print_json (model);
  if (write)
    name_next_command (db, table, shown);
  return true;
}

int
command_model (int argc, char **argv)
{
  g_auto (CommonOptions) common = { 0 };
  gboolean write = FALSE;
  const GOptionEntry entries[] = {
    { "write", 0, 0, G_OPTION_ARG_NONE, &write, "Write models/TABLE.json; an existing one is never replaced", NULL },
    { NULL },
  };
  bool done = false;
  GError *error = NULL;
  if (!cli_parse ("model", entries, &common, &argc, &argv, &done, &error))
    return cli_fail (error, common.json);
  if (done)
    return 0;
  if (argc != 2)
    return cli_usage ("model", "one table is needed");
  return run (&common, argv[1], write, &error) ? 0 : cli_fail (error, common.json);
}
