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
  /* a date before the name */
  { "2026-11-28_users.csv", "users", GOOD },
  { "20261128-users.csv", "users", GOOD },
  { "20261128_users_3.csv", "users", GOOD },
  { "2026_11_28 Users.csv", "users", GOOD },
  { "2026-11_users.csv", "users", GOOD },
  { "202611 users.csv", "users", GOOD },
  { "2026-11-28 - users.csv", "users", GOOD },
  { "2026-11-28T093000Z_users.csv.gz", "users", GOOD },
  { "20261128-0930-users.csv", "users", GOOD },
  { "20261128_093000_users_2.csv", "users_2", GOOD },
  { "2026-11-28_shops.csv", "shops", BROKEN },
  { "2026-11-28_users.20261120T093000Z-3fa9c1d2.csv", "users", GOOD },
  { "2026-11-28_users.csv.zst", "users", GOOD },
  { "2026-11-28_products.csv", "products", NONE },
  { "20261128-products_4.csv", "products", NONE },
  { "2026-11-28_user.csv", "user", NONE, "users" },
  { "2026-11-28_people (1).csv", "people_1", NONE, "people" },
  { "2026-11-28.csv", "_2026_11_28", NONE },
  { "2026-11-28_2.csv", "_2026_11_28_2", NONE },
  { "2026-13-28_users.csv", "_2026_13_28_users", NONE, "users" }, /* no month */
  { "2026-11-28users.csv", "_2026_11_28users", NONE, "users" },
  /* a date in another order, or with nothing behind it: a question */
  { "28.11.2026 users.csv", "_28_11_2026_users", NONE, "users" },
  { "28.11.2026_users.csv.gz", "_28_11_2026_users", NONE, "users" },
  { "1.2.26 users.csv", "_1_2_26_users", NONE, "users" },
  { "2026.11.28 Sales Report.csv", "_2026_11_28_sales_report", NONE, "sales_report" },
  { "28.20261120T093000Z-3fa9c1d2.11.2026 users.csv", "_28_11_2026_users", NONE, "users" },
  { "28.11.2026users.csv", "_28_11_2026users", NONE, "users" },
  { "28.11.2026.csv", "_28_11_2026", NONE },
  { "28.11.users.csv", "_28", NONE }, /* two numbers */
  { "28-11-2026_users.csv", "_28_11_2026_users", NONE, "users" },
  { "28-11-2026 users (1).csv", "_28_11_2026_users_1", NONE, "users" },
  { "11_28_2026-users.csv", "_11_28_2026_users", NONE, "users" },
  { "28112026users.csv", "_28112026users", NONE, "users" },
  { "20261128users.csv", "_20261128users", NONE, "users" },
  { "20261128users.csv.zst", "_20261128users", NONE, "users" },
  { "202611people.csv", "_202611people", NONE, "people" },
  { "20261128superusers.csv", "_20261128superusers", NONE },
  { "20261128usersnew.csv", "_20261128usersnew", NONE },
  { "users20261128.csv", "users20261128", NONE, "users" },
  { "sales_report20261128.csv", "sales_report20261128", NONE, "sales_report" },
  { "007_users.csv", "_007_users", NONE, "users" },
  { "1_users.csv", "_1_users", NONE, "users" },
  { "5000-10_users.csv", "_5000_10_users", NONE, "users" },
  /* copies by browsers, desktops and people */
  { "users (1).csv", "users_1", NONE, "users" },
  { "users(1).csv", "users_1", NONE, "users" },
  { "users - Copy.csv", "users_copy", NONE, "users" },
  { "users - Copy (2).csv", "users_copy_2", NONE, "users" },
  { "Copy of users.csv", "copy_of_users", NONE, "users" },
  { "Copy of users (1).csv", "copy_of_users_1", NONE, "users" },
  { "Copy of Sales Report.csv", "copy_of_sales_report", NONE, "sales_report" },
  { "users copy 2.csv", "users_copy", NONE, "users" },
  { "users_export.csv", "users_export", NONE, "users" },
  { "export-users.csv", "export_users", NONE, "users" },
  { "users_export_2026-11-28.csv", "users_export", NONE, "users" },
  { "Kopie von users.csv", "kopie_von_users", NONE, "users" },
  { "users – Kopie.csv", "users_kopie", NONE, "users" },
  { "copie de sales_report.csv", "copie_de_sales_report", NONE, "sales_report" },
  { "users_2026-11-28 (1).csv", "users", GOOD },
  { "users_old.csv", "users_old", NONE, "users" },
  { "users.csv.csv", "users", GOOD },
  { "users.csv (1).csv", "users", GOOD },
  { "superusers.csv", "superusers", NONE }, /* another word */
  { "users2.csv", "users2", NONE, "users" },
  { "2026.csv", "_2026", NONE },
  { "2026-11-20_sales.csv", "sales", NONE },
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
