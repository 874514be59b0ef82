/* example_data as it is shipped, with the shipped models: every load reports what expected.json says. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

static char *
source_file (const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv ("WEIR_SOURCE"), name, NULL);
  char *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    fail_msg ("%s cannot be read", path);
  return text;
}

static void
use_shipped_models (Home *home)
{
  static const char *const tables[] = { "users", "transactions" };
  for (size_t i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autofree char *name = g_strdup_printf ("models/%s.json", tables[i]);
      g_autofree char *text = source_file (name);
      home_write_model (home, tables[i], text);
    }
}

static Json *
expected_loads (void)
{
  g_autofree char *text = source_file ("example_data/expected.json");
  g_autoptr (GError) error = NULL;
  g_autoptr (Json) root = weir_json_parse (text, strlen (text), "expected.json", &error);
  assert_non_null (root);
  return json_incref (json_object_get (root, "loads"));
}

static void
load_as_expected (Home *home, const Json *expected)
{
  g_autofree char *file = json_at (expected, "file");
  g_autofree char *path = g_build_filename ("example_data", file, NULL);
  g_autofree char *text = source_file (path);
  g_autofree char *name = g_path_get_basename (file);
  g_autoptr (Json) published = load_text (home, name, text, NULL);
  print_message ("  %s\n", file);
  g_autofree char *status = json_at (expected, "status");
  g_autofree char *rows = json_at (expected, "rows");
  assert_json (published, "status", status);
  assert_json (published, "rows", rows);
  assert_ledger (home, published);
}

static void
test_example_data (void **state)
{
  Home *home = *state;
  use_shipped_models (home);
  g_autoptr (Json) loads = expected_loads ();
  size_t index;
  Json *expected;
  json_array_foreach (loads, index, expected)
    load_as_expected (home, expected);

  /* What the second file of users did, in numbers of versions. */
  int64_t inserted = sql_number (home, "select sum(rows_inserted) from weir.file where table_name = 'users'");
  int64_t updated = sql_number (home, "select sum(rows_updated) from weir.file where table_name = 'users'");
  assert_int_equal (sql_number (home, "select count(*) from warehouse.users"), inserted + updated);
  assert_int_equal (sql_number (home, "select count(*) from warehouse.users_current"), inserted);
  assert_sql (home, "date",
              "select format_type(atttypid, null) from pg_attribute where attrelid = 'warehouse.users'::regclass and attname = "
              "'date_of_birth'");
  /* Every transaction has its user, and none carries an e-mail. */
  assert_sql (home, "0",
              "select count(*) from warehouse.transactions t where user_id is not null and not exists"
              " (select from warehouse.users u where u.user_id = t.user_id)");
  assert_sql (home, "0",
              "select count(*) from pg_attribute where attrelid = 'warehouse.transactions'::regclass and attname = 'email'");
  home->oracle = ORACLE_REPLAY;
}

/* The same through the worker, both files of a batch dropped at once. The first facts wait for users that were never loaded, the
 * second for those that lie there: they must come after them, for facts that are there alone have nothing to wait for. */
static void
test_example_watched (void **state)
{
  Home *home = *state;
  use_shipped_models (home);
  g_autoptr (Background) watch = spawn_weir (home, "watch", NULL);
  static const char *const batches[][2] = { { "inserts/transactions.csv", "inserts/users.csv" },
                                            { "updates/users.csv", "updates/transactions.csv" } };
  for (int i = 0; i < 2; i++)
    {
      for (int j = 0; j < 2; j++)
        {
          g_autofree char *path = g_build_filename ("example_data", batches[i][j], NULL);
          g_autofree char *name = g_path_get_basename (path);
          g_autofree char *text = source_file (path);
          home_drop (home, name, text);
        }
      wait_until (home_count_files (home, "archive") == 2 * (i + 1));
    }
  assert_int_equal (background_stop (watch, SIGTERM, 10), 0);
  g_autoptr (Json) loads = expected_loads ();
  size_t index;
  Json *expected;
  json_array_foreach (loads, index, expected)
    {
      g_autofree char *rows = json_at (expected, "rows");
      assert_sql (home, "1", "select count(*) from weir.file where summary->'rows' = '%s'::jsonb", rows);
    }
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = { TEST (test_example_data), TEST (test_example_watched) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
