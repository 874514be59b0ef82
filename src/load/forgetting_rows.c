/* What the tables and the ledger have of whom is forgotten. Their ids are in weir_forget. */
#include "src/load/forgetting_inside.h"

#include "base/error.h"
#include "base/text.h"
#include "pipeline/stage/stage.h"
#include "pipeline/warehouse/columns.h"
#include "pipeline/warehouse/vars.h"

#include <string.h>

/* A table of the warehouse. */
typedef struct
{
  const Model *model;
  char *schema;
  History history;
  GPtrArray *stored; /* of StoredColumn; none: it is not there */
  Vars vars;
} Erased;

static void
erased_clear (Erased *erased)
{
  vars_clear (&erased->vars);
  history_clear (&erased->history);
  g_clear_pointer (&erased->stored, g_ptr_array_unref);
  g_free (erased->schema);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Erased, erased_clear)

static bool
erased_init (Forgetting *forgetting, const Model *model, Erased *ret_erased, GError **error)
{
  Db *db = forgetting->loader->db;
  g_auto (TableState) locked = { 0 };
  *ret_erased = (Erased) { .model = model, .vars = vars_from (NULL, 0) };
  if (!ledger_table_read (db, model->table, true, &locked, error) || !history_parse (locked.history, &ret_erased->history, error))
    return false;
  ret_erased->schema =
      g_strdup (locked.warehouse_schema != NULL ? locked.warehouse_schema : forgetting->loader->settings->warehouse_schema);
  ret_erased->stored = columns_read (db, ret_erased->schema, model->table, error);
  vars_set (&ret_erased->vars, "schema", ret_erased->schema);
  vars_set (&ret_erased->vars, "table", model->table);
  vars_set (&ret_erased->vars, "id", model->id_column);
  vars_set_history (&ret_erased->vars, &ret_erased->history);
  return ret_erased->stored != NULL;
}

/* A statement that stands for the number that it answers with, or for the rows that it touched. */
static bool
count (Db *db, const Erased *erased, const char *statement, int64_t *add_to, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!sql_run (db, statement, vars_all (&erased->vars), vars_count (&erased->vars), &result, error))
    return false;
  *add_to += db_result_rows (result) > 0 ? db_result_int64 (result, 0, 0) : db_result_affected (result);
  return true;
}

/* ---- staging ---- */

static bool
erase_staged (Forgetting *forgetting, const char *table, const char *column, GError **error)
{
  Db *db = forgetting->loader->db;
  const char *schema = forgetting->loader->settings->staging_schema;
  g_autofree char *prefix = stage_prefix (table);
  const SqlVar find[] = { { "schema", schema }, { "table", table }, { "prefix", prefix } };
  g_autoptr (DbResult) staged = NULL;
  if (!sql_run (db, "forget/staged", find, G_N_ELEMENTS (find), &staged, error))
    return false;
  for (int row = 0; row < db_result_rows (staged); row++)
    {
      const char *name = db_result_value (staged, row, 0);
      const SqlVar vars[] = { { "schema", schema }, { "table", name }, { "id", column } };
      int64_t gone = 0;
      g_autoptr (GPtrArray) columns = columns_read (db, schema, name, error);
      if (columns == NULL)
        return false;
      if (columns_find (columns, column) != NULL
          && !sql_change (db, "forgotten/staged_rows", vars, G_N_ELEMENTS (vars), &gone, error))
        return false;
      forgetting->counts.staged += gone;
    }
  return true;
}

/* ---- the table itself ---- */

static bool
erase_own (Forgetting *forgetting, const Model *model, GError **error)
{
  Db *db = forgetting->loader->db;
  ForgetCounts *counts = &forgetting->counts;
  g_auto (Erased) erased = { 0 };
  int64_t unused = 0;
  if (!erased_init (forgetting, model, &erased, error))
    return false;
  bool versions = columns_find (erased.stored, erased.history.names[HISTORY_VERSION]) != NULL && model->kind == MODEL_DIMENSION;
  bool there = columns_find (erased.stored, model->id_column) != NULL;
  const char *exports = versions ? "forgotten/exports" : "forgotten/exports_of_rows";
  if (there && (!count (db, &erased, exports, &unused, error) || !count (db, &erased, "forgotten/rows", &counts->rows, error)))
    return false;
  return count (db, &erased, "forgotten/overwritten", &counts->overwritten, error)
         && vars_run (db, &erased.vars, "forgotten/observed", error) && vars_run (db, &erased.vars, "forgotten/unsaid", error)
         && vars_run (db, &erased.vars, "forgotten/samples", error) && vars_run (db, &erased.vars, "forgotten/waiting", error)
         && erase_staged (forgetting, model->table, "_id", error);
}

/* ---- facts that refer to it ---- */

