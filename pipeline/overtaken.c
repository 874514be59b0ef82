#include "pipeline/overtaken.h"

#include "base/text.h"
#include "models/file_date.h"
#include "models/order.h"

/* As many runs are named. */
#define MOST_NAMED 20

static bool
is_newest (const Run *run, const TableState *newest)
{
  if (newest->newest_key == NULL || run->order_key == NULL)
    return true;
  const Order ours = { false, run->instant_ns, run->order_key }, last = { false, newest->newest_ns, newest->newest_key };
  return order_compare (&ours, &last) >= 0;
}

static void
take_runs (const DbResult *runs, PipelineResult *result)
{
  result->overtook = g_ptr_array_new_with_free_func (g_free);
  for (int row = 0; row < db_result_rows (runs); row++)
    g_ptr_array_add (result->overtook, g_strdup (db_result_value (runs, row, 0)));
  result->overtook_count = db_result_int64 (runs, 0, 2);
}

/* How many newer files, and which is the last of them. Owned by the caller. */
static char *
name_newer (const DbResult *runs, int64_t count)
{
  if (count == 1)
    return g_strdup_printf ("a newer file was applied before it: %s (run %.8s)", db_result_value (runs, 0, 1),
                            db_result_value (runs, 0, 0));
  return g_strdup_printf ("%" G_GINT64_FORMAT " newer files were applied before it, the last of them %s (run %.8s)", count,
                          db_result_value (runs, 0, 1), db_result_value (runs, 0, 0));
}

/* What a model could say of such a file. Owned by the caller. */
static char *
name_remedy (const PipelineTask *task)
{
  FileDate date;
  if (task->model->kind != MODEL_DIMENSION)
    return g_strdup ("");
  bool dated = file_date_find (task->run->file, &date) == FILE_DATE_FOUND;
  return g_strdup_printf ("; \"effective\": \"%s\" in %s would give it its place in history",
                          effective_words[dated ? EFFECTIVE_FILE_NAME - 1 : EFFECTIVE_MTIME - 1], task->model->path);
}

bool
overtaken_find (Db *db, const PipelineTask *task, const TableState *newest, PipelineResult *result, char **ret_refused,
                GError **error)
{
  *ret_refused = NULL;
  g_autoptr (DbResult) runs = NULL;
  if (is_newest (task->run, newest))
    return true;
  if (!ledger_overtaken (db, task->run, MOST_NAMED, &runs, error))
    return false;
  if (db_result_rows (runs) == 0)
    return true;
  take_runs (runs, result);
  g_autofree char *newer = name_newer (runs, result->overtook_count);
  bool refuses = task->run->again && !task->options->overwrite && !model_is_keyless (task->model);
  if (refuses)
    *ret_refused = g_strdup_printf ("it would change what is there, and %s", newer);
  g_autofree char *remedy = name_remedy (task);
  g_ptr_array_add (result->notes,
                   refuses ? g_strdup_printf ("weir had this file before, and %s: rows that are known stay as they are", newer)
                           : g_strdup_printf ("this file is out of order: %s; where both have a key, this file has the last word%s",
                                              newer, remedy));
  g_autofree char *array = text_array (result->overtook);
  return ledger_file_overtook (db, task->run->id, array, result->overtook_count, error);
}

bool
overtaken_is (Db *db, const PipelineTask *task, const TableState *newest, bool *ret_overtaken, GError **error)
{
  g_autoptr (DbResult) runs = NULL;
  g_auto (PipelineResult) found = { 0 };
  *ret_overtaken = false;
  if (!task->run->again || task->options->overwrite || is_newest (task->run, newest))
    return true;
  if (!ledger_overtaken (db, task->run, MOST_NAMED, &runs, error))
    return false;
  *ret_overtaken = db_result_rows (runs) > 0;
  if (!*ret_overtaken)
    return true;
  take_runs (runs, &found);
  g_autofree char *array = text_array (found.overtook);
  return ledger_file_overtook (db, task->run->id, array, found.overtook_count, error);
}

void
overtaken_note_time (const Run *run, GPtrArray *notes)
{
  if (run->past != NULL)
    g_ptr_array_add (notes, g_strdup_printf ("older files of its table are not loaded yet: %s", run->past));
  if (!order_is_ahead (run->mtime_ns, g_get_real_time () * 1000))
    return;
  g_autofree char *mtime = text_time (run->mtime_ns), *instant = text_time (run->instant_ns);
  g_ptr_array_add (notes,
                   g_strdup_printf ("the file's time, %s UTC, is ahead of the clock: it counts as of %s UTC", mtime, instant));
}
