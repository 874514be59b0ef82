#include "base/error.h"
#include "base/text.h"
#include "schema/ledger_bookmark.h"
#include "src/commands/bookmark_call.h"
#include "src/commands/confirm.h"
#include "src/pull/pull.h"

#include <stdio.h>
#include <string.h>

typedef struct
{
  gboolean yes;
} BookmarkOptions;

/* The streams that the job has bookmarks of, as texts; NULL-terminated. */
static GPtrArray *
names_of (const DbResult *rows, const char *column)
{
  GPtrArray *names = g_ptr_array_new ();
  for (int row = 0; row < db_result_rows (rows); row++)
    g_ptr_array_add (names, (gpointer) db_result_named (rows, row, column));
  g_ptr_array_add (names, NULL);
  return names;
}

static bool
refuse_job (Db *db, const char *job, GError **error)
{
  g_autoptr (DbResult) rows = NULL;
  if (!ledger_bookmark_list (db, NULL, &rows, error))
    return false;
  g_autoptr (GPtrArray) names = names_of (rows, "source");
  const char *nearest = text_nearest (job, (const char *const *) names->pdata);
  if (nearest != NULL)
    return weir_error (error, WEIR_ERROR_MODEL, "there is no bookmark of \"%s\", did you mean \"%s\"?", job, nearest);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = "`weir bookmark` lists what there is." },
                    "there is no bookmark of \"%s\"", job);
}

/* The stream that is meant: the one that is said, or the job's only one. *ret_rows owns it. */
static const char *
find_stream (const Call *call, Db *db, DbResult **ret_rows, GError **error)
{
  const char *job = call->arguments[0], *said = call->arguments[1];
  if (!ledger_bookmark_list (db, job, ret_rows, error))
    return NULL;
  int n = db_result_rows (*ret_rows);
  g_autoptr (GPtrArray) names = names_of (*ret_rows, "stream");
  if (n == 0)
    return refuse_job (db, job, error), NULL;
  for (int i = 0; said != NULL && i < n; i++)
    if (g_str_equal (names->pdata[i], said))
      return names->pdata[i];
  g_autofree char *all = g_strjoinv (", ", (char **) names->pdata);
  if (said != NULL)
    return weir_error (error, WEIR_ERROR_MODEL, "job \"%s\" has no bookmark of \"%s\"; it has: %s", job, said, all), NULL;
  if (n > 1)
    return weir_error (error, WEIR_ERROR_MODEL, "job \"%s\" has several streams, one of which has to be said: %s", job, all), NULL;
  return names->pdata[0];
}

static bool
show_after (const Call *call, Db *db, char *said, GError **error)
{
  g_autofree char *text = said;
  if (!call->json)
    return puts (text), true;
  return bookmark_show (call, db, call->arguments[0], error);
}

static bool
run_rewind (Call *call, int *ret_code, GError **error)
{
  (void) ret_code;
  g_autoptr (Db) db = bookmark_open (call, error);
  g_autoptr (DbResult) rows = NULL;
  g_autoptr (Json) position = NULL;
  const char *stream = db != NULL ? find_stream (call, db, &rows, error) : NULL;
  if (stream == NULL || !ledger_bookmark_rewind (db, call->arguments[0], stream, &position, error))
    return false;
  g_autofree char *line = position != NULL ? weir_json_line (position) : g_strdup ("the beginning");
  return show_after (call, db, g_strdup_printf ("%s, %s: goes on from %s", call->arguments[0], stream, line), error);
}

/* What the job reads, by the names of its bookmarks. Texts are the job's. */
static GPtrArray *
streams_of (const Job *job)
{
  GPtrArray *names = g_ptr_array_new ();
  for (guint i = 0; job->connection != NULL && i < job->streams->len; i++)
    g_ptr_array_add (names, (gpointer) pull_stream_name (job, job->streams->pdata[i]));
  g_ptr_array_add (names, NULL);
  return names;
}

static bool
check_stream (const Call *call, const GPtrArray *names, GError **error)
{
  const char *job = call->arguments[0], *stream = call->arguments[1];
  if (names->len == 1)
    return weir_error (error, WEIR_ERROR_MODEL, "job \"%s\" reads nothing by a bookmark", job);
  if (g_strv_contains ((const char *const *) names->pdata, stream))
    return true;
  g_autofree char *all = g_strjoinv (", ", (char **) names->pdata);
  return weir_error (error, WEIR_ERROR_MODEL, "job \"%s\" has no stream \"%s\"; it has: %s", job, stream, all);
}

