/* The names of staging tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipeline/stage/stage.h"

#include <string.h>

#define RUN_TEXT "3fa9c1d2-0000-4000-8000-000000000001"

/* The name that the run builds under. Owned by the caller. */
static char *
build_name (const char *table)
{
  Run run = { .table = (char *) table };
  assert_true (uid_parse (RUN_TEXT, strlen (RUN_TEXT), &run.id));
  g_autoptr (Stage) stage = stage_new ("staging", &run);
  assert_string_equal (stage->table, table);
  return g_strdup (stage->build);
}

/* It fits into an identifier, is UTF-8, and tells the table and the run from others, however long the table's name is. */
static void
test_build_names (void **state)
{
  (void) state;
  static const struct
  {
    const char *character;
    size_t characters;
    bool whole; /* the name is not cut */
  } cases[] = { { "a", 5, true },         { "a", 53, true },         { "a", 54, false },        { "a", 62, false },
                { "\xC3\xA4", 26, true }, { "\xC3\xA4", 27, false }, { "\xC3\xA4", 31, false }, { "\xE2\x82\xAC", 20, false } };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) table = g_string_new (NULL);
      for (size_t n = 0; n < cases[i].characters; n++)
        g_string_append (table, cases[i].character);
      g_autofree char *build = build_name (table->str);
      g_autofree char *plain = g_strconcat (table->str, "__3fa9c1d2", NULL);
      assert_true (strlen (build) <= 63);
      assert_true (g_utf8_validate (build, -1, NULL));
      assert_true (g_str_has_suffix (build, "__3fa9c1d2"));
      assert_int_equal (strcmp (build, plain) == 0, cases[i].whole);
      g_string_append_c (table, 'b');
      g_autofree char *other = build_name (table->str);
      assert_string_not_equal (build, other);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_build_names) };
  return cmocka_run_group_tests_name ("pipeline/stage", tests, NULL, NULL);
}
