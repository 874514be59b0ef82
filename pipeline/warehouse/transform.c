#include "pipeline/warehouse/transform.h"

#include "base/error.h"
#include "base/text.h"
#include "pipeline/warehouse/warehouse.h"
#include "schema/sql.h"

#include <string.h>

/* The variables of the templates, made once per run. */
typedef struct
{
  GArray *vars;     /* of SqlVar */
  GPtrArray *owned; /* of char * */
} Vars;

static void
vars_clear (Vars *vars)
{
  g_clear_pointer (&vars->vars, g_array_unref);
  g_clear_pointer (&vars->owned, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Vars, vars_clear)

static void
vars_set (Vars *vars, const char *name, const char *value)
{
  g_array_append_val (vars->vars, ((SqlVar) { name, value }));
}

/* Takes ownership of value. */
static void
vars_take (Vars *vars, const char *name, char *value)
{
  g_ptr_array_add (vars->owned, value);
  vars_set (vars, name, value);
}

static bool
run_sql (Db *db, const Vars *vars, const char *statement, int64_t *ret_rows, GError **error)
{
  return sql_change (db, statement, (const SqlVar *) vars->vars->data, vars->vars->len, ret_rows, error);
}

static bool
ask_number (Db *db, const Vars *vars, const char *statement, int64_t *ret_number, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!sql_run (db, statement, (const SqlVar *) vars->vars->data, vars->vars->len, &result, error))
    return false;
  *ret_number = db_result_int64 (result, 0, 0);
  return true;
}

/* Appends before + "name" + after for each name. */
static void
append_names (GString *out, const GPtrArray *names, const char *before, const char *after)
{
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *ident = text_quote_ident (names->pdata[i]);
      g_string_append_printf (out, "%s%s%s", before, ident, after);
    }
}

static bool
contains (const GPtrArray *names, const char *name)
{
  return g_ptr_array_find_with_equal_func ((GPtrArray *) names, name, g_str_equal, NULL);
}

/* d."a", d."b" of the names, for comparing: a new text's "" counts as the NULL that it was, and in a text that was a number once
 * 5.50 as 5.5. These are numbers as parse_numeric takes them: 00123 is none. */
static void
append_compared (GString *out, const GPtrArray *names, const Warehouse *warehouse, const char *of)
{
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = names->pdata[i];
      g_autofree char *ident = text_quote_ident (name);
      g_autofree char *value = g_strdup_printf (contains (warehouse->new_texts, name) ? "nullif(%s%s, '')" : "%s%s", of, ident);
      g_string_append (out, i == 0 ? "" : ", ");
      if (contains (warehouse->numbers, name))
        g_string_append_printf (out,
                                "case when length(%s) <= %d and %s ~ '^-?((0|[1-9][0-9]*)([.][0-9]+)?|[.][0-9]+)$' "
                                "then trim_scale(%s::numeric)::text else %s end",
                                value, NUMERIC_MAX_DIGITS, value, value, value);
      else
        g_string_append (out, value);
    }
}

/* Borrows the names. */
static GPtrArray *
names_but (const GPtrArray *names, const GPtrArray *left_out)
{
  GPtrArray *some = g_ptr_array_new ();
  for (guint i = 0; i < names->len; i++)
    if (!contains (left_out, names->pdata[i]))
      g_ptr_array_add (some, names->pdata[i]);
  return some;
}

/* Whether the tracked columns differ that both the file and the warehouse had before: a column that this load adds is no change of
 * the world but of the export. */
static char *
distinct_expression (const Warehouse *warehouse)
{
  g_autoptr (GPtrArray) compared = names_but (warehouse->layout->tracked, warehouse->added);
  if (compared->len == 0)
    return g_strdup ("false");
  GString *out = g_string_new ("row(");
  append_compared (out, compared, warehouse, "d.");
  g_string_append (out, ") is distinct from row(");
  append_compared (out, compared, warehouse, "w.");
  g_string_append_c (out, ')');
  return g_string_free (out, FALSE);
}

/* A version that carries columns over from the one before has no hash that a file without them could prove equal: it gets one of
 * its own, always the same for the same values, so that replaying the archive gives the same rows. */
