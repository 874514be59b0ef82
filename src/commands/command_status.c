#include "base/error.h"
#include "base/text.h"
#include "schema/ledger.h"
#include "src/commands/cli.h"
#include "src/schedule/incident.h"
#include "src/server/connect.h"
#include "src/settings/settings.h"
#include "src/report/alerted.h"
#include "src/report/guarded.h"
#include "src/report/status.h"

#include <stdio.h>
#include <string.h>

#define EXIT_ATTENTION 1

typedef struct
{
  gboolean names;
} StatusOptions;

static char *
count_text (int64_t count)
{
  return count >= 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, count) : NULL;
}

static void
print_tables (const Status *status)
{
  static const char *const headers[] = { "table",     "kind",  "rows",    "versions",   "files",
                                         "last file", "state", "rejects", "when (UTC)", NULL };
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < status->tables->tables->len; i++)
    {
      const Table *table = g_ptr_array_index (status->tables->tables, i);
      bool dimension = g_strcmp0 (table->kind, "dimension") == 0;
      g_ptr_array_add (cells, g_strdup (table->table));
      g_ptr_array_add (cells, g_strdup (table->kind == NULL && table->staged ? "staged" : table->kind));
      g_ptr_array_add (cells, count_text (table->rows));
      g_ptr_array_add (cells, dimension ? count_text (table->versions) : NULL);
      g_ptr_array_add (cells, count_text (table->files));
      g_ptr_array_add (cells, g_strdup (table->last_file));
      g_ptr_array_add (cells, g_strdup (table->last_state != NULL ? table->last_state : "never loaded"));
      g_ptr_array_add (cells, table->rejected > 0 ? count_text (table->rejected) : NULL);
      g_ptr_array_add (cells, g_strdup (table->last_seen));
    }
  if (cells->len == 0)
    puts ("No table yet: drop a CSV file into the drop folder.");
  else
    show_table (headers, cells);
}

static bool
has_note (const Table *table)
{
  return table->broken != NULL || table->problem != NULL || table->model == NULL || table->emptied || table->gone
         || table->stale != NULL || table->waiting->len > 0;
}

/* What has become of the rows of a table that has no model, and what to do. */
static void
print_without_model (const Table *table, const char *suggestion)
{
  g_autofree char *meant = suggestion != NULL ? g_strdup_printf ("; did you mean %s?", suggestion) : g_strdup ("");
  const char *name = table->table;
  if (table->gone)
    printf ("%s: its model and its warehouse table are gone%s; to forget it: weir drop %s\n", name, meant, name);
  else if (table->applied)
    printf ("%s: its model is gone; its rows stay in the warehouse, and new files are only staged for review%s\n", name, meant);
  else if (table->staged)
    printf ("%s: no model, staged for review%s; propose one: weir model %s --write\n", name, meant, name);
  else if (table->refill_run != NULL)
    printf ("%s: no model, and its staging table is gone%s; to stage it again: weir retry %.8s\n", name, meant, table->refill_run);
  else
    printf ("%s: no model, and nothing is staged%s\n", name, meant);
}

static void
print_gone (const Table *table)
{
  printf ("%s: its warehouse table is gone; the next file makes it anew", table->table);
  if (table->refill_run != NULL)
    printf (", with what was loaded last: weir retry %.8s", table->refill_run);
  printf ("; to forget it: weir drop %s\n", table->table);
}

static void
print_emptied (const Table *table)
{
  printf ("%s: its staging table was emptied by a crash of the server; ", table->table);
  if (table->refill_run != NULL)
    printf ("to stage it again: weir retry %.8s\n", table->refill_run);
  else
    puts ("the next file fills it again");
}

static void
print_waiting_rows (const Table *table)
{
  for (guint i = 0; i < table->waiting->len; i++)
    {
      const WaitingRows *waiting = g_ptr_array_index (table->waiting, i);
      printf ("%s: %" G_GINT64_FORMAT " row%s wait%s for %s since %s, of run %s\n", table->table, waiting->rows,
              waiting->rows == 1 ? "" : "s", waiting->rows == 1 ? "s" : "", waiting->dimension, waiting->since, waiting->runs);
      if (waiting->refused_file != NULL)
        printf ("  the newest file of %s, %s, was refused: mend it, then weir retry %.8s\n", waiting->dimension,
                waiting->refused_file, waiting->refused_run);
    }
}

/* What a person should do about a table. */
static void
print_table_note (const Table *table, const Catalog *catalog)
{
  const GError *error = table->broken != NULL ? table->broken->error : table->problem;
  g_auto (Route) route = { 0 };
  catalog_route (catalog, table->table, &route);
  if (error != NULL)
    {
      printf ("%s:\n", table->table);
      show_error (error, "  ");
    }
  else if (table->model == NULL)
    /* a table that "users (1).csv" has made: its name leads to the model now */
    print_without_model (table, route.model != NULL ? route.table : route.suggestion);
  else if (table->gone)
    print_gone (table);
  if (table->emptied)
    print_emptied (table);
  else if (table->stale != NULL)
    printf ("%s: its staging table shows an older file, for somebody was reading it or has built upon it; the last one's rows are "
            "in %s until the next load\n",
            table->table, table->stale);
  print_waiting_rows (table);
}

