#include "base/error.h"
#include "base/text.h"
#include "pipeline/records/annotation.h"
#include "pipeline/text/dialect.h"
#include "schema/ledger.h"
#include "src/commands/cli.h"
#include "src/report/rejected.h"
#include "src/report/spreadsheet.h"
#include "src/server/connect.h"

#include <stdio.h>
#include <string.h>

#define SHOWN_BYTES 100 /* of the original line in the table */
#define PAGE_ROWS 2000

typedef struct
{
  gboolean csv, safe, show_pii;
} RejectsOptions;

/* Whether the row is a reject: it was not repaired, and does not wait for what it refers to. */
static bool
is_reject (const DbResult *rejects, int row)
{
  return !db_result_bool (rejects, row, REJECTED_REPAIRED) && !db_result_bool (rejects, row, REJECTED_WAITING);
}

/* Where the rows of a run go, page by page, and what was seen of them. */
typedef struct Output Output;
struct Output
{
  void (*print) (Output *output, const DbResult *page);
  const char *run;
  const char *header; /* NULL: the file had none */
  Dialect dialect;    /* of the file: what is added to its lines is written the same way */
  bool safe;          /* for a spreadsheet */
  bool personal;      /* the lines are not shown: a column of the table has "pii": true */
  int widths[6];      /* of the table's columns */
  int64_t printed, refused, waiting;
};

/* A file of one column has no delimiter: a tab stands between its rows and what is added to them. */
static Dialect
dialect_of (const Json *json)
{
  const char *delimiter = json_string_value (json_object_get (json, "delimiter"));
  const char *quote = json_string_value (json_object_get (json, "quote"));
  const char *escape = json_string_value (json_object_get (json, "escape"));
  const char *blanks = json_string_value (json_object_get (json, "blanks"));
  Dialect dialect = { .trim = g_strcmp0 (blanks, "trim") == 0,
                      .quote = quote != NULL ? quote[0] : '\0',
                      .escape = g_strcmp0 (escape, "backslash") == 0 ? ESCAPE_BACKSLASH : ESCAPE_DOUBLED };
  g_strlcpy (dialect.delimiter, delimiter != NULL ? delimiter : "\t", sizeof dialect.delimiter);
  return dialect;
}

static void
print_line (const Output *output, const char *line, size_t length)
{
  g_autofree char *safe = output->safe ? spreadsheet_safe (line, length, output->dialect.delimiter) : NULL;
  fwrite (safe != NULL ? safe : line, 1, safe != NULL ? strlen (safe) : length, stdout);
}

/* What is wrong with a line, in columns before it: loading leaves them out, so the corrected file can be dropped as it is. The
 * message is always in quotes where the file has them: of few rows nothing else may tell. */
static void
print_annotations (const Output *output, const char *const cells[4])
{
  const Dialect *dialect = &output->dialect;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *delimiter = annotation_delimiter (dialect);
  for (size_t i = 0; i < 4; i++)
    {
      dialect_append_cell (dialect, cells[i], i == 2, text);
      g_string_append (text, delimiter);
    }
  print_line (output, text->str, text->len);
}

static void
print_csv_header (const Output *output)
{
  if (output->header == NULL)
    return;
  print_annotations (output, (const char *const[]) { output->safe ? ANNOTATION_SAFE : ANNOTATION_LINE, ANNOTATION_REASON,
                                                     ANNOTATION_MESSAGE, ANNOTATION_RUN });
  print_line (output, output->header, strlen (output->header));
  putchar ('\n');
}

static void
print_as_csv (Output *output, const DbResult *rejects)
{
  for (int row = 0; row < db_result_rows (rejects); row++)
    {
      const char *column = db_result_value (rejects, row, REJECTED_COLUMN);
      g_autofree char *message = g_strdup_printf ("%s%s%s", column != NULL ? column : "", column != NULL ? ": " : "",
                                                  db_result_value (rejects, row, REJECTED_MESSAGE));
      if (!is_reject (rejects, row))
        continue;
      /* Without a header nothing would tell the added cells from the file's own: they are said beside the lines. */
      if (output->header == NULL)
        fprintf (stderr, "line %s: %s: %s\n", db_result_value (rejects, row, REJECTED_LINE),
                 db_result_value (rejects, row, REJECTED_REASON), message);
      else
        print_annotations (output, (const char *const[]) { db_result_value (rejects, row, REJECTED_LINE),
                                                           db_result_value (rejects, row, REJECTED_REASON), message, output->run });
      g_autoptr (GString) bytes = rejected_bytes (rejects, row);
      print_line (output, bytes->str, bytes->len);
      putchar ('\n');
    }
}

