#include "pipeline/warehouse/takeup.h"

#include "base/fault.h"
#include "base/text.h"
#include "pipeline/warehouse/agreement.h"
#include "pipeline/warehouse/columns.h"
#include "pipeline/warehouse/expressions.h"
#include "pipeline/warehouse/warehouse.h"
#include "schema/ledger_delivery.h"
#include "schema/sql.h"

#include <string.h>

/* What the statements are made of. Of a row that waits, w. */
typedef struct
{
  const Model *model;
  const char *schema;
  GString *ready;   /* all that it refers to is known, as far as the model asks for that */
  GString *refused; /* something is not, for which the model says "reject" */
  GString *first;   /* the first dimension that it waits for */
  GString *columns, *values, *assignments;
  char *image; /* what the fact's rows were (expressions.h) */
  char *known; /* the fact has its key */
  char days[G_ASCII_DTOSTR_BUF_SIZE];
  char *instant;
  const char *deliveries; /* as delivery_note has it */
} Parts;

static void
parts_init (Parts *parts, const Model *model, const char *schema)
{
  *parts = (Parts) { .model = model, .schema = schema };
  GString **const texts[] = { &parts->ready, &parts->refused, &parts->first, &parts->columns, &parts->values, &parts->assignments };
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    *texts[i] = g_string_new (NULL);
  g_ascii_dtostr (parts->days, sizeof parts->days, model->wait_days);
}

static void
parts_clear (Parts *parts)
{
  GString *const texts[] = { parts->ready, parts->refused, parts->first, parts->columns, parts->values, parts->assignments };
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    g_string_free (texts[i], TRUE);
  g_free (parts->image);
  g_free (parts->known);
  g_free (parts->instant);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parts, parts_clear)

/* Whether the dimension has what w refers to: also where the model says "placeholder" by now, for a row that waits has not kept the key of which
 * one could be made. A dimension that is not there, or has no good model, has nothing. */
static bool
write_has (Db *db, const Catalog *catalog, const ModelReference *reference, const char *schema, char **ret_has, GError **error)
{
  const Model *dimension = catalog_find (catalog, reference->dimension);
  bool exists = false;
  if (dimension != NULL && !warehouse_exists (db, schema, dimension->table, &exists, error))
    return false;
  g_autofree char *id = expression_cell (reference->as, "uuid");
  if (!exists)
    return *ret_has = g_strdup_printf ("(%s is null)", id), true;
  g_autofree char *schema_ident = text_quote_ident (schema);
  g_autofree char *table = text_quote_ident (dimension->table);
  g_autofree char *column = text_quote_ident (dimension->id_column);
  *ret_has = g_strdup_printf ("(%s is null or exists (select from %s.%s d where d.%s = %s))", id, schema_ident, table, column, id);
  return true;
}

/* Appends "text" behind "between", if something is there already. */
static void
append (GString *to, const char *between, const char *text)
{
  g_string_append_printf (to, "%s%s", to->len > 0 ? between : "", text);
}

static bool
write_references (Db *db, const Catalog *catalog, Parts *parts, GError **error)
{
  const GPtrArray *references = parts->model->references;
  for (guint i = 0; i < references->len; i++)
    {
      const ModelReference *reference = references->pdata[i];
      g_autofree char *has = NULL;
      if (reference->missing == MISSING_ALLOW)
        continue;
      if (!write_has (db, catalog, reference, parts->schema, &has, error))
        return false;
      g_autofree char *lacks = g_strdup_printf ("not %s", has);
      g_autofree char *literal = text_quote_literal (reference->dimension);
      append (parts->ready, " and ", has);
      if (reference->missing == MISSING_REJECT)
        append (parts->refused, " or ", lacks);
      g_string_append_printf (parts->first, "when %s then %s ", lacks, literal);
    }
  append (parts->ready, "", parts->ready->len > 0 ? "" : "true");
  append (parts->refused, "", parts->refused->len > 0 ? "" : "false");
  if (parts->first->len == 0)
    return true;
  g_string_prepend (parts->first, "case ");
  g_string_append (parts->first, "else w.dimension end");
  return true;
}

/* The columns that the fact has now, and what w has for each. */
static bool
write_columns (Db *db, Parts *parts, bool *ret_exists, GError **error)
{
  const Model *model = parts->model;
  g_autofree const char **own = model_own_names (model);
  g_autoptr (GPtrArray) stored = columns_read (db, parts->schema, model->table, error);
  for (guint i = 0; stored != NULL && i < stored->len; i++)
    {
      const StoredColumn *column = stored->pdata[i];
      if (g_strcmp0 (model->id_column, column->name) == 0 || g_strv_contains (own, column->name))
        continue;
      g_autofree char *ident = text_quote_ident (column->name);
      g_autofree char *literal = text_quote_literal (column->name);
      g_autofree char *cell = expression_cell (column->name, column->written);
      g_string_append_printf (parts->columns, "%s, ", ident);
      g_string_append_printf (parts->values, "%s, ", cell);
      g_string_append_printf (parts->assignments, "%s = case when w.cells ? %s then %s else f.%s end, ", ident, literal, cell,
                              ident);
    }
  *ret_exists = stored != NULL && stored->len > 0;
  parts->image = *ret_exists ? expression_image (stored) : NULL;
  return stored != NULL;
}

