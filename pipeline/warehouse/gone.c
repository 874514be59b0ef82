#include "pipeline/warehouse/gone.h"

#include "base/text.h"
#include "pipeline/records/annotation.h"
#include "pipeline/warehouse/delta.h"
#include "pipeline/warehouse/expressions.h"
#include "pipeline/warehouse/vars.h"

bool
gone_may_be (const Layout *layout)
{
  return layout->deleted >= 0 || layout->model->absent == ABSENT_CLOSE;
}

bool
gone_keep_refused (Db *db, const Loaded *loaded, GError **error)
{
  const SqlVar vars[] = { { "staging", loaded->stage->schema }, { "build", loaded->stage->name } };
  return loaded->layout->model->absent == ABSENT_KEEP
         || (sql_run (db, "gone/table", NULL, 0, NULL, error)
             && sql_run (db, "gone/refused", vars, G_N_ELEMENTS (vars), NULL, error));
}

char *
gone_within_names (const GPtrArray *columns)
{
  g_autofree char *names = expression_list (columns, "");
  return text_quote_literal (names);
}

/* When that was first said of a key by a dated export, as SQL. Owned by the caller. */
static char *
first_said (const Model *model, const char *id, const char *said)
{
  g_autofree char *table = text_quote_literal (model->table);
  return g_strdup_printf ("(select o.at from weir.observed o where o.table_name = %s and o.part = right(%s::text, 3)"
                          " and o.said = '%s' and %s = any (o.ids) order by o.at limit 1)",
                          table, id, said, id);
}

char *
gone_first_seen (const Model *model, const char *id)
{
  return first_said (model, id, "there");
}

char *
gone_first_named (const Model *model, const char *id)
{
  return first_said (model, id, "nothing");
}

char *
gone_brought (const Warehouse *warehouse)
{
  g_autofree char *column = text_quote_ident (warehouse->layout->model->history.names[HISTORY_INFERRED]);
  return warehouse->infers ? g_strdup_printf ("and not w.%s", column) : g_strdup ("");
}

/* Whether a staged row says that its key is gone, as SQL. Owned by the caller. */
static char *
says_deleted (const Layout *layout)
{
  g_autofree char *ident = text_quote_ident (layout->columns[layout->deleted].name);
  GString *text = g_string_new (NULL);
  for (char **value = layout->model->deleted.values; *value != NULL; value++)
    {
      g_autofree char *stripped = g_strstrip (g_strdup (*value));
      g_autofree char *literal = text_quote_literal (stripped);
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", literal);
    }
  char *all = g_strdup_printf ("btrim(s.%s, E' \\t') in (%s)", ident, text->str);
  g_string_free (text, TRUE);
  return all;
}

/* Keys alone close on top of history, and what begins later stays. Owned by the caller. */
static char *
begun_before (const GoneInput *input)
{
  const Model *model = input->what->task->model;
  if (input->instant == NULL || !model_has_versions (model))
    return g_strdup ("");
  g_autofree char *from = text_quote_ident (model->history.names[HISTORY_START]), *at = text_quote_literal (input->instant);
  return g_strdup_printf ("and w.%s < %s::timestamptz", from, at);
}

/* The keys that held when the file is true, w, as a condition in SQL. Owned by the caller. */
static char *
held_then (const GoneInput *input)
{
  const Model *model = input->what->task->model;
  const History *history = &model->history;
  g_autofree char *current = kind_current (model), *brought = gone_brought (input->what->warehouse);
  const Effective *effective = input->what->effective;
  g_autofree char *begun = input->what->loaded->layout->keys_only ? begun_before (input) : g_strdup ("");
  if (begun[0] != '\0')
    return g_strdup_printf ("%s %s %s", current, brought, begun);
  if (!input->spliced || input->instant == NULL || (effective->by_row && !effective->absent_dated))
    return g_strdup_printf ("%s %s", current, brought);
  g_autofree char *from = text_quote_ident (history->names[HISTORY_START]), *to = text_quote_ident (history->names[HISTORY_END]);
  g_autofree char *at = text_quote_literal (input->instant);
  /* As the server knows best how many they are. */
  g_autofree char *open =
      history->open_end == OPEN_END_NULL ? g_strdup ("is null") : g_strconcat ("= ", history_open_end (history), NULL);
  return g_strdup_printf ("w.%s <= %s::timestamptz and (w.%s %s or %s::timestamptz < w.%s) %s", from, at, to, open, at, to,
                          brought);
}

