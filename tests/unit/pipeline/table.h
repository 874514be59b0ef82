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

static inline void
describe_pass (Rows *rows, GString *text)
{
  g_autoptr (GError) error = NULL;
  const Record *row = NULL, *original = NULL;
  while (rows_next (rows, &row, &original, &error) && row != NULL)
    describe_row (text, row, original);
  if (error != NULL)
    g_string_append_printf (text, "error %s: %s\n", reason_word (weir_error_get_reason (error)), error->message);
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
  describe_pass (rows, text);
  /* a second pass sees the same */
  assert_true (rows_rewind (rows, NULL));
  describe_pass (rows, again);
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
