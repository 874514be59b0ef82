#include "base/error.h"
#include "base/text.h"
#include "schema/ledger.h"
#include "src/commands/cli.h"
#include "src/report/rejected.h"
#include "src/server/connect.h"

#include <stdio.h>
#include <string.h>

#define SHOWN_BYTES 100 /* of the original line in the table */
#define PAGE_ROWS 2000

typedef struct
{
  gboolean csv, safe, show_pii;
} RejectsOptions;

/* Where the rows of a run go, page by page, and what was seen of them. */
typedef struct Output Output;
struct Output
{
  void (*print) (Output *output, const DbResult *page);
  RejectedCsv csv;
  bool personal; /* the lines are not shown: a column of the table has "pii": true */
  int widths[6]; /* of the table's columns */
  int64_t printed, refused, waiting;
};

static void
print_as_csv (Output *output, const DbResult *rejects)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (int row = 0; row < db_result_rows (rejects); row++)
    {
      g_autofree char *message = rejected_message (rejects, row);
      if (!rejected_is_reject (rejects, row))
        continue;
      /* Without a header nothing would tell the added cells from the file's own: they are said beside the lines. */
      if (output->csv.header == NULL)
        fprintf (stderr, "line %s: %s: %s\n", db_result_value (rejects, row, REJECTED_LINE),
                 db_result_value (rejects, row, REJECTED_REASON), message);
      rejected_csv_row (&output->csv, rejects, row, text);
    }
  fwrite (text->str, 1, text->len, stdout);
}

static void
print_csv_header (const Output *output)
{
  g_autoptr (GString) text = g_string_new (NULL);
  rejected_csv_header (&output->csv, text);
  fwrite (text->str, 1, text->len, stdout);
}

/* The members of one array, without its brackets. */
static void
print_as_json (Output *output, const DbResult *rejects)
{
  g_autoptr (Json) array = json_array ();
  for (int row = 0; row < db_result_rows (rejects); row++)
    json_array_append_new (array, rejected_to_json (rejects, row, output->personal));
  g_autofree char *text = weir_json_pretty (array);
  size_t length = strlen (text); /* of "[\n", members, "\n]" */
  fputs (output->printed > 0 ? ",\n" : "\n", stdout);
  fwrite (text + 2, 1, length - 4, stdout);
}

static void
print_as_table (Output *output, const DbResult *rejects)
{
  static const char *const headers[] = { "line", "column", "reason", "message", "original", NULL };
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  for (int row = 0; row < db_result_rows (rejects); row++)
    {
      g_autoptr (GString) bytes = rejected_bytes (rejects, row);
      const char *kind = db_result_bool (rejects, row, REJECTED_REPAIRED)  ? "repaired: "
                         : db_result_bool (rejects, row, REJECTED_WAITING) ? "waiting: "
                                                                           : "";
      g_ptr_array_add (cells, g_strdup (db_result_value (rejects, row, REJECTED_LINE)));
      g_ptr_array_add (cells, g_strdup (db_result_value (rejects, row, REJECTED_COLUMN)));
      g_ptr_array_add (cells, g_strconcat (kind, db_result_value (rejects, row, REJECTED_REASON), NULL));
      g_ptr_array_add (cells, g_strdup (db_result_value (rejects, row, REJECTED_MESSAGE)));
      g_ptr_array_add (cells, output->personal ? g_strdup_printf ("(%zu bytes)", bytes->len)
                                               : text_printable (bytes->str, bytes->len, SHOWN_BYTES));
    }
  show_table_part (headers, cells, output->widths);
}

/* Page by page: a run may have millions. */
static bool
print_pages (Db *db, Uid id, Output *output, GError **error)
{
  RejectPlace last = { 0 };
  for (int rows = PAGE_ROWS; rows == PAGE_ROWS && !ferror (stdout); output->printed += rows)
    {
      g_autoptr (DbResult) page = NULL;
      if (!ledger_rejects (db, id, last, PAGE_ROWS, &page, error))
        return false;
      rows = db_result_rows (page);
      if (rows == 0)
        break;
      last.line = db_result_int64 (page, rows - 1, REJECTED_LINE);
      last.repaired = db_result_bool (page, rows - 1, REJECTED_REPAIRED);
      for (int row = 0; row < rows; row++)
        {
          output->refused += rejected_is_reject (page, row);
          output->waiting += db_result_bool (page, row, REJECTED_WAITING);
        }
      output->print (output, page);
    }
  return true;
}

