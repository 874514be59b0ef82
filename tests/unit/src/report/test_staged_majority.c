/* The type of a column that a few bad cells made text. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include "src/report/staged_majority.h"

#include <string.h>

enum
{
  CELLS = 100,
};

static const struct
{
  const char *good;
  size_t bad; /* of CELLS, "n/a" */
  const char *type;
  const char *format;
} cases[] = {
  { "12", 1, "bigint", NULL },
  { "12.50", 1, "numeric", NULL },
  { "1e-7", 0, "double precision", NULL },
  { "true", 1, "boolean", NULL },
  { "2026-11-20", 1, "date", NULL },
  { "25/12/2026", 1, "date", "DD/MM/YYYY" },
  { "12/25/2026", 1, "date", "MM/DD/YYYY" },
  { "2026-11-20 09:30:00", 1, "timestamp", NULL },
  { "550e8400-e29b-41d4-a716-446655440000", 1, "uuid", NULL },
  { "01/02/2026", 1, NULL, NULL }, /* both ways */
  { "00123", 0, NULL, NULL },
  { "Ann", 0, NULL, NULL },
  { "12", 2, NULL, NULL }, /* more than one in a hundred */
};

static void
test_nearly_all_cells_decide (void **state G_GNUC_UNUSED)
{
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *cells[CELLS];
      for (size_t j = 0; j < CELLS; j++)
        cells[j] = j < cases[i].bad ? "n/a" : cases[i].good;
      Majority majority = staged_majority (cells, CELLS);
      if (cases[i].type == NULL)
        {
          assert_null (majority.type);
          continue;
        }
      assert_non_null (majority.type);
      assert_string_equal (majority.type->name, cases[i].type);
      assert_int_equal (g_strcmp0 (majority.format, cases[i].format), 0);
      assert_int_equal (majority.fitting, CELLS - cases[i].bad);
    }
}

static void
test_few_cells_say_nothing (void **state G_GNUC_UNUSED)
{
  const char *cells[MAJORITY_LEAST];
  for (size_t i = 0; i < MAJORITY_LEAST; i++)
    cells[i] = "12";
  assert_null (staged_majority (cells, MAJORITY_LEAST - 1).type);
  assert_non_null (staged_majority (cells, MAJORITY_LEAST).type);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_nearly_all_cells_decide),
    cmocka_unit_test (test_few_cells_say_nothing),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
