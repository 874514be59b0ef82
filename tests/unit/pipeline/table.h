/* A file as LOAD reads it, as text that a test can compare. */
#ifndef WEIR_TESTS_UNIT_PIPELINE_TABLE_H
#define WEIR_TESTS_UNIT_PIPELINE_TABLE_H

#include "base/autoptr.h"
#include "pipeline/table/rows.h"
#include "tests/unit/pipeline/reading.h"

#include <string.h>

/* "3 <a><->" a row, "3 <a>- was {a}" one that was mended, "3 !footer {Total}" none. */
static inline void
describe_row (GString *text, const Record *row, const Record *original)
{
  g_string_append_printf (text, "%" G_GINT64_FORMAT " ", row->line);
  for (size_t i = 0; i < row->n_fields; i++)
    g_string_append_printf (text, "<%.*s>", (int) row->fields[i].length, row->fields[i].text);
  if (row->problem != NULL)
    g_string_append_printf (text, "!%s {%.*s}", reason_word (row->reason), (int) row->raw_length, row->raw);
  if (original != NULL)
    g_string_append_printf (text, " was {%.*s}", (int) original->raw_length, original->raw);
  g_string_append_c (text, '\n');
}

/* The lines of a text, by their ends: a count of the tests' own. */
static inline int64_t
count_lines (const char *text, size_t length)
{
  int64_t lines = 0;
  for (size_t i = 0; i < length; i++)
    lines += text[i] == '\n' || (text[i] == '\r' && !(i + 1 < length && text[i + 1] == '\n'));
  return lines + (length > 0 && text[length - 1] != '\n' && text[length - 1] != '\r');
}

/* Adds the lines of a record of rows_next to those taken or rejected, as LOAD does. */
static inline void
count_row (LineCounts *lines, const Record *row)
{
  if (row->problem == NULL)
    lines->rows += row->lines;
  else if (!(reason_use (row->reason) & REASON_OF_FOREIGN) || row->reason == REASON_REPEATED_HEADER)
    lines->rejected += row->lines;
}

/* Each line of the text is of one kind. */
static inline LineCounts
assert_sum (const Rows *rows, const LineCounts *read, const char *text, size_t length)
{
  g_autoptr (GError) error = NULL;
  LineCounts lines = rows_lines (rows, read->rows, read->rejected);
  g_autofree char *kinds = lines_text (&lines);
  if (!lines_check (&lines, "x.csv", &error) || lines.total != count_lines (text, length))
    fail_msg ("%s, of %" G_GINT64_FORMAT " lines:\n%.*s", kinds, count_lines (text, length), (int) MIN (length, 4000), text);
  return lines;
}

static inline void
describe_pass (Rows *rows, const char *input, GString *text)
{
  g_autoptr (GError) error = NULL;
  const Record *row = NULL, *original = NULL;
  LineCounts read = { 0 };
  while (rows_next (rows, &row, &original, &error) && row != NULL)
    {
      describe_row (text, row, original);
      count_row (&read, row);
    }
  if (error != NULL)
    g_string_append_printf (text, "error %s: %s\n", reason_word (weir_error_get_reason (error)), error->message);
  else
    assert_sum (rows, &read, input, strlen (input));
}

static inline char *
describe_file (const char *input, const Model *model)
{
  AUTO_FD int fd = memory_file (input, strlen (input));
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) text = g_string_new (NULL), again = g_string_new (NULL);
  g_autoptr (Rows) rows = rows_open (&(RowsInput) { .fd = fd, .name = "x.csv", .model = model }, &error);
  if (rows == NULL)
    return g_strdup_printf ("error %s: %s\n", reason_word (weir_error_get_reason (error)), error->message);
  describe_pass (rows, input, text);
  /* a second pass sees the same */
  assert_true (rows_rewind (rows, NULL));
  describe_pass (rows, input, again);
  assert_string_equal (again->str, text->str);
  if (rows_header (rows) == NULL)
    return g_string_free (g_steal_pointer (&text), FALSE);
  g_autoptr (GString) header = g_string_new ("header ");
  describe_row (header, rows_header (rows), NULL);
  if (rows_header_problem (rows) != NULL)
    g_string_append_printf (header, "off: %s\n", rows_header_problem (rows));
  return g_strconcat (header->str, text->str, NULL);
}

#endif
