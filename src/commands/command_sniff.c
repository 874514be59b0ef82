#include "base/error.h"
#include "base/text.h"
#include "pipeline/layout/pins.h"
#include "src/commands/cli.h"
#include "src/report/explained.h"
#include "src/report/sniffed.h"

#include <stdio.h>
#include <string.h>

#define SHOWN_COLUMNS 6 /* of another table */
#define SHOWN_BYTES 24  /* of its cells */

typedef struct
{
  gboolean explain;
} SniffOptions;

/* What a person should know about the column, or NULL. Owned by the caller. */
static char *
column_note (const SniffedColumn *column)
{
  if (column->result.unknown)
    return g_strdup ("no values, so no type yet");
  g_autofree char *way = infer_way (&column->result, 0), *other = infer_way (&column->result, 1);
  if (column->result.ambiguous || (column->result.declarable && other != NULL))
    return g_strdup_printf ("can be read in two ways: add {%s} or {%s} to the model", way, other);
  if (column->result.declarable)
    return g_strdup_printf ("text, unless the model says {%s}", way);
  if (column->result.nulls != 0)
    {
      g_autofree char *list = infer_null_list (column->result.nulls);
      return g_strdup_printf ("read as NULL: %s", list);
    }
  if (column->guess.quoted_empty)
    return g_strdup (column->result.type->id == TYPE_TEXT ? "\"\" is kept as empty text, not NULL" : "\"\" is read as NULL");
  return NULL;
}

static Json *
column_to_json (const SniffedColumn *column)
{
  const ColumnGuess *guess = &column->guess;
  Json *json = json_object ();
  json_object_set_new (json, "name", weir_json_string (column->name));
  json_object_set_new (json, "header", weir_json_string (column->header));
  json_object_set_new (json, "type", json_string (column->result.type->name));
  json_object_set_new (json, "format", weir_json_string (column->result.format));
  json_object_set_new (json, "null", null_words_to_json (column->result.type->id == TYPE_TEXT ? 0 : column->result.nulls));
  json_object_set_new (json, "cells", json_integer (guess->cells));
  json_object_set_new (json, "nulls", json_integer (guess->nulls));
  json_object_set_new (json, "longest", json_integer ((json_int_t) guess->longest));
  json_object_set_new (json, "unknown", json_boolean (column->result.unknown));
  json_object_set_new (json, "ambiguous", json_boolean (column->result.ambiguous));
  g_autofree char *note = column_note (column);
  json_object_set_new (json, "note", weir_json_string (note));
  return json;
}

/* The evidence of the encoding; NULL: it is declared. What a load has to be told is told. Owned by the caller. */
static char *
encoding_text (const PeekedFile *file)
{
  if (file->declared != NULL)
    return NULL;
  const char *like = file->like != NULL ? file->like->dialect.encoding : NULL;
  if (like == NULL)
    return g_strdup (rows_evidence (file->rows)->encoding);
  return g_strdup_printf ("encoding %s: by what its bytes are like; a load needs \"dialect\": {\"encoding\": \"%s\"} in a model",
                          like, like);
}

static Json *
evidence_to_json (const SniffEvidence *evidence, const char *encoding)
{
  Json *json = json_object ();
  json_object_set_new (json, "delimiter", weir_json_string (evidence->delimiter));
  json_object_set_new (json, "quote", weir_json_string (evidence->quote));
  json_object_set_new (json, "header", weir_json_string (evidence->header));
  json_object_set_new (json, "encoding", weir_json_string (encoding));
  return json;
}

static Json *
problems_to_json (const Sniffed *sniffed)
{
  Json *problems = json_array ();
  for (guint i = 0; i < sniffed->examples->len; i++)
    {
      const SniffedProblem *problem = g_ptr_array_index (sniffed->examples, i);
      json_array_append_new (problems, json_pack ("{s:I, s:s, s:s}", "line", (json_int_t) problem->line, "reason",
                                                  reason_word (problem->reason), "message", problem->message));
    }
  return problems;
}

/* ---- other ways to read the file ---- */

/* The cells of the row of this number; 0: of the header. */
static Json *
row_to_json (const Explained *way, size_t row)
{
  Json *cells = json_array ();
  for (size_t i = 0; i < way->width; i++)
    json_array_append_new (cells, weir_json_string (way->cells->pdata[row * way->width + i]));
  return cells;
}

static Json *
way_to_json (const Explained *way)
{
  g_autofree char *model = dialect_to_model (&way->dialect);
  Json *first_rows = json_array (), *json = json_object ();
  json_object_set_new (json, "dialect", dialect_to_json (&way->dialect));
  json_object_set_new (json, "score", json_real (way->evidence.score));
  json_object_set_new (json, "evidence", evidence_to_json (&way->evidence, way->evidence.encoding));
  json_object_set_new (json, "model", weir_json_string (model));
  json_object_set_new (json, "rows", json_integer ((json_int_t) way->rows));
  json_object_set_new (json, "columns", row_to_json (way, 0));
  for (size_t row = 1; row * way->width < way->cells->len; row++)
    json_array_append_new (first_rows, row_to_json (way, row));
  json_object_set_new (json, "first_rows", first_rows);
  return json;
}

