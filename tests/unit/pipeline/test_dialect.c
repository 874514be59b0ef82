#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pipeline/dialect.h"

static void
writes_every_member (void **state)
{
  (void) state;
  static const struct
  {
    Dialect dialect;
    const char *expected;
  } cases[] = {
    { { ',', '"', true, 0, ENCODING_UTF8, 0, "LF" },
      "{\"delimiter\":\",\",\"quote\":\"\\\"\",\"header\":true,\"skip_lines\":0,\"encoding\":\"UTF-8\",\"bom\":false,\"newline\":"
      "\"LF\"}" },
    { { '\t', '\'', false, 2, ENCODING_UTF8, 3, "CRLF" },
      "{\"delimiter\":\"\\t\",\"quote\":\"'\",\"header\":false,\"skip_lines\":2,\"encoding\":\"UTF-8\",\"bom\":true,\"newline\":"
      "\"CRLF\"}" },
    { { 0, 0, false, 0, ENCODING_UTF8, 0, "mixed" },
      "{\"delimiter\":null,\"quote\":null,\"header\":false,\"skip_lines\":0,\"encoding\":\"UTF-8\",\"bom\":false,\"newline\":"
      "\"mixed\"}" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Json) json = dialect_to_json (&cases[i].dialect);
      g_autofree char *text = weir_json_text (json);
      assert_string_equal (text, cases[i].expected);
    }
}

static void
is_comma_and_double_quote_by_default (void **state)
{
  (void) state;
  assert_int_equal (dialect_default.delimiter, ',');
  assert_int_equal (dialect_default.quote, '"');
  assert_true (dialect_default.header);
  assert_string_equal (dialect_default.newline, "LF");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (writes_every_member),
    cmocka_unit_test (is_comma_and_double_quote_by_default),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
