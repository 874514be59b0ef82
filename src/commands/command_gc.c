#include "base/quantity.h"
#include "base/text.h"
#include "src/commands/cli.h"
#include "src/load/gc.h"
#include "src/server/connect.h"

#include <stdio.h>

#define EXIT_BUSY 3

typedef struct
{
  gboolean dry_run;
} GcOptions;

static Json *
files_to_json (const GcFiles *files)
{
  return json_pack ("{s:I, s:I}", "files", (json_int_t) files->files, "bytes", (json_int_t) files->bytes);
}

static Json *
rows_to_json (int64_t runs, int64_t rows)
{
  return json_pack ("{s:I, s:I}", "runs", (json_int_t) runs, "rows", (json_int_t) rows);
}

static void
print_json (const GcReport *report, bool dry_run)
{
  Json *busy = json_array ();
  for (guint i = 0; i < report->busy->len; i++)
    json_array_append_new (busy, weir_json_string (report->busy->pdata[i]));
  g_autoptr (Json) json = json_pack (
      "{s:b, s:o, s:o, s:o, s:o, s:{s:I, s:I, s:I, s:I, s:I, s:I}, s:I, s:o, s:o}", "dry_run", dry_run, "archive",
      files_to_json (&report->archive), "failed", files_to_json (&report->failed), "rejects",
      rows_to_json (report->reject_runs, report->reject_rows), "undo", rows_to_json (report->undo_runs, report->undo_rows),
      "ledger", "runs", (json_int_t) report->runs, "executions", (json_int_t) report->executions, "incidents",
      (json_int_t) report->incidents, "deliveries", (json_int_t) report->deliveries, "details", (json_int_t) report->details,
      "kept_for_file", (json_int_t) report->kept, "changed", (json_int_t) report->changed, "not_made_again",
      weir_json_string (report->unmakeable), "busy", busy);
  show_json (json);
}

/* "1,204 rejects of 17 runs". */
static void
print_count (const char *title, const char *what, int64_t n, const char *more)
{
  g_autofree char *figure = text_count (n);
  printf ("%-8s  %s %s%s%s\n", title, figure, what, n == 1 ? "" : "s", more);
}

static void
print_files (const char *title, const GcFiles *files)
{
  g_autofree char *size = text_size (files->bytes);
  g_autofree char *more = g_strdup_printf (" (%s)", size);
  print_count (title, "file", files->files, more);
}

static void
print_rows (const char *title, const char *what, int64_t rows, int64_t runs)
{
  g_autofree char *figure = text_count (runs);
  g_autofree char *more = g_strdup_printf (" of %s run%s", figure, runs == 1 ? "" : "s");
  print_count (title, what, rows, more);
}

static void
print_ledger (const GcReport *report)
{
  print_count ("ledger", "run", report->runs, " of files that changed nothing in the warehouse");
  if (report->executions > 0)
    print_count ("", "execution", report->executions, " of pipelines, `weir undo` and `weir rebuild`");
  if (report->incidents > 0)
    print_count ("", "incident", report->incidents, " that are over: files that did not come, or with other rows");
  if (report->deliveries > 0)
    print_count ("", "delivered change", report->deliveries, ": `weir push --list` shows them no more");
  print_count ("", "applied run", report->details, ": steps, models and summary; the counts stay");
}

static void
print_taken (const GcReport *report, const Settings *settings)
{
  if (settings->keep_archive > 0)
    print_files ("archive", &report->archive);
  if (settings->keep_failed > 0)
    print_files ("failed", &report->failed);
  if (settings->keep_rejects > 0)
    print_rows ("rejects", "row", report->reject_rows, report->reject_runs);
  if (settings->keep_undo > 0 || settings->keep_ledger > 0)
    print_rows ("undo", "row", report->undo_rows, report->undo_runs);
  if (settings->keep_ledger > 0)
    print_ledger (report);
}

/* What somebody may wonder about. */
static void
print_notes (const GcReport *report, bool dry_run)
{
  if (report->unmakeable != NULL)
    printf ("NOTE:  `weir rebuild` %s make again what these files were loaded into: %s\n", dry_run ? "could not" : "cannot",
            report->unmakeable);
  if (report->undo_runs > 0)
    printf ("NOTE:  runs that `weir undo` %s take back any more: %" G_GINT64_FORMAT "\n", dry_run ? "could not" : "cannot",
            report->undo_runs);
  if (report->kept > 0)
    printf (
        "NOTE:  runs that stay in the ledger as their file is in archive or failed, or is their table's last one: %" G_GINT64_FORMAT
        "\n",
        report->kept);
  if (report->changed > 0)
    printf ("NOTE:  files that stay, for they were written to since they were loaded or refused: %" G_GINT64_FORMAT "\n",
            report->changed);
  for (guint i = 0; i < report->busy->len; i++)
    printf ("NOTE:  another session works on %s: nothing of it was taken away\n", (const char *) report->busy->pdata[i]);
}

static void
print_text (const GcReport *report, const Settings *settings, bool dry_run)
{
  if (!gc_is_wanted (settings))
    {
      puts ("Everything is kept: weir.json says no \"retention\".");
      return;
    }
  puts (dry_run ? "Would be taken away:" : "Taken away:");
  print_taken (report, settings);
  print_notes (report, dry_run);
  if (dry_run)
    puts ("Nothing was changed.");
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  const GcOptions *options = call->options;
  g_autoptr (Db) db = database_open (call->settings, error);
  g_auto (GcReport) report = { 0 };
  if (db == NULL || !gc_run (db, call->settings, options->dry_run, &report, error))
    return false;
  if (call->json)
    print_json (&report, options->dry_run);
  else
    print_text (&report, call->settings, options->dry_run);
  *ret_code = report.busy->len > 0 ? EXIT_BUSY : 0;
  return true;
}

static const CommandOption options[] = {
  { "dry-run", 'n', OPTION_FLAG (GcOptions, dry_run), "Only say what would be taken away", NULL },
  { NULL },
};

const Command command_gc = {
  .name = "gc",
  .arguments = "",
  .summary = "take away what is older than \"retention\" in weir.json keeps",
  .description =
      "Files of archive and failed, rejects, what `weir undo` needs, and runs of the ledger, each as long as \"retention\" says; "
      "without it\neverything is kept. What is applied stays in the warehouse, and what comes again stays known.\n\n"
      "  weir gc --dry-run\n"
      "  weir gc              loads go on meanwhile; it may be ended at any moment",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .usage = "no arguments are taken",
  .options = options,
  .options_size = sizeof (GcOptions),
  .run = run,
};