/* JSON is UTF-8: an original that is not goes beside its readable form in base64. */
static Json *
row_to_json (const DbResult *rejects, int row, bool personal)
{
  g_autoptr (GString) bytes = rejected_bytes (rejects, row);
  g_autofree char *readable = personal ? NULL : g_utf8_make_valid (bytes->str, (gssize) bytes->len);
  Json *object = json_pack (
      "{s:I, s:s?, s:s, s:s, s:b, s:b, s:o}", "line", (json_int_t) db_result_int64 (rejects, row, REJECTED_LINE), "column",
      db_result_value (rejects, row, REJECTED_COLUMN), "reason", db_result_value (rejects, row, REJECTED_REASON), "message",
      db_result_value (rejects, row, REJECTED_MESSAGE), "repaired", db_result_bool (rejects, row, REJECTED_REPAIRED), "waiting",
      db_result_bool (rejects, row, REJECTED_WAITING), "original", weir_json_string (readable));
  if (personal)
    json_object_set_new (object, "withheld_bytes", json_integer ((json_int_t) bytes->len));
  if (personal || text_is_utf8 (bytes->str, bytes->len, NULL))
    return object;
  g_autofree char *base64 = g_base64_encode ((const guchar *) bytes->str, bytes->len);
  json_object_set_new (object, "original_base64", json_string (base64));
  return object;
}

/* The members of one array, without its brackets. */
static void
print_as_json (Output *output, const DbResult *rejects)
{
  g_autoptr (Json) array = json_array ();
  for (int row = 0; row < db_result_rows (rejects); row++)
    json_array_append_new (array, row_to_json (rejects, row, output->personal));
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
          output->refused += is_reject (page, row);
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

/* Whether the table has personal data, as its model says: a model that cannot be read may have said so. */
static bool
is_personal (const Settings *settings, const char *table)
{
  g_autoptr (Catalog) catalog = settings_load_catalog (settings, NULL);
  const Model *model = catalog != NULL ? catalog_find (catalog, table) : NULL;
  if (model == NULL)
    return catalog == NULL || catalog_find_broken (catalog, table) != NULL;
  for (guint i = 0; i < model->columns->len; i++)
    if (((const ModelColumn *) model->columns->pdata[i])->pii)
      return true;
  return false;
}

/* Behind the rows, to whoever calls by hand or from a script. */
static void
say_what_next (const Output *output, const RejectsOptions *options, const char *table)
{
  if (output->personal && output->printed > 0)
    fprintf (stderr, "The rows are not shown: a column of %s has \"pii\": true. --show-pii shows them.\n", table);
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
  const char *text = db_result_named (run, 0, "dialect");
  g_autoptr (Json) dialect = text != NULL ? weir_json_parse (text, strlen (text), "dialect", NULL) : NULL;
  Output output = { .print = as_csv    ? print_as_csv
                             : as_json ? print_as_json
                                       : print_as_table,
                    .run = db_result_named (run, 0, "run"),
                    .safe = options->safe,
                    .personal = !options->csv && !options->show_pii && is_personal (call->settings, table),
                    .header = db_result_named (run, 0, "header"),
                    .dialect = dialect_of (dialect) };
  /* The lines are UTF-8 whatever the file was, and a mark says so where a model declares something else. */
  const char *encoding = json_string_value (json_object_get (dialect, "encoding"));
  if (as_csv && g_strcmp0 (encoding, "UTF-8") != 0 && encoding != NULL)
    fputs ("\xEF\xBB\xBF", stdout);
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