static Json *
ways_to_json (const GPtrArray *ways)
{
  Json *json = json_array ();
  for (guint i = 0; i < ways->len; i++)
    json_array_append_new (json, way_to_json (ways->pdata[i]));
  return json;
}

static void
print_table (const Explained *way)
{
  size_t shown = MIN (way->width, SHOWN_COLUMNS);
  g_autoptr (GPtrArray) titles = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < way->cells->len; i++)
    {
      const char *cell = way->cells->pdata[i];
      if (i % way->width < shown)
        g_ptr_array_add (i < way->width ? titles : cells,
                         text_printable (cell != NULL ? cell : "", cell != NULL ? strlen (cell) : 0, SHOWN_BYTES));
    }
  g_ptr_array_add (titles, NULL);
  show_table ((const char *const *) titles->pdata, cells);
}

static void
print_way (const Explained *way)
{
  g_autofree char *rows = text_count (way->rows);
  g_autofree char *model = dialect_to_model (&way->dialect);
  printf ("\nor: %s row%s, %zu column%s\n", rows, way->rows == 1 ? "" : "s", way->width, way->width == 1 ? "" : "s");
  printf ("  %s\n  %s\n  %s\n", way->evidence.delimiter, way->evidence.quote, way->evidence.header);
  printf ("  score %.2f; in a model: %s\n\n", way->evidence.score, model);
  print_table (way);
}

static void
print_ways (const PeekedFile *file, const GPtrArray *ways)
{
  g_autofree char *model = dialect_to_model (rows_dialect (file->rows));
  printf ("\nscore %.2f; in a model: %s\n", rows_evidence (file->rows)->score, model);
  for (guint i = 0; i < ways->len; i++)
    print_way (ways->pdata[i]);
  if (ways->len == 0)
    puts ("No other delimiter or quote makes another table of it.");
}

/* "ways": NULL where nobody asked. */
static void
print_as_json (const PeekedFile *file, const Sniffed *sniffed, const GPtrArray *ways)
{
  g_autofree char *encoding = encoding_text (file);
  g_autoptr (Json) json = json_object ();
  json_object_set_new (json, "file", weir_json_string (file->name));
  json_object_set_new (json, "bytes", json_integer (file->size));
  json_object_set_new (json, "dialect", dialect_to_json (rows_dialect (file->rows)));
  json_object_set_new (json, "confidence_percent",
                       file->declared != NULL ? json_null () : json_integer (sniff_percent (rows_evidence (file->rows))));
  json_object_set_new (json, "declared", json_boolean (file->declared != NULL));
  json_object_set_new (json, "evidence", evidence_to_json (rows_evidence (file->rows), encoding));
  json_object_set_new (json, "rows",
                       json_pack ("{s:I, s:I, s:I, s:I}", "read", (json_int_t) sniffed->rows, "problems",
                                  (json_int_t) sniffed->problems, "ragged", (json_int_t) sniffed->ragged, "below",
                                  (json_int_t) sniffed->below));
  json_object_set_new (json, "lines", lines_to_json (&sniffed->lines));
  json_object_set_new (json, "header_problem", weir_json_string (rows_header_problem (file->rows)));
  json_object_set_new (json, "problems", problems_to_json (sniffed));
  Json *columns = json_array ();
  for (size_t i = 0; i < sniffed->n_columns; i++)
    json_array_append_new (columns, column_to_json (&sniffed->columns[i]));
  json_object_set_new (json, "columns", columns);
  if (ways != NULL)
    {
      json_object_set_new (json, "score", json_real (rows_evidence (file->rows)->score));
      json_object_set_new (json, "runners_up", ways_to_json (ways));
    }
  show_json (json);
}

/* What most files do not have, if this one does. */
static void
print_rest (const Dialect *dialect)
{
  printf ("  newline %s\n", dialect->newline);
  if (dialect->compression != COMPRESSION_NONE)
    printf ("  compressed by %s\n", dialect->compression == COMPRESSION_GZIP ? "gzip" : "zstd");
  if (dialect->comment != 0)
    printf ("  lines that begin with %c are comments\n", dialect->comment);
  if (dialect->trailing_delimiter)
    puts ("  the delimiter at the end of each row begins no column");
}

/* How it is written, and how weir knows. */
static void
print_evidence (const PeekedFile *file)
{
  const SniffEvidence *evidence = rows_evidence (file->rows);
  if (file->declared != NULL)
    {
      puts ("  as the declaration beside it says: canonical CSV with these columns");
      return;
    }
  g_autofree char *encoding = encoding_text (file);
  printf ("  %s\n  %s\n  %s\n  %s\n", evidence->delimiter, evidence->quote, evidence->header, encoding);
  print_rest (rows_dialect (file->rows));
  printf ("  confidence %d %%\n", sniff_percent (evidence));
}