static bool
has_words (const Effective *effective)
{
  return effective->by_row && effective->absent_dated;
}

/* Where rows have times of their own, a row that says what w is at the very time of an export that lacks it is stronger. Owned by the caller. */
static char *
is_lacking (const GoneInput *input)
{
  const Model *model = input->what->task->model;
  if (!has_words (input->what->effective))
    return g_strdup ("");
  g_autofree char *at = text_quote_literal (input->instant), *table = text_quote_literal (model->table);
  g_autofree char *id = text_quote_ident (model->id_column), *of = g_strconcat ("w.", id, NULL);
  g_autofree char *own = effective_of_row (input->what->loaded->layout, "w.");
  g_autofree char *other = own != NULL ? g_strdup_printf ("and %s is distinct from %s::timestamptz ", own, at) : g_strdup ("");
  return g_strdup_printf ("%sand not exists (select from weir.observed r where r.table_name = %s"
                          " and r.part = right(%s::text, 3) and r.at = %s::timestamptz and r.said = 'again' and %s = any (r.ids))",
                          other, table, of, at, of);
}

/* And an export of before anybody had seen a key, a, which may be older by its rows' own time, does not say that it was gone. One of the same
 * instant that had it has: this one is right instead. Owned by the caller. */
static char *
was_seen (const GoneInput *input)
{
  const Model *model = input->what->task->model;
  const Effective *effective = input->what->effective;
  if (!has_words (effective))
    return g_strdup ("");
  g_autofree char *at = text_quote_literal (input->instant);
  g_autofree char *first = gone_first_seen (model, "a._id"), *named = gone_first_named (model, "a._id");
  return effective->absent_late ? g_strdup_printf ("and coalesce(%s, %s) <= %s::timestamptz", first, named, at)
                                : g_strdup_printf ("and coalesce(%s <= %s::timestamptz, true)", first, at);
}

/* Of a file that is complete only within its values of some columns: that those of w are among them. An empty cell is no such value. Owned by
 * the caller. */
static char *
within (const GoneInput *input)
{
  const Loaded *loaded = input->what->loaded;
  const GPtrArray *columns = loaded->layout->within;
  if (columns == NULL)
    return g_strdup ("");
  g_autofree char *ours = expression_list (columns, "w."), *theirs = expression_list (columns, "s.");
  g_autofree char *schema = text_quote_ident (loaded->stage->schema), *table = text_quote_ident (loaded->stage->name);
  return g_strdup_printf ("and (%s) in (select %s from %s.%s s)", ours, theirs, schema, table);
}

Vars
gone_vars (const GoneInput *input)
{
  Vars vars = vars_from (input->vars, input->n_vars);
  const Layout *layout = input->what->loaded->layout;
  g_autofree char *literal = input->instant != NULL ? text_quote_literal (input->instant) : NULL;
  char *of_row = effective_of_row (layout, "s.");
  char *own = literal != NULL ? g_strdup_printf ("%s::timestamptz", literal) : g_strdup ("null::timestamptz");
  vars_take (&vars, "absent_at", own);
  vars_take (&vars, "at", of_row != NULL ? of_row : g_strdup (own));
  vars_take (&vars, "lacking", is_lacking (input));
  vars_take (&vars, "seen", was_seen (input));
  if (input->instant != NULL)
    vars_set (&vars, "instant", input->instant);
  vars_take (&vars, "then", held_then (input));
  vars_take (&vars, "within", within (input));
  return vars;
}

