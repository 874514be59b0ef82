#include "src/report/tables.h"

#include "pipeline/warehouse/agreement.h"
#include "pipeline/warehouse/held.h"
#include "pipeline/warehouse/warehouse.h"
#include "schema/history_vars.h"
#include "schema/ledger.h"
#include "src/jobs/job.h"
#include "src/server/connect.h"

#include <string.h>

static void
waiting_rows_free (WaitingRows *waiting)
{
  g_free (waiting->dimension);
  g_free (waiting->since);
  g_free (waiting->runs);
  g_free (waiting->refused_file);
  g_free (waiting->refused_run);
  g_free (waiting);
}

static void
table_free (Table *table)
{
  g_ptr_array_unref (table->waiting);
  g_free (table->table);
  g_free (table->kind);
  g_clear_error (&table->problem);
  g_free (table->last_file);
  g_free (table->last_state);
  g_free (table->last_seen);
  g_free (table->last_run);
  g_free (table->refill_run);
  g_free (table->stale);
  g_free (table);
}

void
tables_free (Tables *tables)
{
  g_ptr_array_unref (tables->tables);
  g_clear_pointer (&tables->held, g_ptr_array_unref);
  g_free (tables);
}

const Table *
tables_find (const Tables *tables, const char *name)
{
  for (guint i = 0; i < tables->tables->len; i++)
    {
      const Table *table = g_ptr_array_index (tables->tables, i);
      if (g_str_equal (table->table, name))
        return table;
    }
  return NULL;
}

static Table *
add_table (Tables *tables, const char *name, const Catalog *catalog)
{
  Table *table = g_new0 (Table, 1);
  table->table = g_strdup (name);
  table->waiting = g_ptr_array_new_with_free_func ((GDestroyNotify) waiting_rows_free);
  table->model = catalog_find (catalog, name);
  table->broken = catalog_find_broken (catalog, name);
  table->rows = table->versions = table->files = table->failed = -1;
  g_ptr_array_add (tables->tables, table);
  return table;
}

/* The value of a column of the ledger's report by its name. */
static int64_t
number_of (const DbResult *result, int row, const char *name)
{
  const char *value = db_result_named (result, row, name);
  return value != NULL ? g_ascii_strtoll (value, NULL, 10) : 0;
}

/* Whether it is so large that its rows are not to be counted; then what the server's statistics say. */
static bool
estimate_rows (Db *db, const SqlVar *vars, size_t n_vars, Table *table)
{
  g_autoptr (DbResult) known = NULL;
  if (!sql_run (db, "status/estimate", vars, n_vars, &known, NULL) || db_result_rows (known) == 0 || !db_result_bool (known, 0, 0))
    return false;
  table->rows = db_result_int64 (known, 0, 1);
  table->versions = db_result_int64 (known, 0, 2);
  return table->estimated = true;
}

/* A table that somebody dropped, or that this role may not read, has an unknown number of rows. */
static void
count_rows (Db *db, const char *schema, const char *pinned, bool estimate, Table *table)
{
  g_auto (History) history = { 0 };
  if (!history_parse (pinned, &history, NULL))
    return;
  const SqlVar vars[] = { { "schema", schema }, { "table", table->table }, HISTORY_VARS (&history) };
  g_autoptr (DbResult) counts = NULL;
  bool exists = true;
  if (warehouse_exists (db, schema, table->table, &exists, NULL) && !exists)
    table->gone = true;
  if (table->gone || (estimate && estimate_rows (db, vars, G_N_ELEMENTS (vars), table)))
    return;
  bool versions = g_strcmp0 (table->kind, "dimension") == 0 && history.scd == SCD_VERSION;
  if (!sql_run (db, versions ? "status/dimension_rows" : "status/fact_rows", vars, G_N_ELEMENTS (vars), &counts, NULL))
    return;
  table->rows = db_result_int64 (counts, 0, 0);
  table->versions = db_result_int64 (counts, 0, 1);
}

/* Whether the staging table is so; not, where the server will not say. */
static bool
ask_staging (Db *db, const char *statement, const char *schema, const char *table)
{
  const SqlVar vars[] = { { "schema", schema }, { "table", table } };
  g_autoptr (DbResult) answer = NULL;
  return sql_run (db, statement, vars, G_N_ELEMENTS (vars), &answer, NULL) && db_result_bool (answer, 0, 0);
}

