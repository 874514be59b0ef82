/* `weir cat FILE`: the table as weir understood it, which is what LOAD would stage of it without a model.
 *
 * A declaration beside the file counts, as for LOAD. Header rows are joined by a blank into one line; a file without a header has none. Cells are printed as they are. Rows that are
 * off are repaired (pipeline/records/repair.h) and counted; comments, what is above the table and what is below it are left out.
 * All of that is told on stderr. The exit code is 1 when a row could not be printed at all; a file without text has none that
 * could. */
#include "base/error.h"
#include "base/text.h"
#include "src/commands/cli.h"
#include "src/report/peek.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FLUSH_SIZE 65536

/* How many rows something happened to, and the first one's line. */
typedef struct
{
  int64_t rows;
  int64_t first;
} Tally;

/* What is printed, and what is told at the end. */
typedef struct
{
  const PeekedFile *file;
  GString *out;
  bool gone; /* whoever read our output wants no more */
  Tally unusable;
  Tally repaired;
  Tally headers; /* once more */
  LineCounts lines;
} Cat;

/* ---- clean CSV: comma, double quotes where needed, LF ---- */

static bool
needs_quotes (const Field *field)
{
  if (field->length == 0)
    return !field->null;
  for (size_t i = 0; i < field->length; i++)
    if (field->text[i] == ',' || field->text[i] == '"' || field->text[i] == '\n' || field->text[i] == '\r')
      return true;
  return false;
}

static void
append_cell (GString *out, const Field *field)
{
  if (!needs_quotes (field))
    {
      g_string_append_len (out, field->text, (gssize) field->length);
      return;
    }
  g_string_append_c (out, '"');
  for (size_t i = 0; i < field->length; i++)
    {
      if (field->text[i] == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, field->text[i]);
    }
  g_string_append_c (out, '"');
}

/* Appends the record's cells as one line of clean CSV. A quoted empty cell stays one. */
static void
append_record (GString *out, const Record *record)
{
  for (size_t i = 0; i < record->n_fields; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      append_cell (out, &record->fields[i]);
    }
  g_string_append_c (out, '\n');
}

/* ---- printing ---- */

static bool
flush (Cat *cat, GError **error)
{
  for (size_t done = 0; done < cat->out->len;)
    {
      ssize_t written = write (STDOUT_FILENO, cat->out->str + done, cat->out->len - done);
      if (written < 0 && errno == EINTR)
        continue;
      cat->gone = written < 0 && errno == EPIPE;
      if (cat->gone)
        break;
      if (written < 0)
        return weir_error (error, WEIR_ERROR_LOCAL, "could not write to standard output: %s", g_strerror (errno));
      done += (size_t) written;
    }
  g_string_truncate (cat->out, 0);
  return true;
}

static void
count (Tally *tally, const Record *record)
{
  if (tally->rows++ == 0)
    tally->first = record->line;
}

static void
take_row (Cat *cat, const Record *row, const Record *original)
{
  bool foreign = reason_use (row->reason) & REASON_OF_FOREIGN, header = row->reason == REASON_REPEATED_HEADER;
  if (row->problem == NULL)
    cat->lines.rows += row->lines;
  else if (!foreign || header)
    cat->lines.rejected += row->lines;
  if (row->problem == NULL)
    {
      if (original != NULL)
        count (&cat->repaired, original);
      append_record (cat->out, row);
    }
  else if (header)
    count (&cat->headers, row);
  else if (!foreign)
    {
      count (&cat->unusable, row);
      fprintf (stderr, "weir: %s: line %" G_GINT64_FORMAT ": %s (%s)\n", cat->file->name, row->line, row->problem,
               reason_word (row->reason));
    }
}

static bool
print_rows (Cat *cat, GError **error)
{
  const Record *header = rows_header (cat->file->rows), *row = NULL, *original = NULL;
  if (header != NULL)
    append_record (cat->out, header);
  if (header != NULL && rows_header_problem (cat->file->rows) != NULL)
    count (&cat->repaired, header);
  while (!cat->gone)
    {
      if (!rows_next (cat->file->rows, &row, &original, error))
        return false;
      if (row == NULL)
        break;
      take_row (cat, row, original);
      if (cat->out->len >= FLUSH_SIZE && !flush (cat, error))
        return false;
    }
  cat->lines = rows_lines (cat->file->rows, cat->lines.rows, cat->lines.rejected);
  return flush (cat, error) && (cat->gone || lines_check (&cat->lines, cat->file->name, error));
}

/* ---- telling ---- */

static void
tell (const Cat *cat, const Tally *tally, const char *one, const char *several)
{
  if (tally->rows == 0)
    return;
  g_autofree char *rows = text_count (tally->rows);
  if (tally->rows == 1)
    fprintf (stderr, "weir: %s: 1 row, on line %" G_GINT64_FORMAT ", %s\n", cat->file->name, tally->first, one);
  else
    fprintf (stderr, "weir: %s: %s rows, the first on line %" G_GINT64_FORMAT ", %s\n", cat->file->name, rows, tally->first,
             several);
}

static void
tell_counts (const Cat *cat)
{
  g_autofree char *left_out = lines_left_out (&cat->lines);
  int confidence = sniff_percent (rows_evidence (cat->file->rows));
  if (cat->file->declared == NULL && confidence < SNIFF_LEAST_PERCENT)
    fprintf (stderr, "weir: %s: this table is a guess (confidence %d %%): `weir sniff --explain` says why\n", cat->file->name,
             confidence);
  if (left_out != NULL)
    fprintf (stderr, "weir: %s: %s\n", cat->file->name, left_out);
  tell (cat, &cat->repaired, "was repaired", "were repaired");
  tell (cat, &cat->headers, "is a header once more or words where values are, and was left out",
        "are headers once more or words where values are, and were left out");
  tell (cat, &cat->unusable, "could not be read and was left out", "could not be read and were left out");
}

static bool
print_file (const char *path, bool *ret_problems, GError **error)
{
  g_auto (PeekedFile) file = { .fd = -1 };
  GError *refused = NULL;
  if (!peek_open (path, &file, &refused))
    {
      if (weir_error_get_reason (refused) != REASON_EMPTY_FILE)
        return g_propagate_error (error, refused), false;
      fprintf (stderr, "weir: %s\n", refused->message);
      g_error_free (refused);
      return true;
    }
  g_autoptr (GString) out = g_string_sized_new (2 * FLUSH_SIZE);
  Cat cat = { .file = &file, .out = out };
  bool done = print_rows (&cat, error);
  if (!cat.gone)
    tell_counts (&cat);
  *ret_problems = cat.unusable.rows > 0;
  return done;
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  bool problems = false;
  if (!print_file (call->arguments[0], &problems, error))
    return false;
  *ret_code = problems ? 1 : 0;
  return true;
}

const Command command_cat = {
  .name = "cat",
  .arguments = "FILE",
  .summary = "print a file as clean CSV",
  .description = "UTF-8, comma, double quotes, LF; header and cells as they are in the file.\n\n"
                 "  weir cat export.csv | head",
  .least = 1,
  .most = 1,
  .usage = "one file is needed",
  .run = run,
};
