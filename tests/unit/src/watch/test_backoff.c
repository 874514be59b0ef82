#include "src/watch/backoff.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void
pauses_double_to_half_a_minute (void **state)
{
  (void) state;
  static const int64_t pauses[] = { 500000, 1000000, 2000000, 4000000, 8000000, 16000000, 30000000, 30000000 };
  Backoff backoff = { 0 };
  int64_t now = 77;
  assert_false (backoff_is_failing (&backoff));
  for (size_t i = 0; i < sizeof pauses / sizeof pauses[0]; i++)
    {
      assert_int_equal (backoff_fail (&backoff, now), i == 0);
      assert_int_equal (backoff_wait (&backoff, now), pauses[i]);
      now += pauses[i];
      assert_int_equal (backoff_wait (&backoff, now), 0);
      assert_true (backoff_is_failing (&backoff));
    }
  assert_int_equal (backoff.since, 77);
}

static void
failures_of_one_moment_count_once (void **state)
{
  (void) state;
  Backoff backoff = { 0 };
  assert_true (backoff_fail (&backoff, 0));
  assert_false (backoff_fail (&backoff, 10));
  assert_int_equal (backoff_wait (&backoff, 10), 499990);
}

static void
success_ends_it (void **state)
{
  (void) state;
  Backoff backoff = { 0 };
  assert_false (backoff_end (&backoff));
  backoff_fail (&backoff, 0);
  assert_true (backoff_end (&backoff));
  assert_false (backoff_is_failing (&backoff));
  assert_int_equal (backoff_wait (&backoff, 0), 0);
  assert_true (backoff_fail (&backoff, 0));
  assert_int_equal (backoff_wait (&backoff, 0), 500000);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (pauses_double_to_half_a_minute),
    cmocka_unit_test (failures_of_one_moment_count_once),
    cmocka_unit_test (success_ends_it),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