static char *
hash_expression (const Warehouse *warehouse)
{
  if (warehouse->carried->len == 0)
    return g_strdup ("d._hash");
  g_autoptr (GString) carried = g_string_new (NULL);
  append_names (carried, warehouse->carried, "c.", ",");
  g_string_truncate (carried, carried->len - 1);
  return g_strdup_printf ("case when row(%s) is null then d._hash else md5(d._hash::text || row(%s)::text)::uuid end", carried->str,
                          carried->str);
}

/* "col" = d."col" for each name. */
static char *
assignments (const GPtrArray *names, const char *before, const char *after)
{
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *ident = text_quote_ident (names->pdata[i]);
      g_string_append_printf (out, "%s%s = d.%s%s", before, ident, ident, after);
    }
  return g_string_free (out, FALSE);
}

static void
set_tables (Vars *vars, const LoadInput *input, const Stage *stage)
{
  const Model *model = input->model;
  char id[UID_TEXT_SIZE];
  uid_format (input->run->id, id);
  vars_set (vars, "schema", input->options->warehouse_schema);
  vars_set (vars, "table", model->table);
  vars_set (vars, "id", model->id_column);
  vars_set (vars, "staging", stage->schema);
  vars_set (vars, "build", stage->name);
  vars_take (vars, "run", g_strdup (id));
  vars_set (vars, "current", model->kind == MODEL_DIMENSION ? "w.is_current" : "true");
  vars_set (vars, "number", model->kind == MODEL_DIMENSION ? ", w.version_number" : "");
  static const char *const kept[] = {
    [DUPLICATES_LAST] = "max(s._line)", [DUPLICATES_FIRST] = "min(s._line)", [DUPLICATES_REJECT] = "null::bigint"
  };
  vars_set (vars, "kept", kept[model->duplicates]);
}

/* Column lists for inserting from staging or delta ("from" is "s." or "d."), with the carried columns behind. */
static void
set_columns (Vars *vars, const Warehouse *warehouse, const char *from)
{
  GString *columns = g_string_new (NULL);
  GString *values = g_string_new (NULL);
  append_names (columns, warehouse->columns, "", ", ");
  append_names (values, warehouse->columns, from, ", ");
  if (*from == 'd')
    {
      append_names (columns, warehouse->carried, "", ", ");
      append_names (values, warehouse->carried, "c.", ", ");
    }
  vars_take (vars, "columns", g_string_free (columns, FALSE));
  vars_take (vars, "values", g_string_free (values, FALSE));
}

static bool
stage_is_whole (Db *db, const LoadInput *input, const Loaded *loaded, int64_t staged, GError **error)
{
  int64_t rows;
  if (!stage_count (db, loaded->stage, input->run->id, &rows, error))
    return false;
  if (rows == staged)
    return true;
  weir_error (error, WEIR_ERROR_RETRY, "%s.%s has %" G_GINT64_FORMAT " of the %" G_GINT64_FORMAT " rows of \"%s\"",
              loaded->stage->schema, loaded->stage->name, rows, staged, input->run->file);
  weir_error_detail (error, "Staging is unlogged: a server that crashes empties it. The file is loaded again.");
  return false;
}

/* What to do about it. Bytes of another encoding are not mended row by row. */
static void
hint_rejects (const LoadInput *input, const char *id, Reason reason, const char *setting, GError **error)
{
  if (reason == REASON_INVALID_UTF8)
    weir_error_hint (error,
                     "See `weir rejects %.8s`, and `weir sniff` for what the encoding is like. Say it in a model: \"dialect\": "
                     "{\"encoding\": ...}, docs/csv.md has the words; `weir retry %.8s` then loads it again.",
                     id, id);
  else
    weir_error_hint (error,
                     "See `weir rejects %.8s`; mend the file%s and use `weir retry %.8s`, or raise \"rejects\": {\"%s\": N}.", id,
                     input->model != NULL ? " or the model" : "", id, setting);
}

