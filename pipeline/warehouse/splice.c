#include "pipeline/warehouse/splice.h"

#include "base/text.h"
#include "pipeline/warehouse/delta.h"
#include "pipeline/warehouse/expressions.h"
#include "pipeline/warehouse/gone.h"
#include "pipeline/warehouse/guard.h"
#include "pipeline/warehouse/inferred.h"
#include "pipeline/warehouse/partial.h"
#include "pipeline/warehouse/scd.h"
#include "pipeline/warehouse/sift.h"
#include "pipeline/warehouse/vars.h"

/* All columns of a version: the file's, those that it lacks, and those that weir makes beside them. Borrowed. */
static GPtrArray *
file_columns (const Warehouse *warehouse)
{
  GPtrArray *all = g_ptr_array_copy (warehouse->columns, NULL, NULL);
  g_ptr_array_set_free_func (all, NULL);
  g_ptr_array_extend (all, warehouse->carried, NULL, NULL);
  return all;
}

static GPtrArray *
all_columns (const Warehouse *warehouse)
{
  GPtrArray *all = file_columns (warehouse);
  for (guint i = 0; i < warehouse->made->len; i++)
    g_ptr_array_add (all, ((const HistoryRule *) warehouse->made->pdata[i])->made);
  return all;
}

/* What makes a version another one: all but the key and the time. Borrowed. */
static GPtrArray *
value_columns (const Warehouse *warehouse)
{
  GPtrArray *names = g_ptr_array_copy (warehouse->layout->tracked, NULL, NULL);
  g_ptr_array_set_free_func (names, NULL);
  g_ptr_array_extend (names, warehouse->carried, NULL, NULL);
  GPtrArray *deciding = scd_deciding (warehouse, names);
  g_ptr_array_unref (names);
  return deciding;
}

/* row(0): nothing does. */
static char *
value_of (const Warehouse *warehouse, const GPtrArray *names, const char *of)
{
  if (names->len == 0)
    return g_strdup ("row(0)");
  g_autofree char *compared = expression_compared (warehouse, names, of);
  return g_strdup_printf ("row(%s)", compared);
}

/* "differs", "same", "differs_held": whether an event has other values than the one before it, says what was said of the same instant, and has
 * other values than what is known then. Where a column is one that not every file had, only what was known of it can be another. */
static void
set_comparisons (Vars *vars, const Warehouse *warehouse)
{
  g_autoptr (GPtrArray) values = value_columns (warehouse), own = scd_deciding (warehouse, warehouse->layout->tracked);
  bool some = partial_any (warehouse);
  g_autoptr (GPtrArray) others = partial_others (warehouse, values);
  g_autofree char *e = value_of (warehouse, others, "e."), *k = value_of (warehouse, others, "k.");
  g_autofree char *differs = some ? partial_differs (warehouse, values) : g_strdup (""),
                  *same = some ? partial_same (warehouse, own) : g_strdup ("");
  g_autofree char *held = some ? partial_differs_held (warehouse, own) : g_strdup ("");
  vars_take (vars, "differs", g_strdup_printf ("(%s is distinct from lag(%s) over t%s)", e, e, differs));
  vars_set (vars, "overturns", some ? "or coalesce(e.\"overturns?\", false)" : "");
  vars_take (vars, "same", g_strdup_printf ("(%s is not distinct from %s%s)", e, k, same));
  vars_take (vars, "differs_held", g_strdup_printf ("(%s is distinct from first_value(%s) over t%s)", e, e, held));
}

/* What a version has that is said again at another time: all but the time. */
static char *
said_again (const Warehouse *warehouse, const GPtrArray *columns)
{
  const Layout *layout = warehouse->layout;
  const char *moment = layout->effective >= 0 ? layout->columns[layout->effective].name : NULL;
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < columns->len; i++)
    {
      g_autofree char *ident = text_quote_ident (columns->pdata[i]);
      g_autofree char *when = g_strcmp0 (columns->pdata[i], moment) == 0 ? effective_to_column (layout, "o.at") : NULL;
      g_string_append_printf (text, "%s%s, ", when != NULL ? when : "w.", when != NULL ? "" : ident);
    }
  return g_string_free (text, FALSE);
}

static char *
nulls (guint count)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < count; i++)
    g_string_append (text, "null, ");
  return g_string_free (text, FALSE);
}

