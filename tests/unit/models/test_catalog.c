/* All models of a folder. */
#include "tests/unit/models/words.h"

#include "models/catalog.h"

#include <glib/gstdio.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"
#define SALES                                                                                                                      \
  "{\"table\": \"sales\", \"kind\": \"fact\", \"references\": [{\"dimension\": \"users\", \"columns\": [\"email\"], \"as\": "      \
  "\"user_id\"}]}"

typedef struct
{
  const char *name;
  const char *text;
} File;

/* The catalog of a folder with these files; the folder is removed again. */
static Catalog *
load (const File *files, size_t count)
{
  g_autofree char *folder = g_dir_make_tmp ("weir-models-XXXXXX", NULL);
  for (size_t i = 0; i < count; i++)
    {
      g_autofree char *path = g_build_filename (folder, files[i].name, NULL);
      assert_true (g_file_set_contents (path, files[i].text, -1, NULL));
    }
  g_autoptr (GError) error = NULL;
  Catalog *catalog = catalog_load (folder, "models", fake_words (), &error);
  assert_non_null (catalog);
  for (size_t i = 0; i < count; i++)
    {
      g_autofree char *path = g_build_filename (folder, files[i].name, NULL);
      g_unlink (path);
    }
  g_rmdir (folder);
  return catalog;
}

static void
test_a_missing_folder_is_an_empty_catalog (void **state G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Catalog) catalog = catalog_load ("/nonexistent/models", "models", fake_words (), &error);
  assert_non_null (catalog);
  assert_int_equal (catalog->models->len, 0);
  assert_int_equal (catalog->broken->len, 0);
}

static void
test_a_folder_that_is_a_file_is_a_local_error (void **state G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  assert_null (catalog_load ("/dev/null", "models", fake_words (), &error));
  assert_int_equal (error->code, WEIR_ERROR_LOCAL);
}

static void
test_models_are_sorted_and_other_files_are_left_alone (void **state G_GNUC_UNUSED)
{
  static const File files[] = {
    { "users.json", USERS }, { "sales.json", SALES }, { "README.md", "x" }, { ".users.json", "x" }, { "users.json~", "x" },
  };
  g_autoptr (Catalog) catalog = load (files, G_N_ELEMENTS (files));
  assert_int_equal (catalog->broken->len, 0);
  assert_int_equal (catalog->models->len, 2);
  assert_string_equal (((const Model *) g_ptr_array_index (catalog->models, 0))->table, "sales");
  assert_string_equal (catalog_find (catalog, "users")->path, "models/users.json");
  assert_null (catalog_find (catalog, "shops"));
  assert_null (catalog_find_broken (catalog, "users"));
}

static void
test_a_bad_model_stops_its_own_table (void **state G_GNUC_UNUSED)
{
  static const File files[] = { { "users.json", USERS }, { "shops.json", "{" }, { "visits.json", "{\"table\": \"visits\"}" } };
  g_autoptr (Catalog) catalog = load (files, G_N_ELEMENTS (files));
  assert_non_null (catalog_find (catalog, "users"));
  assert_null (catalog_find (catalog, "shops"));
  const BrokenModel *shops = catalog_find_broken (catalog, "shops");
  assert_string_equal (shops->path, "models/shops.json");
  assert_int_equal (shops->error->code, WEIR_ERROR_MODEL);
  assert_string_equal (weir_error_get_detail (catalog_find_broken (catalog, "visits")->error), "$: \"kind\" is missing");
}

static void
test_a_fact_falls_with_its_dimension (void **state G_GNUC_UNUSED)
{
  static const File files[] = { { "users.json", "{}" }, { "sales.json", SALES } };
  g_autoptr (Catalog) catalog = load (files, G_N_ELEMENTS (files));
  assert_int_equal (catalog->models->len, 0);
  assert_string_equal (weir_error_get_detail (catalog_find_broken (catalog, "sales")->error),
                       "$.references[0].dimension: there is no good model \"users\"");
}

static void
test_a_model_that_meets_a_view_falls_with_those_that_refer_to_it (void **state G_GNUC_UNUSED)
{
  static const File files[] = {
    { "users.json", USERS },
    { "users_current.json", "{\"table\": \"users_current\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}" },
    { "a.json", "{\"table\": \"a\", \"kind\": \"fact\", \"references\": "
                "[{\"dimension\": \"users_current\", \"columns\": [\"email\"], \"as\": \"user_id\"}]}" },
  };
  g_autoptr (Catalog) catalog = load (files, G_N_ELEMENTS (files));
  assert_int_equal (catalog->models->len, 1);
  assert_non_null (catalog_find (catalog, "users"));
  assert_non_null (catalog_find_broken (catalog, "users_current"));
  assert_non_null (catalog_find_broken (catalog, "a"));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_a_missing_folder_is_an_empty_catalog),
    cmocka_unit_test (test_a_folder_that_is_a_file_is_a_local_error),
    cmocka_unit_test (test_models_are_sorted_and_other_files_are_left_alone),
    cmocka_unit_test (test_a_bad_model_stops_its_own_table),
    cmocka_unit_test (test_a_fact_falls_with_its_dimension),
    cmocka_unit_test (test_a_model_that_meets_a_view_falls_with_those_that_refer_to_it),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
