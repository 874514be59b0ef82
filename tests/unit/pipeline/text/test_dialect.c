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
      "{\"delimiter\":\",\",\"quote\":\"\\\"\",\"escape\":\"doubled\",\"header_rows\":1,\"skip_lines\":0,\"comment\":null,"
      "\"trailing_delimiter\":false,\"encoding\":\"UTF-8\",\"compression\":\"none\",\"bom\":false,\"newline\":\"LF\"}" },
    { { .delimiter = "\t",
        .quote = '\'',
        .escape = ESCAPE_BACKSLASH,
        .skip_lines = 2,
        .comment = '#',
        .trailing_delimiter = true,
        .encoding = ENCODING_UTF16LE,
        .compression = COMPRESSION_GZIP,
        .bom = 2,
        .newline = "CRLF" },
      "{\"delimiter\":\"\\t\",\"quote\":\"'\",\"escape\":\"backslash\",\"header_rows\":0,\"skip_lines\":2,\"comment\":\"#\","
      "\"trailing_delimiter\":true,\"encoding\":\"UTF-16LE\",\"compression\":\"gzip\",\"bom\":true,\"newline\":\"CRLF\"}" },
    { { .encoding = ENCODING_WINDOWS_1252, .compression = COMPRESSION_ZSTD, .newline = "mixed" },
      "{\"delimiter\":null,\"quote\":null,\"escape\":\"doubled\",\"header_rows\":0,\"skip_lines\":0,\"comment\":null,"
      "\"trailing_delimiter\":false,\"encoding\":\"windows-1252\",\"compression\":\"zstd\",\"bom\":false,\"newline\":\"mixed\"}" },
    { { .delimiter = ", ", .header_rows = 3, .encoding = ENCODING_UTF16BE, .newline = "CR" },
      "{\"delimiter\":\", \",\"quote\":null,\"escape\":\"doubled\",\"header_rows\":3,\"skip_lines\":0,\"comment\":null,"
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
    { { .delimiter = ",", .quote = '"', .header_rows = 1 }, "\"dialect\": {\"delimiter\": \",\", \"header_rows\": 1}" },
    { { .delimiter = "\t", .quote = '\'', .escape = ESCAPE_BACKSLASH, .skip_lines = 2, .comment = '#' },
      "\"dialect\": {\"delimiter\": \"\\t\", \"quote\": \"'\", \"escape\": \"backslash\", \"comment\": \"#\", "
      "\"header_rows\": 0, \"skip_lines\": 2}" },
    { { .header_rows = 1 }, "\"dialect\": {\"quote\": \"\", \"header_rows\": 1}" },
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
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) line = g_string_new (NULL);
      dialect_append_cell (&cases[i].dialect, cases[i].cell, cases[i].always, line);
      assert_string_equal (line->str, cases[i].expected);
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
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
