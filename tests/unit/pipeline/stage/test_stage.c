/* The names of staging tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipeline/stage/stage.h"

#include <string.h>

#define RUN_TEXT "3fa9c1d2-0000-4000-8000-000000000001"

static void
test_build_names (void **state)
{
  (void) state;
  static const struct
  {
    const char *character;
    size_t characters, kept;
  } cases[] = { { "a", 5, 5 },          { "a", 53, 53 },        { "a", 54, 53 },        { "a", 63, 53 },
                { "\xC3\xA4", 26, 26 }, { "\xC3\xA4", 27, 26 }, { "\xC3\xA4", 31, 26 }, { "\xE2\x82\xAC", 21, 17 } };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) table = g_string_new (NULL), expected = g_string_new (NULL);
      for (size_t n = 0; n < cases[i].characters; n++)
        {
          g_string_append (table, cases[i].character);
          g_string_append (expected, n < cases[i].kept ? cases[i].character : "");
        }
      g_string_append (expected, "__3fa9c1d2");
      Run run = { .table = table->str };
      assert_true (uid_parse (RUN_TEXT, strlen (RUN_TEXT), &run.id));
      g_autoptr (Stage) stage = stage_new ("staging", &run);
      assert_string_equal (stage->build, expected->str);
      assert_string_equal (stage->table, table->str);
      assert_true (strlen (stage->build) <= 63);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_build_names) };
  return cmocka_run_group_tests_name ("pipeline/stage", tests, NULL, NULL);
}
