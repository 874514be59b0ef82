#include "pipeline/warehouse/undo_inside.h"

#include "base/error.h"
#include "base/text.h"
#include "pipeline/warehouse/columns.h"
#include "pipeline/warehouse/expressions.h"
#include "pipeline/warehouse/kinds.h"
#include "schema/ledger_bookmark.h"
#include "schema/ledger_delivery.h"

#include <string.h>

static void
undoing_clear (Undoing *undoing)
{
  vars_clear (&undoing->vars);
  g_clear_pointer (&undoing->newest, g_ptr_array_unref);
  history_clear (&undoing->history);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Undoing, undoing_clear)

static void
run_free (UndoRun *run)
{
  g_free (run->run);
  g_free (run->file);
  g_free (run->place);
  g_free (run->disposition);
  g_free (run);
}

static void
later_free (UndoLater *later)
{
  g_free (later->run);
  g_free (later->file);
  g_clear_pointer (&later->sample, json_decref);
  g_free (later);
}

void
undo_clear (Undo *undo)
{
  GPtrArray **const lists[] = { &undo->runs, &undo->later, &undo->notes };
  for (size_t i = 0; i < G_N_ELEMENTS (lists); i++)
    g_clear_pointer (lists[i], g_ptr_array_unref);
}

/* ---- what the statements are made of ---- */

/* Whether the table has the columns that the model names. */
static bool
has_key (const Model *model, const GPtrArray *stored)
{
  g_autoptr (GPtrArray) key = columns_of_key (model);
  bool has = key->len > 0;
  for (guint i = 0; i < key->len; i++)
    has = has && columns_find (stored, key->pdata[i]) != NULL;
  return has;
}

/* The rules of columns that are there: a model may name some that no file has brought. Borrows them. */
static GPtrArray *
list_newest (const Undoing *undoing, const GPtrArray *stored)
{
  GPtrArray *newest = g_ptr_array_new ();
  const GPtrArray *rules = undoing->history.rules;
  for (guint i = 0; kind_of (undoing->task->model)->versions && i < rules->len; i++)
    {
      const HistoryRule *rule = rules->pdata[i];
      if (rule->scd == SCD_CURRENT && columns_find (stored, rule->made) != NULL)
        g_ptr_array_add (newest, (gpointer) rule);
    }
  return newest;
}

/* The table's columns, and the values that a kept row has for them. */
static bool
set_columns (Db *db, Undoing *undoing, GPtrArray *stored, GError **error)
{
  const Model *model = undoing->task->model;
  g_autoptr (GString) columns = g_string_new (NULL);
  g_autoptr (GString) values = g_string_new (NULL);
  if (stored->len == 0)
    return weir_error (error, WEIR_ERROR_MODEL, "there is no table %s.%s in which a run could be taken back", undoing->task->schema,
                       model->table);
  if (!columns_check_id (undoing->task->schema, model, stored, error))
    return false;
  for (guint i = 0; i < stored->len; i++)
    {
      const StoredColumn *column = stored->pdata[i];
      g_autofree char *ident = text_quote_ident (column->name);
      g_autofree char *cell = expression_cell (column->name, column->written);
      bool mark = columns_find_mark (stored, undoing->history.names[HISTORY_INFERRED]) == column;
      g_string_append_printf (columns, "%s%s", i > 0 ? ", " : "", ident);
      g_string_append_printf (values, mark ? "%scoalesce(%s, false)" : "%s%s", i > 0 ? ", " : "", cell);
    }
  undoing->newest = list_newest (undoing, stored);
  undoing->keeps = kind_of (model)->versions && has_key (model, stored);
  undoing->infers = kind_of (model)->versions && columns_find_mark (stored, undoing->history.names[HISTORY_INFERRED]) != NULL;
  vars_take (&undoing->vars, "columns", g_strdup (columns->str));
  vars_take (&undoing->vars, "values", g_strdup (values->str));
  return db != NULL;
}

