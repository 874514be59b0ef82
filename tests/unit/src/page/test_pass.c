#include "src/page/pass.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static void
a_pass_holds_for_its_purpose_and_time (void **state)
{
  (void) state;
  g_autofree char *pass = pass_make ("token", "session", 1000);
  assert_true (pass_holds ("token", "session", pass, 999));
  assert_true (pass_holds ("token", "session", pass, 1000));
  assert_false (pass_holds ("token", "session", pass, 1001));
  assert_false (pass_holds ("token", "code", pass, 999));
  assert_false (pass_holds ("another", "session", pass, 999));
  g_autofree char *longer = g_strconcat ("9", pass, NULL), *cut = g_strndup (pass, strlen (pass) - 1);
  assert_false (pass_holds ("token", "session", longer, 999));
  assert_false (pass_holds ("token", "session", cut, 999));
  assert_false (pass_holds ("token", "session", "1000.", 999));
  assert_false (pass_holds ("token", "session", "1000", 999));
  assert_false (pass_holds ("token", "session", NULL, 999));
}

static void
texts_are_compared_as_a_whole (void **state)
{
  (void) state;
  assert_true (pass_equal ("abc", "abc"));
  assert_false (pass_equal ("abc", "abd"));
  assert_false (pass_equal ("abc", "ab"));
  assert_false (pass_equal ("", NULL));
  assert_false (pass_equal (NULL, NULL));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (a_pass_holds_for_its_purpose_and_time),
    cmocka_unit_test (texts_are_compared_as_a_whole),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