/* The file's columns of a row, d, and what it lacks of the version that it falls into, c. */
static char *
row_columns (const Warehouse *warehouse)
{
  g_autofree char *own = expression_names (warehouse->columns, "d.", ", ");
  g_autofree char *carried = expression_names (warehouse->carried, "c.", ", ");
  GString *text = g_string_new (NULL);
  g_string_append_printf (text, "%s%s", own, carried);
  for (guint i = 0; i < warehouse->made->len; i++)
    {
      g_autofree char *made = text_quote_ident (((const HistoryRule *) warehouse->made->pdata[i])->made);
      g_string_append_printf (text, "c.%s, ", made);
    }
  return g_string_free (text, FALSE);
}

/* Since when the first version of an entity is true that holds since ever. Where no file has said it again it is the time of the run that opened
 * it: of a placeholder, say, that a file without a time has filled. */
static char *
first_instant (const Warehouse *warehouse)
{
  char *of_row = effective_of_row (warehouse->layout, "w.");
  g_autofree char *id = text_quote_ident (warehouse->layout->model->id_column);
  g_autofree char *table = text_quote_literal (warehouse->layout->model->table);
  return of_row != NULL ? of_row
                        : g_strdup_printf (
                            "coalesce((select o.at from weir.observed o where o.table_name = %s and o.part = right(w.%s::text, 3)"
                            " and o.said = 'again' and w.%s = any (o.ids) order by o.at limit 1),"
                            " (select coalesce(f.effective_on, f.applied_on) from weir.file f where f.run_id = w.opened_by))",
                            table, id, id);
}

/* A version that holds since ever may end before a row of its own value, if a file said that its key was gone in between: whether one can have
 * said so, as SQL. Owned by the caller. */
static char *
may_have_gaps (const Layout *layout)
{
  g_autofree char *table = text_quote_literal (layout->model->table);
  if (gone_may_be (layout))
    return g_strdup ("true");
  return g_strdup_printf ("exists (select from weir.export x where x.table_name = %s and x.dated)", table);
}

/* Which staged rows besides are to be looked at, of a full export whose rows have times of their own: whoever may not have been there at its
 * time. Owned by the caller. */
static char *
absent_moved (const Splice *splice)
{
  const Model *model = splice->task->model;
  const char *absent = splice->effective->absent;
  if (absent == NULL || !splice->effective->absent_dated)
    return g_strdup ("");
  g_autofree char *start = text_quote_ident (model->history.names[HISTORY_START]), *at = text_quote_literal (absent);
  g_autofree char *first = gone_first_seen (model, "s._id"), *table = text_quote_literal (model->table);
  g_autofree char *lacked =
      g_strdup_printf (" or exists (select from weir.export x where x.table_name = %s and x.dated and x.at > %s::timestamptz"
                       " and x.at < %s)",
                       table, at, first);
  return g_strdup_printf (" or w.%s > %s::timestamptz%s", start, at, splice->effective->absent_late ? lacked : "");
}

/* Since when a staged row is true, and how it is told that the current version is of another time. */
static void
set_moments (Vars *vars, const Splice *splice)
{
  const Layout *layout = splice->warehouse->layout;
  g_autofree char *literal = splice->effective->by_row ? NULL : text_quote_literal (splice->effective->instant);
  char *at = literal != NULL ? g_strdup_printf ("%s::timestamptz", literal) : effective_of_row (layout, "s.");
  vars_take (vars, "at", at);
  if (literal != NULL)
    {
      g_autofree char *start = text_quote_ident (layout->model->history.names[HISTORY_START]);
      g_autofree char *gaps = may_have_gaps (layout);
      vars_take (vars, "moved",
                 layout->model->first == FIRST_ALWAYS
                     ? g_strdup_printf ("w.%s > %s or (w.%s = '-infinity' and %s)", start, at, start, gaps)
                     : g_strdup_printf ("w.%s > %s", start, at));
      return;
    }
  g_autofree char *ident = text_quote_ident (layout->columns[layout->effective].name);
  g_autofree char *absent = absent_moved (splice);
  vars_take (vars, "moved", g_strdup_printf ("w.%s is distinct from s.%s%s", ident, ident, absent));
}

/* Files that are complete within their values of some columns say that a key is gone which had one of these values then. So a row of before is cut
 * by those that cover what it says; and an end that one of them has made is none where the row says otherwise. */