/* How an entity is shown: by its key, where the table has it and nothing of it is personal, else by its id. */
static char *
shown_as (const Model *model, const GPtrArray *stored, const char *id)
{
  bool shown = has_key (model, stored);
  for (guint i = 0; i < model->columns->len; i++)
    shown = shown && !((const ModelColumn *) model->columns->pdata[i])->pii;
  g_autoptr (GPtrArray) key = columns_of_key (model);
  g_autofree char *ident = text_quote_ident (id), *names = expression_list (key, "w.");
  return shown ? g_strdup_printf ("concat_ws(', ', %s)", names) : g_strdup_printf ("w.%s::text", ident);
}

static bool
set_vars (Db *db, Undoing *undoing, GError **error)
{
  const UndoTask *task = undoing->task;
  const Model *model = task->model;
  bool versions = kind_of (model)->versions, keyless = model_is_keyless (model);
  const char *id = keyless ? "row_hash" : model->id_column;
  if (model->kind == MODEL_DIMENSION && undoing->history.scd != model->history.scd)
    return weir_fail (error,
                      &(Failure) { WEIR_ERROR_MODEL, REASON_HISTORY_CHANGED, .detail = "Nothing was changed.",
                                   .hint = "Load a file of it first, which changes the table, or put \"scd\" back." },
                      "%s says another \"scd\" than %s.%s has", model->path, task->schema, model->table);
  g_autoptr (GPtrArray) stored = columns_read (db, task->schema, model->table, error);
  undoing->vars = vars_from (NULL, 0);
  if (stored == NULL || !set_columns (db, undoing, stored, error))
    return false;
  char own[UID_TEXT_SIZE];
  uid_format (task->own, own);
  Vars *vars = &undoing->vars;
  vars_set (vars, "schema", task->schema);
  vars_set (vars, "table", model->table);
  vars_set (vars, "id", id);
  vars_take (vars, "by", g_strdup (own));
  vars_set_history (vars, &undoing->history);
  g_autofree char *from = text_quote_ident (undoing->history.names[HISTORY_START]);
  vars_take (vars, "same", versions ? g_strdup_printf ("w.%s = o.began", from) : g_strdup ("true"));
  vars_take (vars, "shown", shown_as (model, stored, id));
  vars_take (vars, "newest", versions ? g_strdup_printf ("w.%s desc", from) : g_strdup ("1"));
  vars_set (vars, "late", versions ? "false" : "true");
  bool apart = keyless && model->append == APPEND_ALL;
  vars_take (vars, "written", apart ? g_strdup ("") : vars_part (vars, versions ? "undo/written_versions" : "undo/written_rows"));
  return true;
}

static void
set_run (Undoing *undoing, const char *run)
{
  bool versions = kind_of (undoing->task->model)->versions;
  Vars *vars = &undoing->vars;
  vars_take (vars, "run", g_strdup (run));
  vars_take (vars, "opened", g_strdup_printf ("w.%s = '%s'", versions ? "opened_by" : "loaded_by", run));
  vars_take (vars, "mine",
             versions ? g_strdup_printf ("w.opened_by = '%s' or w.closed_by = '%s'", run, run)
                      : g_strdup_printf ("w.loaded_by = '%s'", run));
}

/* ---- whether it can be taken back ---- */

/* The columns of undo/run. */
enum
{
  RUN_TABLE,
  RUN_FILE,
  RUN_STATE,
  RUN_DISPOSITION,
  RUN_PLACE,
  RUN_NUMBER,
  RUN_IRREVOCABLE,
  RUN_OVERWRITTEN,
  RUN_KEPT,
  RUN_UNDONE_BY,
};

static bool
refuse (const DbResult *row, const char *run, const char *why, const char *hint, GError **error)
{
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .detail = "Nothing was changed.", .hint = hint },
                    "run %.8s of \"%s\" cannot be taken back: %s", run, db_result_value (row, 0, RUN_FILE), why);
}

