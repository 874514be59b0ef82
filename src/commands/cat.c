#include "base/error.h"
#include "base/text.h"
#include "src/cli.h"
#include "src/peek.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FLUSH_SIZE 65536

/* What is printed, and what is told at the end. */
typedef struct
{
  const PeekedFile *file;
  GString *out;
  bool gone;    /* whoever read our output wants no more */
  size_t width; /* fields of the header or the first record; 0: not seen yet */
  int64_t problems;
  int64_t ragged;
  int64_t first_ragged; /* line */
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

/* The surplus goes into the last cell, as it would have been without its delimiters. */
static void
append_surplus (const Cat *cat, const Record *record, size_t from)
{
  g_autoptr (GString) joined = g_string_new (NULL);
  for (size_t i = from; i < record->n_fields; i++)
    {
      if (i > from)
        g_string_append_c (joined, cat->file->dialect.delimiter);
      g_string_append_len (joined, record->fields[i].text, (gssize) record->fields[i].length);
    }
  append_cell (cat->out, &(Field) { joined->str, joined->len, false });
}

static void
append_record (Cat *cat, const Record *record)
{
  bool surplus = record->n_fields > cat->width;
  for (size_t i = 0; i < cat->width; i++)
    {
      if (i > 0)
        g_string_append_c (cat->out, ',');
      if (surplus && i + 1 == cat->width)
        append_surplus (cat, record, i);
      else if (i < record->n_fields)
        append_cell (cat->out, &record->fields[i]);
    }
  g_string_append_c (cat->out, '\n');
}

static void
take_record (Cat *cat, const Record *record)
{
  if (record->problem != NULL)
    {
      cat->problems++;
      fprintf (stderr, "weir: %s: line %" G_GINT64_FORMAT ": %s (%s)\n", cat->file->name, record->line, record->problem,
               record->reason);
      return;
    }
  if (cat->width == 0)
    cat->width = record->n_fields;
  if (record->n_fields != cat->width && cat->ragged++ == 0)
    cat->first_ragged = record->line;
  append_record (cat, record);
}

static bool
print_records (Cat *cat, GError **error)
{
  g_autoptr (Reader) reader = peek_reader (cat->file);
  const Record *record = NULL;
  if (!reader_header (reader, &record, error))
    return peek_name_error (cat->file, error), false;
  if (record != NULL)
    take_record (cat, record);
  while (!cat->gone)
    {
      if (!reader_next (reader, &record, error))
        return peek_name_error (cat->file, error), false;
      if (record == NULL)
        return flush (cat, error);
      take_record (cat, record);
      if (cat->out->len >= FLUSH_SIZE && !flush (cat, error))
        return false;
    }
  return true;
}

static void
tell_counts (const Cat *cat)
{
  g_autofree char *problems = text_count (cat->problems);
  g_autofree char *ragged = text_count (cat->ragged);
  if (cat->ragged > 0)
    fprintf (stderr,
             "weir: %s: %s row%s not have %zu cells, the first on line %" G_GINT64_FORMAT ": filled up, or the surplus joined\n",
             cat->file->name, ragged, cat->ragged == 1 ? " does" : "s do", cat->width, cat->first_ragged);
  if (cat->problems > 0)
    fprintf (stderr, "weir: %s: %s row%s could not be read and %s left out\n", cat->file->name, problems,
             cat->problems == 1 ? "" : "s", cat->problems == 1 ? "was" : "were");
}

static bool
print_file (const char *path, bool *ret_problems, GError **error)
{
  g_auto (PeekedFile) file = { .fd = -1 };
  if (!peek_open (path, &file, error))
    return false;
  g_autoptr (GString) out = g_string_sized_new (2 * FLUSH_SIZE);
  Cat cat = { .file = &file, .out = out };
  bool done = print_records (&cat, error);
  if (!cat.gone)
    tell_counts (&cat);
  *ret_problems = cat.problems > 0;
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