static void
print_summary (const PeekedFile *file, const Sniffed *sniffed)
{
  g_autofree char *rows = text_count (sniffed->rows);
  g_autofree char *size = text_size (file->size);
  g_autofree char *problems = text_count (sniffed->problems);
  g_autofree char *ragged = text_count (sniffed->ragged);
  g_autofree char *headers = text_count (sniffed->headers);
  g_autofree char *others = text_count (sniffed->others);
  g_autofree char *left_out = lines_left_out (&sniffed->lines);
  printf ("%s: %s row%s, %zu column%s, %s\n", file->name, rows, sniffed->rows == 1 ? "" : "s", sniffed->n_columns,
          sniffed->n_columns == 1 ? "" : "s", size);
  print_evidence (file);
  if (sniffed->ragged > 0)
    printf ("  %s row%s not have %zu cells, the first on line %" G_GINT64_FORMAT "\n", ragged,
            sniffed->ragged == 1 ? " does" : "s do", sniffed->n_columns, sniffed->first_ragged);
  if (sniffed->headers > 0)
    printf ("  %s row%s the header once more, or words where the columns have values, the first on line %" G_GINT64_FORMAT "\n",
            headers, sniffed->headers == 1 ? " is" : "s are", sniffed->first_header);
  if (sniffed->others > 0)
    printf ("  %s row%s of another table, the first on line %" G_GINT64_FORMAT "\n", others, sniffed->others == 1 ? " is" : "s are",
            sniffed->first_other);
  if (left_out != NULL)
    printf ("  %s\n", left_out);
  if (rows_header_problem (file->rows) != NULL)
    printf ("  the header is off: %s\n", rows_header_problem (file->rows));
  if (sniffed->problems > 0)
    printf ("  %s row%s cannot be read as written:\n", problems, sniffed->problems == 1 ? "" : "s");
  for (guint i = 0; i < sniffed->examples->len; i++)
    {
      const SniffedProblem *problem = g_ptr_array_index (sniffed->examples, i);
      printf ("    line %" G_GINT64_FORMAT ": %s\n", problem->line, problem->message);
    }
  if (sniffed->problems > sniffed->examples->len)
    puts ("    ...");
}

static char *
type_text (const InferResult *result)
{
  return result->format != NULL ? g_strdup_printf ("%s %s", result->type->name, result->format) : g_strdup (result->type->name);
}

static char *
nulls_text (const ColumnGuess *guess)
{
  g_autofree char *nulls = text_count (guess->nulls);
  g_autofree char *rows = text_count (guess->nulls + guess->cells);
  return g_strdup_printf ("%s of %s", nulls, rows);
}

static void
print_columns (const Sniffed *sniffed)
{
  static const char *const titles[] = { "column", "header", "type", "nulls", "longest", "note", NULL };
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  for (size_t i = 0; i < sniffed->n_columns; i++)
    {
      const SniffedColumn *column = &sniffed->columns[i];
      g_ptr_array_add (cells, g_strdup (column->name));
      g_ptr_array_add (cells, g_strdup (column->header));
      g_ptr_array_add (cells, type_text (&column->result));
      g_ptr_array_add (cells, nulls_text (&column->guess));
      g_ptr_array_add (cells, g_strdup_printf ("%zu", column->guess.longest));
      g_ptr_array_add (cells, column_note (column));
    }
  show_table (titles, cells);
}

static bool
sniff_path (const char *path, bool json, bool explain, GError **error)
{
  g_auto (PeekedFile) file = { .fd = -1 };
  if (!peek_open_likely (path, &file, error))
    return false;
  g_auto (Sniffed) sniffed = { 0 };
  if (!sniffed_read (&file, &sniffed, error))
    return false;
  g_autoptr (GPtrArray) ways = explain && file.declared == NULL ? explained_read (&file) : NULL;
  if (json)
    {
      print_as_json (&file, &sniffed, ways);
      return true;
    }
  print_summary (&file, &sniffed);
  puts ("");
  print_columns (&sniffed);
  if (ways != NULL)
    print_ways (&file, ways);
  return true;
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  (void) error;
  const SniffOptions *options = call->options;
  for (int i = 0; i < call->n_arguments; i++)
    {
      GError *problem = NULL;
      if (i > 0 && !call->json)
        puts ("");
      if (!sniff_path (call->arguments[i], call->json, options->explain, &problem))
        {
          int code = command_fail (problem, call->json);
          *ret_code = MAX (*ret_code, code);
        }
    }
  return true;
}

static const CommandOption options[] = {
  { "explain", 0, OPTION_FLAG (SniffOptions, explain),
    "Also what else it could be: the runners-up, each with its table and its line for a model", NULL },
  { NULL },
};

const Command command_sniff = {
  .name = "sniff",
  .arguments = "FILE...",
  .summary = "what weir sees in a file: dialect, columns, types, with the evidence",
  .description = "Reads the file only; needs no home and no database.\n\n"
                 "  weir sniff users.csv\n"
                 "  weir sniff --explain users.csv\n"
                 "  weir sniff --json users.csv",
  .takes = TAKES_JSON,
  .least = 1,
  .most = ANY_NUMBER,
  .usage = "a file is missing",
  .options = options,
  .options_size = sizeof (SniffOptions),
  .run = run,
};
