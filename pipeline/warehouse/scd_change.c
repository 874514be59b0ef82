#include "pipeline/warehouse/scd_change.h"

#include "base/error.h"
#include "models/name.h"
#include "pipeline/warehouse/columns.h"
#include "pipeline/warehouse/renames.h"
#include "schema/sql.h"

/* Of each column that has a rule, or had one: what changes of it mean. */
typedef struct
{
  const char *name;
  const HistoryRule *was, *is; /* NULL: as the table */
} RuleChange;

static bool
is_same (const HistoryRule *one, const HistoryRule *other)
{
  if (one == NULL || other == NULL)
    return one == other;
  return one->scd == other->scd && one->all_versions == other->all_versions && g_strcmp0 (one->made, other->made) == 0;
}

/* The rule that the table had of a column, under its name or one that the model lists in "from". */
static const HistoryRule *
find_before (const History *was, const Model *model, const char *name)
{
  const HistoryRule *rule = history_find_rule (was, name);
  for (guint i = 0; rule == NULL && i < model->columns->len; i++)
    {
      const ModelColumn *column = model->columns->pdata[i];
      g_autofree char *own = name_of_column (column->name, 0);
      for (char **from = column->from; g_str_equal (own, name) && rule == NULL && from != NULL && *from != NULL; from++)
        {
          g_autofree char *former = name_of_column (*from, 0);
          rule = history_find_rule (was, former);
        }
    }
  return rule;
}

/* Whether a rule of before is that of a column of the model, which may have another name by now. */
static bool
is_followed (const Model *model, const History *was, const HistoryRule *before)
{
  for (guint i = 0; i < model->history.rules->len; i++)
    if (find_before (was, model, ((const HistoryRule *) model->history.rules->pdata[i])->name) == before)
      return true;
  return false;
}

/* Those that are others now, of RuleChange. */
static GArray *
find_changes (const Model *model, const History *was)
{
  GArray *changes = g_array_new (FALSE, FALSE, sizeof (RuleChange));
  for (guint i = 0; i < was->rules->len; i++)
    {
      const HistoryRule *before = was->rules->pdata[i];
      if (!is_followed (model, was, before))
        g_array_append_val (changes, ((RuleChange) { before->name, before, NULL }));
    }
  for (guint i = 0; i < model->history.rules->len; i++)
    {
      const HistoryRule *now = model->history.rules->pdata[i], *before = find_before (was, model, now->name);
      if (!is_same (before, now))
        g_array_append_val (changes, ((RuleChange) { before != NULL ? before->name : now->name, before, now }));
    }
  return changes;
}

static Scd
scd_of (const HistoryRule *rule, const Model *model)
{
  return rule != NULL ? rule->scd : model->history.scd;
}

static bool
refuse (const char *schema, const Model *model, const RuleChange *change, const char *detail, const char *remedy, GError **error)
{
  g_autofree char *whole = g_strdup_printf ("%s Nothing was changed.", detail);
  g_autofree char *hint = g_strdup_printf ("Put \"scd\": %d back for \"%s\" in %s%s.", (int) scd_of (change->was, model),
                                           change->name, model->path, remedy);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, REASON_HISTORY_CHANGED, .detail = whole, .hint = hint },
                    "\"scd\": %d of column \"%s\" would lose what %s.%s knows", (int) scd_of (change->is, model), change->name,
                    schema, model->table);
}

/* Whether versions of one entity have several values of the column. */
static bool
has_several (Db *db, const char *schema, const Model *model, const char *column, bool *ret_has, GError **error)
{
  const SqlVar vars[] = { { "schema", schema }, { "table", model->table }, { "id", model->id_column }, { "column", column } };
  g_autoptr (DbResult) answer = NULL;
  if (!sql_run (db, "dimension/has_several", vars, G_N_ELEMENTS (vars), &answer, error))
    return false;
  *ret_has = db_result_bool (answer, 0, 0);
  return true;
}

/* Whether one value is to be in every version. */
static bool
is_to_be_one (const Model *model, const HistoryRule *is)
{
  bool dated = model->effective.kind != EFFECTIVE_ARRIVAL && model->late != LATE_APPLY;
  return is != NULL && model_has_versions (model)
         && ((is->scd == SCD_OVERWRITE && is->all_versions) || (is->scd == SCD_FIRST && dated));
}

