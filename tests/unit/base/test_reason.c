/* The words that --json promises. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include "base/reason.h"

#include <string.h>

static void
each_reason_has_one_word_and_a_use (void **state)
{
  (void) state;
  for (Reason reason = REASON_NONE + 1; reason < REASON_COUNT; reason++)
    {
      assert_non_null (reason_word (reason));
      assert_true (reason_use (reason) & (REASON_OF_ERROR | REASON_OF_ROW));
      assert_int_equal (reason_find (reason_word (reason)), reason);
    }
  assert_null (reason_word (REASON_NONE));
  assert_int_equal (reason_find ("no_such_word"), REASON_NONE);
  assert_int_equal (reason_find (NULL), REASON_NONE);
}

static void
what_is_below_the_table_is_foreign (void **state)
{
  (void) state;
  static const Reason foreign[] = { REASON_FOOTER, REASON_SECOND_TABLE, REASON_REPEATED_HEADER };
  size_t count = 0;
  for (Reason reason = REASON_NONE; reason < REASON_COUNT; reason++)
    count += (reason_use (reason) & REASON_OF_FOREIGN) != 0;
  assert_int_equal (count, G_N_ELEMENTS (foreign));
  for (size_t i = 0; i < G_N_ELEMENTS (foreign); i++)
    assert_true (reason_use (foreign[i]) & REASON_OF_FOREIGN);
}

static void
the_manual_has_the_tables (void **state)
{
  (void) state;
  const char *source = g_getenv ("WEIR_SOURCE");
  if (source == NULL)
    skip ();
  g_autofree char *path = g_build_filename (source, "docs", "operations.md", NULL);
  g_autofree char *manual = NULL;
  assert_true (g_file_get_contents (path, &manual, NULL, NULL));
  static const ReasonUse uses[] = { REASON_OF_ERROR, REASON_OF_ROW };
  for (size_t i = 0; i < G_N_ELEMENTS (uses); i++)
    {
      g_autofree char *table = reason_to_markdown (uses[i]);
      if (strstr (manual, table) == NULL)
        print_message ("docs/operations.md should contain\n\n%s\n", table);
      assert_non_null (strstr (manual, table));
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (each_reason_has_one_word_and_a_use),
    cmocka_unit_test (what_is_below_the_table_is_foreign),
    cmocka_unit_test (the_manual_has_the_tables),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
