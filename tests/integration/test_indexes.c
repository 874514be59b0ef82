/* Indexes on what people look for, where the settings ask for them; and statistics, always. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#define LONG "a_name_of_a_table_that_is_so_long_that_no_index_can_be_called_so"

static const char users_text[] = "name,email,city\nAnn,a@x.org,Oslo\nBob,b@x.org,Bonn\n";
static const char sales_text[] = "email,amount\na@x.org,1\nb@x.org,2\n";

static void
write_models (Home *home, const char *key)
{
  g_autofree char *users = g_strdup_printf ("{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [%s]}", key);
  g_autofree char *columns = g_strdup (key);
  g_autofree char *sales =
      g_strdup_printf ("{\"table\": \"sales\", \"kind\": \"fact\", \"references\": [{\"dimension\": \"users\", "
                       "\"columns\": [%s], \"as\": \"user_id\"}]}",
                       columns);
  home_write_model (home, "users", users);
  home_write_model (home, "sales", sales);
}

static void
load (Home *home, const char *name, const char *text)
{
  g_autoptr (Json) published = load_text (home, name, text, NULL);
  assert_json (published, "status", "applied");
}

static void
assert_indexes (Home *home, const char *expected)
{
  assert_sql (home, expected,
              "select coalesce(string_agg(regexp_replace(indexdef, '.* (on|ON) (only )?(.*) USING btree', '\\3'), ', ' order by "
              "indexname), '')"
              " from pg_indexes where schemaname = 'warehouse' and indexname like '%%\\_weir'");
}

static void
test_by_default (void **state)
{
  Home *home = *state;
  write_models (home, "\"email\"");
  load (home, "users.csv", users_text);
  load (home, "sales.csv", sales_text);
  assert_indexes (home, "");
  /* Whoever asks behind the first load has statistics of each column that has values. */
  assert_sql (
      home, "city,effective_start_date,email,is_current,name,opened_by,row_hash,user_id,version_number",
      "select string_agg(attname, ',' order by attname) from pg_stats where schemaname = 'warehouse' and tablename = 'users'"
      " and null_frac < 1");
  /* Nobody waited for more than that. */
  assert_sql (home, "2,0", "select reltuples || ',' || relallvisible from pg_class where oid = 'warehouse.users'::regclass");
}

static void
test_asked_for (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"indexes\": \"keys\"");
  write_models (home, "\"email\"");
  load (home, "users.csv", users_text);
  load (home, "sales.csv", sales_text);
  assert_indexes (home, "warehouse.sales (user_id), warehouse.users (email)");
  expect_load (home, "name,email,city\nAnn,a@x.org,Rome\n", "applied", "read=1 updated=1 deactivated=1 staged=1");
  assert_indexes (home, "warehouse.sales (user_id), warehouse.users (email)");
}

/* A table that is there gets its index with the next load; of a key of two columns it has both. */
static void
test_asked_for_later (void **state)
{
  Home *home = *state;
  write_models (home, "\"email\", \"city\"");
  load (home, "users.csv", users_text);
  home_configure (home, ", \"indexes\": \"keys\"");
  load (home, "users.csv", "name,email,city\nAnn Lee,a@x.org,Oslo\n");
  assert_indexes (home, "warehouse.users (email, city)");
}

/* One whose making was ended is there, and of no use to anybody. */
static void
test_a_leftover_is_made_anew (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"indexes\": \"keys\"");
  write_models (home, "\"email\"");
  load (home, "users.csv", users_text);
  g_autofree char *url = cluster_url (home->cluster, home->database, "postgres", CLUSTER_PASSWORD);
  g_autoptr (Db) superuser = db_connect (url, "test", -1, NULL);
  assert_true (
      db_exec (superuser, "update pg_index set indisvalid = false where indexrelid = 'warehouse.users_key_weir'::regclass", NULL));

  load (home, "users.csv", "name,email,city\nAnn Lee,a@x.org,Oslo\n");

  assert_sql (home, "t", "select indisvalid from pg_index where indexrelid = 'warehouse.users_key_weir'::regclass");
}

/* A worker does it behind its answer, and before it ends. */
static void
test_by_a_worker (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"indexes\": \"keys\"");
  write_models (home, "\"email\"");
  home_write_file (home, "imports/users.csv", users_text);
  home_note_file (home, "imports/users.csv");
  assert_weir (home, 0, "watch", "--once", NULL);
  assert_indexes (home, "warehouse.users (email)");
  assert_sql (home, "2,1", "select reltuples || ',' || relallvisible from pg_class where oid = 'warehouse.users'::regclass");
}

static void
test_a_long_name (void **state)
{
  Home *home = *state;
  g_autofree char *table = g_strndup (LONG, 55);
  g_autofree char *model = g_strdup_printf ("{\"table\": \"%s\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}", table);
  g_autofree char *file = g_strconcat (table, ".csv", NULL);
  home_configure (home, ", \"indexes\": \"keys\"");
  home_write_model (home, table, model);
  load (home, file, users_text);
  load (home, file, "name,email,city\nAnn Lee,a@x.org,Oslo\n");
  assert_sql (home, "1", "select count(*) from pg_indexes where schemaname = 'warehouse' and indexdef like '%%(email)'");
}

/* A key as the file's header writes it. */
static void
test_a_header_that_is_no_identifier (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"indexes\": \"keys\"");
  write_models (home, "\"E-Mail\"");
  load (home, "users.csv", "name,E-Mail\nAnn,a@x.org\n");
  assert_indexes (home, "warehouse.users (e_mail)");
}

/* Two tables whose indexes would have one name. */
static void
test_names_that_meet (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"indexes\": \"keys\"");
  write_models (home, "\"email\"");
  home_write_model (home, "a",
                    "{\"table\": \"a\", \"kind\": \"fact\", \"references\": [{\"dimension\": \"users\", \"columns\": [\"email\"], "
                    "\"as\": \"b_user_id\"}]}");
  home_write_model (
      home, "a_b",
      "{\"table\": \"a_b\", \"kind\": \"fact\", \"references\": [{\"dimension\": \"users\", \"columns\": [\"email\"], "
      "\"as\": \"user_id\"}]}");
  load (home, "users.csv", users_text);
  load (home, "a.csv", sales_text);
  load (home, "a_b.csv", sales_text);
  load (home, "a_b.csv", "email,amount\na@x.org,3\n");
  assert_indexes (home, "warehouse.a (b_user_id), warehouse.users (email)");
  assert_sql (home, "(user_id)",
              "select string_agg(regexp_replace(indexdef, '.* ', ''), '') from pg_indexes where indexname = 'a_b_user_id_weir2' "
              "and tablename = 'a_b'");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = { TEST (test_by_default),      TEST (test_asked_for),
                                      TEST (test_asked_for_later), TEST (test_a_leftover_is_made_anew),
                                      TEST (test_by_a_worker),     TEST (test_a_long_name),
                                      TEST (test_names_that_meet), TEST (test_a_header_that_is_no_identifier) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
