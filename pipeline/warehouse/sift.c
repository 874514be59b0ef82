#include "pipeline/warehouse/sift.h"

#include "base/error.h"
#include "base/text.h"
#include "pipeline/stage/reject_limit.h"
#include "pipeline/warehouse/effective.h"
#include "pipeline/warehouse/gone.h"
#include "pipeline/warehouse/missing.h"
#include "schema/sql.h"

#include <string.h>

/* Reads the file on and spools the original bytes of the rows, which are in its order: line, column, reason, message. */
static bool
spool_page (Loaded *loaded, const DbResult *refused, bool waiting, RejectSpool *spool, GError **error)
{
  const Record *record, *original;
  for (int row = 0; row < db_result_rows (refused);)
    {
      if (!rows_next (loaded->rows, &record, &original, error))
        return false;
      if (record == NULL)
        return weir_fail (error, &(Failure) { WEIR_ERROR_RETRY, REASON_FILE_CHANGED }, "the file changed while it was read");
      if (record->line != db_result_int64 (refused, row, 0))
        continue;
      g_autofree char *blanked = loaded->row != NULL ? row_blanked (loaded->row, record, rows_dialect (loaded->rows)) : NULL;
      record = original != NULL ? original : record;
      const Reject reject = { .line = record->line,
                              .column = db_result_value (refused, row, 1),
                              .reason = reason_find (db_result_value (refused, row, 2)),
                              .message = db_result_value (refused, row, 3),
                              .original = blanked != NULL ? blanked : record->raw,
                              .original_length = blanked != NULL ? strlen (blanked) : record->raw_length,
                              .lines = record->lines,
                              .waiting = waiting };
      if (!reject_add (spool, &reject, error))
        return false;
      row++;
    }
  return true;
}

bool
sift_spool (Db *db, Loaded *loaded, bool waiting, RejectSpool *spool, GError **error)
{
  g_autofree char *after = g_strdup ("0");
  if (!rows_rewind (loaded->rows, error))
    return false;
  for (;;)
    {
      const SqlVar vars[] = { { "after", after }, { "waiting", waiting ? "true" : "false" } };
      g_autoptr (DbResult) refused = NULL;
      if (!sql_run (db, "table/list_refused", vars, G_N_ELEMENTS (vars), &refused, error))
        return false;
      int rows = db_result_rows (refused);
      if (rows == 0)
        return true;
      if (!spool_page (loaded, refused, waiting, spool, error))
        return false;
      g_free (after);
      after = g_strdup (db_result_value (refused, rows - 1, 0));
    }
}

/* The statements' view of the staged rows. */
typedef struct
{
  SqlVar vars[4];
} SiftVars;

static SiftVars
sift_vars (const Loaded *loaded)
{
  const Layout *layout = loaded->layout;
  return (SiftVars) { { { "staging", loaded->stage->schema },
                        { "build", loaded->stage->name },
                        { "column", layout_key_name (layout) },
                        { "message", "the business key occurs more than once in the file, and the model rejects that" } } };
}

static bool
sift (Db *db, const SiftVars *vars, const char *statement, int64_t *ret_rows, GError **error)
{
  return sql_change (db, statement, vars->vars, G_N_ELEMENTS (vars->vars), ret_rows, error);
}

bool
sift_begin (Db *db, GError **error)
{
  return sql_run (db, "table/refused", NULL, 0, NULL, error);
}

/* Which line of a key that occurs more than once stands: of a fact whose rows say since when they are true the last of the latest. */
static char *
choose_line (const Layout *layout)
{
  static const char *const kept[] = {
    [DUPLICATES_LAST] = "max(s._line)", [DUPLICATES_FIRST] = "min(s._line)", [DUPLICATES_REJECT] = "null::bigint"
  };
  Duplicates duplicates = layout->model->duplicates;
  if (layout->effective < 0 || model_has_versions (layout->model) || duplicates == DUPLICATES_REJECT)
    return g_strdup (kept[duplicates]);
  g_autofree char *ident = text_quote_ident (layout->columns[layout->effective].name);
  return g_strdup_printf ("(array_agg(s._line order by s.%s desc, s._line %s))[1]", ident,
                          duplicates == DUPLICATES_FIRST ? "asc" : "desc");
}