static void
write_known (Parts *parts)
{
  g_autofree char *schema = text_quote_ident (parts->schema);
  g_autofree char *table = text_quote_ident (parts->model->table);
  g_autofree char *id = model_is_keyless (parts->model) ? NULL : text_quote_ident (parts->model->id_column);
  parts->known =
      id == NULL ? g_strdup ("false") : g_strdup_printf ("exists (select from %s.%s f where f.%s = w.id)", schema, table, id);
}

static bool
run_sql (Db *db, const Parts *parts, const char *statement, GError **error)
{
  const SqlVar vars[] = { { "schema", parts->schema },
                          { "table", parts->model->table },
                          { "id", parts->model->id_column },
                          { "ready", parts->ready->str },
                          { "refused", parts->refused->str },
                          { "first", parts->first->str },
                          { "known", parts->known },
                          { "days", parts->days },
                          { "columns", parts->columns->str },
                          { "values", parts->values->str },
                          { "assignments", parts->assignments->str },
                          { "image", parts->image },
                          { "instant", parts->instant } };
  return sql_run (db, statement, vars, G_N_ELEMENTS (vars), NULL, error);
}

static bool
count_settled (Db *db, TakeUp *ret_done, GError **error)
{
  g_autoptr (DbResult) counts = NULL;
  if (!sql_run (db, "waiting/settled", NULL, 0, &counts, error))
    return false;
  *ret_done = (TakeUp) { .inserted = db_result_int64 (counts, 0, 0),
                         .updated = db_result_int64 (counts, 0, 1),
                         .rejected = db_result_int64 (counts, 0, 2) };
  return true;
}

static bool
move (Db *db, Parts *parts, const TakeUp *done, GError **error)
{
  const char *add = model_is_keyless (parts->model) ? "waiting/append" : "waiting/insert";
  return ledger_table_instant (db, parts->model->table, NULL, &parts->instant, NULL, error)
         && (done->updated == 0 || run_sql (db, parts, "waiting/update", error))
         && (done->inserted == 0 || run_sql (db, parts, add, error));
}

/* Rows that waited leave weir.waiting, and their runs count what they became. */
static bool
close_account (Db *db, const Parts *parts, GError **error)
{
  static const char *const statements[] = { "waiting/forget", "waiting/forget_originals", "waiting/reject", "waiting/count",
                                            "waiting/end" };
  for (size_t i = 0; i < G_N_ELEMENTS (statements); i++)
    if (!run_sql (db, parts, statements[i], error))
      return false;
  return true;
}

static bool
settle (Db *db, Parts *parts, TakeUp *ret_done, GError **error)
{
  if (!run_sql (db, parts, "waiting/begin", error) || !run_sql (db, parts, "waiting/settle", error)
      || !count_settled (db, ret_done, error))
    return false;
  if (ret_done->inserted + ret_done->updated > 0 && !move (db, parts, ret_done, error))
    return false;
  if (ret_done->inserted + ret_done->updated + ret_done->rejected > 0 && !close_account (db, parts, error))
    return false;
  if (!delivery_note_settled (db, parts->deliveries, parts->model->table, error))
    return false;
  return parts->model->references->len < 2 || parts->first->len == 0 || run_sql (db, parts, "waiting/readdress", error);
}

/* Everything between BEGIN and COMMIT. A table that somebody dropped takes nothing up. */
static bool
in_takeup (Db *db, const Catalog *catalog, const Model *model, const PipelineOptions *options, TakeUp *ret_done, GError **error)
{
  const AgreementTerms terms = { options->warehouse_schema, options->secret, options->secret_length };
  g_auto (TableState) state = { 0 };
  if (!ledger_table_read (db, model->table, true, &state, error) || !agreement_check_pins (model, &state, &terms, error))
    return false;
  if (state.waiting == 0)
    return true;
  bool exists;
  g_auto (Parts) parts;
  parts_init (&parts, model, options->warehouse_schema);
  parts.deliveries = options->deliveries;
  if (!write_references (db, catalog, &parts, error) || !write_columns (db, &parts, &exists, error))
    return false;
  write_known (&parts);
  return !exists || settle (db, &parts, ret_done, error);
}

bool
takeup_run (Db *db, const Catalog *catalog, const Model *model, const PipelineOptions *options, TakeUp *ret_done, GError **error)
{
  *ret_done = (TakeUp) { 0 };
  if (!run_begin (db, options, RUN_APPLYING, error))
    return false;
  bool done = in_takeup (db, catalog, model, options, ret_done, error);
  if (done)
    fault_point ("take-up");
  if (done && db_exec (db, "commit", error))
    return true;
  *ret_done = (TakeUp) { 0 };
  if (db_is_usable (db))
    (void) db_exec (db, "rollback", NULL);
  return false;
}

/* "3 rows of sales VERB what they refer to MORE". */
static void
tell (GString *text, const char *table, int64_t rows, const char *verb, const char *one, const char *more)
{
  if (rows == 0)
    return;
  g_string_append_printf (text, "%s%" G_GINT64_FORMAT " row%s of %s %s what %s%s", text->len > 0 ? "; " : "", rows,
                          rows == 1 ? "" : "s", table, verb, rows == 1 ? "it refers to" : "they refer to", rows == 1 ? one : more);
}

char *
takeup_text (const char *table, const TakeUp *done)
{
  g_autoptr (GString) text = g_string_new (NULL);
  tell (text, table, done->inserted + done->updated, "that waited for", " was taken up", " were taken up");
  tell (text, table, done->rejected, "waited in vain for", ": a reject by now", ": rejects by now");
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}
