/* Rows as lines of CSV, with each delimiter and quoting; NULL and an empty text stay apart. */
#include "connect/curl/shape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static void
test_lines (void **state)
{
  (void) state;
  static const char *const cells[] = { "1", NULL, "", "a \"b\"", "c;d", "e,f", "two\nlines", " x", "ü" };
  static const struct
  {
    Shape shape;
    const char *line;
  } cases[] = {
    { { .delimiter = ',', .quotes_all = true }, "\"1\",,\"\",\"a \"\"b\"\"\",\"c;d\",\"e,f\",\"two\nlines\",\" x\",\"ü\"\n" },
    { { .delimiter = ',' }, "1,,\"\",\"a \"\"b\"\"\",c;d,\"e,f\",\"two\nlines\",\" x\",ü\n" },
    { { .delimiter = ';' }, "1;;\"\";\"a \"\"b\"\"\";\"c;d\";e,f;\"two\nlines\";\" x\";ü\n" },
    { { .delimiter = '\t' }, "1\t\t\"\"\t\"a \"\"b\"\"\"\tc;d\te,f\t\"two\nlines\"\t\" x\"\tü\n" },
  };
  size_t lengths[G_N_ELEMENTS (cells)];
  for (size_t i = 0; i < G_N_ELEMENTS (cells); i++)
    lengths[i] = cells[i] != NULL ? strlen (cells[i]) : 0;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) line = g_string_new (NULL);
      shape_append (&cases[i].shape, cells, lengths, G_N_ELEMENTS (cells), line);
      assert_string_equal (line->str, cases[i].line);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_lines),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
