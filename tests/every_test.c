/* Part of every test executable, run before its main.
 *
 * WEIR_TEST=PATTERN in the environment leaves only the cases whose names match (* and ?). Where the build and the sources are is
 * said here for whoever starts an executable by hand; ctest needs it no more than he does. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <glib.h>

static void __attribute__ ((constructor)) prepare (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *build = g_path_get_dirname (program);
  g_setenv ("WEIR_BUILD", build, FALSE);
  g_setenv ("WEIR_SOURCE", WEIR_TESTS_SOURCE, FALSE);
  const char *pattern = g_getenv ("WEIR_TEST");
  if (pattern != NULL && *pattern != '\0')
    cmocka_set_test_filter (pattern);
}