/* The column, as SQL, that must be the same, too, of two rows that are one twice: of a dimension whose rows say since when they are true. NULL:
 * there is none. Owned by the caller. */
static char *
moment_column (const Layout *layout)
{
  bool says = layout->effective >= 0 && model_has_versions (layout->model);
  return says ? text_quote_ident (layout->columns[layout->effective].name) : NULL;
}

/* Rows of business keys that occur more than once: refused, or all but one of each key taken out. *ret_rows: how many. Mostly the worker
 * knows that there are none, and nothing is asked. */
static bool
settle_repeats (Db *db, const PipelineTask *task, const Loaded *loaded, const char *statement, int64_t *ret_rows, GError **error)
{
  *ret_rows = 0;
  g_autofree char *suspected = repeats_condition (loaded->repeats, "s._id", db_server_version (db));
  if (suspected == NULL || model_is_keyless (task->model))
    return true;
  const SiftVars all = sift_vars (loaded);
  g_autofree char *column = moment_column (loaded->layout), *kept = choose_line (loaded->layout);
  g_autofree char *moment = column != NULL ? g_strdup_printf (", s.%s", column) : g_strdup ("");
  g_autofree char *same = column != NULL ? g_strdup_printf ("and d.%s = s.%s", column, column) : g_strdup ("");
  const SqlVar vars[] = { all.vars[0],          all.vars[1],      all.vars[2],
                          all.vars[3],          { "kept", kept }, { "suspected", suspected },
                          { "moment", moment }, { "same", same } };
  g_autoptr (DbResult) count = NULL;
  if (!sql_run (db, "table/count_repeated", vars, G_N_ELEMENTS (vars), &count, error))
    return false;
  return db_result_int64 (count, 0, 0) == 0 || sql_change (db, statement, vars, G_N_ELEMENTS (vars), ret_rows, error);
}

static bool
refuse_future (Db *db, const Run *run, const SiftVars *sifted, const Loaded *loaded, int64_t *ret_refused, GError **error)
{
  const Layout *layout = loaded->layout;
  *ret_refused = 0;
  if (layout->effective < 0)
    return true;
  g_autofree char *at = effective_of_row (layout, "s.");
  const SqlVar vars[] = { { "staging", loaded->stage->schema },
                          { "build", loaded->stage->name },
                          { "column", layout->columns[layout->effective].name },
                          { "message", "the row is true since a time that has not come yet" },
                          { "at", at },
                          { "now", run->applied_on } };
  return sift_begin (db, error) && sql_change (db, "table/refuse_future", vars, G_N_ELEMENTS (vars), ret_refused, error)
         && (*ret_refused == 0 || sift (db, sifted, "table/delete_refused", NULL, error));
}

/* Refused rows leave staging before keys are compared: what is refused is nobody's duplicate. */
static bool
refuse_rows (Db *db, const PipelineTask *task, const SiftVars *vars, const Loaded *loaded, PipelineResult *step,
             int64_t *ret_refused, GError **error)
{
  int64_t repeated = 0;
  if (!missing_find (db, task, loaded, MISSING_REJECT, step, ret_refused, error)
      || (*ret_refused > 0 && !sift (db, vars, "table/delete_refused", NULL, error)))
    return false;
  if (task->model->duplicates == DUPLICATES_REJECT
      && (!sift_begin (db, error) || !settle_repeats (db, task, loaded, "table/refuse_duplicates", &repeated, error)
          || (repeated > 0 && (!gone_keep_refused (db, loaded, error) || !sift (db, vars, "table/delete_refused", NULL, error)))))
    return false;
  *ret_refused += repeated;
  return true;
}

static bool
keep_refused (Db *db, Loaded *loaded, PipelineResult *step, int64_t *ret_refused, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!sql_run (db, "table/count_refused", NULL, 0, &result, error))
    return false;
  int64_t refused = *ret_refused = db_result_int64 (result, 0, 0);
  if (refused == 0)
    return true;
  if (!sift_spool (db, loaded, false, loaded->rejects, error) || !reject_replace (loaded->rejects, db, error))
    return false;
  reject_recount (loaded->rejects, step);
  step->rows.staged -= refused;
  return true;
}

