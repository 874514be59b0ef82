#include "pipeline/warehouse/withhold.h"

#include "base/text.h"
#include "pipeline/warehouse/columns.h"
#include "pipeline/warehouse/expressions.h"
#include "pipeline/warehouse/missing.h"
#include "pipeline/warehouse/sift.h"
#include "schema/sql.h"

/* The statements' view of the staged rows, s, and those that wait, w. */
typedef struct
{
  const PipelineTask *task;
  const Warehouse *warehouse;
  const Stage *stage;
  char run[UID_TEXT_SIZE];
  char *names, *texts;       /* of the columns that are kept */
  char *typed;               /* the same of w, each of its type */
  char *shared_s, *shared_w; /* what rows without a key are compared by */
} Withhold;

static void
withhold_clear (Withhold *withhold)
{
  g_free (withhold->names);
  g_free (withhold->texts);
  g_free (withhold->typed);
  g_free (withhold->shared_s);
  g_free (withhold->shared_w);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Withhold, withhold_clear)

/* 'a','b' and s."a"::text, s."b"::text */
static void
list_cells (const GPtrArray *columns, char **ret_names, char **ret_texts)
{
  g_autoptr (GString) names = g_string_new (NULL);
  g_autoptr (GString) texts = g_string_new (NULL);
  for (guint i = 0; i < columns->len; i++)
    {
      const char *comma = i > 0 ? ", " : "";
      g_autofree char *literal = text_quote_literal (columns->pdata[i]);
      g_autofree char *ident = text_quote_ident (columns->pdata[i]);
      g_string_append_printf (names, "%s%s", comma, literal);
      g_string_append_printf (texts, "%ss.%s::text", comma, ident);
    }
  *ret_names = g_string_free (g_steal_pointer (&names), FALSE);
  *ret_texts = g_string_free (g_steal_pointer (&texts), FALSE);
}

static char *
list_typed (const Layout *layout)
{
  g_autoptr (GArray) columns = columns_wanted (layout);
  GString *typed = g_string_new (NULL);
  for (guint i = 0; i < columns->len; i++)
    {
      const WantedColumn *column = &g_array_index (columns, WantedColumn, i);
      g_autofree char *cell = expression_cell (column->name, column->type->name);
      g_autofree char *ident = text_quote_ident (column->name);
      g_string_append_printf (typed, "%s%s as %s", i > 0 ? ", " : "", cell, ident);
    }
  return g_string_free (typed, FALSE);
}

static void
withhold_init (Withhold *withhold)
{
  const Warehouse *warehouse = withhold->warehouse;
  g_autoptr (GPtrArray) shared = expression_names_but (warehouse->columns, warehouse->fresh);
  uid_format (withhold->task->run->id, withhold->run);
  list_cells (warehouse->columns, &withhold->names, &withhold->texts);
  withhold->typed = list_typed (warehouse->layout);
  withhold->shared_s = expression_compared (warehouse, shared, "s.");
  withhold->shared_w = expression_compared (warehouse, shared, "w.");
}

static bool
run_sql (Db *db, const Withhold *withhold, const char *statement, int64_t *ret_rows, GError **error)
{
  const SqlVar vars[] = { { "schema", withhold->warehouse->schema },
                          { "table", withhold->task->model->table },
                          { "staging", withhold->stage->schema },
                          { "build", withhold->stage->name },
                          { "run", withhold->run },
                          { "names", withhold->names },
                          { "texts", withhold->texts },
                          { "typed", withhold->typed },
                          { "shared_s", withhold->shared_s },
                          { "shared_w", withhold->shared_w } };
  return sql_change (db, statement, vars, G_N_ELEMENTS (vars), ret_rows, error);
}

/* Columns that have their first values come to the rows that wait, which then are the file's. */
static bool
fill (Db *db, const Withhold *withhold, GError **error)
{
  const Warehouse *warehouse = withhold->warehouse;
  g_auto (Withhold) fresh = { .task = withhold->task, .warehouse = warehouse, .stage = withhold->stage };
  withhold_init (&fresh);
  g_free (fresh.names);
  g_free (fresh.texts);
  list_cells (warehouse->fresh, &fresh.names, &fresh.texts);
  int64_t filled;
  return run_sql (db, &fresh, "waiting/fill", &filled, error)
         && (filled == 0 || run_sql (db, &fresh, "waiting/superseded", NULL, error));
}