/* Where the rows of the last staged file are, if the table has an older one's: a load that could not give its table that name says
 * why, and leaves it beside. Owned by the caller; NULL: all is as it should be. */
static char *
find_stale (Db *db, const char *schema, const char *table, const char *last_run)
{
  const SqlVar vars[] = { { "schema", schema }, { "table", table } };
  g_autoptr (DbResult) answer = NULL;
  if (last_run == NULL || !sql_run (db, "propose/run", vars, G_N_ELEMENTS (vars), &answer, NULL) || db_result_rows (answer) == 0)
    return NULL;
  const char *run = db_result_value (answer, 0, 0);
  return run != NULL && !g_str_equal (run, last_run) ? g_strdup_printf ("%s.%s__%.8s", schema, table, last_run) : NULL;
}

/* What a staging table holds, and which run fills it again. */
static void
look_at_staging (Table *table, Db *db, const Settings *settings, const DbResult *result, int row)
{
  table->staged = ask_staging (db, "status/staging_exists", settings->staging_schema, table->table);
  bool in_load = g_strcmp0 (table->last_state, "loading") == 0;
  if (table->staged && !in_load)
    table->stale = find_stale (db, settings->staging_schema, table->table, db_result_named (result, row, "staged_run"));
  bool had_rows = number_of (result, row, "staged_rows") > 0 && !in_load;
  table->emptied = table->staged && had_rows && ask_staging (db, "status/staging_is_empty", settings->staging_schema, table->table);
  bool appends_all = table->model != NULL && model_is_keyless (table->model) && table->model->append == APPEND_ALL;
  table->refill_run = appends_all ? NULL : g_strdup (db_result_named (result, row, "refill_run"));
}

static void
take_row (Tables *tables, Db *db, const Settings *settings, const Catalog *catalog, const DbResult *result, int row)
{
  Table *table = add_table (tables, db_result_named (result, row, "table"), catalog);
  const char *schema = db_result_named (result, row, "warehouse_schema");
  table->kind = g_strdup (db_result_named (result, row, "kind"));
  table->applied = g_strcmp0 (db_result_named (result, row, "applied"), "t") == 0;
  table->files = number_of (result, row, "files");
  table->failed = number_of (result, row, "failed");
  table->last_file = g_strdup (db_result_named (result, row, "last_file"));
  table->last_state = g_strdup (db_result_named (result, row, "last_state"));
  table->last_seen = g_strdup (db_result_named (result, row, "last_seen"));
  table->last_run = g_strdup (db_result_named (result, row, "last_run"));
  table->rejected = number_of (result, row, "rejected");
  if (table->applied)
    count_rows (db, schema != NULL ? schema : settings->warehouse_schema, db_result_named (result, row, "history"),
                tables->estimate, table);
  look_at_staging (table, db, settings, result, row);
}

static bool
ask_ledger (Tables *tables, Db *db, const Settings *settings, const Catalog *catalog, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!ledger_tables (db, &result, error))
    return false;
  for (int row = 0; row < db_result_rows (result); row++)
    take_row (tables, db, settings, catalog, result, row);
  return true;
}

static bool
ask_waiting (Tables *tables, Db *db, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!ledger_waiting (db, &result, error))
    return false;
  for (int row = 0; row < db_result_rows (result); row++)
    {
      const Table *table = tables_find (tables, db_result_named (result, row, "table"));
      if (table == NULL)
        continue;
      WaitingRows *waiting = g_new0 (WaitingRows, 1);
      waiting->dimension = g_strdup (db_result_named (result, row, "dimension"));
      waiting->rows = number_of (result, row, "rows");
      waiting->since = g_strdup (db_result_named (result, row, "since"));
      waiting->runs = g_strdup (db_result_named (result, row, "runs"));
      waiting->refused_file = g_strdup (db_result_named (result, row, "refused_file"));
      waiting->refused_run = g_strdup (db_result_named (result, row, "refused_run"));
      g_ptr_array_add (table->waiting, waiting);
    }
  return true;
}

