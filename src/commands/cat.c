/* `weir cat FILE`: the table as weir understood it.
 *
 * Header rows are joined by a blank into one line; a file without a header has none. Cells are printed as they are. Rows that are
 * off are repaired (pipeline/repair.h) and counted. Lines above the table are left out. Whoever cats a file wants the table at its
 * top: rows of another width behind an empty line (where empty lines are not usual), or at the end of the file and unlike the rows,
 * are a footer or another table and left out too; rows of the table's width are printed wherever they are, so that a second table
 * of the same columns is. All of that is told on stderr. The exit code is 1 when a row could not be printed at all. */
#include "base/error.h"
#include "base/text.h"
#include "pipeline/reader_record.h"
#include "pipeline/repair.h"
#include "src/clean.h"
#include "src/cli.h"
#include "src/peek.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FLUSH_SIZE 65536
#define MOST_HELD 16 /* rows of another width in a row, until what follows them says what they are */

/* How many rows something happened to, and the first one's line. */
typedef struct
{
  int64_t rows;
  int64_t first;
} Tally;

/* A row of another width. */
typedef struct
{
  Record record; /* repaired */
  char *memory;
  bool is_row;    /* it looks like a row of the table */
  bool bad_quote; /* and may go on in the next line */
} Held;

/* What is printed, and what is told at the end. */
typedef struct
{
  const PeekedFile *file;
  Repair *repair;
  GString *out;
  bool gone;         /* whoever read our output wants no more */
  bool begun;        /* a row of the table was seen */
  bool over;         /* the table ended: rows of another width are of something else */
  bool blank_lines;  /* between rows are usual */
  int64_t next_line; /* where the next record begins if nothing is between */
  Held held[MOST_HELD];
  size_t n_held;
  Tally unusable;
  Tally repaired;
  Tally left_out;
} Cat;

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
  /* Rows that were held are counted late. */
  if (tally->rows++ == 0 || record->line < tally->first)
    tally->first = record->line;
}

/* ---- rows of another width ---- */

/* Prints the rows held, or leaves them out from the first on that is unlike a row; "all": prints them whatever they look like. */
static void
release_held (Cat *cat, bool all)
{
  for (size_t i = 0; i < cat->n_held; i++)
    {
      Held *held = &cat->held[i];
      cat->over = cat->over || (!all && !held->is_row);
      count (cat->over ? &cat->left_out : &cat->repaired, &held->record);
      if (!cat->over)
        clean_append (cat->out, &held->record);
      g_free (held->memory);
    }
  cat->n_held = 0;
}

static void
hold (Cat *cat, const Record *record)
{
  const Record nothing = { 0 };
  size_t found = 0;
  const Record *fit = repair_record (cat->repair, record, &found);
  Held *held = &cat->held[cat->n_held++];
  held->record = record_join (&nothing, fit, &held->memory);
  held->bad_quote = record->problem != NULL;
  held->is_row = sniff_is_row (&cat->file->evidence, record->problem == NULL ? record : fit);
  if (cat->n_held == MOST_HELD)
    release_held (cat, false);
}

/* A record whose cell with a line end holds a bad quote too was cut at that line end. Whether the text of those held, from some
 * place on, and of "record" is a row; it is printed then. */
static bool
join_held (Cat *cat, const Record *record)
{
  for (size_t i = cat->n_held; i-- > 0;)
    {
      if (!cat->held[i].bad_quote)
        continue;
      g_autoptr (GString) text = g_string_new (NULL);
      int64_t line = cat->held[i].record.line;
      for (size_t j = i; j <= cat->n_held; j++)
        {
          const Record *part = j < cat->n_held ? &cat->held[j].record : record;
          for (; line < part->line; line++)
            g_string_append_c (text, '\n');
          g_string_append_len (text, part->raw, (gssize) part->raw_length);
        }
      const Record whole = { .line = cat->held[i].record.line,
                             .raw = text->str,
                             .raw_length = text->len,
                             .problem = "stray quote",
                             .reason = "stray_quote" };
      const Record *fit = repair_quotes (cat->repair, &whole);
      if (fit == NULL)
        continue;
      g_free (cat->held[i].memory);
      for (size_t j = i + 1; j < cat->n_held; j++)
        g_free (cat->held[j].memory);
      cat->n_held = i;
      release_held (cat, true);
      count (&cat->repaired, &whole);
      clean_append (cat->out, fit);
      return true;
    }
  return false;
}

/* ---- rows ---- */

static int64_t
line_behind (const Record *record)
{
  int64_t line = record->line + 1;
  for (size_t i = 0; i < record->raw_length; i++)
    line += record->raw[i] == '\n' || (record->raw[i] == '\r' && (i + 1 == record->raw_length || record->raw[i + 1] != '\n'));
  return line;
}

static void
take_unusable (Cat *cat, const Record *record)
{
  count (&cat->unusable, record);
  fprintf (stderr, "weir: %s: line %" G_GINT64_FORMAT ": %s (%s)\n", cat->file->name, record->line, record->problem,
           record->reason);
}

static void
take_fitting (Cat *cat, const Record *record, bool behind_blank)
{
  cat->blank_lines = cat->blank_lines || (behind_blank && cat->begun && cat->n_held == 0 && !cat->over);
  release_held (cat, true);
  clean_append (cat->out, record);
  cat->begun = true;
}