static bool
too_many_rejects (Db *db, const LoadInput *input, const RowCounts *rows, const char *bound, const char *setting, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (input->run->id, id);
  g_autofree char *commonest = NULL;
  Reason reason;
  if (!ledger_commonest_reject (db, input->run->id, &commonest, &reason, error))
    return false;
  weir_error (error, WEIR_ERROR_INPUT, "%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " rows of \"%s\" are rejects, more than %s",
              rows->rejected, rows->read, input->run->file, bound);
  weir_error_reason (error, REASON_TOO_MANY_REJECTS);
  if (input->options->dry_run)
    {
      weir_error_detail (error, "%s. The file would be refused whole. This was a dry run: nothing was kept.", commonest);
      weir_error_hint (error, "Without --dry-run the refused rows are kept with their reasons, for `weir rejects`.");
      return false;
    }
  weir_error_detail (error,
                     "%s. The file was refused whole; the warehouse was not changed. The refused rows are kept with their reasons.",
                     commonest);
  hint_rejects (input, id, reason, setting, error);
  return false;
}

bool
transform_check_rejects (Db *db, const LoadInput *input, const Loaded *loaded, const RowCounts *rows, GError **error)
{
  double limit = input->model != NULL && input->model->max_percent >= 0 ? input->model->max_percent : input->options->max_percent;
  int64_t most = input->model != NULL && input->model->max_rows >= 0 ? input->model->max_rows : INT64_MAX;
  /* What is below the table says nothing of its rows; but where it is most of the file, it may be the table that was not
   * understood. */
  int64_t foreign = reject_foreign (loaded->rejects);
  int64_t counted = foreign <= rows->read / 2 ? rows->rejected - foreign : rows->rejected;
  if (counted > most)
    {
      g_autofree char *bound = g_strdup_printf ("%" G_GINT64_FORMAT, most);
      return too_many_rejects (db, input, rows, bound, "max_rows", error);
    }
  if (counted == 0 || (double) counted * 100 <= limit * (double) rows->read)
    return true;
  g_autofree char *bound = g_strdup_printf ("%g %%", limit);
  return too_many_rejects (db, input, rows, bound, "max_percent", error);
}

static bool
refuse_missing (Db *db, const LoadInput *input, const Loaded *loaded, GError **error)
{
  const Layout *layout = loaded->layout;
  for (int i = 0; i < layout->n_references; i++)
    {
      const LayoutReference *reference = &layout->references[i];
      if (!reference->reference->reject_missing)
        continue;
      g_autofree char *message = g_strdup_printf ("no row of %s has this key", reference->reference->dimension);
      const SqlVar own[] = { { "schema", input->options->warehouse_schema },
                             { "dimension", reference->dimension->table },
                             { "id", reference->dimension->id_column },
                             { "staging", loaded->stage->schema },
                             { "build", loaded->stage->name },
                             { "as", reference->reference->as },
                             { "column", layout->columns[reference->columns[0]].name },
                             { "message", message } };
      if (!sql_run (db, "table/refuse_missing", own, G_N_ELEMENTS (own), NULL, error))
        return false;
    }
  return true;
}

static bool
spool_refused (Db *db, Loaded *loaded, GError **error)
{
  g_autofree char *after = g_strdup ("0");
  if (!rows_rewind (loaded->rows, error))
    return false;
  for (;;)
    {
      const SqlVar vars[] = { { "after", after } };
      g_autoptr (DbResult) refused = NULL;
      if (!sql_run (db, "table/list_refused", vars, G_N_ELEMENTS (vars), &refused, error))
        return false;
      int rows = db_result_rows (refused);
      if (rows == 0)
        return true;
      if (!load_spool_refused (loaded, refused, error))
        return false;
      g_free (after);
      after = g_strdup (db_result_value (refused, rows - 1, 0));
    }
}

