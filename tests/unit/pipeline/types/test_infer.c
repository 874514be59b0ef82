/* What a column is taken for, given its cells; and that the order of the cells never matters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipeline/types/infer.h"

#include <string.h>

#define MAX_CELLS 8

typedef struct
{
  const char *expected;         /* as "describe" says it */
  const char *cells[MAX_CELLS]; /* NULL ends them; "" is an unquoted empty cell and QUOTED_EMPTY a quoted one */
} Column;

static const char QUOTED_EMPTY[] = "(quoted empty)";

static const Column columns[] = {
  { "text unknown", { NULL } },
  { "text unknown", { "", "" } },
  { "text unknown", { QUOTED_EMPTY } },
  { "text unknown", { "", QUOTED_EMPTY, "" } },

  { "boolean", { "true", "FALSE", "", "True" } },
  { "boolean", { "true", QUOTED_EMPTY } },
  { "text", { "true", "yes" } },
  { "text", { "t", "f" } },
  { "text", { "true", "1" } },

  { "bigint", { "1", "0", "-5", "9223372036854775807" } },
  { "bigint", { "1", "0", "1" } },
  { "bigint", { QUOTED_EMPTY, "7", "" } },
  { "text", { "1", "00123" } },
  { "text", { "+44", "+45" } },
  { "text", { "1", " 5" } },
  { "text", { "-0" } },
  { "text", { "1", "-0" } },
  { "text", { "1", "x" } },

  { "numeric", { "1", "1.50" } },
  { "numeric", { ".5", "-.5" } },
  { "numeric", { "1", "9223372036854775808" } },
  { "numeric", { "12345678901234567890123" } },
  { "text", { "1.5", "5." } },
  { "text", { "1.5", "-0.0" } },
  { "text", { "1.5", "1,5" } },
  { "text", { "-0.0" } }, /* a double, but for a sign alone no column becomes one */

  { "numeric 9,9", { "1234,56", "5", "-,5" } },
  { "numeric 9,9", { "1,234", "5,6" } },
  { "numeric 9,9", { "1,234", "0,123" } },
  { "numeric 9,9", { "1,234", "1234,567" } },
  { "numeric 9.999,9", { "1.234,56", "-1.234.567,8", "7", "1234" } },
  { "numeric 9.999,9", { "1.234", "5,6" } },
  { "numeric 9,999.9", { "1,234.56", "999.50", "12" } },
  { "numeric 9,999.9", { "1,234", "1,234,567" } },
  { "numeric 9,999.9", { "1,234", "5.6" } },
  { "numeric 9 999,9", { "1 234,56", "5" } },
  { "numeric 9 999,9",
    { "1\xc2\xa0"
      "234,56",
      "1\xe2\x80\xaf"
      "234,5" } },
  { "numeric 9 999.9", { "1 234.56", "1 234" } },
  { "numeric 9'999.9", { "1'234.56", "1'234'567" } },
  { "numeric 9'999.9",
    { "1\xe2\x80\x99"
      "234.56" } },
  { "numeric", { "1.234", "5.6" } },
  { "numeric", { "1.234" } },
  { "text ambiguous", { "1,234" } },
  { "text ambiguous", { "1,234", "-12,345", "5", "" } },
  { "text ambiguous", { "1,234", "1234" } },
  { "text ambiguous", { "1.234.567", "1.234" } },
  { "text ambiguous", { "192.168.100.200" } },
  { "text ambiguous", { "600 123 456", "1 234" } },
  { "text", { "1,234", "x" } },
  { "text", { "1,234", "5,6", "7.8" } },
  { "text", { "1,234.56", "1.234,56" } },
  { "text", { "1.234,56", "1.5" } },
  { "text", { "1,234,56", "1" } },
  { "text", { "12,34.5" } },
  { "text", { "1234,567.8" } },
  { "text", { "1.2345,6" } },
  { "text", { "1,234.567,8" } },
  { "text", { "1 234 56" } },
  { "text", { "1'234 567.8" } },
  { "text", { "1,5", "00123" } },
  { "text", { "0.123,4" } },
  { "text", { "1,5", "-0,0" } },
  { "text", { "1,5", "1,5e3" } },
  { "text", { "1,5", " 1,5" } },
  { "text", { "1 234,5 " } },
  { "text", { "10.0.0.1" } },

  { "double precision", { "1e5" } },
  { "double precision", { "1", "1.5", "1E-5" } },
  { "double precision", { "1e5", "-0.0" } },
  { "text", { "1e5", "1e400" } },
  { "text", { "1e5", "9223372036854775808" } },
  { "text", { "1e5", "0.1234567890123456789" } },
  { "text", { "1.5", "NaN" } },
  { "text", { "1e5", "inf" } },

  { "date", { "2026-11-20", "0001-01-01" } },
  { "date", { "2026-11-20", "", QUOTED_EMPTY } },
  { "text", { "2026-11-20", "2026-02-30" } },
  { "text", { "2026-11-20", "20/11/2026" } },
  { "date YYYY/MM/DD", { "2026/11/20", "2026/1/2" } },
  { "date DD/MM/YYYY", { "01/02/2026", "25/12/2026", "03/04/2026" } },
  { "date MM/DD/YYYY", { "01/02/2026", "12/25/2026" } },
  { "date DD-MM-YYYY", { "01-02-2026", "25-12-2026" } },
  { "date MM-DD-YYYY", { "12-25-2026", "01-02-2026" } },
  { "date DD.MM.YYYY", { "01.02.2026", "1.2.2026" } },
  { "text", { "12.25.2026" } },
  { "text", { "25/12/2026", "12/25/2026" } },
  { "text", { "25/12/2026", "25-12-2026" } },
  { "text ambiguous", { "01/02/2026", "12/12/2026" } },
  { "text ambiguous", { "01/01/2026", "02/02/2026" } },
  { "text ambiguous", { "01-02-2026" } },
  { "text", { "01/02/2026", "x" } },

  { "date DD Mon YYYY", { "20 Nov 2026", "1 may 2026", "03 DEC 2026" } },
  { "date DD Mon YYYY", { "20 November 2026", "1 May 2026" } },
  { "date DD-Mon-YYYY", { "20-Nov-2026", "1-sep-2026" } },
  { "date Mon DD, YYYY", { "Nov 20, 2026", "may 1, 2026", "February 2, 2026", "Dec 3, 2026" } },
  { "text", { "20 Nov 26" } },
  { "text", { "20-Nov-26" } },
  { "text", { "01/02/26", "25/12/26" } },
  { "text", { "30 Feb 2026" } },
  { "text", { "20 Nov 2026", "20-Nov-2026" } },
  { "text", { "20 Novem 2026" } },
  { "text", { "20 Mai 2026" } },
  { "text", { "Nov 20, 2026", "Nov" } },

  { "timestamp", { "2026-11-20T10:00", "2026-11-20 10:00:00.123" } },
  { "timestamptz", { "2026-11-20T10:00Z", "2026-11-20 10:00:00+0530" } },
  { "text", { "2026-11-20", "2026-11-20T10:00" } },
  { "text", { "2026-11-20T10:00", "2026-11-20T10:00Z" } },

  { "uuid",
    { "123e4567-e89b-12d3-a456-426614174000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "a23e4567-e89b-12d3-a456-426614174000" } },
  { "text", { "123e4567-e89b-12d3-a456-426614174000", "n/a" } },
  { "jsonb", { "{\"a\":1}", "[]" } },
  { "text", { "{\"a\":1}", "{a}" } },
  { "text", { "[1]", "5" } },
  { "text", { "hello" } },
  { "text", { "true", "5" } },
};

/* Cells that other loaders change. A column of one of them alone, and beside a number and a date, is text. */
static const struct
{
  const char *cell;
  const char *alone;
} kept[] = {
  { "00123", "text" },
  { "1e400", "text" },
  { "9223372036854775808", "numeric" }, /* 2^63 */
  { "12345678901234567890", "numeric" },
  { "NaN", "text" },
  { "30/02/2026", "text" },
  { "2026-02-30", "text" },
  { "30 February 2026", "text" },
  { " x ", "text" },
  { " 1 ", "text" },
};

static size_t
count_cells (const Column *column)
{
  size_t count = 0;
  while (count < MAX_CELLS && column->cells[count] != NULL)
    count++;
  return count;
}

static ColumnGuess
guess_of (const char *const *cells, size_t count)
{
  ColumnGuess guess;
  infer_init (&guess);
  for (size_t i = 0; i < count; i++)
    if (cells[i] == QUOTED_EMPTY)
      infer_cell (&guess, "", 0, false);
    else
      infer_cell (&guess, cells[i], strlen (cells[i]), cells[i][0] == '\0');
  return guess;
}

static char *
describe (const ColumnGuess *guess, const char *const *cells, size_t count)
{
  InferResult result;
  infer_result (guess, &result);
  GString *text = g_string_new (result.type->name);
  if (result.format != NULL)
    g_string_append_printf (text, " %s", result.format);
  if (result.unknown)
    g_string_append (text, " unknown");
  if (result.ambiguous)
    g_string_append (text, " ambiguous");
  for (size_t i = 0; i < count; i++)
    g_string_append_printf (text, " | %s", cells[i]);
  return g_string_free (text, FALSE);
}

static void
check_column (const Column *column, const char *const *cells)
{
  size_t count = count_cells (column);
  ColumnGuess guess = guess_of (cells, count);
  g_autofree char *actual = describe (&guess, cells, count);
  g_autofree char *start = g_strdup_printf ("%s%s", column->expected, count > 0 ? " |" : "");
  if (!g_str_has_prefix (actual, start))
    fail_msg ("expected %s, got %s", column->expected, actual);
}

static void
test_columns (void **state G_GNUC_UNUSED)
{
  for (size_t i = 0; i < G_N_ELEMENTS (columns); i++)
    check_column (&columns[i], columns[i].cells);
}

static void
test_values_keep_their_meaning (void **state G_GNUC_UNUSED)
{
  for (size_t i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      const Column alone = { kept[i].alone, { kept[i].cell } };
      check_column (&alone, alone.cells);
      const Column mixed = { "text", { "1", kept[i].cell, "2026-11-20" } };
      check_column (&mixed, mixed.cells);
    }
}

static void
test_a_quoted_empty_cell_is_told_from_none (void **state G_GNUC_UNUSED)
{
  /* given one cell of each kind */
  const char *const cells[] = { "", QUOTED_EMPTY };
  ColumnGuess none = guess_of (cells, 1);
  ColumnGuess quoted = guess_of (cells + 1, 1);
  /* then one is a null and the other a cell */
  assert_int_equal (none.nulls, 1);
  assert_false (none.quoted_empty);
  assert_int_equal (quoted.nulls, 0);
  assert_true (quoted.quoted_empty);
}

/* A mark that may be the decimal one or stand between thousands. */
static void
test_marks_that_can_be_either (void **state G_GNUC_UNUSED)
{
  static const struct
  {
    const char *cells[4];
    bool either;
  } cases[] = {
    { { "1.234", "2.500", "12" }, true },
    { { "1,234", "5" }, true },
    { { "192.168.100" }, true },
    { { "1.234", "1.5" }, false },
    { { "0.125" }, false },
    { { "1234.567" }, false },
    { { "12", "5" }, false },
    { { "12345678901234567890", "5" }, false },
    { { "1,5", "1,234" }, false },
    { { "01/02/2026" }, false },
    { { "1.234", "x" }, false },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      size_t count = 0;
      while (count < 4 && cases[i].cells[count] != NULL)
        count++;
      ColumnGuess guess = guess_of (cases[i].cells, count);
      InferResult result;
      infer_result (&guess, &result);
      assert_int_equal (result.either, cases[i].either);
      if (result.either)
        infer_doubt (&result);
      assert_true (!result.either || (result.ambiguous && result.type->id == TYPE_TEXT && result.settle_or != NULL));
    }
  assert_true (infer_is_comma ("9,9") && infer_is_comma ("9.999,9") && infer_is_comma ("9 999,9"));
  assert_false (infer_is_comma (NULL) || infer_is_comma ("9,999") || infer_is_comma ("9,999.9") || infer_is_comma ("9.999"));
}

static void
test_what_is_ambiguous_says_what_settles_it (void **state G_GNUC_UNUSED)
{
  static const struct
  {
    const char *cell;
    const char *settle;
    const char *settle_or;
  } cases[] = {
    { "1,234", "\"type\": \"numeric\", \"format\": \"9,9\"", "\"type\": \"numeric\", \"format\": \"9,999.9\"" },
    { "1.234.567", "\"type\": \"numeric\", \"format\": \"9.999,9\"", "\"type\": \"text\"" },
    { "1 234", "\"type\": \"numeric\", \"format\": \"9 999,9\"", "\"type\": \"text\"" },
    { "01/02/2026", "\"type\": \"date\", \"format\": \"DD/MM/YYYY\"", "\"type\": \"date\", \"format\": \"MM/DD/YYYY\"" },
    { "01-02-2026", "\"type\": \"date\", \"format\": \"DD-MM-YYYY\"", "\"type\": \"date\", \"format\": \"MM-DD-YYYY\"" },
    { "x", NULL, NULL },
    { "5", NULL, NULL },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      ColumnGuess guess = guess_of (&cases[i].cell, 1);
      InferResult result;
      infer_result (&guess, &result);
      assert_int_equal (result.ambiguous, cases[i].settle != NULL);
      assert_true (g_strcmp0 (result.settle, cases[i].settle) == 0);
      assert_true (g_strcmp0 (result.settle_or, cases[i].settle_or) == 0);
    }
}

static void
test_order_never_matters (void **state G_GNUC_UNUSED)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20261120);
  for (size_t i = 0; i < G_N_ELEMENTS (columns); i++)
    for (int shuffle = 0; shuffle < 50; shuffle++)
      {
        /* given the same cells in another order */
        const char *cells[MAX_CELLS];
        memcpy (cells, columns[i].cells, sizeof cells);
        for (size_t left = count_cells (&columns[i]); left > 1; left--)
          {
            size_t other = (size_t) g_rand_int_range (rand, 0, (gint32) left);
            const char *swapped = cells[left - 1];
            cells[left - 1] = cells[other];
            cells[other] = swapped;
          }
        /* then the column is the same */
        check_column (&columns[i], cells);
      }
}

