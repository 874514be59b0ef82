#include "base/error.h"
#include "base/text.h"
#include "src/commands/cli.h"
#include "src/commands/confirm.h"
#include "src/load/undoing.h"

#include <stdio.h>
#include <string.h>

typedef struct
{
  gboolean with_later;
  gboolean dry_run;
  gboolean yes;
} UndoOptions;

/* ---- telling ---- */

/* failure: NULL where there is none. */
static void
tell_json (const Undo *undo, const UndoTask *task, bool done, const GError *failure)
{
  char own[UID_TEXT_SIZE];
  uid_format (task->own, own);
  g_autoptr (Json) json = undo_to_json (undo);
  json_object_set_new (json, "table", json_string (task->model->table));
  json_object_set_new (json, "run", done ? json_string (own) : json_null ());
  json_object_set_new (json, "undone", json_boolean (done));
  if (failure != NULL)
    json_object_set_new (json, "error", weir_json_error (failure));
  show_json (json);
}

static char *
count_text (int64_t count, const char *what)
{
  g_autofree char *figure = text_count (count);
  return g_strdup_printf ("%s %s%s", figure, what, count == 1 ? "" : "s");
}

/* Appends "2 versions removed", where there are any. */
static void
add_count (GString *text, int64_t count, const char *what, const char *became)
{
  g_autofree char *counted = count_text (count, what);
  if (count > 0)
    g_string_append_printf (text, "%s%s %s", text->len > 0 ? ", " : "", counted, became);
}

static void
print_runs (const Undo *undo, const UndoTask *task)
{
  const char *what = model_has_versions (task->model) ? "version" : "row";
  for (guint i = 0; i < undo->runs->len; i++)
    {
      const UndoRun *run = undo->runs->pdata[i];
      g_autoptr (GString) text = g_string_new (NULL);
      add_count (text, run->removed, what, "removed");
      add_count (text, run->restored, what, "as before");
      add_count (text, run->reopened, what, "open again");
      add_count (text, run->placeholders, "placeholder", "removed");
      printf ("%.8s  %s of %s: %s\n", run->run, run->file, task->model->table, text->len > 0 ? text->str : "nothing to change");
    }
  for (guint i = 0; i < undo->notes->len; i++)
    printf ("NOTE:  %s\n", (const char *) undo->notes->pdata[i]);
}

static void
print_later (const Undo *undo)
{
  puts ("Later runs built on it:");
  for (guint i = 0; i < undo->later->len; i++)
    {
      const UndoLater *later = undo->later->pdata[i];
      g_autofree char *count = text_count (later->entities);
      printf ("  %.8s  %s: ", later->run, later->file);
      if (later->entities == 0)
        {
          puts ("rows of it that changed nothing may have said the same");
          continue;
        }
      printf ("%s %s", count, later->entities == 1 ? "entity" : "entities");
      for (size_t n = 0; n < json_array_size (later->sample); n++)
        {
          const char *key = json_string_value (json_array_get (later->sample, n));
          g_autofree char *shown = text_printable (key != NULL ? key : "", key != NULL ? strlen (key) : 0, 60);
          printf ("%s%s", n == 0 ? ": " : "; ", shown);
        }
      puts (later->entities > (int64_t) json_array_size (later->sample) ? "; ..." : "");
    }
}

static bool
has_become (const UndoRun *run, const char *disposition)
{
  return g_strcmp0 (run->disposition, disposition) == 0;
}

/* Where their files are now; of several, where most will be looked for. */
static const char *
where_text (const Undo *undo)
{
  bool one = undo->runs->len == 1;
  guint kept = 0, trimmed = 0;
  for (guint i = 0; i < undo->runs->len; i++)
    {
      kept += has_become (undo->runs->pdata[i], "archived");
      trimmed += has_become (undo->runs->pdata[i], "trimmed");
    }
  if (kept > 0)
    return one ? "its file is in failed/" : "their files are in failed/";
  if (trimmed > 0)
    return one ? "its file was removed by \"retention\"" : "files of theirs were removed by \"retention\"";
  return one ? "its file stays where it was" : "their files stay where they were";
}

static void
tell_next (const Undo *undo)
{
  bool one = undo->runs->len == 1;
  printf ("%s taken back; %s. To load %s again:\n", one ? "The run is" : "The runs are", where_text (undo), one ? "it" : "them");
  for (guint i = undo->runs->len; i > 0; i--)
    {
      const UndoRun *run = undo->runs->pdata[i - 1];
      printf ("  weir retry %.8s%s    %s\n", run->run, run->overtaken ? " --force" : "", run->file);
      if (has_become (run, "trimmed"))
        printf ("      once it is at %s again, from a backup\n", run->place);
    }
}

/* ---- doing ---- */

static bool
refuse_later (const Undo *undo, GError **error)
{
  g_autofree char *runs = count_text (undo->later->len, "later run");
  return weir_fail (
      error,
      &(Failure) { WEIR_ERROR_MODEL, REASON_BUILT_ON, .detail = "Nothing was changed.",
                   .hint = "--with-later takes these back too, the newest first; `weir retry` then loads again what is to stay." },
      "the run cannot be taken back alone: %s built on it", runs);
}

