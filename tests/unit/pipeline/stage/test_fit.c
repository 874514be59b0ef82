/* What is sure to fit beside what PostgreSQL takes. */
#include "pipeline/stage/fit.h"

#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static const struct
{
  TypeId type;
  size_t length;
  int server; /* columns of it that PostgreSQL 15 took in one row without a NULL: with NULLs a row has more in its header */
  int fit;    /* that are sure to fit */
} cases[] = {
  { TYPE_BIGINT, 1, 1017, 1001 },   { TYPE_UUID, 36, 508, 504 },     { TYPE_TEXT, 9, 813, 803 },
  { TYPE_TEXT, 23, 339, 337 },      { TYPE_TEXT, 24, 452, 448 },     { TYPE_TEXT, 25, 452, 448 },
  { TYPE_TEXT, 1000000, 452, 448 }, { TYPE_NUMERIC, 900, 452, 448 }, { TYPE_NUMERIC, 9, 904, 576 },
  { TYPE_NUMERIC, 1, 1600, 1328 },  { TYPE_JSONB, 2, 1600, 337 },    { TYPE_DATE, 10, 1600, 1600 },
  { TYPE_BOOLEAN, 4, 1600, 1600 },
};

static void
test_so_many_fit (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      int fit = 0;
      for (size_t at = 0; fit < 1600; fit++)
        {
          at = fit_add (at, &types[cases[i].type], cases[i].length);
          if (!fit_is_within (at, fit + 1))
            break;
        }
      assert_int_equal (fit, cases[i].fit);
      assert_true (fit <= cases[i].server && fit >= FIT_ANYWAY);
    }
}

/* Numbers begin at their own bounds. */
static void
test_values_are_aligned (void **state)
{
  (void) state;
  size_t at = fit_add (fit_add (0, &types[TYPE_BOOLEAN], 4), &types[TYPE_BIGINT], 1);
  assert_int_equal (at, 16);
  assert_int_equal (fit_add (fit_add (at, &types[TYPE_BOOLEAN], 4), &types[TYPE_DATE], 10), 24);
  assert_int_equal (fit_add (at + 1, &types[TYPE_UUID], 36), 33);
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_so_many_fit), cmocka_unit_test (test_values_are_aligned) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
