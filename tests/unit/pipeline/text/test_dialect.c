#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pipeline/text/dialect.h"

static void
writes_every_member (void **state)
{
  (void) state;
  static const struct
  {
    Dialect dialect;
    const char *expected;
  } cases[] = {
    { { .delimiter = ",", .quote = '"', .header_rows = 1, .newline = "LF" },
      "{\"delimiter\":\",\",\"blanks\":\"keep\",\"quote\":\"\\\"\",\"escape\":\"doubled\",\"header_rows\":1,\"skip_lines\":0,"
      "\"comment\":null,"
      "\"trailing_delimiter\":false,\"encoding\":\"UTF-8\",\"compression\":\"none\",\"bom\":false,\"newline\":\"LF\"}" },
    { { .delimiter = "\t",
        .trim = true,
        .quote = '\'',
        .escape = ESCAPE_BACKSLASH,
        .skip_lines = 2,
        .comment = '#',
        .trailing_delimiter = true,
        .encoding = ENCODING_UTF16LE,
        .compression = COMPRESSION_GZIP,
        .bom = 2,
        .newline = "CRLF" },
      "{\"delimiter\":\"\\t\",\"blanks\":\"trim\",\"quote\":\"'\",\"escape\":\"backslash\",\"header_rows\":0,\"skip_lines\":2,"
      "\"comment\":\"#\","
      "\"trailing_delimiter\":true,\"encoding\":\"UTF-16LE\",\"compression\":\"gzip\",\"bom\":true,\"newline\":\"CRLF\"}" },
    { { .encoding = ENCODING_WINDOWS_1252, .compression = COMPRESSION_ZSTD, .newline = "mixed" },
      "{\"delimiter\":null,\"blanks\":\"keep\",\"quote\":null,\"escape\":\"doubled\",\"header_rows\":0,\"skip_lines\":0,"
      "\"comment\":null,"
      "\"trailing_delimiter\":false,\"encoding\":\"windows-1252\",\"compression\":\"zstd\",\"bom\":false,\"newline\":\"mixed\"}" },
    { { .delimiter = ", ", .header_rows = 3, .encoding = ENCODING_UTF16BE, .newline = "CR" },
      "{\"delimiter\":\", "
      "\",\"blanks\":\"keep\",\"quote\":null,\"escape\":\"doubled\",\"header_rows\":3,\"skip_lines\":0,\"comment\":null,"
      "\"trailing_delimiter\":false,\"encoding\":\"UTF-16BE\",\"compression\":\"none\",\"bom\":false,\"newline\":\"CR\"}" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Json) json = dialect_to_json (&cases[i].dialect);
      g_autofree char *text = weir_json_text (json);
      assert_string_equal (text, cases[i].expected);
    }
}