static void
test_order_never_matters_for_any_mixture_of_cells (void **state G_GNUC_UNUSED)
{
  static const char *const pool[] = { "",
                                      "true",
                                      "0",
                                      "1",
                                      "-0",
                                      "1.50",
                                      "9223372036854775808",
                                      "1e5",
                                      "x",
                                      "1e400",
                                      "2026-11-20",
                                      "25/12/2026",
                                      "12/25/2026",
                                      "01/02/2026",
                                      "2026-11-20T10:00",
                                      QUOTED_EMPTY,
                                      "1,234",
                                      "5,6",
                                      "1.234,5",
                                      "1,234.5",
                                      "1 234",
                                      "20 Nov 2026",
                                      "5",
                                      "7" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  for (int round = 0; round < 2000; round++)
    {
      const char *cells[4];
      for (size_t i = 0; i < G_N_ELEMENTS (cells); i++)
        cells[i] = pool[g_rand_int_range (rand, 0, G_N_ELEMENTS (pool))];
      const char *reversed[4] = { cells[3], cells[2], cells[1], cells[0] };
      const char *rotated[4] = { cells[2], cells[3], cells[0], cells[1] };
      ColumnGuess a = guess_of (cells, 4);
      ColumnGuess b = guess_of (reversed, 4);
      ColumnGuess c = guess_of (rotated, 4);
      g_autofree char *expected = describe (&a, cells, 4);
      g_autofree char *backwards = describe (&b, cells, 4);
      g_autofree char *turned = describe (&c, cells, 4);
      assert_string_equal (backwards, expected);
      assert_string_equal (turned, expected);
    }
}

static void
test_counts (void **state G_GNUC_UNUSED)
{
  const char *const cells[] = { "", "12", QUOTED_EMPTY, "12345", "" };
  ColumnGuess guess = guess_of (cells, G_N_ELEMENTS (cells));
  assert_int_equal (guess.cells, 3);
  assert_int_equal (guess.nulls, 2);
  assert_int_equal (guess.longest, 5);
  assert_true (guess.quoted_empty);
}

static void
test_what_is_inferred_every_cell_is (void **state G_GNUC_UNUSED)
{
  for (size_t i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      size_t count = count_cells (&columns[i]);
      ColumnGuess guess = guess_of (columns[i].cells, count);
      InferResult result;
      infer_result (&guess, &result);
      assert_true (result.format == NULL || types_format_fits (result.type->name, result.format));
      for (size_t j = 0; j < count; j++)
        {
          const char *cell = columns[i].cells[j];
          Value value;
          if (cell != QUOTED_EMPTY && cell[0] != '\0')
            assert_true (result.type->parse (cell, strlen (cell), result.format, &value));
        }
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_columns),
    cmocka_unit_test (test_values_keep_their_meaning),
    cmocka_unit_test (test_a_quoted_empty_cell_is_told_from_none),
    cmocka_unit_test (test_marks_that_can_be_either),
    cmocka_unit_test (test_what_is_ambiguous_says_what_settles_it),
    cmocka_unit_test (test_order_never_matters),
    cmocka_unit_test (test_order_never_matters_for_any_mixture_of_cells),
    cmocka_unit_test (test_counts),
    cmocka_unit_test (test_what_is_inferred_every_cell_is),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