static void
take_record (Cat *cat, const Record *record)
{
  size_t found = 0;
  const Record *fit = repair_record (cat->repair, record, &found);
  bool behind_blank = record->line > cat->next_line;
  cat->next_line = line_behind (record);
  if (fit == NULL)
    take_unusable (cat, record);
  else if (fit == record)
    take_fitting (cat, record, behind_blank);
  else
    {
      /* A comment is passed over as an empty line is. */
      bool comment = cat->file->dialect.comment != 0 && sniff_is_row (&cat->file->evidence, record);
      bool ends = behind_blank && cat->begun && !cat->blank_lines && !comment;
      if (ends && cat->n_held > 0)
        release_held (cat, false);
      cat->over = cat->over || ends;
      if (found == fit->n_fields && !cat->over && !repair_is_open (cat->repair))
        {
          count (&cat->repaired, record);
          take_fitting (cat, fit, behind_blank);
        }
      else if (cat->over)
        count (&cat->left_out, record);
      else if (!join_held (cat, record))
        hold (cat, record);
    }
}

/* ---- header ---- */

/* The header's rows are read as records, so that a bad one is repaired too. */
static bool
print_header (Cat *cat, Reader *reader, GError **error)
{
  Record header = { 0 };
  g_autofree char *memory = NULL;
  for (int i = 0; i < cat->file->dialect.header_rows; i++)
    {
      const Record *record = NULL;
      size_t found = 0;
      if (!reader_next (reader, &record, error))
        return false;
      if (record == NULL)
        break;
      cat->next_line = line_behind (record);
      const Record *fit = repair_record (cat->repair, record, &found);
      if (fit == NULL)
        {
          take_unusable (cat, record);
          continue;
        }
      if (fit != record)
        count (&cat->repaired, record);
      char *above = memory;
      header = record_join (&header, fit, &memory);
      g_free (above);
    }
  if (memory != NULL)
    clean_append (cat->out, &header);
  return true;
}

static bool
print_records (Cat *cat, GError **error)
{
  PeekedFile plain = *cat->file;
  plain.dialect.header_rows = 0;
  g_autoptr (Reader) reader = peek_reader (&plain);
  if (!print_header (cat, reader, error))
    return peek_name_error (cat->file, error), false;
  while (!cat->gone)
    {
      const Record *record = NULL;
      if (!reader_next (reader, &record, error))
        return peek_name_error (cat->file, error), false;
      if (record == NULL)
        break;
      take_record (cat, record);
      if (cat->out->len >= FLUSH_SIZE && !flush (cat, error))
        return false;
    }
  release_held (cat, false);
  return flush (cat, error);
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
  int skipped = cat->file->dialect.skip_lines;
  if (skipped > 0)
    fprintf (stderr, "weir: %s: %d line%s above the table %s left out\n", cat->file->name, skipped, skipped == 1 ? "" : "s",
             skipped == 1 ? "was" : "were");
  tell (cat, &cat->repaired, "was repaired", "were repaired");
  tell (cat, &cat->left_out, "is no row of the table and was left out", "are no rows of the table and were left out");
  tell (cat, &cat->unusable, "could not be read and was left out", "could not be read and were left out");
}

/* The table's columns; the first record's where that is longer than the sniffer looks. */
static bool
find_width (const PeekedFile *file, size_t *ret_width, GError **error)
{
  *ret_width = file->evidence.fields;
  if (*ret_width > 0)
    return true;
  g_autoptr (Reader) reader = peek_reader (file);
  const Record *record = NULL;
  if (!reader_header (reader, &record, error) || (record == NULL && !reader_next (reader, &record, error)))
    return peek_name_error (file, error), false;
  *ret_width = record != NULL && record->n_fields > 0 ? record->n_fields : 1;
  return true;
}

static bool
print_file (const char *path, bool *ret_problems, GError **error)
{
  g_auto (PeekedFile) file = { .fd = -1 };
  if (!peek_open (path, &file, error))
    return false;
  g_autoptr (GString) out = g_string_sized_new (2 * FLUSH_SIZE);
  size_t width = 0;
  if (!find_width (&file, &width, error))
    return false;
  g_autoptr (Repair) repair = repair_new (&file.dialect, width);
  Cat cat = { .file = &file, .repair = repair, .out = out, .blank_lines = file.evidence.blank_lines, .next_line = INT64_MAX };
  bool done = print_records (&cat, error);
  if (!cat.gone)
    tell_counts (&cat);
  *ret_problems = cat.unusable.rows > 0;
  return done;
}

int
command_cat (int argc, char **argv)
{
  g_auto (CommonOptions) common = { 0 };
  GError *error = NULL;
  bool done = false, problems = false;
  if (!cli_parse ("cat", NULL, &common, &argc, &argv, &done, &error))
    return cli_fail (error, common.json);
  if (done)
    return 0;
  if (argc != 2)
    return cli_usage ("cat", argc < 2 ? "a file is missing" : "one file at a time, please");
  if (!print_file (argv[1], &problems, &error))
    return cli_fail (error, common.json);
  return problems ? 1 : 0;
}
