#include "pipeline/warehouse/inferred.h"

#include "base/error.h"
#include "base/text.h"
#include "pipeline/stage/short_lock.h"
#include "pipeline/warehouse/columns.h"
#include "pipeline/warehouse/expressions.h"
#include "pipeline/warehouse/history_change.h"
#include "pipeline/warehouse/scd.h"
#include "pipeline/warehouse/shown.h"
#include "schema/history_vars.h"

#include <string.h>

/* ---- placeholders ---- */

/* An array of the key's columns of w, as texts; or of what weir.overwritten has of them. Owned by the caller. */
static char *
key_array (const Model *dimension, bool cells)
{
  g_autoptr (GPtrArray) key = columns_of_key (dimension);
  GString *text = g_string_new ("array[");
  for (guint i = 0; i < key->len; i++)
    {
      g_autofree char *name = cells ? text_quote_literal (key->pdata[i]) : text_quote_ident (key->pdata[i]);
      g_string_append_printf (text, cells ? "%sw.cells ->> %s" : "%sw.%s::text", i > 0 ? ", " : "", name);
    }
  return g_string_free (g_string_append (text, "]::text[]"), FALSE);
}

static Vars
vars_in (const InferredIn *in)
{
  Vars vars = vars_from (NULL, 0);
  vars_set (&vars, "schema", in->schema);
  vars_set (&vars, "dimension", in->dimension->table);
  vars_set (&vars, "id", in->dimension->id_column);
  vars_take (&vars, "key_w", key_array (in->dimension, false));
  vars_take (&vars, "key_cells", key_array (in->dimension, true));
  vars_set_history (&vars, in->history);
  return vars;
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
add_column (Db *db, const InferredIn *in, GError **error)
{
  static const char *const statements[] = { "inferred/add_column", "inferred/index", "inferred/view" };
  g_autofree char *view = shown_view (in->dimension);
  const char *const names[] = { in->dimension->table, view, NULL };
  bool locked;
  if (!short_lock_begin (db, in->schema, names, SHORT_LOCK_ALL, in->lock_ms, &locked, error))
    return false;
  if (!locked)
    return weir_fail (error, &(Failure) { WEIR_ERROR_RETRY, REASON_LOCK_BUSY },
                      "%s.%s has to get a column for placeholders, and other sessions hold it", in->schema, in->dimension->table);
  g_autofree char *columns = list_columns (db, in->schema, view, error);
  if (columns == NULL)
    return false;
  g_auto (Vars) vars = vars_in (in);
  vars_set (&vars, "view", view);
  vars_set (&vars, "columns", columns);
  for (size_t i = 0; i < G_N_ELEMENTS (statements); i++)
    if (!vars_run (db, &vars, statements[i], error))
      return false;
  return short_lock_end (db, in->lock_ms, error);
}

static bool
ensure_column (Db *db, const InferredIn *in, const GPtrArray *stored, GError **error)
{
  const char *name = in->history->names[HISTORY_INFERRED];
  if (columns_find (stored, name) == NULL)
    return add_column (db, in, error);
  return columns_find_mark (stored, name) != NULL
         || history_change_refuse_name (in->schema, in->dimension, HISTORY_INFERRED, error);
}

bool
inferred_insert (Db *db, const InferredIn *in, const char *named, int64_t *ret_made, GError **error)
{
  g_autoptr (GPtrArray) stored = columns_read (db, in->schema, in->dimension->table, error), key = columns_of_key (in->dimension);
  if (stored == NULL || !ensure_column (db, in, stored, error))
    return false;
  g_autoptr (GString) values = g_string_new (NULL);
  for (guint i = 0; i < key->len; i++)
    {
      const StoredColumn *column = columns_find (stored, key->pdata[i]);
      g_string_append_printf (values, "k.key[%u]::%s, ", i + 1, column != NULL ? column->written : "text");
    }
  g_auto (Vars) vars = vars_in (in);
  vars_take (&vars, "names", expression_names (key, "", ", "));
  vars_set (&vars, "values", values->str);
  vars_set (&vars, "named", named);
  return sql_change (db, "inferred/insert", vars_all (&vars), vars_count (&vars), ret_made, error);
}

/* ---- who loses all versions ---- */

static bool
is_asked (const ModelReference *reference, const InferredIn *in, const InferredFacts *facts)
{
  bool named = facts->all ? reference->missing != MISSING_ALLOW : reference->missing == MISSING_PLACEHOLDER;
  return named && strcmp (reference->dimension, in->dimension->table) == 0;
}

static bool
is_any_asked (const InferredIn *in, const InferredFacts *facts)
{
  for (guint i = 0; i < facts->catalog->models->len; i++)
    {
      const Model *fact = facts->catalog->models->pdata[i];
      for (guint j = 0; j < fact->references->len; j++)
        if (is_asked (fact->references->pdata[j], in, facts))
          return true;
    }
  return false;
}

bool
inferred_leave (Db *db, const InferredIn *in, const InferredFacts *facts, const char *leaving, GError **error)
{
  if (!is_any_asked (in, facts))
    return true;
  g_auto (Vars) vars = vars_in (in);
  vars_set (&vars, "leaving", leaving);
  return vars_run (db, &vars, "inferred/leaving", error);
}

void
inferred_set_naming (Vars *vars, const char *schema, const char *fact, const char *as)
{
  vars_set (vars, "facts", schema);
  vars_set (vars, "fact", fact);
  vars_set (vars, "as", as);
  vars_take (vars, "fact_text", text_quote_literal (fact));
  vars_take (vars, "as_text", text_quote_literal (as));
  vars_take (vars, "naming", vars_part (vars, "inferred/naming"));
}

static bool
find_naming (Db *db, const InferredIn *in, const InferredFacts *facts, const Model *fact, GError **error)
{
  g_autoptr (GPtrArray) stored = fact->references->len > 0 ? columns_read (db, facts->schema, fact->table, error) : NULL;
  for (guint i = 0; stored != NULL && i < fact->references->len; i++)
    {
      const ModelReference *reference = fact->references->pdata[i];
      if (!is_asked (reference, in, facts) || columns_find (stored, reference->as) == NULL)
        continue;
      g_auto (Vars) vars = vars_in (in);
      inferred_set_naming (&vars, facts->schema, fact->table, reference->as);
      if (!vars_run (db, &vars, "inferred/find_naming", error))
        return false;
    }
  return stored != NULL || fact->references->len == 0;
}

static bool
count (Db *db, const char *statement, const Vars *vars, int64_t *ret_count, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!sql_run (db, statement, vars_all (vars), vars_count (vars), &result, error))
    return false;
  *ret_count = db_result_int64 (result, 0, 0);
  return true;
}

