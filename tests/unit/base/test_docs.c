/* Where hints say that a page is. */
#include "base/docs.h"

#include "tests/support/process.h"

#include <glib/gstdio.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void
make (const char *root, const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (root, folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);
  assert_int_equal (g_mkdir_with_parents (parent, 0755), 0);
  assert_true (g_file_set_contents (path, "x", -1, NULL));
}

static void
test_places (void **state)
{
  (void) state;
  static const struct
  {
    const char *program, *there, *path; /* below the root; path NULL: it is nowhere */
  } cases[] = {
    { "src/build/weir", "src/docs", "src/docs/models.md" },
    { "usr/bin/weir", "usr/share/doc/weir", "usr/share/doc/weir/models.md" },
    { "usr/bin/weir", NULL, NULL },
    { "usr/bin/weir", "usr/share/doc/other", NULL },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *root = g_dir_make_tmp ("weir-docs-XXXXXX", NULL);
      g_autofree char *bin = g_path_get_dirname (cases[i].program);
      make (root, bin, "weir");
      if (cases[i].there != NULL)
        make (root, cases[i].there, "models.md");
      g_autofree char *program = g_build_filename (root, cases[i].program, NULL);
      g_autofree char *found = docs_path_beside (program, "models.md");
      g_autofree char *expected =
          cases[i].path != NULL ? g_build_filename (root, cases[i].path, NULL) : g_strdup ("docs/models.md");
      assert_string_equal (found, expected);
      remove_tree (root);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_places) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
