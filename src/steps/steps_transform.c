/* A query over the results of earlier steps. It stands in brackets, so that it cannot be more than one, and no part of it can write: PostgreSQL takes
 * INSERT, UPDATE and DELETE in a WITH only where it is not. A function that writes is not kept from it. */
#include "src/steps/steps_private.h"

#include "base/error.h"
#include "base/text.h"
#include "models/name.h"
#include "pipeline/warehouse/columns.h"
#include "src/jobs/placeholders.h"

#include <string.h>

typedef struct
{
  Steps *steps;
  const JobStep *step;
  Db *db;
  Placeholders places;
  Json *params;
  GString *sql;
  size_t head; /* bytes of the statement before the query */
} Transform;

static void
transform_clear (Transform *transform)
{
  placeholders_clear (&transform->places);
  g_clear_pointer (&transform->params, json_decref);
  g_string_free (transform->sql, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Transform, transform_clear)

/* ---- what it sees ---- */

static char *
columns_of (const GPtrArray *stored, bool staged)
{
  GString *columns = g_string_new (NULL);
  for (guint i = 0; i < stored->len; i++)
    {
      const char *name = ((const StoredColumn *) stored->pdata[i])->name;
      g_autofree char *quoted = text_quote_ident (name);
      if (!staged || !name_is_taken_in_staging (name))
        g_string_append_printf (columns, "%s%s", columns->len > 0 ? ", " : "", quoted);
    }
  return g_string_free (columns, FALSE);
}

static bool
show_result (const Transform *transform, const JobStep *before, GError **error)
{
  const char *schema = transform->steps->settings->staging_schema;
  g_autoptr (GPtrArray) stored = columns_read (transform->db, schema, before->table, error);
  if (stored == NULL)
    return false;
  if (stored->len == 0)
    return weir_error (error, WEIR_ERROR_MODEL, "the result of %s is gone: there is no %s.%s any more", before->name, schema,
                       before->table);
  g_autofree char *columns = columns_of (stored, before->kind == STEP_EXTRACT);
  return ledger_steps_view (transform->db, before->name, schema, before->table, columns, error);
}

/* Those before it. */
static bool
each_result (const Transform *transform, bool (*each) (const Transform *transform, const JobStep *before, GError **error),
             GError **error)
{
  const GPtrArray *all = transform->steps->job->steps;
  for (guint i = 0; i < all->len && all->pdata[i] != transform->step; i++)
    if (((const JobStep *) all->pdata[i])->kind != STEP_DELIVERY && !each (transform, all->pdata[i], error))
      return false;
  return true;
}

static bool
hide_result (const Transform *transform, const JobStep *before, GError **error)
{
  return ledger_steps_drop_view (transform->db, before->name, error);
}

/* ---- what it says ---- */

/* Where in its file the server says that something is wrong. */
static bool
tell_place (const Transform *transform, GError *problem, GError **error)
{
  int line = 0, column = 0;
  const char *file = transform->step->sql_file, *sql = transform->sql->str;
  int position = db_is_usable (transform->db) ? db_position (transform->db) : 0;
  g_autoptr (GError) taken = problem;
  const Failure failure = { .code = (WeirErrorCode) taken->code,
                            .reason = weir_error_get_reason (taken),
                            .detail = weir_error_get_detail (taken),
                            .hint = weir_error_get_hint (taken),
                            .sqlstate = weir_error_get_sqlstate (taken) };
  if (position < 1 || position > g_utf8_strlen (sql, -1))
    return weir_fail (error, &failure, "%s: %s", file, taken->message);
  size_t byte = (size_t) (g_utf8_offset_to_pointer (sql, position - 1) - sql);
  size_t origin =
      placeholders_origin (&transform->places, byte > transform->head ? byte - transform->head : 0, steps_spell, transform->params);
  placeholders_locate (transform->places.text, origin, &line, &column);
  return weir_fail (error, &failure, "%s: line %d, column %d: %s", file, line, column, taken->message);
}

static void
make_statement (Transform *transform)
{
  g_autofree char *schema = text_quote_ident (transform->steps->settings->staging_schema);
  g_autofree char *table = text_quote_ident (transform->step->table);
  g_string_printf (transform->sql, "create table %s.%s as select * from (", schema, table);
  transform->head = transform->sql->len;
  placeholders_append (&transform->places, transform->sql, steps_spell, transform->params);
  g_string_append (transform->sql, "\n) weir_step");
}

/* Its parameters in the order of their places. */
static bool
run_statement (const Transform *transform, int64_t *ret_rows, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < placeholders_count (&transform->places); i++)
    g_ptr_array_add (values, weir_json_param (json_object_get (
                                 json_object_get (transform->params, placeholders_name (&transform->places, i)), "value")));
  if (!db_query (transform->db, transform->sql->str, (const char *const *) values->pdata, (int) values->len, &result, &problem))
    return tell_place (transform, g_steal_pointer (&problem), error);
  *ret_rows = db_result_affected (result);
  return true;
}

static bool
begin (const Transform *transform, GError **error)
{
  g_autofree char *warehouse = text_quote_ident (transform->steps->settings->warehouse_schema);
  g_autofree char *sql = g_strdup_printf ("begin; set local search_path = pg_temp, %s, public; set local statement_timeout = 0;"
                                          " set local idle_in_transaction_session_timeout = 0",
                                          warehouse);
  return db_exec (transform->db, sql, error);
}

/* In one transaction: the result of before is there until this one is. */
static bool
replace (const Transform *transform, int64_t *ret_rows, GError **error)
{
  const char *schema = transform->steps->settings->staging_schema;
  bool done = begin (transform, error) && each_result (transform, hide_result, error) && each_result (transform, show_result, error)
              && ledger_steps_drop (transform->db, schema, transform->step->table, error)
              && run_statement (transform, ret_rows, error) && each_result (transform, hide_result, error)
              && db_exec (transform->db, "commit", error);
  if (!done && db_is_usable (transform->db))
    (void) db_exec (transform->db, "rollback", NULL);
  return done;
}

bool
steps_transform (Steps *steps, const JobStep *step, StepOutcome *ret, GError **error)
{
  g_auto (Transform) transform = { .steps = steps, .step = step, .sql = g_string_new (NULL) };
  g_autofree char *text = steps_read_file (steps, step->sql_file, error);
  if (text == NULL || !placeholders_read (text, &transform.places, error) || !loader_refresh (steps->loader, error))
    return false;
  transform.params = steps_params (steps, step, error);
  if (transform.params == NULL)
    return false;
  transform.db = steps->loader->db;
  make_statement (&transform);
  return replace (&transform, &ret->rows, error);
}