static bool
check_one (Db *db, const char *schema, const Model *model, const RuleChange *change, const GPtrArray *stored, GError **error)
{
  bool several = false;
  const HistoryRule *was = change->was;
  if (was != NULL && was->scd == SCD_PREVIOUS && (change->is == NULL || change->is->scd != SCD_PREVIOUS)
      && columns_find (stored, was->made) != NULL)
    {
      g_autofree char *detail = g_strdup_printf ("\"%s\" has the values of before.", was->made);
      g_autofree char *remedy =
          g_strdup_printf (", or take the column away: drop view %s.%s_current (the next load makes it again); alter table "
                           "%s.%s drop column %s",
                           schema, model->table, schema, model->table, was->made);
      return refuse (schema, model, change, detail, remedy, error);
    }
  if (!is_to_be_one (model, change->is) || columns_find (stored, change->name) == NULL)
    return true;
  if (!has_several (db, schema, model, change->name, &several, error))
    return false;
  return !several || refuse (schema, model, change, "Its versions have other values of it, and would all get one.", "", error);
}

/* A column that weir is to make has no other's name. */
static bool
check_made (const char *schema, const Model *model, const RuleChange *change, const GPtrArray *stored, GError **error)
{
  const char *made = change->is != NULL ? change->is->made : NULL;
  const HistoryRule *was = change->was;
  bool is_same_type = was != NULL && made != NULL && was->scd == change->is->scd;
  /* What somebody has renamed by hand is ours still. */
  bool is_ours = is_same_type && (g_str_equal (was->made, made) || columns_find (stored, was->made) == NULL);
  if (made == NULL || is_ours || columns_find (stored, made) == NULL)
    return true;
  g_autofree char *hint = g_strdup_printf ("Rename it (alter table ... rename column), or take \"scd\": %d from \"%s\" in %s.",
                                           (int) change->is->scd, change->name, model->path);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, REASON_HISTORY_CHANGED, .detail = "Nothing was changed.", .hint = hint },
                    "%s.%s has a column \"%s\" already, which weir would make for \"%s\"", schema, model->table, made,
                    change->name);
}

bool
scd_change_check (Db *db, const char *schema, const Model *model, const History *was, const GPtrArray *stored, GError **error)
{
  g_autoptr (GArray) changes = find_changes (model, was);
  for (guint i = 0; i < changes->len; i++)
    {
      const RuleChange *change = &g_array_index (changes, RuleChange, i);
      if (!check_made (schema, model, change, stored, error) || !check_one (db, schema, model, change, stored, error))
        return false;
    }
  return true;
}

bool
scd_change_is_wanted (const Model *model, const History *was)
{
  g_autoptr (GArray) changes = find_changes (model, was);
  return changes->len > 0;
}

/* What weir made has the column's new name as well; or is taken away, for it can be made again. */
static bool
follow_made (Db *db, const Warehouse *warehouse, const RuleChange *change, GPtrArray *stored, GError **error)
{
  const char *made = change->was != NULL ? change->was->made : NULL;
  if (made == NULL || (change->is != NULL && g_strcmp0 (change->is->made, made) == 0) || columns_find (stored, made) == NULL)
    return true;
  const SqlVar vars[] = { { "schema", warehouse->schema }, { "table", warehouse->layout->model->table }, { "column", made } };
  if (change->is != NULL && change->is->scd == change->was->scd)
    return renames_one (db, warehouse, &(ColumnRename) { (StoredColumn *) columns_find (stored, made), change->is->made }, error);
  return sql_run (db, "dimension/drop_column", vars, G_N_ELEMENTS (vars), NULL, error)
         && g_ptr_array_remove (stored, (gpointer) columns_find (stored, made));
}

bool
scd_change_apply (Db *db, const Warehouse *warehouse, const History *was, GPtrArray *stored, GPtrArray *notes,
                  GPtrArray **ret_doubtful, GError **error)
{
  const Model *model = warehouse->layout->model;
  g_autoptr (GArray) changes = find_changes (model, was);
  *ret_doubtful = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < changes->len; i++)
    {
      const RuleChange *change = &g_array_index (changes, RuleChange, i);
      if (!follow_made (db, warehouse, change, stored, error))
        return false;
      if (columns_find (stored, change->name) == NULL || scd_of (change->is, model) == scd_of (change->was, model))
        continue;
      g_ptr_array_add (notes, g_strdup_printf ("column %s of %s.%s: \"scd\" is now %d and was %d, as %s says", change->name,
                                               warehouse->schema, model->table, (int) scd_of (change->is, model),
                                               (int) scd_of (change->was, model), model->path));
      if (scd_of (change->was, model) == SCD_FIRST)
        g_ptr_array_add (*ret_doubtful, g_strdup (change->name));
    }
  return true;
}
