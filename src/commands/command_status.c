#include "base/error.h"
#include "base/text.h"
#include "schema/ledger.h"
#include "src/commands/cli.h"
#include "src/schedule/incident.h"
#include "src/server/connect.h"
#include "src/settings/settings.h"
#include "src/report/delivered.h"
#include "src/report/alerted.h"
#include "src/report/guarded.h"
#include "src/report/status.h"
#include "src/report/table_note.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define EXIT_ATTENTION 1

typedef struct
{
  gboolean watch;
  gboolean names;
} StatusOptions;

#define WATCH_US 1000000
#define SCREEN_BYTES 262144

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

static void
print_table_notes (const Status *status)
{
  bool any = false;
  for (guint i = 0; i < status->tables->tables->len; i++)
    {
      const Table *table = g_ptr_array_index (status->tables->tables, i);
      if (!table_has_note (table))
        continue;
      if (!any)
        putchar ('\n');
      any = true;
      table_print_note (table, status->catalog);
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

/* What did not come as it should. Deliveries are told by themselves, also those that have not failed for long. */
static void
print_incidents (const DbResult *incidents)
{
  bool first = true;
  for (int row = 0; incidents != NULL && row < db_result_rows (incidents); row++)
    {
      g_autofree char *text = incident_row_text (incidents, row);
      if (strcmp (db_result_named (incidents, row, "kind"), "push") == 0)
        continue;
      printf ("%s%s\n", first ? "\n" : "", text);
      first = false;
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
  if (status->deliveries != NULL)
    delivered_print_troubles (status->deliveries);
}

static void
print_json (const Status *status, bool as_line)
{
  g_autoptr (Json) object = status_to_json (status);
  g_autofree char *line = as_line ? weir_json_text (object) : NULL;
  if (line != NULL)
    puts (line);
  else
    show_json (object);
}

/* Of --watch: when it is, on a screen of its own, or behind an empty line. */
static void
begin_frame (bool json)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *text = g_date_time_format (now, "%Y-%m-%d %H:%M:%S UTC");
  if (!json && show_is_fancy (STDOUT_FILENO))
    printf ("\033[H\033[2J%s, each second; Ctrl-C ends it\n", text);
  else if (!json)
    printf ("\n%s\n", text);
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
show_now (const Call *call, int *ret_code, GError **error)
{
  g_autoptr (Catalog) catalog = settings_load_catalog (call->settings, error);
  g_auto (Status) status = { 0 };
  g_autoptr (Db) db = catalog != NULL ? status_connect (call->settings, NULL, NULL, &status) : NULL;
  if (catalog == NULL || !status_read (db, call->settings, catalog, &status, error))
    return false;
  bool watch = ((const StatusOptions *) call->options)->watch;
  if (watch)
    begin_frame (call->json);
  if (call->json)
    print_json (&status, watch);
  else
    print_text (&status);
  if (status.away != NULL)
    *ret_code = weir_error_exit_code (status.away);
  else
    *ret_code = status_needs_attention (&status) ? EXIT_ATTENTION : 0;
  return true;
}

/* Until it is interrupted, or nobody reads it any more. */
static bool
watch (const Call *call, GError **error)
{
  int code;
  /* Whole screens are written at once, so that none flickers. */
  setvbuf (stdout, NULL, _IOFBF, SCREEN_BYTES);
  while (show_now (call, &code, error) && fflush (stdout) == 0)
    g_usleep (WATCH_US);
  return error == NULL || *error == NULL;
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  const StatusOptions *options = call->options;
  if (options->watch)
    return watch (call, error);
  if (!options->names)
    return show_now (call, ret_code, error);
  g_autoptr (Catalog) catalog = settings_load_catalog (call->settings, error);
  return catalog != NULL && (print_names (call->settings, catalog), true);
}

static const CommandOption options[] = {
  { "watch", 'w', OPTION_FLAG (StatusOptions, watch), "Show it each second until interrupted; with --json an object a line", NULL },
  { "names", 0, OPTION_FLAG (StatusOptions, names), NULL, NULL },
  { NULL },
};

const Command command_status = {
  .name = "status",
  .arguments = "",
  .summary = "the tables, and what waits or failed",
  .description = "Ends with 1 when something failed or waits for a person.\n\n"
                 "  weir status\n"
                 "  weir status --watch    how far files in work have come, and what waits\n"
                 "  weir status --json",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .usage = "no arguments are taken",
  .options = options,
  .options_size = sizeof (StatusOptions),
  .run = run,
};
