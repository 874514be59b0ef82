/* Which table a file belongs to. */
#include "tests/unit/models/words.h"

#include "models/catalog.h"

static const char *const models[] = {
  "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}",
  "{\"table\": \"users_2\", \"kind\": \"fact\"}",
  "{\"table\": \"sales_report\", \"kind\": \"fact\"}",
  "{\"table\": \"people\", \"kind\": \"fact\", \"files\": [\"persons*.csv\", \"export.csv\"]}",
};

/* A catalog of these models, and of a broken one for "shops". */
static Catalog *
make_catalog (void)
{
  Catalog *catalog = g_new0 (Catalog, 1);
  catalog->models = g_ptr_array_new_with_free_func ((GDestroyNotify) model_free);
  catalog->broken = g_ptr_array_new_with_free_func (g_free);
  for (size_t i = 0; i < G_N_ELEMENTS (models); i++)
    g_ptr_array_add (catalog->models, good_model (models[i]));
  static char shops[] = "shops";
  BrokenModel *broken = g_new0 (BrokenModel, 1);
  broken->table = shops;
  g_ptr_array_add (catalog->broken, broken);
  return catalog;
}

typedef enum
{
  GOOD,
  BROKEN,
  NONE,
} Found;

static const struct
{
  const char *file;
  const char *table;
  Found found;
  const char *suggestion;
} cases[] = {
  { "users.csv", "users", GOOD },
  { "/home/ann/imports/users.csv", "users", GOOD },
  { "Users.CSV", "users", GOOD },
  { "users", "users", GOOD },
  { "users.csv.gz", "users", GOOD },
  { "Users.TSV.ZST", "users", GOOD },
  { "users_2026-11-20.csv.zst", "users", GOOD },
  { "users.20261120T093000Z-3fa9c1d2.csv.gz", "users", GOOD },
  { "users_2026-11-20.csv", "users", GOOD },
  { "users-3.csv", "users", GOOD },
  { "users 3.csv", "users", GOOD },
  { "users.20261120T093000Z-3fa9c1d2.csv", "users", GOOD },
  { "users_2.csv", "users_2", GOOD }, /* the longest */
  { "users_2_2026.csv", "users_2", GOOD },
  { "users_23.csv", "users", GOOD },
  { "Sales Report 2026.csv", "sales_report", GOOD },
  { "shops.csv", "shops", BROKEN },
  { "shops-2.csv", "shops", BROKEN },
  /* files */
  { "persons_of_today.csv", "people", GOOD },
  { "export.csv", "people", GOOD },
  { "export.20261120T093000Z-3fa9c1d2.csv", "people", GOOD },
  { "export.20261120T093000Z-3fa9c1d2-1.csv", "people", GOOD },
  { "export.csv.gz", "people", GOOD }, /* the globs are about the file, however it is packed */
  { "persons_of_today.csv.zst", "people", GOOD },
  { "export.20261120T093000Z-3fa9c1d2.csv.zst", "people", GOOD },
  { "people.csv", "people", GOOD },
  /* without a model */
  { "sales_2026-11-20.csv", "sales", NONE },
  { "products.csv", "products", NONE },
  { "products.csv.gz", "products", NONE },
  { "user.csv", "user", NONE, "users" },
  { "userss_4.csv", "userss", NONE, "users" },
  { "old_clients.csv", "old_clients", NONE },
  { "2026.csv", "_2026", NONE },
  { "2026-11-20_sales.csv", "_2026_11_20_sales", NONE },
  { "q3_2026.csv", "q3", NONE },
  { "table_1_extra.csv", "table", NONE },
  { "Größe.csv", "grosse", NONE },
  { "-1.csv", "_1", NONE },
};

static void
test_where_files_go (void **state G_GNUC_UNUSED)
{
  g_autoptr (Catalog) catalog = make_catalog ();
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Route) route = { 0 };
      catalog_route (catalog, cases[i].file, &route);
      if (g_strcmp0 (route.table, cases[i].table) != 0)
        fail_msg ("%s goes to %s, not %s", cases[i].file, route.table, cases[i].table);
      assert_int_equal (route.model != NULL, cases[i].found == GOOD);
      assert_int_equal (route.broken != NULL, cases[i].found == BROKEN);
      if (route.model != NULL)
        assert_string_equal (route.model->table, cases[i].table);
      if (g_strcmp0 (route.suggestion, cases[i].suggestion) != 0)
        fail_msg ("%s suggests %s, not %s", cases[i].file, route.suggestion, cases[i].suggestion);
    }
}

static void
test_an_empty_catalog_still_names_tables (void **state G_GNUC_UNUSED)
{
  g_autoptr (Catalog) catalog = g_new0 (Catalog, 1);
  catalog->models = g_ptr_array_new ();
  catalog->broken = g_ptr_array_new ();
  g_auto (Route) route = { 0 };
  catalog_route (catalog, "users_1.csv", &route);
  assert_string_equal (route.table, "users");
  assert_null (route.model);
  assert_null (route.suggestion);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_where_files_go),
    cmocka_unit_test (test_an_empty_catalog_still_names_tables),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