bool
inferred_keep (Db *db, const InferredIn *in, const InferredFacts *facts, const char *run, int64_t *ret_kept, GError **error)
{
  g_auto (Vars) vars = vars_in (in);
  vars_set (&vars, "run", run);
  *ret_kept = 0;
  if (!is_any_asked (in, facts))
    return true;
  if (!vars_run (db, &vars, "inferred/stayed", error))
    return false;
  for (guint i = 0; i < facts->catalog->models->len; i++)
    if (!find_naming (db, in, facts, facts->catalog->models->pdata[i], error))
      return false;
  return (!facts->replays || vars_run (db, &vars, "inferred/as_named", error))
         && vars_run (db, &vars, "inferred/forget_unnamed", error) && count (db, "inferred/count_leaving", &vars, ret_kept, error)
         && (*ret_kept == 0 || inferred_insert (db, in, "weir_leaving", NULL, error))
         && (run == NULL || vars_run (db, &vars, "inferred/keep_leaving", error))
         && vars_run (db, &vars, "inferred/forget_leaving", error);
}

/* ---- the first file that has the entity ---- */

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
  if (!db_result_bool (exist, 0, 0))
    return true;
  if (model->effective.kind != EFFECTIVE_ARRIVAL && model->first != FIRST_ALWAYS)
    return sql_run (db, "inferred/step_aside", vars, G_N_ELEMENTS (vars), NULL, error);
  return sql_change (db, "inferred/fill", vars, G_N_ELEMENTS (vars), ret_filled, error);
}

