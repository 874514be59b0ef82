#include "pipeline/warehouse/missing.h"

#include "pipeline/warehouse/sift.h"
#include "schema/sql.h"

/* From so many rows for each thing referred to on, these are asked for. */
#define ROWS_OF_A_REFERRED 4

static void
note (const LayoutReference *reference, const PipelineTask *task, int64_t rows, const char *remedy, GPtrArray *notes)
{
  bool waits = reference->reference->missing == MISSING_WAIT;
  const char *dimension = reference->reference->dimension, *one = rows == 1 ? "s" : "";
  g_autofree char *columns = g_strjoinv (", ", reference->reference->columns);
  g_autofree char *subject = g_strdup_printf ("%" G_GINT64_FORMAT " row%s", rows, rows == 1 ? "" : "s");
  g_autofree char *next =
      waits ? g_strdup_printf (": taken up when it has, rejected after %g days", task->model->wait_days) : g_strdup ("");
  g_ptr_array_add (notes, g_strdup_printf ("%s %s%s %s %s, which does not have the %s%s%s", subject, waits ? "wait" : "refer", one,
                                           waits ? "for" : "to", dimension, columns, next, remedy));
}

static bool
count_of (Db *db, const char *statement, const SqlVar *vars, size_t n_vars, int64_t *ret_count, GError **error)
{
  g_autoptr (DbResult) count = NULL;
  if (!sql_run (db, statement, vars, n_vars, &count, error))
    return false;
  *ret_count = db_result_int64 (count, 0, 0);
  return true;
}

/* Whether some rows may lack what they refer to: asked of all that the file refers to, where that is known and is less. */
static bool
may_miss (Db *db, const Referred *referred, const SqlVar *vars, size_t n_vars, int64_t rows, bool *ret_may, GError **error)
{
  *ret_may = true;
  if (referred == NULL || referred_count (referred) < 0 || referred_count (referred) > rows / ROWS_OF_A_REFERRED)
    return true;
  int64_t missing;
  bool done = sql_run (db, "table/referred", NULL, 0, NULL, error)
              && referred_send (referred, db, "copy weir_referred from stdin (format binary)", error)
              && count_of (db, "table/count_referred", vars, n_vars, &missing, error)
              && sql_run (db, "table/forget_referred", NULL, 0, NULL, error);
  *ret_may = !done || missing > 0;
  return done;
}

/* What the statements about a reference are made of. */
typedef struct
{
  SqlVar vars[9];
} MissingVars;

#define WAITS_FOR 8
#define COLUMN 6

static MissingVars
vars_of (const PipelineTask *task, const Loaded *loaded, const LayoutReference *reference, const char *message)
{
  bool waits = reference->reference->missing == MISSING_WAIT;
  return (MissingVars) { { { "schema", task->options->dimension_schema },
                           { "dimension", reference->dimension->table },
                           { "id", reference->dimension->id_column },
                           { "staging", loaded->stage->schema },
                           { "build", loaded->stage->name },
                           { "as", reference->reference->as },
                           [COLUMN] = { "column", loaded->layout->columns[reference->columns[0]].name },
                           { "message", message },
                           [WAITS_FOR] = { "waits_for", waits ? reference->reference->dimension : NULL } } };
}

static bool
count_missing (Db *db, const Loaded *loaded, const LayoutReference *reference, const MissingVars *vars, int64_t staged,
               int64_t *ret_rows, GError **error)
{
  const GPtrArray *referred = loaded->referred;
  size_t which = (size_t) (reference - loaded->layout->references);
  bool may;
  *ret_rows = 0;
  return may_miss (db, referred != NULL && which < referred->len ? referred->pdata[which] : NULL, vars->vars,
                   G_N_ELEMENTS (vars->vars), staged, &may, error)
         && (!may || count_of (db, "table/count_missing", vars->vars, G_N_ELEMENTS (vars->vars), ret_rows, error));
}

bool
missing_count (Db *db, const PipelineTask *task, const Loaded *loaded, const LayoutReference *reference, int64_t staged,
               int64_t *ret_rows, GError **error)
{
  const MissingVars vars = vars_of (task, loaded, reference, NULL);
  return count_missing (db, loaded, reference, &vars, staged, ret_rows, error);
}

static bool
find_of (Db *db, const PipelineTask *task, const Loaded *loaded, const LayoutReference *reference, PipelineResult *step,
         int64_t *ret_rows, GError **error)
{
  const char *dimension = reference->reference->dimension;
  g_autofree char *message = g_strdup_printf ("no row of %s has this key", dimension);
  g_autofree char *remedy = NULL;
  const MissingVars vars = vars_of (task, loaded, reference, message);
  if (!count_missing (db, loaded, reference, &vars, step->rows.staged, ret_rows, error))
    return false;
  if (*ret_rows > 0
      && (!sift_begin (db, error)
          || !sql_change (db, "table/refuse_missing", vars.vars, G_N_ELEMENTS (vars.vars), ret_rows, error)))
    return false;
  if (*ret_rows == 0)
    return true;
  if (!ledger_refused_file (db, dimension, &remedy, error))
    return false;
  note (reference, task, *ret_rows, remedy, step->notes);
  const SqlVar more[] = { vars.vars[COLUMN], vars.vars[WAITS_FOR], { "more", remedy } };
  return remedy[0] == '\0' || sql_run (db, "waiting/explain", more, G_N_ELEMENTS (more), NULL, error);
}

bool
missing_find (Db *db, const PipelineTask *task, const Loaded *loaded, Missing missing, PipelineResult *step, int64_t *ret_rows,
              GError **error)
{
  const Layout *layout = loaded->layout;
  *ret_rows = 0;
  for (int i = 0; i < layout->n_references; i++)
    {
      const LayoutReference *reference = &layout->references[i];
      int64_t rows = 0;
      if (reference->reference->missing == missing && !find_of (db, task, loaded, reference, step, &rows, error))
        return false;
      *ret_rows += rows;
    }
  return true;
}
