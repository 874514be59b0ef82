#include "pipeline/warehouse/agreement.h"

#include "base/error.h"
#include "base/text.h"
#include "pipeline/layout/former.h"
#include "pipeline/warehouse/columns.h"
#include "pipeline/warehouse/convert.h"
#include "pipeline/warehouse/history_change.h"
#include "schema/sql.h"

#include <string.h>

static bool
check_kind (const Model *model, const TableState *pinned, GError **error)
{
  const char *kind = model_kind_word (model->kind);
  if (pinned->kind == NULL || strcmp (pinned->kind, kind) == 0)
    return true;
  g_autofree char *hint =
      g_strdup_printf ("Set \"kind\" back to \"%s\"; or, to begin anew: weir drop %s", pinned->kind, model->table);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .detail = "Nothing was changed.", .hint = hint },
                    "%s says \"%s\" is a %s, but it was loaded as a %s", model->path, model->table, kind, pinned->kind);
}

static bool
check_key (const Model *model, const TableState *pinned, const void *secret, size_t secret_length, GError **error)
{
  if (!check_kind (model, pinned, error))
    return false;
  if (pinned->key == NULL || model_is_keyless (model))
    return true;
  if (model->hash == KEY_HMAC_SHA256 && secret == NULL)
    return weir_fail (error,
                      &(Failure) { WEIR_ERROR_MODEL, REASON_SECRET_MISSING,
                                   .hint = "Put it back (.weir/key_secret or WEIR_KEY_SECRET_FILE), readable for this user." },
                      "the ids of table \"%s\" were made with the key secret, which could not be read", model->table);
  g_autofree char *key = key_definition (model, secret, secret_length);
  return key_definition_check (model->table, pinned->key, key, error);
}

bool
agreement_check_pins (const Model *model, const TableState *pinned, const AgreementTerms *terms, GError **error)
{
  if (pinned->warehouse_schema != NULL && strcmp (pinned->warehouse_schema, terms->warehouse_schema) != 0)
    return weir_fail (error,
                      &(Failure) { WEIR_ERROR_MODEL, .detail = "Nothing was changed.",
                                   .hint = "Put \"schemas\" back in weir.json; a database holds one weir." },
                      "table \"%s\" was loaded into schema \"%s\", and the settings say \"%s\"", model->table,
                      pinned->warehouse_schema, terms->warehouse_schema);
  return check_key (model, pinned, terms->secret, terms->secret_length, error);
}

static bool
has_rows (Db *db, const char *schema, const char *table, bool *ret_has, GError **error)
{
  const SqlVar vars[] = { { "schema", schema }, { "table", table } };
  g_autoptr (DbResult) answer = NULL;
  if (!sql_run (db, "table/has_rows", vars, G_N_ELEMENTS (vars), &answer, error))
    return false;
  *ret_has = db_result_bool (answer, 0, 0);
  return true;
}

/* What is pinned is of rows, and there may be none. */
static bool
is_void (Db *db, const TableState *pinned, const char *table, Reason reason, bool *ret_void, GError **error)
{
  const SqlVar vars[] = { { "schema", pinned->warehouse_schema }, { "table", table } };
  g_autoptr (DbResult) found = NULL;
  *ret_void = false;
  if (pinned->warehouse_schema == NULL || pinned->waiting > 0 || reason == REASON_SECRET_MISSING)
    return true;
  if (!sql_run (db, "table/exists", vars, G_N_ELEMENTS (vars), &found, error))
    return false;
  bool exists = db_result_rows (found) > 0, has = exists,
       only_key = reason == REASON_KEY_CHANGED || reason == REASON_SECRET_CHANGED;
  if (exists && only_key && db_result_bool (found, 0, 0) && !has_rows (db, pinned->warehouse_schema, table, &has, error))
    return false;
  *ret_void = !has;
  return true;
}

/* A table that has no ids yet takes those of any secret, but of one that was given up (rotate.h): whoever has it missed that. */
static bool
check_given_up (Db *db, const Model *model, const AgreementTerms *terms, GError **error)
{
  g_autofree char *fingerprint = key_fingerprint (terms->secret, terms->secret_length);
  const SqlVar vars[] = { { "was", fingerprint } };
  g_autoptr (DbResult) rotated = NULL;
  if (!sql_run (db, "rotate/rotated_from", vars, G_N_ELEMENTS (vars), &rotated, error))
    return false;
  return db_result_rows (rotated) == 0
         || weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, REASON_SECRET_CHANGED, .detail = "Nothing was changed." },
                       "the key secret, which the ids of table \"%s\" would be made with, was given up for another", model->table);
}