static void
set_within (Vars *vars, const Splice *splice)
{
  const Layout *layout = splice->loaded->layout;
  if (layout->within == NULL)
    {
      vars_set (vars, "covered", "x.within is null");
      vars_set (vars, "stays", "");
      return;
    }
  g_autofree char *names = gone_within_names (layout->within), *columns = expression_list (layout->within, "n.");
  char *covered =
      g_strdup_printf ("(x.within is null or (x.within = %s and row(%s)::text = any (x.within_values)))", names, columns);
  vars_take (vars, "covered", covered);
  vars_take (vars, "names", g_steal_pointer (&names));
  vars_take (vars, "stays", vars_part (vars, "splice/stays"));
}

/* Full exports whose rows have times of their own. A row says since when its entity is so; that it is there says of the file's time that it is
 * there, as it is: after a gap a version begins then, and else nothing. Such words are weaker than a row's, "there?". */
static void
set_exports (Vars *vars, const Splice *splice)
{
  const Effective *effective = splice->effective;
  const Model *model = splice->task->model;
  g_autofree char *own = effective->absent != NULL && splice->there ? text_quote_literal (effective->absent) : g_strdup ("null");
  g_autofree char *at = effective_of_row (splice->warehouse->layout, "w.");
  g_autofree char *start = text_quote_ident (model->history.names[HISTORY_START]);
  g_autofree char *first = gone_first_seen (model, "n._id"), *named = gone_first_named (model, "n._id");
  bool exports = effective->by_row && model->absent == ABSENT_CLOSE;
  g_autoptr (GPtrArray) columns = all_columns (splice->warehouse);
  vars_take (vars, "assignments", expression_assignments (columns, "", ", "));
  vars_set (vars, "by_row", effective->by_row ? "true" : "false");
  vars_take (vars, "absent_at", g_strdup_printf ("%s::timestamptz", own));
  vars_take (vars, "weak",
             exports ? g_strdup_printf ("w.%s <> '-infinity' and w.\"ended?\" is distinct from w.%s and %s is distinct from w.%s",
                                        start, start, at, start)
                     : g_strdup ("false"));
  /* Of whom the file has a row that says when he was gone, it says nothing else. */
  vars_take (vars, "counted",
             exports ? g_strdup_printf ("x.at > coalesce(least(case when not exists (select from weir_gone g where g._id = n._id)"
                                        " then %s::timestamptz end, %s), least(%s::timestamptz, %s))",
                                        own, first, own, named)
                     : g_strdup ("true"));
  if (effective->absent != NULL)
    vars_set (vars, "instant", effective->absent);
}

static void
set_columns (Vars *vars, const Splice *splice)
{
  const Warehouse *warehouse = splice->warehouse;
  g_autoptr (GPtrArray) columns = all_columns (warehouse), values = value_columns (warehouse);
  vars_take (vars, "what", expression_changed (warehouse, values, "n.", "b."));
  vars_take (vars, "data", expression_names (columns, "", ", "));
  vars_take (vars, "data_w", expression_names (columns, "w.", ", "));
  vars_take (vars, "data_o", said_again (warehouse, columns));
  vars_take (vars, "data_none", nulls (columns->len));
  vars_take (vars, "data_d", row_columns (warehouse));
  vars_take (vars, "hash", expression_hash (warehouse, "c."));
  set_comparisons (vars, warehouse);
  if (partial_any (warehouse))
    {
      partial_set (vars, warehouse);
      vars_take (vars, "part_what", partial_changed (warehouse, values));
    }
  vars_take (vars, "newest_e", scd_newest (warehouse, "e."));
  vars_take (vars, "newest_k", scd_newest (warehouse, "k."));
  vars_take (vars, "oldest_e", scd_oldest (warehouse, "e."));
  vars_take (vars, "oldest_k", scd_oldest (warehouse, "k."));
  vars_take (vars, "unlike", scd_unlike (warehouse));
  vars_take (vars, "first_at", first_instant (warehouse));
  vars_take (vars, "always", g_strdup (warehouse->layout->model->first == FIRST_ALWAYS ? "true" : "false"));
  int64_t staged = splice->result->rows.staged;
  vars_take (vars, "limit", delta_is_few (staged) ? g_strdup_printf ("limit %" G_GINT64_FORMAT, MAX (staged, 1)) : g_strdup (""));
}

/* Behind what was found all columns are of one row. */
static void
set_written (Vars *vars, const Warehouse *warehouse)
{
  g_autoptr (GPtrArray) columns = all_columns (warehouse), own = file_columns (warehouse), deciding = scd_deciding (warehouse, own);
  g_autoptr (GPtrArray) others = partial_others (warehouse, deciding);
  vars_take (vars, "decide_w", expression_names (others, "w.", ", "));
  vars_take (vars, "decide_d", expression_names (others, "d.", ", "));
  vars_take (vars, "signs", partial_signs (warehouse, deciding));
  vars_take (vars, "data_d", expression_names (columns, "d.", ", "));
  vars_take (vars, "assignments", expression_assignments (columns, "", ", "));
}