static bool
check_run (const DbResult *row, const char *run, GError **error)
{
  const char *state = db_result_value (row, 0, RUN_STATE), *by = db_result_value (row, 0, RUN_UNDONE_BY);
  const char *irrevocable = db_result_value (row, 0, RUN_IRREVOCABLE);
  if (strcmp (state, "undone") == 0)
    {
      g_autofree char *why = g_strdup_printf ("run %s has done it already", by != NULL ? by : "?");
      return refuse (row, run, why, "`weir retry RUN` loads its file again.", error);
    }
  if (strcmp (state, "duplicate") == 0)
    return true;
  if (strcmp (state, "applied") != 0)
    {
      g_autofree char *why = g_strdup_printf ("it changed nothing in the warehouse (%s)", state);
      return refuse (row, run, why, NULL, error);
    }
  if (db_result_value (row, 0, RUN_NUMBER) == NULL)
    return refuse (row, run, "an older weir has loaded it, which did not keep what it overwrote, or the table was dropped since",
                   NULL, error);
  if (irrevocable != NULL)
    return refuse (row, run, irrevocable, NULL, error);
  if (db_result_int64 (row, 0, RUN_OVERWRITTEN) != db_result_int64 (row, 0, RUN_KEPT))
    return refuse (row, run, "what it overwrote is not in weir.overwritten any more", NULL, error);
  return true;
}

/* ---- one run ---- */

static bool
run_sql (Db *db, const Undoing *undoing, const char *statement, int64_t *ret_rows, GError **error)
{
  return sql_change (db, statement, vars_all (&undoing->vars), vars_count (&undoing->vars), ret_rows, error);
}

static bool
run_all (Db *db, const Undoing *undoing, const char *const *statements, GError **error)
{
  for (; *statements != NULL; statements++)
    if (!run_sql (db, undoing, *statements, NULL, error))
      return false;
  return true;
}

/* Columns that have the newest value in every version: where that is another now, or the column is younger than what was kept. */
static bool
fill_newest (Db *db, const Undoing *undoing, GError **error)
{
  for (guint i = 0; i < undoing->newest->len; i++)
    {
      const HistoryRule *rule = undoing->newest->pdata[i];
      const SqlVar vars[] = { { "schema", undoing->task->schema },
                              { "table", undoing->task->model->table },
                              { "id", undoing->task->model->id_column },
                              { "column", rule->name },
                              { "made", rule->made },
                              HISTORY_VARS (&undoing->history) };
      if (!sql_run (db, "dimension/fill_newest", vars, G_N_ELEMENTS (vars), NULL, error))
        return false;
    }
  return true;
}

static bool
restore_rows (Db *db, const Undoing *undoing, UndoRun *run, GError **error)
{
  const Model *model = undoing->task->model;
  int64_t opened;
  bool versions = kind_of (model)->versions;
  g_autoptr (DbResult) moved = NULL;
  if (model_is_keyless (model))
    return run_sql (db, undoing, "undo/remove_opened", &run->removed, error) && run_sql (db, undoing, "undo/renumber", NULL, error)
           && run_sql (db, undoing, "undo/renumber_end", NULL, error);
  if ((undoing->keeps && !undo_begin_entities (db, undoing, error))
      || !sql_run (db, "undo/remove_overwritten", vars_all (&undoing->vars), vars_count (&undoing->vars), &moved, error)
      || !run_sql (db, undoing, "undo/remove_opened", &opened, error)
      || (undoing->infers && !run_sql (db, undoing, "undo/remove_inferred", NULL, error))
      || !run_sql (db, undoing, "undo/restore", &run->restored, error)
      || (versions && !run_sql (db, undoing, "undo/reopen", &run->reopened, error)))
    return false;
  run->removed = opened + db_result_int64 (moved, 0, 0);
  return fill_newest (db, undoing, error) && (!undoing->keeps || undo_end_entities (db, undoing, error));
}

/* What its file was brought from is read from where it was before. */
static bool
take_bookmark_back (Db *db, const Undoing *undoing, const char *id, GError **error)
{
  Uid run;
  char *note = NULL;
  if (!uid_parse (id, strlen (id), &run) || !ledger_bookmark_take_back (db, run, &note, error))
    return false;
  if (note != NULL)
    g_ptr_array_add (undoing->undo->notes, note);
  return true;
}

/* Whose rows are others at other stores, too, when the run is taken back: as they are now. Rows without a key are known there by their run. */
static bool
note_touched (Db *db, const Undoing *undoing, GError **error)
{
  return undoing->task->deliveries == NULL || model_is_keyless (undoing->task->model)
         || (run_sql (db, undoing, "delivery/touch", NULL, error) && run_sql (db, undoing, "delivery/touch_others", NULL, error));
}