bool
agreement_check_table (Db *db, const Model *model, const TableState *pinned, const AgreementTerms *terms, bool *ret_released,
                       GError **error)
{
  g_autoptr (GError) problem = NULL;
  *ret_released = false;
  if (agreement_check_pins (model, pinned, terms, &problem))
    return pinned->key != NULL || model_is_keyless (model) || model->hash != KEY_HMAC_SHA256 || terms->secret == NULL
           || check_given_up (db, model, terms, error);
  if (!is_void (db, pinned, model->table, weir_error_get_reason (problem), ret_released, error))
    return false;
  if (!*ret_released)
    g_propagate_error (error, g_steal_pointer (&problem));
  return *ret_released;
}

bool
agreement_check_owner (Db *db, const char *schema, const char *table, bool known, bool *ret_exists, GError **error)
{
  const SqlVar vars[] = { { "schema", schema }, { "table", table } };
  g_autoptr (DbResult) found = NULL;
  if (!sql_run (db, "table/exists", vars, G_N_ELEMENTS (vars), &found, error))
    return false;
  *ret_exists = db_result_rows (found) > 0;
  if (!*ret_exists || (known && db_result_bool (found, 0, 0)))
    return true;
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_MODEL, .detail = "Nothing was changed.",
                                 .hint = "Rename that table, or choose another warehouse schema (weir.json: \"schemas\": "
                                         "{\"warehouse\": ...})." },
                    "%s.%s exists, but weir did not make it", schema, table);
}

/* Reads a column of texts in a transaction of its own, for a cursor needs one. */
static bool
check_texts (Db *db, const char *schema, const Layout *layout, const LayoutColumn *column, const StoredColumn *stored,
             GError **error)
{
  if (!db_exec (db, "begin read only; set local statement_timeout = 0", error))
    return false;
  bool fit = convert_check (db, schema, layout, column, stored->former != NULL ? stored->former : stored->name, error);
  if (db_is_usable (db))
    (void) db_exec (db, "rollback", NULL);
  return fit;
}

/* Whether the columns whose types the model declares can be what it declares. The others follow the files. */
static bool
check_declared (Db *db, const char *schema, const Layout *layout, const Pins *pins, const GPtrArray *stored, GError **error)
{
  for (int i = 0; i < layout->n_columns; i++)
    {
      const LayoutColumn *column = &layout->columns[i];
      if (column->origin != ORIGIN_DECLARED || !column->stored)
        continue;
      const WantedColumn wanted = { column->name, column->type };
      ColumnStep step = columns_step (layout, pins, &wanted, stored);
      const StoredColumn *is = columns_find (stored, wanted.name);
      if (step == COLUMN_CANNOT)
        return columns_refuse (schema, layout, &wanted, is, error);
      if (step == COLUMN_IS_CONVERTED && !check_texts (db, schema, layout, column, is, error))
        return false;
    }
  return true;
}

static bool
check_warehouse (Db *db, const Catalog *catalog, const Model *model, const TableState *pinned, const char *schema, GError **error)
{
  bool exists;
  if (!agreement_check_owner (db, schema, model->table, pinned->kind != NULL, &exists, error))
    return false;
  if (!exists) /* the next load makes it */
    return true;
  g_auto (History) was = { 0 };
  g_autoptr (GPtrArray) stored = columns_read (db, schema, model->table, error);
  if (stored == NULL || !columns_check_id (schema, model, stored, error) || !history_parse (pinned->history, &was, error)
      || !history_change_check (db, schema, model, &was, stored, error))
    return false;
  g_autoptr (Pins) pins = pins_parse (pinned->pins, error);
  if (pins == NULL)
    return false;
  former_apply (pins, model);
  g_autoptr (GArray) renames = columns_renames (schema, model, pins, stored, error);
  g_autoptr (Layout) layout = renames == NULL ? NULL : layout_known (model, catalog, pins, error);
  if (layout == NULL)
    return false;
  for (guint i = 0; i < renames->len; i++)
    columns_rename (&g_array_index (renames, ColumnRename, i)); /* as it will be when they are changed */
  return check_declared (db, schema, layout, pins, stored, error);
}

