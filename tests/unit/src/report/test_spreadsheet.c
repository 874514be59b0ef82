#include "src/report/spreadsheet.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static const struct
{
  const char *delimiter, *line, *safe;
} cases[] = {
  { ",", "", "" },
  { ",", "a,b-c,1+1,x@y", "a,b-c,1+1,x@y" },
  { ",", "=1+1,a", "'=1+1,a" },
  { ",", "a,+1,-1,@x", "a,'+1,'-1,'@x" },
  { ",", "\"=1\",\"a\"\"=\"", "\"'=1\",\"a\"\"=\"" },
  { ",", "a, =1", "a, '=1" },
  { ",", "\"a\n=1\"", "\"a\n'=1\"" }, /* lines of their own for a program that knows no quotes */
  { ";", "1,-5;a", "1,'-5;a" },       /* cut at commas elsewhere */
  { "||", "a||=1", "a||'=1" },
  { "|", "a|=1|\t=2", "a|'=1|\t'=2" },
  { "\t", "a\t=1", "a\t'=1" },
  { ",", "\uFF1D1,a", "'\uFF1D1,a" },
  { "", "=1", "'=1" },
  { ",", "'=1", "''=1" },
};

static void
test_formulas_get_an_apostrophe (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *safe = spreadsheet_safe (cases[i].line, strlen (cases[i].line), cases[i].delimiter);
      assert_string_equal (safe, cases[i].safe);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_formulas_get_an_apostrophe) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