static bool
run_all (Db *db, const Vars *vars, const char *const *statements, GError **error)
{
  for (; *statements != NULL; statements++)
    if (!vars_run (db, vars, *statements, error))
      return false;
  return true;
}

/* What was said of columns that not every file had. */
static bool
find_partial (Db *db, const Vars *vars, const Warehouse *warehouse, GError **error)
{
  static const char *const statements[] = { "splice/part", "splice/part_behind", "splice/part_said", "splice/part_overturned",
                                            NULL };
  return !partial_any (warehouse) || run_all (db, vars, statements, error);
}

/* Carries it on: "known" alone, which the rows are compared with, or all. */
static bool
carry_partial (Db *db, Vars *vars, const Warehouse *warehouse, bool known, GError **error)
{
  vars_set (vars, "only", known ? "and e.\"kind?\" < 3" : "");
  return !partial_any (warehouse) || vars_run (db, vars, "splice/part_carry", error);
}

/* The versions have what they were filled with. */
static bool
fill_partial (Db *db, const Vars *vars, const Warehouse *warehouse, GError **error)
{
  static const char *const statements[] = { "splice/part_filled", "splice/part_changed", NULL };
  return !partial_any (warehouse) || run_all (db, vars, statements, error);
}

/* The rows that would change what is known become rejects, where the model says so. */
static bool
refuse_late (Db *db, Vars *vars, const Splice *splice, GError **error)
{
  vars_set (vars, "column", effective_name (splice->warehouse->layout));
  vars_set (vars, "message", SPLICE_LATE_MESSAGE);
  if (!sift_begin (db, error) || !vars_run (db, vars, "table/forget_refused", error))
    return false;
  if (splice->task->model->late != LATE_REFUSE)
    return true;
  return carry_partial (db, vars, splice->warehouse, true, error) && vars_run (db, vars, "splice/refuse", error)
         && gone_forget_refused (db, splice, error) && sift_late (db, splice->loaded, splice->result, error)
         && vars_run (db, vars, "splice/forget_refused", error);
}

/* *ret_erases: whether some entity has no version any more. */
static bool
count (Db *db, const Vars *vars, RowCounts *rows, bool *ret_erases, GError **error)
{
  g_autoptr (DbResult) counts = NULL;
  if (!sql_run (db, "splice/count", vars_all (vars), vars_count (vars), &counts, error))
    return false;
  rows->inserted = db_result_int64 (counts, 0, 0);
  rows->updated = rows->deactivated = db_result_int64 (counts, 0, 1);
  rows->late = db_result_int64 (counts, 0, 2);
  rows->corrected = db_result_int64 (counts, 0, 3);
  rows->deleted = db_result_int64 (counts, 0, 4);
  rows->updated += db_result_int64 (counts, 0, 5);
  rows->deactivated += rows->deleted;
  *ret_erases = db_result_bool (counts, 0, 6);
  return true;
}

/* The keys that a full export lacks. */
static bool
count_absent (Db *db, PipelineResult *result, GError **error)
{
  g_autoptr (DbResult) counts = NULL;
  if (!sql_run (db, "splice/count_absent", NULL, 0, &counts, error))
    return false;
  result->rows.absent = db_result_int64 (counts, 0, 0);
  int64_t now = db_result_int64 (counts, 0, 1), past = result->rows.absent - now;
  g_autofree char *keys = text_count (past);
  result->rows.deactivated += now;
  if (past > 0)
    g_ptr_array_add (result->notes, g_strdup_printf ("%s key%s that the file lacks came back since: the history of each has a gap",
                                                     keys, past == 1 ? "" : "s"));
  return true;
}

/* Says which files a late row's end may be missing for. */
static bool
note_unknown (Db *db, const Vars *vars, const PipelineResult *result, GError **error)
{
  g_autoptr (DbResult) unknown = NULL;
  if (result->rows.late == 0)
    return true;
  if (!sql_run (db, "splice/unknown", vars_all (vars), vars_count (vars), &unknown, error))
    return false;
  int64_t files = db_result_int64 (unknown, 0, 0);
  if (files > 0)
    g_ptr_array_add (result->notes,
                     g_strdup_printf ("late rows hold until a newer version: what the %" G_GINT64_FORMAT
                                      " file%s applied since said again is not known, for it was loaded before the model had "
                                      "\"effective\" (the last: %s)",
                                      files, files == 1 ? "" : "s", db_result_value (unknown, 0, 1)));
  return true;
}

