/* What `weir sniff --explain` tells of the ways in which a file could be read. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "src/report/explained.h"

#include <glib/gstdio.h>
#include <string.h>

static void
open_text (const char *text, PeekedFile *ret_file)
{
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("weir-explained-XXXXXX.csv", &path, NULL);
  assert_true (fd >= 0);
  assert_true (g_file_set_contents (path, text, -1, NULL));
  g_close (fd, NULL);
  GError *error = NULL;
  if (!peek_open (path, ret_file, &error))
    fail_msg ("%s", error->message);
  g_unlink (path);
}

/* "delimiter quote columns x rows first-cell", one a line. */
static char *
describe (const GPtrArray *ways)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < ways->len; i++)
    {
      const Explained *way = ways->pdata[i];
      const char *delimiter = way->dialect.delimiter[0] == '\t'   ? "tab"
                              : way->dialect.delimiter[0] == '\0' ? "none"
                                                                  : way->dialect.delimiter;
      g_string_append_printf (text, "%s %c %zux%d %s\n", delimiter, way->dialect.quote != 0 ? way->dialect.quote : '0', way->width,
                              (int) way->rows, (const char *) way->cells->pdata[0]);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
tells_the_other_ways_with_their_tables (void **state)
{
  (void) state;
  static const struct
  {
    const char *input;
    const char *expected;
  } cases[] = {
    /* given a delimiter inside the cells of another */
    { "name;n\nann;1,5\nbob;2,5\ncyd;3,75\n", ", \" 2x4 column_1\nnone \" 1x4 column_1\n" },
    /* given nothing that cuts the rows */
    { "name\nann\nbob\ncyd\n", "" },
    /* given quotes that may be none */
    { "id,t\n1,'a'\n2,'b'\n3,'c'\n", ", \" 2x3 id\nnone \" 1x4 column_1\n" },
    /* given one column that a blank would cut */
    { "city\nNew York\nLos Angeles\nSan Jose\n", "  \" 2x2 New\n" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (PeekedFile) file = { .fd = -1 };
      open_text (cases[i].input, &file);
      g_autoptr (GPtrArray) ways = explained_read (&file);
      g_autofree char *seen = describe (ways);
      if (!g_str_equal (seen, cases[i].expected))
        fail_msg ("%s\nis told as\n%sinstead of\n%s", cases[i].input, seen, cases[i].expected);
    }
}

static void
the_likeliest_comes_first_and_few_are_told (void **state)
{
  (void) state;
  g_auto (PeekedFile) file = { .fd = -1 };
  open_text ("a;b|c:d^e~f g,h\n1;2|3:4^5~6 7,8\n2;3|4:5^6~7 8,9\n3;4|5:6^7~8 9,1\n", &file);
  g_autoptr (GPtrArray) ways = explained_read (&file);
  assert_int_equal (ways->len, 4);
  for (guint i = 1; i < ways->len; i++)
    assert_true (((Explained *) ways->pdata[i - 1])->evidence.score >= ((Explained *) ways->pdata[i])->evidence.score);
  assert_true (rows_evidence (file.rows)->score >= ((Explained *) ways->pdata[0])->evidence.score);
}

/* What a model would be told makes the table that is shown. */
static void
the_line_for_a_model_makes_that_table (void **state)
{
  (void) state;
  g_auto (PeekedFile) file = { .fd = -1 };
  open_text ("Report, of all\nname;n;when\nann;1,5;10:30\nbob;2,5;11:45\ncyd;3,75;12:10\n", &file);
  g_autoptr (GPtrArray) ways = explained_read (&file);
  assert_true (ways->len > 2);
  for (guint i = 0; i < ways->len; i++)
    {
      const Explained *way = ways->pdata[i];
      g_autoptr (Model) model = model_new ();
      model->ragged = RAGGED_REPAIR;
      model->dialect.delimiter = g_strdup (way->dialect.delimiter);
      model->dialect.header_rows = way->dialect.header_rows;
      model->dialect.skip_lines = way->dialect.skip_lines;
      g_autoptr (Rows) rows = rows_open (&(RowsInput) { .fd = file.fd, .name = "x.csv", .model = model }, NULL);
      assert_non_null (rows);
      assert_int_equal (rows_width (rows), way->width);
      int64_t read = 0;
      const Record *row = NULL, *original = NULL;
      while (rows_next (rows, &row, &original, NULL) && row != NULL)
        read += (reason_use (row->reason) & REASON_OF_FOREIGN) == 0;
      assert_int_equal (read, way->rows);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (tells_the_other_ways_with_their_tables),
    cmocka_unit_test (the_likeliest_comes_first_and_few_are_told),
    cmocka_unit_test (the_line_for_a_model_makes_that_table),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
