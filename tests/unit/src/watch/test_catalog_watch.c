#include "src/watch/catalog_watch.h"

#include "tests/support/process.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOBODY 65534

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
  g_autoptr (Log) log = log_open (&(LogOptions) { .level = LEVEL_INFO });
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

static int
count_in (const char *text, const char *word)
{
  int times = 0;
  for (const char *at = text; (at = strstr (at, word)) != NULL; at++)
    times++;
  return times;
}

/* A broken model is told once, again when it is broken otherwise, and when it is mended; whatever happens to others. */
static void
a_broken_model_is_told_once (void **state)
{
  (void) state;
  static const char good[] = "{\"table\": \"%s\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}";
  g_autofree char *folder = g_dir_make_tmp ("weir-catalog-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "log", NULL);
  g_autoptr (Settings) settings = settings_load_home (folder, HOME_CREATE, NULL);
  assert_non_null (settings);
  Log *log = log_open (&(LogOptions) { .path = path, .level = LEVEL_INFO });
  CatalogWatch *watch = catalog_watch_new (settings, log);
  g_autofree char *shops = g_strdup_printf (good, "shops");
  g_autofree char *users = g_strdup_printf (good, "users");
  const struct
  {
    const char *file, *text;
  } edits[] = { { "models/users.json", "{\"kind\": \"dimention\"}" },
                { "models/shops.json", shops },
                { "models/towns.json", "{}" },
                { "models/users.json", "{\"kind\": \"demention\"}" },
                { "models/users.json", users } };
  for (size_t i = 0; i < G_N_ELEMENTS (edits); i++)
    {
      write_file (folder, edits[i].file, edits[i].text);
      assert_int_equal (catalog_watch_look (watch), CATALOG_MODELS_CHANGED);
    }
  catalog_watch_free (watch);
  log_free (log);
  g_autofree char *said = NULL;
  assert_true (g_file_get_contents (path, &said, NULL, NULL));
  remove_tree (folder);
  assert_int_equal (count_in (said, "unknown value \"dimention\""), 1);
  assert_int_equal (count_in (said, "unknown value \"demention\""), 1);
  assert_int_equal (count_in (said, "users.json is no longer broken"), 1);
}

/* Without root's rights, which read everything. */
static CatalogChange
look_as_user (CatalogWatch *watch)
{
  bool is_root = geteuid () == 0;
  assert_true (!is_root || seteuid (NOBODY) == 0);
  CatalogChange change = catalog_watch_look (watch);
  assert_true (!is_root || seteuid (0) == 0);
  return change;
}

/* A model that could not be read is taken up when it can be, though it is the same file. */
static void
an_unreadable_model_is_tried_again (void **state)
{
  (void) state;
  g_autofree char *folder = g_dir_make_tmp ("weir-catalog-XXXXXX", NULL);
  g_autofree char *models = g_build_filename (folder, "models", NULL);
  g_autofree char *path = g_build_filename (models, "users.json", NULL);
  g_autoptr (Settings) settings = settings_load_home (folder, HOME_CREATE, NULL);
  assert_true (settings != NULL && chmod (folder, 0755) == 0 && chmod (models, 0755) == 0);
  write_file (models, "users.json", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}");
  assert_int_equal (chmod (path, 0), 0);
  g_autoptr (Log) log = log_open (&(LogOptions) { .level = LEVEL_INFO });
  CatalogWatch *watch = catalog_watch_new (settings, log);
  assert_int_equal (look_as_user (watch), CATALOG_MODELS_CHANGED);
  assert_int_equal (look_as_user (watch), CATALOG_SAME);
  assert_int_equal (catalog_watch_get (watch)->broken->len, 1);
  assert_int_equal (chmod (path, 0644), 0);
  assert_int_equal (look_as_user (watch), CATALOG_MODELS_CHANGED);
  assert_int_equal (look_as_user (watch), CATALOG_SAME);
  assert_int_equal (catalog_watch_get (watch)->models->len, 1);
  catalog_watch_free (watch);
  remove_tree (folder);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (every_edit_is_noticed_once),
    cmocka_unit_test (a_broken_model_is_told_once),
    cmocka_unit_test (an_unreadable_model_is_tried_again),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