bool
agreement_find_renames (Db *db, const Model *model, const char *schema, char **ret_renames, GError **error)
{
  *ret_renames = NULL;
  g_auto (TableState) pinned = { 0 };
  if (!ledger_table_read (db, model->table, false, &pinned, error))
    return false;
  g_autoptr (Pins) pins = pins_parse (pinned.pins, error);
  g_autoptr (GPtrArray) stored = pins == NULL ? NULL : columns_read (db, schema, model->table, error);
  if (stored == NULL)
    return false;
  former_apply (pins, model);
  g_autoptr (GArray) renames = columns_renames (schema, model, pins, stored, error);
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; renames != NULL && i < renames->len; i++)
    {
      const ColumnRename *rename = &g_array_index (renames, ColumnRename, i);
      g_string_append_printf (text, "%s%s to %s", i > 0 ? ", " : "", rename->column->name, rename->name);
    }
  if (text->len > 0)
    *ret_renames = g_string_free (g_steal_pointer (&text), FALSE);
  return renames != NULL;
}

/* The dimensions, whose rows the ids of the references must meet. */
static bool
check_references (Db *db, const Catalog *catalog, const Model *model, const AgreementTerms *terms, GError **error)
{
  for (guint i = 0; i < model->references->len; i++)
    {
      const ModelReference *reference = model->references->pdata[i];
      const Model *dimension = catalog_find (catalog, reference->dimension);
      if (dimension == NULL)
        return weir_error (error, WEIR_ERROR_MODEL, "%s references \"%s\", which has no good model", model->path,
                           reference->dimension);
      g_auto (TableState) pinned = { 0 };
      if (!ledger_table_read (db, reference->dimension, false, &pinned, error)
          || !agreement_check_pins (dimension, &pinned, terms, error))
        return false;
    }
  return true;
}

/* Whether the server takes it as a time zone, and calls it the same: then it is in its list, which is read from more than a thousand files. What has a digit
 * may be a rule ("UTC+1") instead of a name, and is looked for there. One name can be asked for in no other way that does not end a transaction. */
static bool
is_taken (Db *db, const char *zone, bool *ret_is, GError **error)
{
  *ret_is = false;
  if (strpbrk (zone, "0123456789") != NULL)
    return true;
  g_autofree char *name = text_quote_literal (zone);
  g_autofree char *block =
      g_strdup_printf ("declare was text := current_setting ('TimeZone'); called text := '';"
                       " begin"
                       "  begin"
                       "   called := set_config ('TimeZone', %s, true); perform set_config ('TimeZone', was, true);"
                       "   exception when others then null;"
                       "  end;"
                       "  perform set_config ('weir.time_zone', called, false);"
                       " end",
                       name);
  g_autofree char *literal = text_quote_literal (block), *sql = g_strconcat ("do ", literal, NULL);
  g_autoptr (DbResult) found = NULL;
  if (!db_exec (db, sql, error) || !db_query (db, "select current_setting ('weir.time_zone') = $1", &zone, 1, &found, error))
    return false;
  *ret_is = db_result_bool (found, 0, 0);
  return true;
}

static bool
check_time_zone (Db *db, const Model *model, const AgreementTerms *terms, GError **error)
{
  const char *zone = model_time_zone (model);
  if (strcmp (zone, DEFAULT_TIME_ZONE) == 0 || (terms->zones != NULL && g_hash_table_contains (terms->zones, zone)))
    return true;
  bool is = false;
  const SqlVar var = { "zone", zone };
  g_autoptr (DbResult) found = NULL;
  if (!is_taken (db, zone, &is, error) || (!is && !sql_run (db, "table/time_zone", &var, 1, &found, error)))
    return false;
  if (!is && !db_result_bool (found, 0, 0))
    {
      const char *near = db_result_value (found, 0, 1);
      g_autofree char *hint = near != NULL ? g_strdup_printf ("Did you mean \"%s\"?", near)
                                           : g_strdup ("`select name from pg_timezone_names` lists those it knows.");
      return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, REASON_BAD_MODEL, .detail = "Nothing was changed.", .hint = hint },
                        "%s: $.time_zone: \"%s\" is no time zone that the server knows", model->path, zone);
    }
  if (terms->zones != NULL)
    g_hash_table_add (terms->zones, g_strdup (zone));
  return true;
}

bool
agreement_check_model (Db *db, const Catalog *catalog, const Model *model, const AgreementTerms *terms, GError **error)
{
  return check_time_zone (db, model, terms, error) && check_references (db, catalog, model, terms, error);
}

bool
agreement_check (Db *db, const Catalog *catalog, const Model *model, const AgreementTerms *terms, GError **error)
{
  g_auto (TableState) pinned = { 0 };
  bool released;
  return ledger_table_read (db, model->table, false, &pinned, error)
         && agreement_check_table (db, model, &pinned, terms, &released, error)
         && agreement_check_model (db, catalog, model, terms, error)
         && check_warehouse (db, catalog, model, &pinned, terms->warehouse_schema, error);
}
