#include "src/report/staged.h"

#include "base/error.h"
#include "base/text.h"
#include "pipeline/types/types.h"
#include "schema/ledger.h"
#include "schema/sql.h"
#include "src/report/majority.h"

#include <string.h>

#define COUNTED_AT_ONCE 800 /* columns, two counts each: a query has at most 1,664 results */

/* What LOAD knew of the column of that name; NULL: nothing. Borrowed. */
static const Json *
find_known (const Json *known, const char *name)
{
  for (size_t i = 0; i < json_array_size (known); i++)
    {
      const Json *column = json_array_get (known, i);
      if (g_strcmp0 (json_string_value (json_object_get (column, "name")), name) == 0)
        return column;
    }
  return NULL;
}

/* "ways" are what a model may say of the column, one or the other. */
static char *
note_ambiguous (const char *name, const Json *ways)
{
  return g_strdup_printf ("%s can be read in two ways and is text (ambiguous: {%s} or {%s}): one of them in the model settles it",
                          name, json_string_value (json_array_get (ways, 0)), json_string_value (json_array_get (ways, 1)));
}

/* What is staged instead of a table that is not. NULL: nobody can say. Owned by the caller. */
static char *
hint_staged_tables (Db *db, const Settings *settings, const char *table)
{
  const SqlVar vars[] = { { "schema", settings->staging_schema } };
  g_autoptr (DbResult) staged = NULL;
  if (!sql_run (db, "propose/staged", vars, G_N_ELEMENTS (vars), &staged, NULL))
    return NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (int i = 0; i < db_result_rows (staged); i++)
    g_ptr_array_add (names, (gpointer) db_result_value (staged, i, 0));
  g_ptr_array_add (names, NULL);
  const char *const *tables = (const char *const *) names->pdata;
  const char *nearest = text_nearest (table, tables);
  g_autofree char *all = g_strjoinv (", ", (char **) names->pdata);
  if (names->len == 1)
    return g_strdup_printf ("No table is staged: drop a file into \"%s\", or: weir load FILE", settings->imports);
  if (nearest != NULL)
    return g_strdup_printf ("Did you mean \"%s\"? Staged are: %s", nearest, all);
  return g_strdup_printf ("Staged are: %s", all);
}

/* Whether weir made the column, for a reference, when it staged the table with this model. */
static bool
is_made (const Model *model, const char *name)
{
  for (guint i = 0; i < model->references->len; i++)
    if (g_str_equal (((const ModelReference *) g_ptr_array_index (model->references, i))->as, name))
      return true;
  return false;
}

/* The columns of the staged table, without counts. "known": what LOAD knew of them. */
static bool
read_columns (Db *db, const Settings *settings, StagedTable *staged, const Model *model, const Json *known, GPtrArray *notes,
              GError **error)
{
  const SqlVar vars[] = { { "schema", settings->staging_schema }, { "table", staged->table } };
  g_autoptr (DbResult) columns = NULL;
  if (!sql_run (db, "propose/columns", vars, G_N_ELEMENTS (vars), &columns, error))
    return false;
  for (int i = 0; i < db_result_rows (columns); i++)
    {
      const Type *type = types_by_oid ((uint32_t) db_result_int64 (columns, i, 1));
      const char *name = db_result_value (columns, i, 0);
      const Json *column_known = find_known (known, name), *ways = json_object_get (column_known, "ambiguous");
      const char *format = json_string_value (json_object_get (column_known, "format"));
      const char *word = type != NULL ? type->name : types[TYPE_TEXT].name;
      if (model != NULL && is_made (model, name))
        continue;
      bool fits = format != NULL && types_format_fits (word, format);
      StagedColumn *column = staged_table_add (staged, name, word, fits ? format : NULL);
      column->ambiguous = json_is_array (ways);
      if (column->ambiguous)
        g_ptr_array_add (notes, note_ambiguous (name, ways));
    }
  if (staged->columns->len > 0)
    return true;
  g_autofree char *hint = hint_staged_tables (db, settings, staged->table);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = hint }, "there is no staged table \"%s\"", staged->table);
}

/* What the ledger knows of the run whose rows are staged: what LOAD knew of the columns (NULL: nothing). A refused file is staged
 * too, for whoever mends it: a note says so. */
static bool
read_run (Db *db, const Settings *settings, const char *table, GPtrArray *notes, Json **ret_known, GError **error)
{
  const SqlVar vars[] = { { "schema", settings->staging_schema }, { "table", table } };
  g_autoptr (DbResult) staged = NULL, run = NULL;
  if (!sql_run (db, "propose/run", vars, G_N_ELEMENTS (vars), &staged, error))
    return false;
  const char *text = db_result_rows (staged) > 0 ? db_result_value (staged, 0, 0) : NULL;
  Uid id;
  if (text == NULL || !uid_parse (text, strlen (text), &id))
    return true;
  if (!ledger_run (db, id, &run, error) || !ledger_file_columns (db, id, ret_known, error))
    return false;
  if (db_result_rows (run) > 0 && g_strcmp0 (db_result_named (run, 0, "state"), "failed") == 0)
    g_ptr_array_add (notes, g_strdup_printf ("these are the good rows of \"%s\", which was refused: see weir rejects %.8s",
                                             db_result_named (run, 0, "file"), text));
  return true;
}