/* Rows that only SQL can refuse: their original bytes are read from the file once more. */
static bool
refuse_rows (Db *db, const Vars *vars, const LoadInput *input, Loaded *loaded, RowCounts *rows, GError **error)
{
  if (!run_sql (db, vars, "table/refused", NULL, error) || !refuse_missing (db, input, loaded, error)
      || !run_sql (db, vars, "table/delete_refused", NULL, error) || !run_sql (db, vars, "table/duplicates", NULL, error))
    return false;
  if (input->model->duplicates == DUPLICATES_REJECT
      && (!run_sql (db, vars, "table/refuse_duplicates", NULL, error) || !run_sql (db, vars, "table/delete_refused", NULL, error)))
    return false;
  int64_t refused;
  if (!ask_number (db, vars, "table/count_refused", &refused, error))
    return false;
  if (refused == 0)
    return true;
  rows->rejected += refused;
  rows->staged -= refused;
  return spool_refused (db, loaded, error) && reject_store (loaded->rejects, db, error)
         && transform_check_rejects (db, input, loaded, rows, error);
}

/* Leaves in staging what goes on to the warehouse: one row of each business key, and none that is refused. */
static bool
settle_rows (Db *db, const Vars *vars, const LoadInput *input, Loaded *loaded, RowCounts *rows, GError **error)
{
  if (!refuse_rows (db, vars, input, loaded, rows, error)
      || !run_sql (db, vars, "table/delete_duplicates", &rows->duplicate, error))
    return false;
  rows->staged -= rows->duplicate;
  return true;
}

/* What the delta was sorted into must be all of it. */
static bool
check_sum (int64_t delta, int64_t sorted, GError **error)
{
  if (delta == sorted)
    return true;
  return weir_error (error, WEIR_ERROR_RETRY,
                     "the counts do not add up: %" G_GINT64_FORMAT " rows to apply, %" G_GINT64_FORMAT " applied", delta, sorted);
}

static bool
refresh (Db *db, const Vars *vars, const Warehouse *warehouse, int64_t unchanged, GError **error)
{
  if (unchanged == 0 || (warehouse->carried->len > 0 && warehouse->added->len == 0))
    return true;
  return run_sql (db, vars, "table/refresh", NULL, error);
}

static bool
apply_delta (Db *db, const Vars *vars, const Warehouse *warehouse, RowCounts *rows, GError **error)
{
  bool dimension = warehouse->layout->model->kind == MODEL_DIMENSION;
  int64_t delta, unchanged, written;
  if (!run_sql (db, vars, "table/delta", &delta, error) || !run_sql (db, vars, "table/analyze_delta", NULL, error)
      || !run_sql (db, vars, "table/changed", NULL, error) || !ask_number (db, vars, "table/count_unchanged", &unchanged, error)
      || (dimension && !run_sql (db, vars, "dimension/numbered", NULL, error))
      || !run_sql (db, vars, dimension ? "dimension/close" : "fact/update", &rows->updated, error)
      || !run_sql (db, vars, dimension ? "dimension/insert" : "fact/insert", &written, error)
      || !refresh (db, vars, warehouse, unchanged, error))
    return false;
  rows->deactivated = dimension ? rows->updated : 0;
  rows->inserted = dimension ? written - rows->updated : written;
  return check_sum (delta, rows->inserted + rows->updated + unchanged, error);
}

static bool
refuse_columns (const Warehouse *warehouse, GError **error)
{
  const Model *model = warehouse->layout->model;
  g_ptr_array_add (warehouse->fresh, NULL);
  g_ptr_array_add (warehouse->lacking, NULL);
  g_autofree char *fresh = g_strjoinv (", ", (char **) warehouse->fresh->pdata);
  g_autofree char *lacking = g_strjoinv (", ", (char **) warehouse->lacking->pdata);
  weir_error (error, WEIR_ERROR_INPUT, "the file brings columns that are new in %s.%s (%s), and lacks others (%s)",
              warehouse->schema, model->table, fresh, lacking);
  weir_error_detail (error,
                     "Rows without a key are known by their values: which of these are there already cannot be told. Nothing "
                     "was changed.");
  weir_error_hint (
      error,
      "Where a column only has another name, give it the old one in the file. Else leave new columns out (\"contract\": "
      "{\"columns\": \"discard\"} in %s), or load every row of every file (\"append\": \"all\").",
      model->path);
  weir_error_reason (error, REASON_COLUMNS_DRIFT);
  return false;
}

