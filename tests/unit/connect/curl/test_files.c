/* What a listing may bring, by a server that says anything: only names of files that the pattern takes are looked at. */
#include "connect/curl/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>

static const char *const hostile[] = { "ok.csv",         "..",         ".",        "../up.csv", "/etc/passwd.csv",
                                       "two\nlines.csv", "bell\a.csv", "\xff.csv", "sub/a.csv", ".hid.csv",
                                       "being.csv.part", "Über.csv",   "",         "b.txt" };

static bool
list (Store *store, const char *folder, GPtrArray *names, GError **error)
{
  (void) store, (void) folder, (void) error;
  for (size_t i = 0; i < G_N_ELEMENTS (hostile); i++)
    g_ptr_array_add (names, g_strdup (hostile[i]));
  return true;
}

static const StoreVerbs verbs = { .list = list };

static void
test_names (void **state)
{
  (void) state;
  static const struct
  {
    const char *path, *names;
  } cases[] = {
    { "in/*.csv", "ok.csv Über.csv" },
    { "in/*", "b.txt ok.csv Über.csv" },
    { "in/.*", ".hid.csv" },
    { "in/o?.csv", "ok.csv" },
    { "in/x*", "" },
    { "in/one.csv", "one.csv" },
    { "[bo]*", "b.txt ok.csv" },
  };
  Store store = { &verbs, "here" };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Json) json = json_pack ("{s:s}", "path", cases[i].path);
      g_auto (FilesFrom) from = files_from (json);
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) names = files_names (&store, &from, &error);
      assert_non_null (names);
      g_ptr_array_add (names, NULL);
      g_autofree char *joined = g_strjoinv (" ", (char **) names->pdata);
      assert_string_equal (joined, cases[i].names);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_names),
  };
  /* Where a connector's results go. */
  int fd = open ("/dev/null", O_WRONLY | O_CLOEXEC);
  if (fd < 0 || dup2 (fd, 4) != 4)
    return 1;
  return cmocka_run_group_tests (tests, NULL, NULL);
}