static bool
tell_and_refuse (const Undo *undo, const UndoTask *task, bool json, int *ret_code, GError **error)
{
  g_autoptr (GError) failure = NULL;
  (void) refuse_later (undo, &failure);
  if (json)
    return tell_json (undo, task, false, failure), *ret_code = weir_error_exit_code (failure), true;
  print_later (undo);
  return g_propagate_error (error, g_steal_pointer (&failure)), false;
}

static bool
undo_now (Loader *loader, const UndoTask *task, Uid run, const Undo *looked, const Call *call, int *ret_code, GError **error)
{
  const UndoOptions *options = call->options;
  g_auto (Undo) done = { 0 };
  if (!confirm ("Take that back?", options->yes, ret_code, error))
    return *ret_code != 0;
  bool placed = undoing_do (loader, task, run, looked, &done, error);
  bool is_done = done.runs != NULL && done.runs->len > 0 && done.later->len == 0;
  if (!placed && !is_done)
    return false;
  if (placed && !is_done)
    return tell_and_refuse (&done, task, call->json, ret_code, error);
  if (call->json)
    tell_json (&done, task, true, NULL);
  else
    tell_next (&done);
  return placed;
}

static bool
look_and_undo (Loader *loader, const UndoTask *task, Uid run, const Call *call, int *ret_code, GError **error)
{
  const UndoOptions *options = call->options;
  g_auto (Undo) looked = { 0 };
  if (!undoing_look (loader, task, run, &looked, error))
    return false;
  if (looked.later->len > 0)
    return tell_and_refuse (&looked, task, call->json, ret_code, error);
  if (!call->json)
    print_runs (&looked, task);
  if (!options->dry_run)
    return undo_now (loader, task, run, &looked, call, ret_code, error);
  if (call->json)
    tell_json (&looked, task, false, NULL);
  return true;
}

/* Nobody loads the table from here on, until the connection ends. */
static bool
take_table (Loader *loader, const char *table, GError **error)
{
  bool locked;
  if (!ledger_lock_table (loader->db, table, &locked, error))
    return false;
  if (locked)
    return loader->locked = g_strdup (table), true;
  weir_fail (error,
             &(Failure) { WEIR_ERROR_RETRY, REASON_LOCK_BUSY, .detail = "Nothing was changed.",
                          .hint = "`weir runs` names the file that is being loaded." },
             "another session works on the table \"%s\"", table);
  return loader_find_blocker (loader, table, error), false;
}

/* The model that the run's table has now. Borrowed. */
static const Model *
find_model (const Loader *loader, const char *table, GError **error)
{
  const BrokenModel *broken = catalog_find_broken (loader->catalog, table);
  const Model *model = catalog_find (loader->catalog, table);
  if (broken != NULL)
    return g_propagate_error (error, g_error_copy (broken->error)), NULL;
  if (model == NULL)
    weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .detail = "Nothing was changed." },
               "there is no model of %s, so that nothing of it is in the warehouse that could be taken back", table);
  return model;
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  const UndoOptions *options = call->options;
  Uid run;
  g_auto (Loader) loader = { 0 };
  g_autoptr (DbResult) row = NULL;
  loader_init (&loader, call->settings, -1);
  loader.one_shot = true;
  if (!loader_refresh (&loader, error) || !ledger_find_run (loader.db, call->arguments[0], &run, error)
      || !ledger_run (loader.db, run, &row, error))
    return false;
  const char *table = db_result_named (row, 0, "table");
  const Model *model = find_model (&loader, table, error);
  if (model == NULL || !take_table (&loader, table, error))
    return false;
  const UndoTask task = { loader.catalog,
                          model,
                          call->settings->warehouse_schema,
                          uid_random (),
                          options->with_later,
                          loader.options.lock_timeout_ms,
                          loader.options.deliveries };
  bool done = look_and_undo (&loader, &task, run, call, ret_code, error);
  loader_unlock (&loader);
  return done;
}

static const CommandOption options[] = {
  { "with-later", 0, OPTION_FLAG (UndoOptions, with_later), "Also take back the later runs that built on it, the newest first",
    NULL },
  { "dry-run", 'n', OPTION_FLAG (UndoOptions, dry_run), "Only say what would be taken back", NULL },
  { "yes", 'y', OPTION_FLAG (UndoOptions, yes), "Do not ask", NULL },
  { NULL },
};

const Command command_undo = {
  .name = "undo",
  .arguments = "RUN",
  .summary = "take a run back, as if its file had never come",
  .description = "Versions that it opened go, those that it closed or cut are open again, and what it overwrote returns. Says so "
                 "before, and asks.\n"
                 "Where later runs said something of the same entities it names them, and changes nothing. The file goes from "
                 "archive to failed.\n"
                 "RUN is " A_RUN ".\n\n"
                 "  weir undo last --dry-run\n"
                 "  weir undo users_2026-11-20.csv --with-later",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .least = 1,
  .most = 1,
  .usage = "a run is needed: " A_RUN,
  .options = options,
  .options_size = sizeof (UndoOptions),
  .run = run,
};
