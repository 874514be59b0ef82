/* The examples of docs/ledger.md, in one shell, in their order. */
#include "tests/support/oracle.h"
#include "tests/support/page.h"

static void
test_the_page_says_what_is_so (void **state)
{
  assert_true (page_run (*state, "docs/ledger.md", NULL, NULL) > 30);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = { TEST (test_the_page_says_what_is_so) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
