#include "pipeline/warehouse/rotate.h"

#include "base/error.h"
#include "base/text.h"
#include "pipeline/layout/key.h"
#include "pipeline/warehouse/alias.h"
#include "pipeline/warehouse/columns.h"
#include "schema/history_vars.h"

#include <string.h>

static void
rotate_table_free (RotateTable *table)
{
  g_free (table->table);
  g_free (table->schema);
  g_clear_pointer (&table->pins, pins_free);
  history_clear (&table->history);
  g_clear_pointer (&table->stored, g_ptr_array_unref);
  g_ptr_array_unref (table->references);
  g_free (table);
}

void
rotate_free (Rotate *rotate)
{
  if (rotate == NULL)
    return;
  g_ptr_array_unref (rotate->tables);
  g_free (rotate->from);
  g_free (rotate->to);
  g_free (rotate);
}

/* ---- which tables ---- */

enum
{
  TABLE_NAME,
  TABLE_KIND,
  TABLE_SCHEMA,
  TABLE_FINGERPRINT,
  TABLE_PINS,
  TABLE_HISTORY,
};

static bool
is_of_secret (const DbResult *tables, int row, const Rotate *rotate)
{
  return g_strcmp0 (db_result_value (tables, row, TABLE_FINGERPRINT), rotate->from) == 0;
}

/* Whether the table of that name has ids that the old secret made. */
static bool
changes (const DbResult *tables, const char *name, const Rotate *rotate)
{
  for (int row = 0; row < db_result_rows (tables); row++)
    if (strcmp (db_result_value (tables, row, TABLE_NAME), name) == 0)
      return is_of_secret (tables, row, rotate);
  return false;
}

/* Without its model nobody knows what a table's columns are made of. */
static bool
find_model (const DbResult *tables, int row, const RotateTask *task, const Rotate *rotate, const Model **ret_model, GError **error)
{
  const char *name = db_result_value (tables, row, TABLE_NAME);
  bool dimension = strcmp (db_result_value (tables, row, TABLE_KIND), model_kind_word (MODEL_DIMENSION)) == 0;
  const BrokenModel *broken = catalog_find_broken (task->catalog, name);
  *ret_model = catalog_find (task->catalog, name);
  if (*ret_model != NULL || (dimension && !is_of_secret (tables, row, rotate)))
    return true;
  if (broken != NULL)
    return g_propagate_error (error, g_error_copy (broken->error)), false;
  g_autofree char *hint = g_strdup_printf ("Bring it back into models/; or, if nobody needs the table: weir drop %s", name);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .detail = "Nothing was changed.", .hint = hint },
                    "there is no model of %s, which says what its ids are made of", name);
}

static void
find_references (const DbResult *tables, const Model *model, const Rotate *rotate, GPtrArray *references)
{
  for (guint i = 0; i < model->references->len; i++)
    {
      const ModelReference *reference = model->references->pdata[i];
      if (changes (tables, reference->dimension, rotate))
        g_ptr_array_add (references, reference->as);
    }
}

static bool
is_stored (const RotateTable *table, const char *column, GError **error)
{
  return columns_find (table->stored, column) != NULL
         || weir_fail (
             error,
             &(Failure) { WEIR_ERROR_MODEL, .detail = "Nothing was changed.",
                          .hint =
                              "Load a file of the table first, which brings it up to its model; or mend the model: weir check" },
             "%s.%s has no column \"%s\", as %s says", table->schema, table->table, column, table->model->path);
}

static bool
check_columns (const RotateTable *table, GError **error)
{
  g_autoptr (GPtrArray) key = columns_of_key (table->model);
  for (guint i = 0; table->own && i < key->len; i++)
    if (!is_stored (table, key->pdata[i], error))
      return false;
  for (guint i = 0; i < table->references->len; i++)
    if (!is_stored (table, table->references->pdata[i], error))
      return false;
  return !table->own || is_stored (table, table->model->id_column, error);
}

static bool
count_rows (Db *db, RotateTable *table, GError **error)
{
  const SqlVar vars[] = { { "schema", table->schema }, { "table", table->table } };
  g_autoptr (DbResult) count = NULL;
  if (!sql_run (db, "rotate/count", vars, G_N_ELEMENTS (vars), &count, error))
    return false;
  table->rows = db_result_int64 (count, 0, 0);
  return true;
}

/* Reads how the table is, and adds it where something of it changes. */
static bool
add_table (Db *db, const DbResult *tables, int row, const Model *model, Rotate *rotate, GError **error)
{
  RotateTable *table = g_new0 (RotateTable, 1);
  g_ptr_array_add (rotate->tables, table);
  table->table = g_strdup (db_result_value (tables, row, TABLE_NAME));
  table->schema = g_strdup (db_result_value (tables, row, TABLE_SCHEMA));
  table->model = model;
  table->references = g_ptr_array_new ();
  table->own = is_of_secret (tables, row, rotate) && !model_is_keyless (model) && model->hash == KEY_HMAC_SHA256;
  find_references (tables, model, rotate, table->references);
  bool changed = table->own || table->references->len > 0;
  table->stored = changed ? columns_read (db, table->schema, table->table, error) : NULL;
  if (changed && table->stored == NULL)
    return false;
  if (!changed || table->stored->len == 0) /* or it was dropped by hand */
    return g_ptr_array_set_size (rotate->tables, (int) rotate->tables->len - 1), true;
  table->pins = pins_parse (db_result_value (tables, row, TABLE_PINS), error);
  return table->pins != NULL && history_parse (db_result_value (tables, row, TABLE_HISTORY), &table->history, error)
         && check_columns (table, error) && count_rows (db, table, error);
}