/* What exports have said behind a change, where each word may make the next one count. */
static bool
find_behind (Db *db, const Vars *vars, GError **error)
{
  static const char *const statements[] = { "splice/there_behind", "splice/lacked_behind", "splice/said_behind" };
  for (int64_t found = 1; found > 0;)
    {
      found = 0;
      for (size_t i = 0; i < G_N_ELEMENTS (statements); i++)
        {
          int64_t events;
          if (!sql_change (db, statements[i], vars_all (vars), vars_count (vars), &events, error))
            return false;
          found += events;
        }
    }
  return true;
}

/* What an export says besides by whom it has, and what others have said so (set_exports). */
static bool
find_there (Db *db, const Vars *vars, const Splice *splice, GError **error)
{
  const Effective *effective = splice->effective;
  if (!effective->by_row || splice->task->model->absent == ABSENT_KEEP)
    return true;
  return (!splice->there || vars_run (db, vars, "splice/there", error))
         && (!splice->there || !effective->absent_late || vars_run (db, vars, "splice/lacked", error))
         && (!effective->absent_dated || find_behind (db, vars, error));
}

/* Leaves of these words those that count, as what held before. Behind refuse_late. */
static bool
settle_there (Db *db, const Vars *vars, const Splice *splice, GError **error)
{
  return !splice->effective->by_row || splice->task->model->absent == ABSENT_KEEP
         || (vars_run (db, vars, "splice/settle_there", error) && vars_run (db, vars, "splice/fill_there", error));
}

/* Finds the rows that say something new. Of a few entities each is looked for by itself, as in delta.h. */
static bool
find_news (Db *db, Vars *vars, const Splice *splice, GError **error)
{
  bool any_gone = gone_may_be (splice->warehouse->layout);
  int64_t news, gone = 0;
  if (!sql_change (db, "splice/news", vars_all (vars), vars_count (vars), &news, error)
      || (any_gone && !sql_change (db, "splice/gone", vars_all (vars), vars_count (vars), &gone, error)))
    return false;
  news += gone;
  if (partial_any (splice->warehouse) && splice->effective->by_row && !vars_run (db, vars, "splice/part_news", error))
    return false;
  vars_take (vars, "each", g_strdup (delta_each (delta_is_few (news))));
  return true;
}

/* What is one value in all versions of an entity. */
static bool
overwrite (Db *db, Vars *vars, const Warehouse *warehouse, GError **error)
{
  char *sets = scd_one_value (warehouse);
  if (sets == NULL)
    return true;
  vars_take (vars, "sets", sets);
  return vars_run (db, vars, "splice/overwrite", error);
}

static InferredIn
inferred_in (const Splice *splice)
{
  return (InferredIn) { splice->warehouse->schema, splice->task->model, &splice->task->model->history,
                        splice->task->options->lock_timeout_ms };
}

static InferredFacts
facts_of (const Splice *splice)
{
  const PipelineOptions *options = splice->task->options;
  return (InferredFacts) { splice->task->catalog, options->dimension_schema, true, options->replays };
}

/* Of whom nothing is known any more, and rows of facts refer to, a placeholder stays. */
static bool
keep_erased (Db *db, const Splice *splice, GError **error)
{
  const InferredIn in = inferred_in (splice);
  const InferredFacts facts = facts_of (splice);
  char run[UID_TEXT_SIZE];
  int64_t kept;
  uid_format (splice->task->run->id, run);
  if (!inferred_keep (db, &in, &facts, run, &kept, error))
    return false;
  g_autofree char *count = text_count (kept);
  if (kept > 0)
    g_ptr_array_add (splice->result->notes,
                     g_strdup_printf ("%s entit%s that no file has any more %s now, for facts refer to %s", count,
                                      kept == 1 ? "y" : "ies", kept == 1 ? "is a placeholder" : "are placeholders",
                                      kept == 1 ? "it" : "them"));
  return true;
}