/* ---- a table that is made again ---- */

bool
inferred_begin (Db *db, const InferredIn *in, bool key, GError **error)
{
  g_autoptr (GPtrArray) stored = columns_read (db, in->schema, in->dimension->table, error);
  if (stored == NULL || !sql_run (db, "inferred/named", NULL, 0, NULL, error))
    return false;
  if (!key || !model_has_versions (in->dimension) || columns_find_mark (stored, in->history->names[HISTORY_INFERRED]) == NULL)
    return true;
  g_auto (Vars) vars = vars_in (in);
  /* Where each first version holds since ever, those that were filled cannot be told from others, and need not. */
  vars_set (&vars, "filled", in->dimension->first == FIRST_ALWAYS ? "false" : "true");
  return vars_run (db, &vars, "inferred/collect", error);
}

bool
inferred_name (Db *db, const Model *dimension, const char *named, GError **error)
{
  const SqlVar vars[] = { { "dimension", dimension->table }, { "named", named } };
  return sql_run (db, "inferred/name", vars, G_N_ELEMENTS (vars), NULL, error);
}

/* Those of weir_named that the dimension does not have. */
static bool
insert_named (Db *db, const InferredIn *in, int64_t *ret_made, GError **error)
{
  g_autofree char *table = text_quote_literal (in->dimension->table);
  g_autofree char *named = g_strdup_printf ("(select * from weir_named where dimension = %s)", table);
  g_auto (Vars) vars = vars_in (in);
  int64_t names;
  *ret_made = 0;
  return count (db, "inferred/count_named", &vars, &names, error)
         && (names == 0 || inferred_insert (db, in, named, ret_made, error));
}

bool
inferred_take (Db *db, const PipelineTask *task, Warehouse *warehouse, GError **error)
{
  const Model *model = task->model;
  const InferredIn in = { warehouse->schema, model, &model->history, task->options->lock_timeout_ms };
  int64_t made;
  if (!task->options->replays || !warehouse->created || !model_has_versions (model))
    return true;
  if (!insert_named (db, &in, &made, error) || made == 0)
    return made == 0;
  g_autoptr (GPtrArray) stored = columns_read (db, warehouse->schema, model->table, error);
  if (stored == NULL || !warehouse_index (db, warehouse, error))
    return false;
  warehouse->created = false;
  warehouse->infers = true;
  warehouse->image = expression_image (stored);
  return true;
}

static bool
give_to (Db *db, const Model *dimension, const char *schema, int lock_ms, int64_t *ret_made, GError **error)
{
  g_auto (TableState) locked = { 0 };
  g_auto (History) history = { 0 };
  const InferredIn in = { schema, dimension, &history, lock_ms };
  return ledger_table_read (db, dimension->table, true, &locked, error) && history_parse (locked.history, &history, error)
         && insert_named (db, &in, ret_made, error);
}

bool
inferred_give (Db *db, const Model *fact, const Catalog *catalog, const char *schema, int lock_ms, int64_t *ret_made,
               GError **error)
{
  *ret_made = 0;
  for (guint i = 0; i < fact->references->len; i++)
    {
      const ModelReference *reference = fact->references->pdata[i];
      const Model *dimension = catalog_find (catalog, reference->dimension);
      int64_t made = 0;
      if (reference->missing == MISSING_PLACEHOLDER && dimension != NULL && !give_to (db, dimension, schema, lock_ms, &made, error))
        return false;
      *ret_made += made;
    }
  return true;
}