Rotate *
rotate_find (Db *db, const RotateTask *task, GError **error)
{
  g_autoptr (Rotate) rotate = g_new0 (Rotate, 1);
  g_autoptr (DbResult) tables = NULL;
  const TwoSecrets *secrets = &task->secrets;
  rotate->tables = g_ptr_array_new_with_free_func ((GDestroyNotify) rotate_table_free);
  rotate->from = key_fingerprint (secrets->was, secrets->was_length);
  rotate->to = key_fingerprint (secrets->is, secrets->is_length);
  if (!sql_run (db, "rotate/tables", NULL, 0, &tables, error))
    return NULL;
  for (int row = 0; row < db_result_rows (tables); row++)
    {
      const Model *model;
      if (!find_model (tables, row, task, rotate, &model, error)
          || (model != NULL && !add_table (db, tables, row, model, rotate, error)))
        return NULL;
    }
  return g_steal_pointer (&rotate);
}

/* ---- what everything is now ---- */

static bool
make_ids (Db *db, const RotateTask *task, const RotateTable *table, GError **error)
{
  const AliasTable of = { table->schema, table->model, table->pins, table->stored };
  const char *mark = table->history.names[HISTORY_INFERRED];
  const SqlVar vars[] = {
    { "schema", table->schema }, { "table", table->table }, { "id", table->model->id_column }, { "is_inferred", mark }
  };
  return alias_make_ids (db, &of, &task->secrets, error)
         && (columns_find_mark (table->stored, mark) == NULL
             || sql_run (db, "rotate/inferred", vars, G_N_ELEMENTS (vars), NULL, error));
}

static bool
find_unknown (Db *db, const RotateTable *table, GError **error)
{
  const SqlVar said[] = { { "table", table->table } };
  if (table->own && !sql_run (db, "rotate/unknown_said", said, G_N_ELEMENTS (said), NULL, error))
    return false;
  for (guint i = 0; i < table->references->len; i++)
    {
      const SqlVar vars[] = { { "schema", table->schema }, { "table", table->table }, { "as", table->references->pdata[i] } };
      if (!sql_run (db, "rotate/unknown_references", vars, G_N_ELEMENTS (vars), NULL, error))
        return false;
    }
  return true;
}

bool
rotate_alias (Db *db, const RotateTask *task, Rotate *rotate, GError **error)
{
  static const char *const begin[] = { "rotate/settings", "rotate/aliases", "rotate/pairs", "rotate/unknown", NULL };
  if (!sql_run_all (db, begin, NULL, 0, error))
    return false;
  for (guint i = 0; i < rotate->tables->len; i++)
    {
      const RotateTable *table = rotate->tables->pdata[i];
      if (table->own && !make_ids (db, task, table, error))
        return false;
    }
  if (!sql_run (db, "rotate/analyze", NULL, 0, NULL, error))
    return false;
  for (guint i = 0; i < rotate->tables->len; i++)
    if (!find_unknown (db, rotate->tables->pdata[i], error))
      return false;
  return true;
}

bool
rotate_hash (Db *db, const Rotate *rotate, GError **error)
{
  for (guint i = 0; i < rotate->tables->len; i++)
    {
      const RotateTable *table = rotate->tables->pdata[i];
      const AliasTable of = { table->schema, table->model, table->pins, table->stored };
      if (table->references->len > 0 && !alias_make_hashes (db, &of, error))
        return false;
    }
  return sql_run (db, "rotate/analyze", NULL, 0, NULL, error);
}

bool
rotate_files (Db *db, DbResult **ret_files, GError **error)
{
  return sql_run (db, "rotate/runs", NULL, 0, ret_files, error);
}

bool
rotate_take (Db *db, const GArray *pairs, GError **error)
{
  static const char *const take[] = { "rotate/take_known", "rotate/forget_pairs", NULL };
  return alias_put (db, pairs, error) && sql_run_all (db, take, NULL, 0, error);
}

static bool
refuse_left (const DbResult *left, GError **error)
{
  g_autofree char *ids = text_count (db_result_int64 (left, 0, 0)), *hashes = text_count (db_result_int64 (left, 0, 1));
  g_autofree char *detail =
      g_strdup_printf ("They are of rows that refer to nobody yet, of keys that were only said to be gone, or of values that are "
                       "not stored as they came. What "
                       "they were made of is in the files of these runs, which are not where they were: %s. Nothing was changed.",
                       db_result_value (left, 0, 2));
  return weir_fail (
      error,
      &(Failure) { WEIR_ERROR_MODEL, .detail = detail,
                   .hint = "Put the files back from a backup: `weir runs RUN` says where. Or load what the rows refer to first." },
      "%s id%s and %s hash%s of rows cannot be made again", ids, strcmp (ids, "1") == 0 ? "" : "s", hashes,
      strcmp (hashes, "1") == 0 ? "" : "es");
}

bool
rotate_check (Db *db, const char *lost, GError **error)
{
  const SqlVar vars[] = { { "lost", lost } };
  g_autoptr (DbResult) left = NULL, twice = NULL;
  if (!sql_run (db, "rotate/left", vars, G_N_ELEMENTS (vars), &left, error)
      || !sql_run (db, "rotate/twice", NULL, 0, &twice, error))
    return false;
  if (db_result_int64 (left, 0, 0) + db_result_int64 (left, 0, 1) > 0)
    return refuse_left (left, error);
  if (db_result_bool (twice, 0, 0))
    return weir_error (error, WEIR_ERROR_MODEL, "two ids would become one: with another secret they do not");
  return sql_run (db, "rotate/forget_unknown", NULL, 0, NULL, error);
}