/* What the table cannot say. */
static void
print_nothing_refused (const DbResult *run, const Output *output)
{
  const char *state = db_result_named (run, 0, "state");
  const char *trimmed = db_result_named (run, 0, "trimmed"), *rejected = db_result_named (run, 0, "rejected");
  g_autoptr (Json) taken = trimmed != NULL ? json_loads (trimmed, 0, NULL) : NULL;
  const char *day = json_string_value (json_object_get (taken, "rejects"));
  if (day != NULL && rejected != NULL)
    {
      printf ("The rows of this run are not kept any more: \"retention\" took them away on %.10s. %s %s refused.\n", day, rejected,
              strcmp (rejected, "1") == 0 ? "was" : "were");
      return;
    }
  bool whole = g_strcmp0 (state, "failed") == 0 || g_strcmp0 (state, "loading") == 0;
  if (output->waiting > 0)
    puts ("No row was refused: these wait for what they refer to, or were repaired, and loaded.");
  else if (output->printed > 0)
    puts ("No row was refused: these were repaired, and loaded.");
  else if (whole)
    printf ("No row of this run is kept: its state is \"%s\". What happened: weir runs %.8s\n", state,
            db_result_named (run, 0, "run"));
  else
    puts ("No row was refused.");
}

/* Behind the rows, to whoever calls by hand or from a script. */
static void
say_what_next (const Output *output, const RejectsOptions *options, const char *table)
{
  if (output->personal && output->printed > 0)
    fprintf (stderr, "The rows are not shown: a column of %s has \"pii\": true, or its model is gone. --show-pii shows them.\n",
             table);
  if (options->csv && !options->safe && output->refused > 0)
    fprintf (stderr, "Corrected, they are rows of %s again: name the file %s_1.csv, or use weir load --table %s FILE.\n", table,
             table, table);
  if (options->safe)
    fputs ("Cells that a spreadsheet would run have an apostrophe before them: this file is for reading, and is not loaded.\n",
           stderr);
}

static bool
print_run (Db *db, Uid id, const Call *call, GError **error)
{
  const RejectsOptions *options = call->options;
  bool as_csv = options->csv, as_json = call->json;
  g_autoptr (DbResult) run = NULL;
  if (!ledger_run (db, id, &run, error))
    return false;
  const char *table = db_result_named (run, 0, "table");
  Output output = { .print = as_csv    ? print_as_csv
                             : as_json ? print_as_json
                                       : print_as_table,
                    .csv = rejected_csv (run, options->safe),
                    .personal = !options->csv && !options->show_pii && rejected_is_personal (call->settings, run) };
  if (as_csv)
    print_csv_header (&output);
  else if (as_json)
    putchar ('[');
  if (!print_pages (db, id, &output, error))
    return false;
  if (as_json && !as_csv)
    puts (output.printed > 0 ? "\n]" : "]");
  else if (!as_csv && output.refused == 0)
    print_nothing_refused (run, &output);
  fflush (stdout);
  say_what_next (&output, options, table);
  return true;
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  const RejectsOptions *options = call->options;
  if (options->safe && !options->csv)
    return *ret_code = command_usage ("rejects", "--safe goes with --csv"), true;
  g_autoptr (Db) db = database_open (call->settings, error);
  Uid id;
  return db != NULL && ledger_find_run (db, call->arguments[0], &id, error) && print_run (db, id, call, error);
}

static const CommandOption options[] = {
  { "csv", 0, OPTION_FLAG (RejectsOptions, csv),
    "Print the rows as they were, with line, reason, message and run before them, to be corrected and dropped again", NULL },
  { "safe", 0, OPTION_FLAG (RejectsOptions, safe),
    "With --csv: for a spreadsheet, cells that it would run as formulas with an apostrophe before them; not to be loaded", NULL },
  { "show-pii", 0, OPTION_FLAG (RejectsOptions, show_pii),
    "Show the rows of a table that has columns with \"pii\": true, too; --csv always has them", NULL },
  { NULL },
};

const Command command_rejects = {
  .name = "rejects",
  .arguments = "RUN",
  .summary = "the refused rows of a run",
  .description = "RUN is " A_RUN ".\n\n"
                 "  weir rejects last\n"
                 "  weir rejects users.csv --csv > users_1.csv      named after its table, to be dropped again\n"
                 "  weir rejects users.csv --csv --safe > look.csv  for a spreadsheet",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .least = 1,
  .most = 1,
  .usage = "a run is needed: " A_RUN,
  .options = options,
  .options_size = sizeof (RejectsOptions),
  .run = run,
};