static void
print_table_notes (const Status *status)
{
  bool any = false;
  for (guint i = 0; i < status->tables->tables->len; i++)
    {
      const Table *table = g_ptr_array_index (status->tables->tables, i);
      if (!has_note (table))
        continue;
      if (!any)
        putchar ('\n');
      any = true;
      print_table_note (table, status->catalog);
    }
}

static void
print_waiting (const Status *status)
{
  if (status->waiting->len == 0)
    return;
  static const char *const headers[] = { "file", "table", "state", "", NULL };
  g_autofree char *imports = settings_shown_path (status->settings, status->settings->imports);
  printf ("\nIn %s/:\n", imports);
  g_autoptr (GPtrArray) cells = g_ptr_array_new ();
  for (guint i = 0; i < status->waiting->len; i++)
    {
      const WaitingFile *file = g_ptr_array_index (status->waiting, i);
      g_ptr_array_add (cells, file->file);
      g_ptr_array_add (cells, file->table);
      g_ptr_array_add (cells, (gpointer) file->state);
      g_ptr_array_add (cells, file->reason);
    }
  show_table (headers, cells);
}

/* What did not come as it should. */
static void
print_incidents (const DbResult *incidents)
{
  for (int row = 0; incidents != NULL && row < db_result_rows (incidents); row++)
    {
      g_autofree char *text = incident_row_text (incidents, row);
      printf ("%s%s\n", row == 0 ? "\n" : "", text);
    }
}

/* Files that lie where held ones do. */
static void
print_strays (const Settings *settings, const GPtrArray *strays)
{
  if (strays == NULL || strays->len == 0)
    return;
  g_autofree char *shown = settings_shown_path (settings, strays->pdata[0]);
  printf ("\n%u file%s in the folder of held files that no run holds, such as %s\n", strays->len, strays->len == 1 ? "" : "s",
          shown);
  puts ("  HINT: `weir verify` lists them: `mv FILE imports/` loads one again, or remove it");
}

static void
print_failed (const Status *status)
{
  const FailedFiles *failed = &status->failed;
  if (failed->files == 0)
    return;
  printf ("\n%d refused file%s, the latest: %s\n", failed->files, failed->files == 1 ? "" : "s", failed->latest);
  Json *error = json_object_get (failed->report, "error");
  static const char *const parts[] = { "message", "detail", "hint" };
  static const char *const labels[] = { "", "DETAIL: ", "HINT: " };
  for (size_t i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      const char *text = json_string_value (json_object_get (error, parts[i]));
      if (text != NULL)
        printf ("  %s%s\n", labels[i], text);
    }
}

static void
print_text (const Status *status)
{
  printf ("home      %s\n", status->settings->home);
  if (status->where != NULL)
    printf ("database  %s\n", status->where);
  if (status->away != NULL && status->where == NULL)
    puts ("database");
  if (status->away != NULL)
    show_error (status->away, "          ");
  putchar ('\n');
  if (status->away == NULL)
    print_tables (status);
  print_table_notes (status);
  print_incidents (status->incidents);
  print_waiting (status);
  guarded_print (status->guarded);
  print_strays (status->settings, status->strays);
  print_failed (status);
  if (status->alerted != NULL)
    alerted_print_troubles (status->alerted);
}

/* For the shell's completion: the tables that are known, without an error where the database is away. */
static void
print_names (const Settings *settings, const Catalog *catalog)
{
  g_autoptr (Db) db = database_open (settings, NULL);
  g_autoptr (DbResult) known = NULL;
  for (guint i = 0; i < catalog->models->len; i++)
    puts (((const Model *) catalog->models->pdata[i])->table);
  if (db == NULL || !ledger_table_names (db, &known, NULL))
    return;
  for (int row = 0; row < db_result_rows (known); row++)
    if (catalog_find (catalog, db_result_value (known, row, 0)) == NULL)
      puts (db_result_value (known, row, 0));
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  const StatusOptions *options = call->options;
  g_autoptr (Catalog) catalog = settings_load_catalog (call->settings, error);
  if (catalog != NULL && options->names)
    return print_names (call->settings, catalog), true;
  g_auto (Status) status = { 0 };
  g_autoptr (Db) db = catalog != NULL ? status_connect (call->settings, &status) : NULL;
  if (catalog == NULL || !status_read (db, call->settings, catalog, &status, error))
    return false;
  g_autoptr (Json) object = call->json ? status_to_json (&status) : NULL;
  if (object != NULL)
    show_json (object);
  else
    print_text (&status);
  if (status.away != NULL)
    *ret_code = weir_error_exit_code (status.away);
  else
    *ret_code = status_needs_attention (&status) ? EXIT_ATTENTION : 0;
  return true;
}

static const CommandOption options[] = {
  { "names", 0, OPTION_FLAG (StatusOptions, names), NULL, NULL },
  { NULL },
};

const Command command_status = {
  .name = "status",
  .arguments = "",
  .summary = "the tables, and what waits or failed",
  .description = "Ends with 1 when something failed or waits for a person.\n\n"
                 "  weir status\n"
                 "  weir status --json",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .usage = "no arguments are taken",
  .options = options,
  .options_size = sizeof (StatusOptions),
  .run = run,
};
