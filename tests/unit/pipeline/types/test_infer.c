/* What a column is taken for, given its cells; and that the order of the cells never matters. */
#include "tests/unit/pipeline/inferred.h"

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
  { "bigint", { "-0" } },
  { "bigint", { "1", "-0" } },
  { "text", { "1", "x" } },

  { "numeric", { "1", "1.50" } },
  { "numeric", { ".5", "-.5" } },
  { "numeric", { "1", "9223372036854775808" } },
  { "numeric", { "12345678901234567890123" } },
  { "numeric", { "1.5", "-0.0", "-0.00", "-.0", "-0" } },
  { "text", { "1.5", "1,5" } },
  { "numeric", { "-0.0" } },

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
  { "numeric 9,9", { "1,5", "-0,00", "-0" } },
  { "text", { "1,5", "1,5e3" } },
  { "text", { "10.0.0.1" } },

  { "double precision", { "1e5" } },
  { "double precision", { "1", "1.5", "1E-5" } },
  { "double precision", { "1e5", "-0.0" } },
  { "text", { "1e5", "1e400" } },
  /* what double precision would not write back is kept to the last digit */
  { "numeric", { "1e5", "9223372036854775808" } },
  { "numeric", { "1e5", "0.1234567890123456789" } },
  { "numeric", { "7.158182765659562019e-01", "0.000000000000000000e+00", "1.229839302974849852e+04" } },
  { "numeric", { "-0.13125464336066284", "8.6e-05", "0.94748803176461716" } },
  { "text", { "7.158182765659562019e-400" } },
  { "text", { "1e5", "inf" } },

  { "uuid",
    { "123e4567-e89b-12d3-a456-426614174000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "a23e4567-e89b-12d3-a456-426614174000" } },
  { "text", { "123e4567-e89b-12d3-a456-426614174000", "x" } },
  { "jsonb", { "{\"a\":1}", "[]" } },
  { "text", { "{\"a\":1}", "{a}" } },
  { "text", { "[1]", "5" } },
  { "text", { "hello" } },
  { "text", { "true", "5" } },

  /* blanks around a value are no part of it, and blanks alone are nothing */
  { "bigint", { "1", " 5", "5 ", "  12  " } },
  { "bigint",
    { "\t7",
      "\xc2\xa0"
      "8",
      "9\xc2\xa0" } },
  { "bigint", { "1", "   ", "" } },
  { "text", { "   ", "" } },
  { "text", { " x ", "   " } },
  { "numeric 9,9", { "1,5", " 1,5" } },
  { "numeric 9 999,9", { "1 234,5 " } },
  { "date", { " 2026-11-20", "2026-11-21 " } },
  { "boolean", { "true ", " false" } },
  { "uuid", { " 123e4567-e89b-12d3-a456-426614174000" } },
  { "text", { "1", " 00123" } },

  /* a plus is a number's where something else in the column says so */
  { "bigint", { "+5", "-3", "7" } },
  { "bigint", { "+5", "0" } },
  { "bigint", { "+0", "+12" } },
  { "numeric", { "+5", "1.5" } },
  { "numeric", { "+5.25" } },
  { "numeric", { "+.5", "12" } },
  { "double precision", { "+1e5" } },
  { "numeric 9,9", { "+1,5", "+2" } },
  { "numeric 9,999.9", { "+1,234.5", "-2" } },
  { "bigint", { "+5", "7" } },
  { "bigint", { "+5" } },
  { "text", { "+15", "7" } },
  { "text", { "+1", "+7", "+44" } },
  { "text", { "-3", "+4915112345678" } },
  { "text", { "+44 20 7946 0958", "-3" } },
  { "text", { "+44 123 456", "+44 123 457" } },
  { "text", { "+49.123.456" } },
  { "text", { "-3", "+1234567" } },
  { "bigint", { "-3", "+123456" } },
  { "text", { "+", "-3" } },
  { "text", { "+-3", "-3" } },
  { "text", { "+00123", "-3" } },

  { "numeric", { "1.5", "5.", "-7." } },
  { "numeric", { "5.", ".5" } },
  { "numeric 9,9", { "5,", "1,25" } },
  { "double precision", { "5.e3" } },
  { "text", { ".", "5.." } },

  /* as in India: by two but for the last three */
  { "numeric 9,99,999.9", { "1,23,456.78", "999.50" } },
  { "numeric 9,99,999.9", { "1,23,456", "12,34,567", "1,234", "5" } },
  { "numeric 9,99,999.9", { "-12,34,56,789.5", "12,345" } },
  { "text ambiguous", { "12,345" } },
  { "numeric 9,999.9", { "12,345.5" } },
  { "text", { "1,23,456.78", "123,456.78" } },
  { "text", { "1,23,45" } },
  { "text", { "1,2,345" } },
  { "text", { "1,23,456,78" } },
  { "text", { ",23,456" } },
  { "text", { "1,23,456.78", "1,234,567.8" } },
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
};

static void
test_columns (void **state G_GNUC_UNUSED)
{
  CHECK_COLUMNS (columns);
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
      assert_true (!result.either || (result.ambiguous && result.type->id == TYPE_TEXT && result.ways[1].type != NULL));
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
      g_autofree char *one = infer_way (&result, 0), *other = infer_way (&result, 1);
      assert_int_equal (g_strcmp0 (one, cases[i].settle), 0);
      assert_int_equal (g_strcmp0 (other, cases[i].settle_or), 0);
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
                                      "7",
                                      "+5",
                                      "NA",
                                      "-",
                                      " 5",
                                      "-3",
                                      "09:30",
                                      "9:30",
                                      "31.01.2026 09:30",
                                      "5 %",
                                      "$5",
                                      "yes" };
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

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_columns),
    cmocka_unit_test (test_values_keep_their_meaning),
    cmocka_unit_test (test_a_quoted_empty_cell_is_told_from_none),
    cmocka_unit_test (test_marks_that_can_be_either),
    cmocka_unit_test (test_what_is_ambiguous_says_what_settles_it),
    cmocka_unit_test (test_order_never_matters_for_any_mixture_of_cells),
    cmocka_unit_test (test_counts),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
