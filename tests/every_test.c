/* Part of every test executable, run before its main.
 *
 * WEIR_TEST=PATTERN in the environment leaves only the cases whose names match (* and ?). WEIR_TEST_PART=2/3 leaves the second of
 * each three cases, so that ctest can run the parts of a program that waits at the same time. Where the build and the sources are is
 * said here for whoever starts an executable by hand; ctest needs it no more than he does. */
#include "tests/support/home.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <glib.h>
#include <stdio.h>
#include <sys/stat.h>

static void __attribute__ ((constructor)) prepare (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *build = g_path_get_dirname (program);
  g_setenv ("WEIR_BUILD", build, FALSE);
  g_setenv ("WEIR_SOURCE", WEIR_TESTS_SOURCE, FALSE);
  umask (022); /* the server's user and nobody must come into what is made, whoever starts us */
  const char *pattern = g_getenv ("WEIR_TEST");
  if (pattern != NULL && *pattern != '\0')
    cmocka_set_test_filter (pattern);
}

/* WEIR_TEST_ROLE=loader: who makes neither ledger nor schema has no test that begins without them. */
static bool
is_for_us (const struct CMUnitTest *test)
{
  return test->setup_func != home_setup_empty || !cluster_is_of_loader ();
}

/* In front of cmocka's own, by the linker. */
int __wrap__cmocka_run_group_tests (const char *name, const struct CMUnitTest *tests, size_t n_tests, CMFixtureFunction setup,
                                    CMFixtureFunction teardown);
int __real__cmocka_run_group_tests (const char *name, const struct CMUnitTest *tests, size_t n_tests, CMFixtureFunction setup,
                                    CMFixtureFunction teardown);

int
__wrap__cmocka_run_group_tests (const char *name, const struct CMUnitTest *tests, size_t n_tests, CMFixtureFunction setup,
                                CMFixtureFunction teardown)
{
  const char *text = g_getenv ("WEIR_TEST_PART");
  size_t part = 1;
  size_t parts = 1;
  if (text != NULL && (sscanf (text, "%zu/%zu", &part, &parts) != 2 || part < 1 || part > parts))
    g_error ("WEIR_TEST_PART=%s is not like 2/3", text);
  g_autofree struct CMUnitTest *ours = g_new (struct CMUnitTest, n_tests);
  size_t n_ours = 0;
  for (size_t i = part - 1; i < n_tests; i += parts)
    if (is_for_us (&tests[i]))
      ours[n_ours++] = tests[i];
  return __real__cmocka_run_group_tests (name, ours, n_ours, setup, teardown);
}