/* Rows without a key. Where the file's columns are the table's, the hash tells which of them are there already; where they are not,
 * the columns do that both have. */
static bool
append (Db *db, Vars *vars, const Warehouse *warehouse, RowCounts *rows, GError **error)
{
  if (warehouse->layout->model->append == APPEND_ALL)
    return run_sql (db, vars, "fact/append_all", &rows->inserted, error);
  if (warehouse->fresh->len > 0 && warehouse->lacking->len > 0)
    return refuse_columns (warehouse, error);
  g_autoptr (GPtrArray) shared = names_but (warehouse->columns, warehouse->fresh);
  GString *staged = g_string_new (NULL), *there = g_string_new (NULL);
  append_compared (staged, shared, warehouse, "s.");
  append_compared (there, shared, warehouse, "w.");
  vars_take (vars, "shared_s", g_string_free (staged, FALSE));
  vars_take (vars, "shared_w", g_string_free (there, FALSE));
  vars_take (vars, "fresh", assignments (warehouse->fresh, "", ", "));
  if (warehouse->fresh->len > 0 && !run_sql (db, vars, "fact/fill", NULL, error))
    return false;
  return run_sql (db, vars, warehouse->lacking->len > 0 ? "fact/append_shared" : "fact/append_distinct", &rows->inserted, error);
}

static bool
apply (Db *db, Vars *vars, const Warehouse *warehouse, RowCounts *rows, GError **error)
{
  const Model *model = warehouse->layout->model;
  bool first = warehouse->created || model_is_keyless (model);
  set_columns (vars, warehouse, first ? "s." : "d.");
  vars_take (vars, "distinct", distinct_expression (warehouse));
  vars_take (vars, "hash", hash_expression (warehouse));
  /* A hash that covers carried columns is not the file's to replace. */
  vars_set (vars, "refreshed", warehouse->carried->len == 0 ? "d._hash" : "w.row_hash");
  vars_take (vars, "filled", assignments (warehouse->added, ", ", ""));
  GString *carried = g_string_new (NULL);
  append_names (carried, warehouse->carried, ", w.", "");
  vars_take (vars, "carried", g_string_free (carried, FALSE));
  vars_take (vars, "assignments", assignments (warehouse->columns, "", ", "));
  if (model_is_keyless (model))
    return append (db, vars, warehouse, rows, error);
  if (warehouse->created)
    return run_sql (db, vars, model->kind == MODEL_DIMENSION ? "dimension/first" : "fact/first", &rows->inserted, error)
           && warehouse_index (db, warehouse, error);
  return apply_delta (db, vars, warehouse, rows, error);
}

bool
transform_run (Db *db, const LoadInput *input, Loaded *loaded, bool known, PipelineResult *result, GError **error)
{
  RowCounts *rows = &result->rows;
  g_auto (Vars) vars = { .vars = g_array_new (FALSE, FALSE, sizeof (SqlVar)), .owned = g_ptr_array_new_with_free_func (g_free) };
  set_tables (&vars, input, loaded->stage);
  if (!stage_is_whole (db, input, loaded, rows->staged, error))
    return false;
  g_autofree char *message = g_strdup ("the business key occurs more than once in the file, and the model rejects that");
  vars_set (&vars, "message", message);
  vars_set (&vars, "column",
            loaded->layout->n_key_columns > 0 ? loaded->layout->columns[loaded->layout->key_columns[0]].name : NULL);
  if (!settle_rows (db, &vars, input, loaded, rows, error))
    return false;
  g_autoptr (Warehouse) warehouse =
      warehouse_prepare (db, input->options->warehouse_schema, loaded->layout, input->pins, known, result->notes, error);
  g_autofree char *instant = NULL;
  if (warehouse == NULL || !ledger_table_instant (db, input->model->table, &instant, error))
    return false;
  vars_set (&vars, "instant", instant);
  if (!apply (db, &vars, warehouse, rows, error))
    return false;
  rows->unchanged = rows->staged - rows->inserted - rows->updated;
  return true;
}
