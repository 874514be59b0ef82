#include "base/error.h"
#include "base/text.h"
#include "schema/ledger_bookmark.h"
#include "src/commands/bookmark_call.h"
#include "src/commands/cli.h"
#include "src/report/listed_jobs.h"
#include "src/server/connect.h"

#include <stdio.h>
#include <string.h>

static const Command *const words[] = { &word_bookmark_rewind, &word_bookmark_set, &word_bookmark_forget, NULL };

/* ---- what the words share ---- */

Db *
bookmark_open (Call *call, GError **error)
{
  const BookmarkCall *around = call->around;
  call->json = call->json || (around != NULL && around->json);
  if (around != NULL)
    settings_given_add (&call->given, around->given);
  call->settings = settings_load (&call->given, HOME_REQUIRED, error);
  return call->settings != NULL ? database_open (call->settings, error) : NULL;
}

/* "2026-11-29 08:00:00.123456+00" without what is smaller than a second. */
static char *
show_time (const char *text)
{
  size_t length = text != NULL ? strcspn (text, ".+") : 0;
  return text != NULL ? g_strndup (text, length) : NULL;
}

static void
print_rows (const DbResult *rows)
{
  static const char *const headers[] = { "job", "stream", "position", "run", "since (UTC)", NULL };
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  for (int row = 0; row < db_result_rows (rows); row++)
    {
      const char *stream = db_result_named (rows, row, "stream"), *position = db_result_named (rows, row, "position");
      const char *run = db_result_named (rows, row, "run");
      g_ptr_array_add (cells, g_strdup (db_result_named (rows, row, "source")));
      g_ptr_array_add (cells, text_printable (stream, strlen (stream), 60));
      g_ptr_array_add (cells, text_printable (position, strlen (position), 100));
      g_ptr_array_add (cells, run != NULL ? g_strndup (run, 8) : g_strdup ("none"));
      g_ptr_array_add (cells, show_time (db_result_named (rows, row, "updated_on")));
    }
  if (cells->len == 0)
    puts ("No source was read by a bookmark yet.");
  else
    show_table (headers, cells);
}

bool
bookmark_show (const Call *call, Db *db, const char *job, GError **error)
{
  g_autoptr (DbResult) rows = NULL;
  if (!ledger_bookmark_list (db, job, &rows, error))
    return false;
  g_autoptr (Json) array = listed_bookmarks (rows);
  if (call->json)
    show_json (array);
  else
    print_rows (rows);
  return true;
}

/* ---- the command ---- */

/* A job that has no bookmark may be there all the same; what is none may be a word that was meant. */
static bool
check_name (const Call *call, Db *db, const char *name, GError **error)
{
  g_autoptr (DbResult) rows = NULL;
  if (!ledger_bookmark_list (db, name, &rows, error))
    return false;
  if (db_result_rows (rows) > 0)
    return true;
  g_auto (GStrv) all = command_words (&command_bookmark);
  const char *nearest = text_nearest (name, (const char *const *) all);
  g_autoptr (Jobs) jobs = jobs_load (call->settings, error);
  g_autoptr (GError) problem = NULL;
  if (jobs == NULL || jobs_find (jobs, name, &problem) != NULL)
    return jobs != NULL;
  if (nearest != NULL)
    return weir_error (error, WEIR_ERROR_MODEL, "there is no word \"%s\", did you mean \"%s\"?", name, nearest);
  return g_propagate_error (error, g_steal_pointer (&problem)), false;
}

static bool
run_list (Call *call, int *ret_code, GError **error)
{
  (void) ret_code;
  const char *name = call->n_arguments > 0 ? call->arguments[0] : NULL;
  g_autoptr (Db) db = bookmark_open (call, error);
  return db != NULL && (name == NULL || check_name (call, db, name, error)) && bookmark_show (call, db, name, error);
}

/* What there is without a word; options may stand behind the job, too. */
static const Command list = {
  .name = "bookmark list",
  .arguments = "[JOB]",
  .takes = TAKES_SETTINGS | TAKES_JSON,
  .most = 1,
  .usage = "a job, or one of rewind, set and forget",
  .run = run_list,
};

static bool
run (Call *call, int *ret_code, GError **error)
{
  (void) error;
  const BookmarkCall around = { &call->given, call->json };
  const char *first = call->n_arguments > 0 ? call->arguments[0] : NULL;
  const Command *word = first != NULL ? command_find_word (&command_bookmark, first) : NULL;
  if (word != NULL)
    return *ret_code = command_call_word (word, &around, call->n_arguments, call->arguments), true;
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_ptr_array_add (argv, (gpointer) "list");
  for (int i = 0; i < call->n_arguments; i++)
    g_ptr_array_add (argv, call->arguments[i]);
  g_ptr_array_add (argv, NULL);
  return *ret_code = command_call_word (&list, &around, call->n_arguments + 1, (char **) argv->pdata), true;
}

const Command command_bookmark = {
  .name = "bookmark",
  .arguments = "[JOB]",
  .summary = "how far each source was read, and to go on elsewhere",
  .description = "Without a word: a list.\n\n"
                 "  weir bookmark\n"
                 "  weir bookmark orders\n"
                 "  weir bookmark rewind orders    the last window that brought something is read once more\n"
                 "  weir bookmark set orders public.orders '{\"updated_at\": \"2026-11-01T00:00:00Z\"}'\n"
                 "  weir bookmark forget orders    all is read from the beginning",
  .takes = TAKES_SETTINGS | TAKES_JSON | PASSES_ARGUMENTS,
  .most = ANY_NUMBER,
  .usage = "a job, or one of rewind, set and forget",
  .words = words,
  .run = run,
};
