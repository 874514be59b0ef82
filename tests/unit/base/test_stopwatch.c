#include "base/stopwatch.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void
what_goes_by_one_name_is_added_up_and_told_in_order (void **state)
{
  (void) state;
  g_autoptr (Stopwatch) watch = stopwatch_new ();
  stopwatch_add_ns (watch, "second", 1500);
  stopwatch_add_ns (watch, "first", 2000000);
  stopwatch_add_ns (watch, "second", 2500);
  assert_int_equal (stopwatch_ns (watch, "second"), 4000);
  assert_int_equal (stopwatch_ns (watch, "third"), 0);
  g_autoptr (Json) laps = stopwatch_to_json (watch);
  g_autofree char *text = weir_json_text (laps);
  assert_string_equal (
      text, "[{\"what\":\"second\",\"microseconds\":4,\"times\":2},{\"what\":\"first\",\"microseconds\":2000,\"times\":1}]");
  stopwatch_reset (watch);
  assert_int_equal (stopwatch_ns (watch, "second"), 0);
}

static void
time_goes_on (void **state)
{
  (void) state;
  g_autoptr (Stopwatch) watch = stopwatch_new ();
  int64_t begun = stopwatch_now ();
  stopwatch_add (watch, "work", begun - 1000);
  assert_true (stopwatch_ns (watch, "work") >= 1000);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (what_goes_by_one_name_is_added_up_and_told_in_order),
    cmocka_unit_test (time_goes_on),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