/* Takes back a run on which nobody builds any more; weir_touched has its entities. */
static bool
take_back (Db *db, const Undoing *undoing, const DbResult *row, const char *id, GError **error)
{
  static const char *const forget[] = { "undo/forget_overwritten", "undo/forget_observed",  "undo/say_again", "undo/forget_export",
                                        "undo/forget_waiting",     "undo/forget_originals", "undo/mark",      NULL };
  UndoRun *run = g_new0 (UndoRun, 1);
  *run = (UndoRun) { .run = g_strdup (id),
                     .file = g_strdup (db_result_value (row, 0, RUN_FILE)),
                     .place = g_strdup (db_result_value (row, 0, RUN_PLACE)),
                     .disposition = g_strdup (db_result_value (row, 0, RUN_DISPOSITION)) };
  g_ptr_array_add (undoing->undo->runs, run);
  bool applied = strcmp (db_result_value (row, 0, RUN_STATE), "applied") == 0;
  return take_bookmark_back (db, undoing, id, error)
         && (!applied
             || (note_touched (db, undoing, error) && restore_rows (db, undoing, run, error)
                 && undo_check_facts (db, undoing, error) && undo_placeholders (db, undoing, run, error)))
         && run_all (db, undoing, forget, error);
}

/* Puts down who is in the way, once each. */
static void
note_later (const DbResult *built, int row, Undo *undo)
{
  const char *run = db_result_value (built, row, 0), *sample = db_result_value (built, row, 3);
  UndoLater *later = g_new0 (UndoLater, 1);
  *later = (UndoLater) { .run = g_strdup (run),
                         .file = g_strdup (db_result_value (built, row, 1)),
                         .entities = db_result_int64 (built, row, 2),
                         .sample = sample != NULL ? json_loads (sample, 0, NULL) : NULL };
  g_ptr_array_add (undo->later, later);
}

/* The runs that built on it; one without a touched entity has none. */
static bool
find_built (Db *db, Undoing *undoing, const char *run, DbResult **ret_built, GError **error)
{
  set_run (undoing, run);
  return run_sql (db, undoing, "undo/forget_touched", NULL, error) && run_sql (db, undoing, "undo/touch", NULL, error)
         && sql_run (db, "undo/built", vars_all (&undoing->vars), vars_count (&undoing->vars), ret_built, error);
}

/* Takes a run back, and before it, one by one and the newest first, those that built on it: after each of these it is asked anew who is left,
 * for what one has overwritten may be another's. */
static bool
go_back (Db *db, Undoing *undoing, const char *run, GError **error)
{
  g_autoptr (DbResult) row = NULL;
  g_autofree char *id = g_strdup (run);
  const SqlVar vars[] = { { "run", id } };
  if (!sql_run (db, "undo/run", vars, G_N_ELEMENTS (vars), &row, error) || !check_run (row, id, error))
    return false;
  for (;;)
    {
      g_autoptr (DbResult) built = NULL;
      if (!find_built (db, undoing, id, &built, error))
        return false;
      if (db_result_rows (built) == 0)
        return take_back (db, undoing, row, id, error);
      for (int i = 0; !undoing->task->with_later && i < db_result_rows (built); i++)
        note_later (built, i, undoing->undo);
      if (!undoing->task->with_later)
        return true;
      if (!go_back (db, undoing, db_result_value (built, 0, 0), error))
        return false;
    }
}

/* "{id,id}" of the runs that were taken back. Owned by the caller. */
static char *
array_text (const GPtrArray *runs)
{
  GString *text = g_string_new ("{");
  for (guint i = 0; i < runs->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "," : "", ((const UndoRun *) runs->pdata[i])->run);
  return g_string_free (g_string_append_c (text, '}'), FALSE);
}