bool
sift_rows (Db *db, const PipelineTask *task, Loaded *loaded, PipelineResult *step, GError **error)
{
  const SiftVars vars = sift_vars (loaded);
  int64_t refused, future;
  if (!refuse_future (db, task->run, &vars, loaded, &future, error) || !refuse_rows (db, task, &vars, loaded, step, &refused, error)
      || ((refused += future) > 0 && !keep_refused (db, loaded, step, &refused, error))
      || (refused > 0 && !reject_limit_check (db, task, loaded->rejects, &step->rows, error))
      || (task->model->duplicates != DUPLICATES_REJECT
          && !settle_repeats (db, task, loaded, "table/delete_duplicates", &step->rows.duplicate, error)))
    return false;
  step->rows.staged -= step->rows.duplicate;
  loaded->sifted = refused > 0 || step->rows.duplicate > 0;
  return true;
}

bool
sift_late (Db *db, Loaded *loaded, PipelineResult *step, GError **error)
{
  const SiftVars vars = sift_vars (loaded);
  int64_t refused;
  if (!keep_refused (db, loaded, step, &refused, error) || !sift (db, &vars, "table/delete_refused", NULL, error))
    return false;
  g_autofree char *rows = text_count (refused);
  if (refused > 0 && !model_has_versions (loaded->layout->model))
    g_ptr_array_add (step->notes, g_strdup_printf ("%s row%s true since before what the table has, and refused as late", rows,
                                                   refused == 1 ? " is" : "s are"));
  else if (refused > 0)
    g_ptr_array_add (
        step->notes,
        g_strdup_printf ("%s row%s true since before what is known, and refused as late: \"late\": \"splice\" in the model and "
                         "`weir retry` put %s into history",
                         rows, refused == 1 ? " is" : "s are", refused == 1 ? "it" : "them"));
  return true;
}

static void
tell_overtaken (const PipelineTask *task, int64_t refused, GPtrArray *notes)
{
  char id[UID_TEXT_SIZE];
  uid_format (task->run->id, id);
  g_autofree char *rows = text_count (refused);
  if (refused > 0)
    g_ptr_array_add (
        notes, g_strdup_printf ("%s row%s would have changed what is there, and %s refused as overtaken; `weir retry %.8s --force` "
                                "loads %s all the same",
                                rows, refused == 1 ? "" : "s", refused == 1 ? "was" : "were", id, refused == 1 ? "it" : "them"));
}

bool
sift_overtaken (Db *db, const PipelineTask *task, Loaded *loaded, PipelineResult *step, GError **error)
{
  const SiftVars vars = sift_vars (loaded);
  int64_t refused;
  if (!keep_refused (db, loaded, step, &refused, error) || !sift (db, &vars, "table/delete_refused", NULL, error))
    return false;
  tell_overtaken (task, refused, step->notes);
  return true;
}

/* Of the rows of weir_refused, which refer to nobody, and of those that others of their key wait for. */
static bool
refuse_waiting (Db *db, const PipelineTask *task, const SiftVars *vars, GError **error)
{
  const SqlVar more[] = { vars->vars[0],
                          vars->vars[1],
                          vars->vars[2],
                          vars->vars[3],
                          { "schema", task->options->warehouse_schema },
                          { "table", task->model->table },
                          { "id", task->model->id_column } };
  return sql_run (db, "waiting/refuse_overtaken", more, G_N_ELEMENTS (more), NULL, error)
         && sql_run (db, "waiting/forget_missing", NULL, 0, NULL, error);
}

bool
sift_overtaken_waiting (Db *db, const PipelineTask *task, Loaded *loaded, const char *message, PipelineResult *step, GError **error)
{
  SiftVars vars = sift_vars (loaded);
  vars.vars[3].value = message;
  int64_t missing, refused;
  /* Who is missing is told of the rows that are left. */
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  PipelineResult untold = { .notes = notes };
  if (loaded->layout->n_references == 0)
    return true;
  if (!sift_begin (db, error) || !sift (db, &vars, "table/forget_refused", NULL, error)
      || !missing_find (db, task, loaded, MISSING_WAIT, &untold, &missing, error) || !refuse_waiting (db, task, &vars, error)
      || !keep_refused (db, loaded, step, &refused, error) || !sift (db, &vars, "table/delete_refused", NULL, error)
      || !sift (db, &vars, "table/forget_refused", NULL, error))
    return false;
  loaded->sifted |= refused > 0;
  tell_overtaken (task, refused, step->notes);
  return true;
}
