/* Which hosts are this machine. */
#include "base/host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib.h>

static void
test_here (void **state)
{
  (void) state;
  static const struct
  {
    const char *host;
    bool is_here;
  } cases[] = {
    { "localhost", true },  { "LocalHost", true },
    { "127.0.0.1", true },  { "127.255.3.4", true },
    { "::1", true },        { "127.example.org", false },
    { "128.0.0.1", false }, { "::2", false },
    { "", false },          { "localhost.example.org", false },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_int_equal (host_is_here (cases[i].host), cases[i].is_here);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_here),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