/* Rows without a key that wait already, told as the table tells its own (append in transform.c). */
static bool
find_known_distinct (Db *db, const Withhold *withhold, GError **error)
{
  const Warehouse *warehouse = withhold->warehouse;
  if (warehouse->layout->model->append == APPEND_ALL)
    return true;
  if (warehouse->fresh->len > 0 && warehouse->lacking->len == 0 && !fill (db, withhold, error))
    return false;
  return run_sql (db, withhold, warehouse->lacking->len > 0 ? "waiting/known_shared" : "waiting/known_distinct", NULL, error);
}

static bool
find_known (Db *db, const Withhold *withhold, int64_t *ret_superseded, GError **error)
{
  if (model_is_keyless (withhold->task->model))
    return find_known_distinct (db, withhold, error) && run_sql (db, withhold, "waiting/forget_known", NULL, error);
  return run_sql (db, withhold, "waiting/known_keyed", NULL, error) && run_sql (db, withhold, "waiting/forget_known", NULL, error)
         && run_sql (db, withhold, "waiting/supersede", ret_superseded, error);
}

/* The original bytes, for the day when they are rejects. */
static bool
keep_originals (Db *db, const PipelineTask *task, Loaded *loaded, GError **error)
{
  g_autoptr (RejectSpool) spool = reject_spool_new (task->options->scratch, task->run->id, error);
  return spool != NULL && sift_spool (db, loaded, true, spool, error) && reject_append (spool, db, error);
}

static bool
keep (Db *db, const Withhold *withhold, Loaded *loaded, PipelineResult *step, GError **error)
{
  RowCounts *rows = &step->rows;
  if (!run_sql (db, withhold, "waiting/keep", &rows->waiting, error))
    return false;
  rows->staged -= rows->waiting;
  return rows->waiting == 0
         || (keep_originals (db, withhold->task, loaded, error) && run_sql (db, withhold, "table/delete_refused", NULL, error));
}

static bool
forget_superseded (Db *db, const Withhold *withhold, GError **error)
{
  return run_sql (db, withhold, "waiting/forget", NULL, error) && run_sql (db, withhold, "waiting/forget_originals", NULL, error)
         && run_sql (db, withhold, "waiting/count", NULL, error) && run_sql (db, withhold, "waiting/superseded", NULL, error);
}

/* A staging table of which all rows wait was not emptied by a crash: it says so. */
static bool
tell_none_left (Db *db, const Withhold *withhold, GError **error)
{
  const SqlVar vars[] = { { "staging", withhold->stage->schema }, { "build", withhold->stage->name } };
  g_autoptr (DbResult) comment = NULL;
  return sql_run (db, "waiting/tell_none", vars, G_N_ELEMENTS (vars), &comment, error)
         && (db_result_rows (comment) == 0 || db_exec (db, db_result_value (comment, 0, 0), error));
}

bool
withhold_rows (Db *db, const PipelineTask *task, const Warehouse *warehouse, const TableBefore *before, Loaded *loaded,
               PipelineResult *step, GError **error)
{
  int64_t waiting = before->waiting, missing, superseded = 0;
  if (before->overtaken != NULL && !sift_overtaken_waiting (db, task, loaded, before->overtaken, step, error))
    return false;
  if (!missing_find (db, task, loaded, MISSING_WAIT, step, &missing, error))
    return false;
  if (missing == 0 && waiting == 0)
    return true;
  g_auto (Withhold) withhold = { .task = task, .warehouse = warehouse, .stage = loaded->stage };
  withhold_init (&withhold);
  loaded->sifted = true; /* also of rows that wait already, which count as unchanged */
  return sift_begin (db, error) && run_sql (db, &withhold, "waiting/begin", NULL, error)
         && (waiting == 0 || find_known (db, &withhold, &superseded, error))
         && (missing == 0 || keep (db, &withhold, loaded, step, error))
         && (superseded == 0 || forget_superseded (db, &withhold, error)) && tell_none_left (db, &withhold, error)
         && run_sql (db, &withhold, "waiting/end", NULL, error);
}
