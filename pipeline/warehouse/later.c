#include "pipeline/warehouse/later.h"

#include "base/text.h"
#include "pipeline/warehouse/partial.h"
#include "pipeline/warehouse/sift.h"
#include "pipeline/warehouse/vars.h"

bool
later_may_be (const Splice *splice)
{
  const Effective *effective = splice->effective;
  bool asks = splice->task->model->late != LATE_APPLY;
  return !splice->warehouse->kind->versions && asks && (effective->by_row || (effective->instant != NULL && effective->late));
}

/* Whether a file had the key of d, as SQL. of: a condition on its time, "o.at". Owned by the caller. */
static char *
had_it (const Splice *splice, const char *of)
{
  g_autofree char *table = text_quote_literal (splice->task->model->table);
  return g_strdup_printf ("exists (select from weir.observed o where o.table_name = %s and o.part = right(d._id::text, 3)"
                          " and %s and d._id = any (o.ids))",
                          table, of);
}

/* Whether the fact's row, w, is true since later than that of the delta, d; and whether since the same instant. A row from before files
 * had a time counts since it came. */
static void
compare (const Splice *splice, char **ret_later, char **ret_same)
{
  const Layout *layout = splice->warehouse->layout;
  if (splice->effective->by_row)
    {
      g_autofree char *ours = effective_of_row (layout, "d."), *theirs = effective_of_row (layout, "w.");
      *ret_later = g_strdup_printf ("%s > %s", theirs, ours);
      *ret_same = g_strdup_printf ("%s = %s", theirs, ours);
      return;
    }
  g_autofree char *at = text_quote_literal (splice->effective->instant);
  g_autofree char *behind = g_strdup_printf ("o.at > %s", at), *just = g_strdup_printf ("o.at = %s", at);
  g_autofree char *had_behind = had_it (splice, behind), *had_just = had_it (splice, just);
  static const char own[] = "(select f.effective_on from weir.file f where f.run_id = w.loaded_by)";
  *ret_later = g_strdup_printf ("(%s or coalesce(%s, w.updated_at) > %s)", had_behind, own, at);
  *ret_same = g_strdup_printf ("(%s or %s = %s)", had_just, own, at);
}

static bool
refuse (Db *db, const Splice *splice, const Vars *vars, GError **error)
{
  RowCounts *rows = &splice->result->rows;
  rows->late = rows->corrected = 0;
  return sift_begin (db, error) && sql_run (db, "table/forget_refused", NULL, 0, NULL, error)
         && vars_run (db, vars, "fact/refuse_later", error) && sift_late (db, splice->loaded, splice->result, error)
         && vars_run (db, vars, "fact/forget_later", error);
}

/* Columns that not every file had: of one that no later row had a late row has the last word. */
static bool
fill (Db *db, const Splice *splice, Vars *vars, GError **error)
{
  static const char own[] = "coalesce((select f.effective_on from weir.file f where f.run_id = w.loaded_by), w.updated_at)";
  const Layout *layout = splice->warehouse->layout;
  bool by_row = splice->effective->by_row;
  g_autofree char *literal = by_row ? NULL : text_quote_literal (splice->effective->instant);
  g_autofree char *at = by_row ? effective_of_row (layout, "d.") : g_strdup_printf ("%s::timestamptz", literal);
  g_autofree char *theirs = by_row ? effective_of_row (layout, "w.") : g_strdup (own);
  if (!partial_note (db, splice->warehouse, &splice->result->rows, splice->result->notes, error))
    return false;
  if (!partial_any (splice->warehouse))
    return true;
  vars_take (vars, "theirs", g_strdup (theirs));
  return (splice->result->rows.late == 0 || !partial_set_late (vars, splice->warehouse, at, theirs)
          || vars_run (db, vars, "fact/fill_later", error))
         && (!by_row || vars_run (db, vars, "fact/remember_later", error));
}

bool
later_take (Db *db, const Splice *splice, const SqlVar *vars, size_t n_vars, GError **error)
{
  RowCounts *rows = &splice->result->rows;
  char *later, *same;
  g_auto (Vars) all = vars_from (vars, n_vars);
  compare (splice, &later, &same);
  vars_take (&all, "later", later);
  vars_take (&all, "same", same);
  vars_set (&all, "column", effective_name (splice->warehouse->layout));
  vars_set (&all, "message", SPLICE_LATE_MESSAGE);
  g_autoptr (DbResult) counts = NULL;
  if (!vars_run (db, &all, "fact/later", error) || !sql_run (db, "fact/count_later", NULL, 0, &counts, error))
    return false;
  rows->late = db_result_int64 (counts, 0, 0);
  rows->corrected = db_result_int64 (counts, 0, 1);
  if (splice->task->model->late == LATE_REFUSE && rows->late + rows->corrected > 0 && !refuse (db, splice, &all, error))
    return false;
  return fill (db, splice, &all, error)
         && (rows->late + rows->corrected == 0 || sql_run (db, "fact/forget_late", NULL, 0, NULL, error));
}