/* The rows that say it leave staging. */
static bool
take_deleted (Db *db, const GoneInput *input, Vars *vars, GError **error)
{
  Loaded *loaded = input->what->loaded;
  RowCounts *rows = &input->what->result->rows;
  const Layout *layout = loaded->layout;
  const char *column = layout->model->deleted.column;
  if (column != NULL && layout->deleted < 0 && !layout->keys_only)
    g_ptr_array_add (input->what->result->notes,
                     g_strdup_printf ("the file has no column \"%s\", so that none of its rows says that its key is gone", column));
  if (layout->deleted < 0)
    return true;
  vars_take (vars, "deleting", says_deleted (layout));
  if (!sql_change (db, "gone/take", vars_all (vars), vars_count (vars), &loaded->gone, error))
    return false;
  rows->staged -= loaded->gone;
  loaded->sifted |= loaded->gone > 0;
  return loaded->gone == 0 || !input->what->effective->by_row
         || (vars_run (db, vars, "gone/newest", error)
             && (layout->model->absent == ABSENT_KEEP || vars_run (db, vars, "gone/unknown", error)));
}

/* Whether the rows are rejects that come back. */
static bool
is_returned (const Layout *layout)
{
  for (int i = 0; i < layout->n_columns; i++)
    if (annotation_is (layout->columns[i].header))
      return true;
  return false;
}

/* Nobody is there, and not a file that was cut off. */
static bool
is_declared_empty (const PipelineTask *task)
{
  return task->declaration != NULL && task->declaration->count == 0;
}

static const char unreadable[] = "it has rejects whose key cannot be read, so that nobody is known to be absent";

/* Why a file closes nobody that would be a full export. NULL: it does. */
static const char *
find_objection (const GoneInput *input)
{
  const Splice *what = input->what;
  if (is_returned (what->loaded->layout))
    return "it brings rejects back, and is no full export";
  if (what->result->rows.staged == 0 && !is_declared_empty (what->task))
    return "none of its rows goes on";
  if (input->overtaken != NULL || what->effective->absent_too_old)
    return "newer files were applied before it";
  if ((what->effective->late || what->effective->absent_late) && what->task->model->late == LATE_REFUSE)
    return "it is true since before what is known, and the model refuses what is late";
  if (what->effective->absent_late && what->task->model->close_within != NULL)
    return "it is true since before what is known, and complete only within the values of some columns";
  if (what->loaded->layout->keys_only && (what->effective->late || what->effective->absent_late))
    return "it is true since before what is known, and has keys alone";
  return what->loaded->unreadable > 0 ? unreadable : NULL;
}

static bool
note_rejected (Db *db, const GoneInput *input, GError **error)
{
  const GArray *rejected = input->what->loaded->rejected;
  if (rejected == NULL)
    return true;
  g_autoptr (GString) ids = g_string_new ("{");
  for (guint i = 0; i < rejected->len; i++)
    {
      char id[UID_TEXT_SIZE];
      uid_format (g_array_index (rejected, Uid, i), id);
      g_string_append_printf (ids, "%s%s", i > 0 ? "," : "", id);
    }
  g_string_append_c (ids, '}');
  const SqlVar vars[] = { { "ids", ids->str } };
  return sql_run (db, "gone/rejected", vars, G_N_ELEMENTS (vars), NULL, error);
}

static bool
find_absent (Db *db, const GoneInput *input, const Vars *vars, Gone *gone, GError **error)
{
  const Splice *what = input->what;
  const char *objection = find_objection (input);
  gone->whole = objection == NULL;
  gone->there = gone->whole || objection == unreadable;
  if (objection != NULL)
    g_ptr_array_add (what->result->notes, g_strdup_printf ("the file closes nobody: %s", objection));
  if (!gone->whole || what->warehouse->created)
    return !gone->whole || note_rejected (db, input, error);
  int64_t lacking;
  return note_rejected (db, input, error)
         && (delta_is_few (what->result->rows.staged) || vars_run (db, vars, "gone/analyze", error))
         && sql_change (db, "gone/absent", vars_all (vars), vars_count (vars), &lacking, error)
         && (lacking == 0 || sql_change (db, "gone/add_absent", vars_all (vars), vars_count (vars), &gone->absent, error));
}