/* Proposes another type for a column that only a few bad cells made text. Returns what to say of it, or NULL. */
static char *
refine_type (StagedColumn *column, const DbResult *sample, int index)
{
  g_autoptr (GPtrArray) cells = g_ptr_array_new ();
  for (int row = 0; row < db_result_rows (sample); row++)
    {
      const char *cell = db_result_value (sample, row, index);
      if (cell != NULL && cell[0] != '\0')
        g_ptr_array_add (cells, (gpointer) cell);
    }
  Majority majority = majority_type ((const char *const *) cells->pdata, cells->len);
  if (majority.type == NULL)
    return NULL;
  staged_column_set_type (column, majority.type->name, majority.format);
  g_autofree char *fitting = text_count ((int64_t) majority.fitting);
  g_autofree char *all = text_count (cells->len);
  return g_strdup_printf ("%s is staged as text, but %s of its first %s values are %s%s%s: others will be rejects", column->name,
                          fitting, all, majority.type->name, majority.format != NULL ? " as " : "",
                          majority.format != NULL ? majority.format : "");
}

/* ret_notes (of char *) gets a note or NULL for each column. */
static bool
refine_types (Db *db, const Settings *settings, const StagedTable *staged, GPtrArray *ret_notes, GError **error)
{
  g_autoptr (GString) columns = g_string_new (NULL);
  for (guint i = 0; i < staged->columns->len; i++)
    {
      const StagedColumn *column = g_ptr_array_index (staged->columns, i);
      g_autofree char *name = text_quote_ident (column->name);
      g_string_append_printf (columns, "%s%s", i > 0 ? ", " : "", name);
    }
  const SqlVar vars[] = { { "schema", settings->staging_schema }, { "table", staged->table }, { "columns", columns->str } };
  g_autoptr (DbResult) sample = NULL;
  if (!sql_run (db, "propose/sample", vars, G_N_ELEMENTS (vars), &sample, error))
    return false;
  for (guint i = 0; i < staged->columns->len; i++)
    {
      StagedColumn *column = g_ptr_array_index (staged->columns, i);
      bool text = g_str_equal (column->type, types[TYPE_TEXT].name) && !column->ambiguous;
      g_ptr_array_add (ret_notes, text ? refine_type (column, sample, (int) i) : NULL);
    }
  return true;
}

/* A key's columns are not declared, so that nothing is to be said of their types. */
static void
move_notes (GPtrArray *column_notes, ProposedKey key, GPtrArray *notes)
{
  for (guint i = 0; i < column_notes->len; i++)
    {
      bool in_key = (key.count > 0 && key.columns[0] == i) || (key.count > 1 && key.columns[1] == i);
      if (!in_key && g_ptr_array_index (column_notes, i) != NULL)
        g_ptr_array_add (notes, g_steal_pointer (&g_ptr_array_index (column_notes, i)));
    }
}

static bool
count (Db *db, const Settings *settings, const StagedTable *staged, const char *counts, DbResult **ret_counts, GError **error)
{
  const SqlVar vars[] = { { "schema", settings->staging_schema }, { "table", staged->table }, { "counts", counts } };
  return sql_run (db, "propose/count", vars, G_N_ELEMENTS (vars), ret_counts, error);
}

/* The columns from "first" on, as many as one query may ask for. */
static bool
count_some (Db *db, const Settings *settings, StagedTable *staged, guint first, GError **error)
{
  guint end = MIN (first + COUNTED_AT_ONCE, staged->columns->len);
  g_autoptr (GString) counts = g_string_new (NULL);
  for (guint i = first; i < end; i++)
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
  for (guint i = first; i < end; i++)
    {
      StagedColumn *column = g_ptr_array_index (staged->columns, i);
      column->values = db_result_int64 (result, 0, 2 + 2 * (int) (i - first));
      column->distinct = db_result_int64 (result, 0, 3 + 2 * (int) (i - first));
    }
  return true;
}

static bool
count_columns (Db *db, const Settings *settings, StagedTable *staged, GError **error)
{
  for (guint i = 0; i < staged->columns->len; i += COUNTED_AT_ONCE)
    if (!count_some (db, settings, staged, i, error))
      return false;
  if (staged->rows > 0)
    return true;
  return weir_fail (
      error,
      &(Failure) { WEIR_ERROR_MODEL,
                   .hint = "A crash of the server empties staging; `weir status` names the command that fills it again." },
      "staged table \"%s\" has no rows", staged->table);
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

/* Picks the key: a single column, else a pair, else none. */
static bool
find_key (Db *db, const Settings *settings, const StagedTable *staged, ProposedKey *ret_key, GError **error)
{
  *ret_key = propose_single (staged);
  if (ret_key->count > 0)
    return true;
  g_autoptr (GArray) pairs = propose_pairs (staged);
  if (pairs->len > 0 && !count_pairs (db, settings, staged, pairs, error))
    return false;
  *ret_key = propose_pair (staged, pairs);
  return true;
}

StagedTable *
staged_read (Db *db, const Settings *settings, const char *table, const Model *model, GPtrArray *notes, ProposedKey *ret_key,
             GError **error)
{
  g_autoptr (StagedTable) staged = staged_table_new (table);
  g_autoptr (GPtrArray) column_notes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (Json) known = NULL;
  if (!read_run (db, settings, table, notes, &known, error) || !read_columns (db, settings, staged, model, known, notes, error)
      || !refine_types (db, settings, staged, column_notes, error) || !count_columns (db, settings, staged, error)
      || !find_key (db, settings, staged, ret_key, error))
    return NULL;
  move_notes (column_notes, *ret_key, notes);
  return g_steal_pointer (&staged);
}