/* A stream that was never read, too: of a job that there is. Of one that is gone or broken, a stream that was. */
static bool
check_job (const Call *call, Db *db, GError **error)
{
  g_autoptr (DbResult) rows = NULL;
  g_autoptr (GError) problem = NULL;
  g_autoptr (Jobs) jobs = jobs_load (call->settings, error);
  if (jobs == NULL || !ledger_bookmark_list (db, call->arguments[0], &rows, error))
    return false;
  const Job *job = jobs_find (jobs, call->arguments[0], &problem);
  if (job == NULL && db_result_rows (rows) == 0)
    return g_propagate_error (error, g_steal_pointer (&problem)), false;
  g_autoptr (GPtrArray) names = job != NULL ? streams_of (job) : names_of (rows, "stream");
  return check_stream (call, names, error);
}

static bool
run_set (Call *call, int *ret_code, GError **error)
{
  (void) ret_code;
  const char *job = call->arguments[0], *stream = call->arguments[1], *text = call->arguments[2];
  json_error_t where;
  g_autoptr (Json) position = json_loads (text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &where);
  if (position == NULL)
    return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = "`weir bookmark` shows what positions of the job look like." },
                      "the position is no JSON: %s", where.text);
  if (json_is_null (position))
    return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = "weir bookmark forget" }, "null is no position");
  g_autoptr (Db) db = bookmark_open (call, error);
  if (db == NULL || !check_job (call, db, error) || !ledger_bookmark_set (db, job, stream, position, error))
    return false;
  g_autofree char *line = weir_json_line (position);
  return show_after (call, db, g_strdup_printf ("%s, %s: goes on from %s", job, stream, line), error);
}

static bool
forget_each (const Call *call, Db *db, const DbResult *rows, GError **error)
{
  const char *only = call->arguments[1];
  for (int row = 0; row < db_result_rows (rows); row++)
    {
      const char *stream = db_result_named (rows, row, "stream");
      if ((only == NULL || g_str_equal (only, stream)) && !ledger_bookmark_set (db, call->arguments[0], stream, NULL, error))
        return false;
    }
  return true;
}

/* All of them, or none. */
static bool
forget_all (const Call *call, Db *db, const DbResult *rows, GError **error)
{
  return db_exec (db, "begin", error) && forget_each (call, db, rows, error) && db_exec (db, "commit", error);
}

static bool
run_forget (Call *call, int *ret_code, GError **error)
{
  const char *job = call->arguments[0];
  g_autoptr (Db) db = bookmark_open (call, error);
  g_autoptr (DbResult) rows = NULL;
  if (db == NULL || (call->n_arguments > 1 && find_stream (call, db, &rows, error) == NULL)
      || (rows == NULL && !ledger_bookmark_list (db, job, &rows, error)))
    return false;
  if (db_result_rows (rows) == 0)
    return refuse_job (db, job, error);
  g_autofree char *question =
      g_strdup_printf ("Read %s from its beginning at its next pull?", call->n_arguments > 1 ? call->arguments[1] : job);
  if (!confirm (question, ((const BookmarkOptions *) call->options)->yes, ret_code, error))
    return error == NULL || *error == NULL;
  return forget_all (call, db, rows, error)
         && show_after (call, db, g_strdup_printf ("%s: all is read from the beginning at its next pull", job), error);
}

const Command word_bookmark_rewind = {
  .name = "bookmark rewind",
  .arguments = "JOB [STREAM]",
  .summary = "one step back, once: the last window is read once more",
  .description = "Rows that are the same change nothing when they come again.\n\n  weir bookmark rewind orders",
  .takes = TAKES_SETTINGS | TAKES_JSON,
  .least = 1,
  .most = 2,
  .usage = "a job is needed, and perhaps one of its streams",
  .run = run_rewind,
};

const Command word_bookmark_set = {
  .name = "bookmark set",
  .arguments = "JOB STREAM POSITION",
  .summary = "go on from a position, as `weir bookmark` shows them",
  .description = "What is between the old one and a later new one is never read.\n\n"
                 "  weir bookmark set orders public.orders '{\"updated_at\": \"2026-11-01T00:00:00Z\"}'",
  .takes = TAKES_SETTINGS | TAKES_JSON,
  .least = 3,
  .most = 3,
  .usage = "a job, a stream and a position in JSON are needed",
  .run = run_set,
};

static const CommandOption forget_options[] = {
  { "yes", 'y', OPTION_FLAG (BookmarkOptions, yes), "Do not ask", NULL },
  { NULL },
};

const Command word_bookmark_forget = {
  .name = "bookmark forget",
  .arguments = "JOB [STREAM]",
  .summary = "read the source from its beginning at the next pull",
  .description = "  weir bookmark forget orders --yes",
  .takes = TAKES_SETTINGS | TAKES_JSON,
  .least = 1,
  .most = 2,
  .usage = "a job is needed, and perhaps one of its streams",
  .options = forget_options,
  .options_size = sizeof (BookmarkOptions),
  .run = run_forget,
};
