#include "pipeline/warehouse/inferred.h"

#include "base/error.h"
#include "base/text.h"
#include "pipeline/stage/short_lock.h"
#include "pipeline/warehouse/columns.h"
#include "pipeline/warehouse/expressions.h"
#include "pipeline/warehouse/scd.h"
#include "pipeline/warehouse/shown.h"
#include "schema/history_vars.h"

static bool
refuse_name (const char *schema, const Model *dimension, GError **error)
{
  const char *name = dimension->history.names[HISTORY_INFERRED];
  g_autofree char *hint = g_strdup_printf ("Give it another name: alter table %s.%s rename column %s to ..., and list that name's "
                                           "column in \"columns\" of %s with \"from\".",
                                           schema, dimension->table, name, dimension->path);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, REASON_COLUMNS_DRIFT, .detail = "Nothing was changed.", .hint = hint },
                    "%s.%s has a column \"%s\" already, which is to mark placeholders", schema, dimension->table, name);
}

/* The names of the relation's columns, as SQL lists them. Owned by the caller; NULL on error. */
static char *
list_columns (Db *db, const char *schema, const char *relation, GError **error)
{
  g_autoptr (GPtrArray) stored = columns_read (db, schema, relation, error);
  if (stored == NULL)
    return NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (guint i = 0; i < stored->len; i++)
    g_ptr_array_add (names, ((const StoredColumn *) stored->pdata[i])->name);
  return expression_list (names, "");
}

static bool
add_column (Db *db, const char *schema, const Model *dimension, int lock_ms, GError **error)
{
  g_autofree char *view = shown_view (dimension);
  const char *const names[] = { dimension->table, view, NULL };
  bool locked;
  if (!short_lock_begin (db, schema, names, SHORT_LOCK_ALL, lock_ms, &locked, error))
    return false;
  if (!locked)
    return weir_fail (error, &(Failure) { WEIR_ERROR_RETRY, REASON_LOCK_BUSY },
                      "%s.%s has to get a column for placeholders, and other sessions hold it", schema, dimension->table);
  g_autofree char *columns = list_columns (db, schema, view, error);
  if (columns == NULL)
    return false;
  const SqlVar vars[] = { { "schema", schema },           { "table", dimension->table }, { "view", view },
                          { "id", dimension->id_column }, { "columns", columns },        HISTORY_VARS (&dimension->history) };
  static const char *const statements[] = { "inferred/add_column", "inferred/index", "inferred/view" };
  for (size_t i = 0; i < G_N_ELEMENTS (statements); i++)
    if (!sql_run (db, statements[i], vars, G_N_ELEMENTS (vars), NULL, error))
      return false;
  return short_lock_end (db, lock_ms, error);
}

bool
inferred_ensure (Db *db, const char *schema, const Model *dimension, int lock_ms, GError **error)
{
  g_autoptr (GPtrArray) stored = columns_read (db, schema, dimension->table, error);
  if (stored == NULL)
    return false;
  const char *name = dimension->history.names[HISTORY_INFERRED];
  if (columns_find (stored, name) == NULL)
    return add_column (db, schema, dimension, lock_ms, error);
  return columns_find_mark (stored, name) != NULL || refuse_name (schema, dimension, error);
}

/* How rows of one entity come one after the other, where they say since when they are true. Owned by the caller. */
static char *
moment_of (const Layout *layout)
{
  if (layout->effective < 0)
    return g_strdup ("");
  g_autofree char *ident = text_quote_ident (layout->columns[layout->effective].name);
  return g_strdup_printf (", s.%s", ident);
}

bool
inferred_fill (Db *db, const PipelineTask *task, const Warehouse *warehouse, const Loaded *loaded, int64_t *ret_filled,
               GError **error)
{
  const Model *model = task->model;
  char run[UID_TEXT_SIZE];
  *ret_filled = 0;
  if (!warehouse->infers)
    return true;
  uid_format (task->run->id, run);
  g_autofree char *of_file = expression_assignments (warehouse->columns, "", ", "), *made = scd_newest_made (warehouse);
  g_autofree char *assignments = g_strconcat (of_file, made, NULL);
  g_autofree char *moment = moment_of (loaded->layout);
  const SqlVar vars[] = { { "schema", warehouse->schema },      { "table", model->table },        { "id", model->id_column },
                          { "staging", loaded->stage->schema }, { "build", loaded->stage->name }, { "run", run },
                          { "image", warehouse->image },        { "assignments", assignments },   { "moment", moment },
                          HISTORY_VARS (&model->history) };
  g_autoptr (DbResult) exist = NULL;
  if (!sql_run (db, "inferred/exist", vars, G_N_ELEMENTS (vars), &exist, error))
    return false;
  return !db_result_bool (exist, 0, 0) || sql_change (db, "inferred/fill", vars, G_N_ELEMENTS (vars), ret_filled, error);
}

bool
inferred_take_over (Db *db, const char *from, const char *to, const Model *dimension, int lock_ms, GError **error)
{
  g_autoptr (GPtrArray) stored = columns_read (db, from, dimension->table, error);
  if (stored == NULL)
    return false;
  if (columns_find (stored, dimension->history.names[HISTORY_INFERRED]) == NULL)
    return true;
  g_autoptr (GPtrArray) key = columns_of_key (dimension);
  g_autofree char *names = expression_names (key, "", ", "), *values = expression_names (key, "w.", ", ");
  /* Where each first version holds since ever, those that were filled cannot be told from others, and need not. */
  const SqlVar vars[] = { { "schema", to },
                          { "from", from },
                          { "table", dimension->table },
                          { "id", dimension->id_column },
                          { "names", names },
                          { "values", values },
                          { "filled", dimension->first == FIRST_ALWAYS ? "false" : "true" },
                          HISTORY_VARS (&dimension->history) };
  return inferred_ensure (db, to, dimension, lock_ms, error)
         && sql_run (db, "inferred/take_over", vars, G_N_ELEMENTS (vars), NULL, error);
}
