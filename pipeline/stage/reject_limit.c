#include "pipeline/stage/reject_limit.h"

#include "base/docs.h"
#include "base/error.h"
#include "schema/ledger.h"

/* What to do about too many. Bytes of another encoding are not mended row by row. Owned by the caller. */
static char *
suggest (const PipelineTask *task, Reason reason, const char *setting)
{
  char id[UID_TEXT_SIZE];
  uid_format (task->run->id, id);
  if (task->options->dry_run)
    return g_strdup ("Without --dry-run the refused rows are kept with their reasons, for `weir rejects`.");
  g_autofree char *page = docs_path ("csv.md");
  if (reason == REASON_INVALID_UTF8)
    return g_strdup_printf (
        "See `weir rejects %.8s`, and `weir sniff` for what the encoding is like. Say it in a model, as \"encoding\" "
        "in its \"dialect\": %s has the words; `weir retry %.8s` then loads it again.",
        id, page, id);
  if (reason == REASON_SECOND_TABLE)
    return g_strdup_printf (
        "See `weir rejects %.8s`. Give each table a file of its own, or say in a model what is left out: above the "
        "table \"dialect\": {\"skip_lines\": N}, elsewhere \"rejects\": {\"%s\": N}; `weir retry %.8s` then "
        "loads it again.",
        id, setting, id);
  if (reason == REASON_COMMENT)
    return g_strdup_printf ("See `weir rejects %.8s`, and say in a model what they are: \"dialect\": {\"comment\": \"\"} rows, "
                            "{\"comment\": \"#\"} comments; `weir retry %.8s` then loads it again.",
                            id, id);
  return g_strdup_printf ("See `weir rejects %.8s`; mend the file%s and use `weir retry %.8s`, or raise \"rejects\": {\"%s\": N}.",
                          id, task->model != NULL ? " or the model" : "", id, setting);
}

/* "bound" is what "setting" says, for people. */
static bool
too_many (Db *db, const PipelineTask *task, const RowCounts *counts, const char *bound, const char *setting, GError **error)
{
  g_autofree char *commonest = NULL;
  Reason reason;
  if (!ledger_commonest_reject (db, task->run->id, &commonest, &reason, error))
    return false;
  const char *kept =
      task->options->dry_run
          ? "The file would be refused whole. This was a dry run: nothing was kept."
          : "The file was refused whole; the warehouse was not changed. The refused rows are kept with their reasons.";
  g_autofree char *detail = g_strdup_printf ("%s. %s", commonest, kept);
  g_autofree char *hint = suggest (task, reason, setting);
  return weir_fail (error, &(Failure) { WEIR_ERROR_INPUT, REASON_TOO_MANY_REJECTS, .detail = detail, .hint = hint },
                    "%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " rows of \"%s\" are rejects, more than %s", counts->rejected,
                    counts->read, task->run->file, bound);
}

bool
reject_limit_check (Db *db, const PipelineTask *task, const RejectSpool *rejects, const RowCounts *counts, GError **error)
{
  const Model *model = task->model;
  double percent = model != NULL && model->max_percent >= 0 ? model->max_percent : task->options->max_percent;
  /* A footer says nothing of the table's rows; but where it is most of the file, it may be the table that was not understood. Rows
   * of another table are data that is not loaded. */
  int64_t harmless = reject_harmless (rejects);
  int64_t counted = harmless <= counts->read / 2 ? counts->rejected - harmless : counts->rejected;
  if (model != NULL && model->max_rows >= 0 && counted > model->max_rows)
    {
      g_autofree char *bound = g_strdup_printf ("%" G_GINT64_FORMAT, model->max_rows);
      return too_many (db, task, counts, bound, "max_rows", error);
    }
  if (counted == 0 || (double) counted * 100 <= percent * (double) counts->read)
    return true;
  g_autofree char *bound = g_strdup_printf ("%g %%", percent);
  return too_many (db, task, counts, bound, "max_percent", error);
}
