#include "src/report/staged_private.h"

#include "base/error.h"
#include "base/text.h"
#include "pipeline/types/types.h"
#include "schema/ledger.h"
#include "schema/sql.h"
#include "src/report/staged_majority.h"

#include <string.h>

void
staged_clear (Staged *staged)
{
  g_clear_pointer (&staged->table, staged_table_free);
  g_clear_pointer (&staged->notes, g_ptr_array_unref);
}

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

/* Takes the note. */
static void
add_note (const Reading *reading, char *note)
{
  g_ptr_array_add (reading->staged->notes, note);
}

/* "known": what LOAD knew of the column, or NULL. */
static void
add_column (const Reading *reading, const char *name, const char *type, const Json *known)
{
  const Json *doubt = json_object_get (known, "ambiguous");
  const Json *ways = json_is_array (doubt) ? doubt : json_object_get (known, "declarable");
  const char *format = json_string_value (json_object_get (known, "format"));
  bool fits = format != NULL && types_format_fits (type, format);
  StagedColumn *column = staged_table_add (reading->staged->table, name, type, fits ? format : NULL);
  column->nulls = json_incref (json_object_get (known, "null"));
  column->ambiguous = json_is_array (ways);
  if (column->ambiguous && json_array_size (ways) > 1)
    add_note (reading,
              g_strdup_printf ("%s can be read in two ways and is text (ambiguous: {%s} or {%s}): one of them in the model "
                               "settles it",
                               name, json_string_value (json_array_get (ways, 0)), json_string_value (json_array_get (ways, 1))));
  else if (column->ambiguous)
    add_note (reading, g_strdup_printf ("%s is text: {%s} in the model reads it as that", name,
                                        json_string_value (json_array_get (ways, 0))));
}

/* What is staged instead of a table that is not. NULL: nobody can say. Owned by the caller. */
static char *
hint_staged_tables (const Reading *reading)
{
  const Settings *settings = reading->settings;
  const SqlVar vars[] = { { "schema", settings->staging_schema } };
  g_autoptr (DbResult) staged = NULL;
  if (!sql_run (reading->db, "propose/staged", vars, G_N_ELEMENTS (vars), &staged, NULL))
    return NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (int i = 0; i < db_result_rows (staged); i++)
    g_ptr_array_add (names, (gpointer) db_result_value (staged, i, 0));
  g_ptr_array_add (names, NULL);
  const char *const *tables = (const char *const *) names->pdata;
  const char *nearest = text_nearest (reading->staged->table->table, tables);
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
read_columns (const Reading *reading, const Model *model, const Json *known, GError **error)
{
  StagedTable *table = reading->staged->table;
  const SqlVar vars[] = { { "schema", reading->settings->staging_schema }, { "table", table->table } };
  g_autoptr (DbResult) columns = NULL;
  if (!sql_run (reading->db, "propose/columns", vars, G_N_ELEMENTS (vars), &columns, error))
    return false;
  for (int i = 0; i < db_result_rows (columns); i++)
    {
      const char *name = db_result_value (columns, i, 0);
      const Type *type = types_by_oid ((uint32_t) db_result_int64 (columns, i, 1));
      if (model == NULL || !is_made (model, name))
        add_column (reading, name, type != NULL ? type->name : types[TYPE_TEXT].name, find_known (known, name));
    }
  if (table->columns->len > 0)
    return true;
  g_autofree char *hint = hint_staged_tables (reading);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = hint }, "there is no staged table \"%s\"", table->table);
}

/* What the ledger knows of the run whose rows are staged: what LOAD knew of the columns (NULL: nothing). A refused file is staged
 * too, for whoever mends it: a note says so. */
static bool
read_run (const Reading *reading, Json **ret_known, GError **error)
{
  const SqlVar vars[] = { { "schema", reading->settings->staging_schema }, { "table", reading->staged->table->table } };
  g_autoptr (DbResult) staged = NULL, run = NULL;
  if (!sql_run (reading->db, "propose/run", vars, G_N_ELEMENTS (vars), &staged, error))
    return false;
  const char *text = db_result_rows (staged) > 0 ? db_result_value (staged, 0, 0) : NULL;
  Uid id;
  if (text == NULL || !uid_parse (text, strlen (text), &id))
    return true;
  if (!ledger_run (reading->db, id, &run, error) || !ledger_file_columns (reading->db, id, ret_known, error))
    return false;
  if (db_result_rows (run) > 0 && g_strcmp0 (db_result_named (run, 0, "state"), "failed") == 0)
    add_note (reading, g_strdup_printf ("these are the good rows of \"%s\", which was refused: see weir rejects %.8s",
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
  Majority majority = staged_majority ((const char *const *) cells->pdata, cells->len);
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
refine_types (const Reading *reading, GPtrArray *ret_notes, GError **error)
{
  g_autoptr (GString) columns = g_string_new (NULL);
  for (guint i = 0; i < reading->staged->table->columns->len; i++)
    {
      const StagedColumn *column = staged_column (reading, i);
      g_autofree char *name = text_quote_ident (column->name);
      g_string_append_printf (columns, "%s%s", i > 0 ? ", " : "", name);
    }
  const SqlVar vars[] = { { "schema", reading->settings->staging_schema },
                          { "table", reading->staged->table->table },
                          { "columns", columns->str } };
  g_autoptr (DbResult) sample = NULL;
  if (!sql_run (reading->db, "propose/sample", vars, G_N_ELEMENTS (vars), &sample, error))
    return false;
  for (guint i = 0; i < reading->staged->table->columns->len; i++)
    {
      StagedColumn *column = staged_column (reading, i);
      bool text = g_str_equal (column->type, types[TYPE_TEXT].name) && !column->ambiguous;
      g_ptr_array_add (ret_notes, text ? refine_type (column, sample, (int) i) : NULL);
    }
  return true;
}

/* A key's columns are not declared, so that nothing is to be said of their types. */
static void
take_notes (const Reading *reading, GPtrArray *column_notes)
{
  ProposedKey key = reading->staged->key;
  for (guint i = 0; i < column_notes->len; i++)
    {
      bool in_key = (key.count > 0 && key.columns[0] == i) || (key.count > 1 && key.columns[1] == i);
      if (!in_key && g_ptr_array_index (column_notes, i) != NULL)
        add_note (reading, g_steal_pointer (&g_ptr_array_index (column_notes, i)));
    }
}

bool
staged_read (Db *db, const Settings *settings, const char *table, const Model *model, Staged *ret_staged, GError **error)
{
  *ret_staged = (Staged) { staged_table_new (table), { .count = 0 }, g_ptr_array_new_with_free_func (g_free) };
  const Reading reading = { db, settings, ret_staged };
  g_autoptr (GPtrArray) column_notes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (Json) known = NULL;
  if (!read_run (&reading, &known, error) || !read_columns (&reading, model, known, error)
      || !refine_types (&reading, column_notes, error) || !staged_count (&reading, error) || !staged_find_key (&reading, error))
    return false;
  take_notes (&reading, column_notes);
  return true;
}