static void
says_what_a_model_must_say (void **state)
{
  (void) state;
  static const struct
  {
    Dialect dialect;
    const char *expected;
  } cases[] = {
    { { .delimiter = ",", .quote = '"', .header_rows = 1 },
      "\"dialect\": {\"delimiter\": \",\", \"blanks\": \"keep\", \"quote\": \"\\\"\", \"escape\": \"doubled\", \"comment\": \"\", "
      "\"header_rows\": 1, \"skip_lines\": 0}" },
    { { .delimiter = "\t", .quote = '\'', .escape = ESCAPE_BACKSLASH, .skip_lines = 2, .comment = '#' },
      "\"dialect\": {\"delimiter\": \"\\t\", \"blanks\": \"keep\", \"quote\": \"'\", \"escape\": \"backslash\", \"comment\": "
      "\"#\", "
      "\"header_rows\": 0, \"skip_lines\": 2}" },
    { { .delimiter = ";", .trim = true, .quote = '"', .header_rows = 1 },
      "\"dialect\": {\"delimiter\": \";\", \"blanks\": \"trim\", \"quote\": \"\\\"\", \"escape\": \"doubled\", \"comment\": \"\", "
      "\"header_rows\": 1, \"skip_lines\": 0}" },
    { { .header_rows = 1 },
      "\"dialect\": {\"delimiter\": \"\", \"blanks\": \"keep\", \"quote\": \"\", \"comment\": \"\", \"header_rows\": 1, "
      "\"skip_lines\": 0}" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = dialect_to_model (&cases[i].dialect);
      assert_string_equal (text, cases[i].expected);
    }
}

static void
is_comma_and_double_quote_by_default (void **state)
{
  (void) state;
  assert_string_equal (dialect_default.delimiter, ",");
  assert_int_equal (dialect_default.quote, '"');
  assert_int_equal (dialect_default.escape, ESCAPE_DOUBLED);
  assert_int_equal (dialect_default.header_rows, 1);
  assert_string_equal (dialect_default.newline, "LF");
}

static void
appends_cells (void **state)
{
  (void) state;
  static const struct
  {
    Dialect dialect;
    const char *cell;
    bool always;
    const char *expected;
  } cases[] = {
    { { .delimiter = ",", .quote = '"' }, "a b", false, "a b" },
    { { .delimiter = ",", .quote = '"' }, "a b", true, "\"a b\"" },
    { { .delimiter = ",", .quote = '"' }, "a,\"b\"\\x", false, "\"a,\"\"b\"\"\\x\"" },
    { { .delimiter = ",", .quote = '"', .escape = ESCAPE_BACKSLASH }, "\"b\"\\x", false, "\"\\\"b\\\"\\\\x\"" },
    { { .delimiter = "||", .quote = '\'' }, "a|b", false, "a|b" },
    { { .delimiter = "||", .quote = '\'' }, "a||b", false, "'a||b'" },
    { { .delimiter = "," }, "\"a,b\"\\x\n", true, "\"a b\"\\x " },
    { { .delimiter = " " }, "a b", true, "a_b" },
    { { .quote = '"' }, "a,b", false, "a,b" },
    { { .delimiter = ";", .quote = '"' }, " a", false, " a" },
    { { .delimiter = ";", .trim = true, .quote = '"' }, " a", false, "\" a\"" },
    { { .delimiter = ";", .trim = true, .quote = '"' }, "a\xC2\xA0", false, "\"a\xC2\xA0\"" },
    { { .delimiter = ";", .trim = true, .quote = '"' }, "a b", false, "a b" },
    { { .delimiter = "\t", .trim = true, .quote = '"' }, "", false, "" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) line = g_string_new (NULL);
      dialect_append_cell (&cases[i].dialect, cases[i].cell, cases[i].always, line);
      assert_string_equal (line->str, cases[i].expected);
    }
}

static void
knows_the_blanks_around_a_delimiter (void **state)
{
  (void) state;
  static const struct
  {
    const char *delimiter;
    const char *text;
    size_t behind; /* its beginning */
    size_t before; /* its end */
  } cases[] = {
    { ",", "", 0, 0 },
    { ",", "a b", 0, 0 },
    { ",", "  a\t", 2, 1 },
    { ",", "\xC2\xA0 a\xC2\xA0", 3, 2 },
    { ",", " \t \xC2\xA0", 5, 5 },
    { ",", "\xC2\xA9 a\xA0", 0, 0 },
    { ",", "\xC2", 0, 0 },
    { "\t", " \ta\t ", 1, 1 },
    { " ", " a\t ", 0, 0 },
    { " ", "\t\xC2\xA0 a", 3, 0 },
    { "; ", "  a", 2, 0 },
    { "", " a ", 1, 1 },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Dialect dialect = { 0 };
      const char *text = cases[i].text, *end = text + strlen (text);
      g_strlcpy (dialect.delimiter, cases[i].delimiter, sizeof dialect.delimiter);
      if (dialect_blanks_behind (&dialect, text, end) != cases[i].behind
          || dialect_blanks_before (&dialect, text, end) != cases[i].before)
        fail_msg ("\"%s\", delimiter \"%s\"", text, cases[i].delimiter);
    }
}

static void
knows_apostrophes (void **state)
{
  (void) state;
  static const struct
  {
    char quote;
    const char *text;
    size_t at;
    bool apostrophe;
  } cases[] = {
    { '\'', "it's", 2, true },        { '\'', "d'\xC3\xA9t\xC3\xA9", 1, true },
    { '\'', "\xC3\xA9't", 2, true },  { '\'', "6'2", 1, true },
    { '\'', "'s", 0, false },         { '\'', "dogs'", 4, false },
    { '\'', "dogs' toys", 4, false }, { '\'', "rock 'n", 5, false },
    { '\'', "it''s", 2, false },      { '\'', "it''s", 3, false },
    { '\'', "a',", 1, false },        { '\'', "a'\xC2\xA0,", 1, false },
    { '\'', "\xC2\xA0'a", 2, false }, { '"', "5\"x", 1, false },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Dialect dialect = { .delimiter = ",", .quote = cases[i].quote };
      if (dialect_is_apostrophe (&dialect, cases[i].text, cases[i].at, strlen (cases[i].text)) != cases[i].apostrophe)
        fail_msg ("%s", cases[i].text);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (writes_every_member),
    cmocka_unit_test (says_what_a_model_must_say),
    cmocka_unit_test (is_comma_and_double_quote_by_default),
    cmocka_unit_test (appends_cells),
    cmocka_unit_test (knows_the_blanks_around_a_delimiter),
    cmocka_unit_test (knows_apostrophes),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