static bool
write_all (Db *db, const Splice *splice, const Vars *vars, bool whole, bool erases, GError **error)
{
  static const char *const statements[] = { "splice/analyze_history", "splice/keep", "splice/remove",
                                            "splice/change",          "splice/add",  NULL };
  bool by_row = splice->effective->by_row, everywhere = whole && splice->loaded->layout->within == NULL;
  const InferredIn in = inferred_in (splice);
  const InferredFacts facts = facts_of (splice);
  return (!erases || inferred_leave (db, &in, &facts, "(select distinct id from weir_judged where erases)", error))
         && run_all (db, vars, statements, error) && (!everywhere || vars_run (db, vars, "gone/unsay", error))
         && ((everywhere && !by_row) || vars_run (db, vars, "splice/unsay", error))
         && vars_run (db, vars, partial_any (splice->warehouse) ? "splice/part_remember" : "splice/remember", error)
         && (!erases || keep_erased (db, splice, error));
}

bool
splice_rows (Db *db, const Splice *splice, bool whole, const SqlVar *vars, size_t n_vars, GError **error)
{
  static const char *const look[] = { "splice/analyze_news", "splice/refresh", "splice/events", NULL };
  bool erases;
  g_auto (Vars) all = vars_from (vars, n_vars);
  set_moments (&all, splice);
  set_columns (&all, splice);
  set_exports (&all, splice);
  set_within (&all, splice);
  vars_take (&all, "unfilled", splice->warehouse->filled->len > 0 ? vars_part (&all, "splice/unfilled") : g_strdup (""));
  if (!find_news (db, &all, splice, error) || !run_all (db, &all, look, error) || !find_there (db, &all, splice, error)
      || !find_partial (db, &all, splice->warehouse, error) || !vars_run (db, &all, "splice/analyze_events", error)
      || !refuse_late (db, &all, splice, error) || !settle_there (db, &all, splice, error)
      || !carry_partial (db, &all, splice->warehouse, false, error) || !vars_run (db, &all, "splice/judge", error)
      || !count (db, &all, &splice->result->rows, &erases, error) || (whole && !count_absent (db, splice->result, error))
      || !guard_check_late (db, splice, &all, error) || !note_unknown (db, &all, splice->result, error)
      || !partial_note (db, splice->warehouse, &splice->result->rows, splice->result->notes, error))
    return false;
  set_written (&all, splice->warehouse);
  return vars_run (db, &all, "splice/history", error) && fill_partial (db, &all, splice->warehouse, error)
         && overwrite (db, &all, splice->warehouse, error) && write_all (db, splice, &all, whole, erases, error);
}

bool
splice_forget (Db *db, const Splice *splice, GError **error)
{
  const SqlVar table = { "table", splice->task->model->table };
  return !effective_is_dated (splice->effective) || sql_run (db, "splice/forget", &table, 1, NULL, error);
}

/* Whether rows were written in place, and opened and ended nothing. */
static bool
has_overwritten (const RowCounts *rows)
{
  return rows->updated + rows->deleted + rows->absent > rows->deactivated;
}

/* Whether some rows of a file said what held already, or opened a version that does not say since when it is true. */
static bool
has_observed (const Splice *splice)
{
  const RowCounts *rows = &splice->result->rows;
  bool always = splice->warehouse->layout->model->first == FIRST_ALWAYS;
  bool versions = splice->warehouse->kind->versions;
  if (partial_any (splice->warehouse))
    return true;
  return splice->effective->instant != NULL
         && (versions ? rows->unchanged > 0 || has_overwritten (rows) || (always && rows->inserted + rows->updated > 0)
                      : rows->staged > 0);
}

/* Which columns the rows had that say again what held. */
static void
set_said (Vars *vars, const Splice *splice)
{
  const Warehouse *warehouse = splice->warehouse;
  partial_set (vars, warehouse);
  vars_take (vars, "first_at", first_instant (warehouse));
  vars_take (vars, "said", splice->spliced ? vars_part (vars, "splice/part_merged") : partial_own (warehouse));
}

bool
splice_observe (Db *db, const Splice *splice, const SqlVar *vars, size_t n_vars, GError **error)
{
  const Effective *effective = splice->effective;
  if (!effective_is_dated (effective) || splice->task->model->late == LATE_APPLY)
    return true;
  g_auto (Vars) all = vars_from (vars, n_vars);
  set_moments (&all, splice);
  vars_take (&all, "but", g_strdup (splice->spliced ? "where not exists (select from weir_news n where n._line = s._line)" : ""));
  bool some = partial_any (splice->warehouse);
  if (some)
    set_said (&all, splice);
  return (!has_observed (splice) || vars_run (db, &all, some ? "splice/part_observe" : "splice/observe", error))
         && partial_write (db, splice->warehouse, error) && (!effective->by_row || vars_run (db, &all, "splice/newest", error))
         && vars_run (db, &all, "splice/observing", error);
}