/* The call's own run, and what it did. */
static bool
record (Db *db, const Undoing *undoing, GError **error)
{
  const Undo *undo = undoing->undo;
  char own[UID_TEXT_SIZE];
  uid_format (undoing->task->own, own);
  const UndoRun *last = undo->runs->pdata[undo->runs->len - 1];
  g_autofree char *runs = array_text (undo->runs);
  g_autofree char *subject =
      undo->runs->len == 1 ? g_strdup (last->file) : g_strdup_printf ("%s, and %u later", last->file, undo->runs->len - 1);
  g_autoptr (Json) json = undo_to_json (undo);
  g_autofree char *report = weir_json_text (json);
  const SqlVar vars[] = { { "run", own },     { "table", undoing->task->model->table },
                          { "kind", "undo" }, { "subject", subject },
                          { "runs", runs },   { "report", report } };
  return sql_run (db, "undo/operation_run", vars, G_N_ELEMENTS (vars), NULL, error)
         && sql_run (db, "undo/operation", vars, G_N_ELEMENTS (vars), NULL, error)
         && delivery_note (db, undoing->task->deliveries, undoing->task->model->table, own, "undo", error);
}

/* Where history has no times of its own, the order of files has the word. */
static bool
find_overtaken (Db *db, const Undoing *undoing, GError **error)
{
  const Model *model = undoing->task->model;
  bool asked = !model_is_keyless (model) && (model->effective.kind == EFFECTIVE_ARRIVAL || model->late == LATE_APPLY);
  for (guint i = 0; asked && i < undoing->undo->runs->len; i++)
    {
      UndoRun *run = undoing->undo->runs->pdata[i];
      const SqlVar vars[] = { { "run", run->run } };
      g_autoptr (DbResult) found = NULL;
      if (!sql_run (db, "undo/overtaken", vars, G_N_ELEMENTS (vars), &found, error))
        return false;
      run->overtaken = db_result_bool (found, 0, 0);
    }
  return true;
}

bool
undo_run (Db *db, const UndoTask *task, Uid run, Undo *ret_undo, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  *ret_undo = (Undo) { .runs = g_ptr_array_new_with_free_func ((GDestroyNotify) run_free),
                       .later = g_ptr_array_new_with_free_func ((GDestroyNotify) later_free),
                       .notes = g_ptr_array_new_with_free_func (g_free) };
  g_auto (Undoing) undoing = { .task = task, .undo = ret_undo };
  g_auto (TableState) locked = { 0 };
  if (!ledger_table_read (db, task->model->table, true, &locked, error) || !history_parse (locked.history, &undoing.history, error)
      || !set_vars (db, &undoing, error) || !sql_run (db, "undo/begin", NULL, 0, NULL, error) || !go_back (db, &undoing, id, error))
    return false;
  return ret_undo->later->len > 0
         || (find_overtaken (db, &undoing, error) && run_sql (db, &undoing, "undo/put_back", NULL, error)
             && record (db, &undoing, error));
}

/* ---- telling ---- */

static Json *
runs_to_json (const GPtrArray *runs)
{
  Json *array = json_array ();
  for (guint i = 0; i < runs->len; i++)
    {
      const UndoRun *run = runs->pdata[i];
      json_array_append_new (array,
                             json_pack ("{s:s, s:o, s:I, s:I, s:I, s:I}", "run", run->run, "file", weir_json_string (run->file),
                                        "removed", (json_int_t) run->removed, "restored", (json_int_t) run->restored, "reopened",
                                        (json_int_t) run->reopened, "placeholders", (json_int_t) run->placeholders));
    }
  return array;
}

static Json *
later_to_json (const GPtrArray *list)
{
  Json *array = json_array ();
  for (guint i = 0; i < list->len; i++)
    {
      const UndoLater *later = list->pdata[i];
      json_array_append_new (array, json_pack ("{s:s, s:o, s:I, s:O?}", "run", later->run, "file", weir_json_string (later->file),
                                               "entities", (json_int_t) later->entities, "sample", later->sample));
    }
  return array;
}

Json *
undo_to_json (const Undo *undo)
{
  Json *notes = json_array ();
  for (guint i = 0; i < undo->notes->len; i++)
    json_array_append_new (notes, weir_json_string (undo->notes->pdata[i]));
  return json_pack ("{s:o, s:o, s:o}", "runs", runs_to_json (undo->runs), "later", later_to_json (undo->later), "notes", notes);
}