bool
gone_find (Db *db, const GoneInput *input, Gone *ret_gone, GError **error)
{
  const Layout *layout = input->what->loaded->layout;
  *ret_gone = (Gone) { .any = gone_may_be (layout) };
  g_auto (Vars) vars = vars_from (NULL, 0);
  if (!ret_gone->any)
    return layout->model->deleted.column == NULL || take_deleted (db, input, &vars, error);
  vars_clear (&vars);
  vars = gone_vars (input);
  return vars_run (db, &vars, "gone/table", error) && take_deleted (db, input, &vars, error)
         && (layout->absent == ABSENT_KEEP || find_absent (db, input, &vars, ret_gone, error));
}

bool
gone_forget_refused (Db *db, const Splice *what, GError **error)
{
  int64_t refused;
  if (what->loaded->gone == 0)
    return true;
  if (!sql_change (db, "gone/forget_refused", NULL, 0, &refused, error))
    return false;
  what->loaded->gone -= refused;
  what->result->rows.staged += refused;
  return true;
}

bool
gone_refuse_overtaken (Db *db, const Splice *what, const SqlVar *vars, size_t n_vars, GError **error)
{
  return what->loaded->gone == 0 || sql_run (db, "gone/refuse_overtaken", vars, n_vars, NULL, error);
}

bool
gone_close (Db *db, const GoneInput *input, const Gone *gone, GError **error)
{
  RowCounts *rows = &input->what->result->rows;
  if (gone->absent + input->what->loaded->gone == 0 || input->what->warehouse->created)
    return true;
  g_autoptr (DbResult) counts = NULL;
  if (!sql_run (db, "gone/close", input->vars, input->n_vars, &counts, error))
    return false;
  rows->deleted = db_result_int64 (counts, 0, 0);
  rows->absent = db_result_int64 (counts, 0, 1);
  rows->deactivated += rows->deleted + rows->absent;
  return true;
}

static bool
record_within (Db *db, Vars *vars, const GPtrArray *columns, GError **error)
{
  vars_take (vars, "names", gone_within_names (columns));
  vars_take (vars, "columns", expression_list (columns, "s."));
  return vars_run (db, vars, "gone/export_within", error);
}

bool
gone_record (Db *db, const GoneInput *input, const Gone *gone, GError **error)
{
  const Splice *what = input->what;
  const Effective *effective = what->effective;
  bool dated = effective_is_dated (effective) && what->task->model->late != LATE_APPLY;
  bool export_dated = dated && (!effective->by_row || effective->absent_dated);
  const char *instant = input->instant;
  g_autofree char *read = g_strdup_printf ("%" G_GINT64_FORMAT, what->result->rows.read - what->result->rows.forgotten);
  g_auto (Vars) vars = vars_from (input->vars, input->n_vars);
  vars_set (&vars, "instant", instant);
  vars_set (&vars, "whole", gone->whole && export_dated ? "true" : "false");
  vars_set (&vars, "rows", read);
  vars_set (&vars, "ended", what->loaded->ended ? "true" : "false");
  const GPtrArray *columns = what->loaded->layout->within;
  vars_set (&vars, "dated", export_dated && (columns == NULL || !effective->by_row) ? "true" : "false");
  vars_set (&vars, "staging", what->loaded->stage->schema);
  vars_set (&vars, "build", what->loaded->stage->name);
  return (!gone->any || !dated || vars_run (db, &vars, "gone/said", error))
         && (!gone->there || !effective->by_row || !export_dated || vars_run (db, &vars, "gone/there", error))
         && (!gone->whole
             || (columns == NULL ? vars_run (db, &vars, "gone/export", error) : record_within (db, &vars, columns, error)));
}