static bool
refuse (const Model *fact, int64_t rows, GError **error)
{
  g_autofree char *figure = text_count (rows);
  g_autofree char *hint =
      g_strdup_printf ("Say in %s what becomes of them, in the reference: \"forgotten\": \"null\" or \"delete\".", fact->path);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .detail = "Nothing was changed.", .hint = hint },
                    "%s row%s of %s refer%s to them", figure, rows == 1 ? "" : "s", fact->table, rows == 1 ? "s" : "");
}

static bool
erase_stored (Forgetting *forgetting, const Erased *fact, Forgets forgets, GError **error)
{
  Db *db = forgetting->loader->db;
  ForgetCounts *counts = &forgetting->counts;
  int64_t rows = 0;
  if (forgets == FORGETS_REFUSE)
    return count (db, fact, "forgotten/referring", &rows, error) && (rows == 0 || refuse (fact->model, rows, error));
  const char *lose = model_is_keyless (fact->model) ? "forgotten/fact_null_bag" : "forgotten/fact_null";
  return forgets == FORGETS_NULL ? count (db, fact, lose, &counts->nulled, error)
                                 : count (db, fact, "forgotten/fact_delete", &counts->deleted, error);
}

static bool
erase_reference (Forgetting *forgetting, Erased *fact, const ModelReference *reference, GError **error)
{
  Db *db = forgetting->loader->db;
  ForgetCounts *counts = &forgetting->counts;
  Forgets forgets = model_forgets (fact->model, reference);
  int64_t unused = 0;
  vars_set (&fact->vars, "fact", fact->model->table);
  vars_set (&fact->vars, "as", reference->as);
  if (columns_find (fact->stored, reference->as) != NULL && !erase_stored (forgetting, fact, forgets, error))
    return false;
  if (!erase_staged (forgetting, fact->model->table, reference->as, error))
    return false;
  return forgets == FORGETS_NULL ? count (db, fact, "forgotten/images_null", &counts->overwritten, error)
                                       && count (db, fact, "forgotten/waiting_null", &unused, error)
                                 : count (db, fact, "forgotten/images_delete", &counts->overwritten, error)
                                       && vars_run (db, &fact->vars, "forgotten/waiting_delete", error);
}

static bool
erase_from_fact (Forgetting *forgetting, const Model *model, GError **error)
{
  g_auto (Erased) fact = { 0 };
  if (!erased_init (forgetting, model, &fact, error))
    return false;
  for (guint i = 0; i < model->references->len; i++)
    {
      const ModelReference *reference = model->references->pdata[i];
      if (strcmp (reference->dimension, forgetting->task.model->table) == 0
          && !erase_reference (forgetting, &fact, reference, error))
        return false;
    }
  return true;
}

static bool
take_waiting (Forgetting *forgetting, GError **error)
{
  Db *db = forgetting->loader->db;
  g_autoptr (DbResult) taken = NULL;
  if (!sql_run (db, "forgotten/waiting_take", NULL, 0, &taken, error))
    return false;
  forgetting->counts.waiting = db_result_int64 (taken, 0, 0);
  for (guint i = 0; i < forgetting->models->len; i++)
    {
      const SqlVar vars[] = { { "table", ((const Model *) forgetting->models->pdata[i])->table } };
      if (!sql_run (db, "forgotten/waiting_count", vars, G_N_ELEMENTS (vars), NULL, error))
        return false;
    }
  return true;
}

/* In the database, where rows without a key are found by them. */
static bool
put_hashes (Forgetting *forgetting, GError **error)
{
  Db *db = forgetting->loader->db;
  g_autoptr (GString) befores = g_string_new ("{");
  g_autoptr (GString) afters = g_string_new ("{");
  for (guint i = 0; i < forgetting->hashes->len; i++)
    {
      const CutHash *hash = &g_array_index (forgetting->hashes, CutHash, i);
      char before[UID_TEXT_SIZE], after[UID_TEXT_SIZE];
      uid_format (hash->before, before);
      uid_format (hash->after, after);
      g_string_append_printf (befores, "%s%s", i > 0 ? "," : "", before);
      g_string_append_printf (afters, "%s%s", i > 0 ? "," : "", after);
    }
  g_string_append_c (befores, '}');
  g_string_append_c (afters, '}');
  const SqlVar vars[] = { { "befores", befores->str }, { "afters", afters->str } };
  return sql_run (db, "forgotten/hashes", NULL, 0, NULL, error)
         && (forgetting->hashes->len == 0 || sql_run (db, "forgotten/hash", vars, G_N_ELEMENTS (vars), NULL, error));
}

bool
forget_rows (Forgetting *forgetting, GError **error)
{
  if (!put_hashes (forgetting, error))
    return false;
  const Model *own = forgetting->task.model;
  for (guint i = 0; i < forgetting->models->len; i++)
    {
      const Model *model = forgetting->models->pdata[i];
      if (model == own ? !erase_own (forgetting, model, error) : !erase_from_fact (forgetting, model, error))
        return false;
    }
  return take_waiting (forgetting, error);
}