/* What stands against the tables, and against single files. */
static bool
find_problems (Tables *tables, Db *db, const Settings *settings, const Catalog *catalog, GError **error)
{
  g_autofree char *secret = NULL;
  AgreementTerms terms = { .warehouse_schema = settings->warehouse_schema };
  (void) settings_read_secret (settings, false, &secret, &terms.secret_length, NULL);
  terms.secret = secret;
  for (guint i = 0; i < tables->tables->len; i++)
    {
      Table *table = g_ptr_array_index (tables->tables, i);
      if (table->model != NULL && !agreement_check (db, catalog, table->model, &terms, &table->problem))
        database_explain_secret (settings, db, &table->problem);
    }
  tables->held = held_read (db, catalog, error);
  return tables->held != NULL;
}

static int
compare_tables (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(Table *const *) a)->table, (*(Table *const *) b)->table);
}

/* A table that the ledger, if it was asked, does not know. */
static Table *
add_unknown (Tables *tables, const char *name, const Catalog *catalog, bool asked)
{
  Table *table = add_table (tables, name, catalog);
  if (asked)
    table->files = table->failed = 0;
  return table;
}

static void
add_unloaded (Tables *tables, const Catalog *catalog, bool asked)
{
  for (guint i = 0; i < catalog->models->len; i++)
    {
      const Model *model = g_ptr_array_index (catalog->models, i);
      if (tables_find (tables, model->table) == NULL)
        add_unknown (tables, model->table, catalog, asked)->kind = g_strdup (model_kind_word (model->kind));
    }
  for (guint i = 0; i < catalog->broken->len; i++)
    {
      const BrokenModel *broken = g_ptr_array_index (catalog->broken, i);
      if (tables_find (tables, broken->table) == NULL)
        add_unknown (tables, broken->table, catalog, asked);
    }
}

static bool
is_result (const Jobs *jobs, const char *table)
{
  for (guint i = 0; i < jobs->jobs->len; i++)
    {
      const Job *job = jobs->jobs->pdata[i];
      for (guint s = 0; job->steps != NULL && s < job->steps->len; s++)
        if (g_strcmp0 (((const JobStep *) job->steps->pdata[s])->table, table) == 0)
          return true;
    }
  return false;
}

/* Jobs are read where a table has no model, which is seldom. */
static void
mark_results (Tables *tables, const Settings *settings)
{
  g_autoptr (Jobs) jobs = NULL;
  for (guint i = 0; i < tables->tables->len; i++)
    {
      Table *table = tables->tables->pdata[i];
      if (table->model != NULL || table->broken != NULL)
        continue;
      if (jobs == NULL)
        jobs = jobs_load (settings, NULL);
      if (jobs == NULL)
        return;
      table->of_step = is_result (jobs, table->table);
    }
}

Tables *
tables_read (Db *db, const Settings *settings, const Catalog *catalog, bool estimate, GError **error)
{
  g_autoptr (Tables) tables = g_new0 (Tables, 1);
  tables->estimate = estimate;
  tables->tables = g_ptr_array_new_with_free_func ((GDestroyNotify) table_free);
  if (db != NULL && (!ask_ledger (tables, db, settings, catalog, error) || !ask_waiting (tables, db, error)))
    return NULL;
  add_unloaded (tables, catalog, db != NULL);
  g_ptr_array_sort (tables->tables, compare_tables);
  mark_results (tables, settings);
  return db == NULL || find_problems (tables, db, settings, catalog, error) ? g_steal_pointer (&tables) : NULL;
}

static bool
is_applied (const char *name, void *data)
{
  const Table *table = tables_find (data, name);
  return table != NULL && table->applied;
}

static char *
get_problem (const char *name, const Entry *file, void *data)
{
  const Tables *tables = data;
  const Table *table = tables_find (tables, name);
  const HeldFile *held = held_find (tables->held, name, file->name, file->size, file->mtime_ns);
  const GError *problem = table != NULL && table->problem != NULL ? table->problem : held != NULL ? held->error : NULL;
  return problem != NULL ? g_strdup (problem->message) : NULL;
}

TableKnowledge
tables_knowledge (Tables *tables)
{
  return (TableKnowledge) { is_applied, get_problem, tables };
}
