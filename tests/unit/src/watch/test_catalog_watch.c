#include "src/watch/catalog_watch.h"

#include "tests/support/process.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void
write_file (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* Models, settings and key secret: what files may wait for is looked at as soon as one of them is another file. */
static void
every_edit_is_noticed_once (void **state)
{
  (void) state;
  static const struct
  {
    const char *file, *text;
    CatalogChange change;
  } edits[] = {
    { "models/users.json", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}",
      CATALOG_MODELS_CHANGED },
    { ".weir/key_secret", "0123456789abcdef0123456789abcdef\n", CATALOG_MODELS_CHANGED },
    { ".weir/key_secret", "the one of before, put back again\n", CATALOG_MODELS_CHANGED },
    { "weir.json", "{}\n", CATALOG_SETTINGS_CHANGED },
  };
  g_autofree char *folder = g_dir_make_tmp ("weir-catalog-XXXXXX", NULL);
  g_autoptr (Settings) settings = settings_load_home (folder, HOME_CREATE, NULL);
  assert_non_null (settings);
  g_autoptr (Log) log = log_open (NULL, FALSE);
  CatalogWatch *watch = catalog_watch_new (settings, log);
  assert_int_equal (catalog_watch_look (watch), CATALOG_MODELS_CHANGED);
  for (size_t i = 0; i < G_N_ELEMENTS (edits); i++)
    {
      assert_int_equal (catalog_watch_look (watch), CATALOG_SAME);
      write_file (folder, edits[i].file, edits[i].text);
      assert_int_equal (catalog_watch_look (watch), edits[i].change);
    }
  assert_int_equal (catalog_watch_look (watch), CATALOG_SAME);
  assert_int_equal (catalog_watch_get (watch)->models->len, 1);
  catalog_watch_free (watch);
  remove_tree (folder);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (every_edit_is_noticed_once),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
