/* "missing": "placeholder": entities that a fact names before their dimension has them. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#define USERS                                                                                                                      \
  "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"id\": {\"normalize\": [\"trim\", "             \
  "\"lowercase\"]}}"
#define SALES(missing)                                                                                                             \
  "{\"table\": \"sales\", \"kind\": \"fact\", \"references\": [{\"dimension\": \"users\", \"columns\": [\"buyer\"], \"as\": "      \
  "\"user_id\", \"missing\": \"" missing "\"}]}"

static void
load (Home *home, const char *name, const char *text, const char *counts)
{
  g_autoptr (Json) published = load_text (home, name, text, NULL);
  assert_load (published, "applied", counts);
  assert_ledger (home, published);
}

static void
assert_users (Home *home, const char *expected)
{
  assert_sql (home, expected,
              "select string_agg(concat_ws('|', email, coalesce(name, '-'), version_number, is_current, is_inferred,"
              " effective_start_date = '-infinity'), ' ' order by email, version_number) from warehouse.users");
}

static int
users_setup (void **state)
{
  if (home_setup (state) != 0)
    return -1;
  home_write_model (*state, "users", USERS);
  home_write_model (*state, "sales", SALES ("placeholder"));
  load (*state, "users.csv", "email,name\nann@x.org,Ann\n", "read=1 inserted=1 staged=1");
  return 0;
}

/* One for each entity, with its key as the dimension will have it; of who is there none, nor of nobody. */
static void
test_made (void **state)
{
  Home *home = *state;
  g_autoptr (Json) published =
      load_text (home, "sales.csv", "buyer,amount\n BOB@x.org,1\nbob@x.org,2\nann@x.org,3\n,4\n\"cy,d@x.org\",5\n", NULL);
  assert_load (published, "applied", "read=5 inserted=5 staged=5");
  assert_json (published, "notes.0",
               "2 placeholders were made in users, which did not have the buyer: filled by the first file that has them");
  assert_users (home, "ann@x.org|Ann|1|t|f|f bob@x.org|-|1|t|t|t cy,d@x.org|-|1|t|t|t");
  assert_sql (
      home, "ann@x.org:3 bob@x.org:1 bob@x.org:2 cy,d@x.org:5",
      "select string_agg(email || ':' || amount, ' ' order by email, amount) from warehouse.sales join warehouse.users_current "
      "using (user_id)");
  assert_sql (home, "t", "select is_inferred from warehouse.users_current where email = 'bob@x.org'");
  /* Who is named again is there by now. */
  g_autoptr (Json) again = load_text (home, "sales.csv", "buyer,amount\nbob@x.org,6\n", NULL);
  assert_load (again, "applied", "read=1 inserted=1 staged=1");
  assert_null (json_at (again, "notes.0"));
}

/* The first file that has the entity fills it in place; what follows is history as ever. */
static void
test_filled (void **state)
{
  Home *home = *state;
  load (home, "sales.csv", "buyer,amount\nbob@x.org,1\ncy@x.org,1\n", "read=2 inserted=2 staged=2");
  load (home, "users.csv", "email,name\nann@x.org,Anna\nbob@x.org,Bob\n", "read=2 updated=2 deactivated=1 staged=2");
  assert_users (home, "ann@x.org|Ann|1|f|f|f ann@x.org|Anna|2|t|f|f bob@x.org|Bob|1|t|f|t cy@x.org|-|1|t|t|t");
  load (home, "users.csv", "email,name,city\nann@x.org,Anna,\nbob@x.org,Bob,\n", "read=2 unchanged=2 staged=2");
  load (home, "users.csv", "email,name\nbob@x.org,Rob\ncy@x.org,Cy\n", "read=2 updated=2 deactivated=1 staged=2");
  assert_users (home,
                "ann@x.org|Ann|1|f|f|f ann@x.org|Anna|2|t|f|f bob@x.org|Bob|1|f|f|t bob@x.org|Rob|2|t|f|f cy@x.org|Cy|1|t|f|t");
  assert_sql (home, "Cy|1 Rob|1",
              "select string_agg(name || '|' || amount, ' ' order by name) from warehouse.sales join warehouse.users_current using "
              "(user_id)");
}

/* Keys of several columns that are no text have the dimension's types, in whatever way the fact writes them. */
static void
test_typed_keys (void **state)
{
  Home *home = *state;
  home_write_model (home, "shops", "{\"table\": \"shops\", \"kind\": \"dimension\", \"business_key\": [\"chain\", \"opened\"]}");
  home_write_model (
      home, "visits",
      "{\"table\": \"visits\", \"kind\": \"fact\", \"columns\": {\"day\": {\"type\": \"date\", \"format\": \"DD/MM/YYYY\"}},"
      " \"references\": [{\"dimension\": \"shops\", \"columns\": [\"chain\", \"day\"], \"as\": \"shop_id\", \"missing\": "
      "\"placeholder\"}]}");
  load (home, "shops.csv", "chain,opened,city\n7,2020-01-02,Oslo\n", "read=1 inserted=1 staged=1");
  load (home, "visits.csv", "chain,day,guests\n7,02/01/2020,1\n8,03/02/2021,2\n", "read=2 inserted=2 staged=2");
  load (home, "shops.csv", "chain,opened,city\n8,2021-02-03,Rome\n", "read=1 updated=1 staged=1");
  assert_sql (home, "7|2020-01-02|Oslo|1 8|2021-02-03|Rome|2",
              "select string_agg(concat_ws('|', chain, opened, city, guests), ' ' order by chain) from warehouse.shops join "
              "warehouse.visits using (shop_id)");
}

/* What the dimension would refuse as a key is a reject, and neither a placeholder nor the file's end. */
static void
test_a_key_of_another_type (void **state)
{
  Home *home = *state;
  home_write_model (home, "items", "{\"table\": \"items\", \"kind\": \"dimension\", \"business_key\": [\"no\"]}");
  home_write_model (
      home, "picks",
      "{\"table\": \"picks\", \"kind\": \"fact\", \"rejects\": {\"max_percent\": 80}, \"references\": [{\"dimension\": "
      "\"items\", \"columns\": [\"item\"], \"as\": \"item_id\", \"missing\": \"placeholder\"}]}");
  load (home, "items.csv", "no,name\n1,a\n2,b\n", "read=2 inserted=2 staged=2");
  g_autoptr (Json) published = load_text (home, "picks.csv", "item,n\n1,1\nunknown,2\n02,3\n7,4\n,5\n", NULL);
  assert_load (published, "applied", "read=5 rejected=2 inserted=3 staged=3");
  assert_sql (home, "item no row of items can have this key, which is no bigint",
              "select distinct column_name || ' ' || message from weir.reject where reason = 'missing_reference'");
  assert_sql (home, "1 2 7", "select string_agg(no::text, ' ' order by no) from warehouse.items");
}

/* Of a dimension whose rows have their time, the earliest that a file says stands since ever; late files find their places before it. */
static void
test_dated (void **state)
{
  Home *home = *state;
  home_write_model (
      home, "people",
      "{\"table\": \"people\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"effective\": {\"column\": \"at\"}, "
      "\"first\": \"always\"}");
  home_write_model (
      home, "calls",
      "{\"table\": \"calls\", \"kind\": \"fact\", \"references\": [{\"dimension\": \"people\", \"columns\": [\"email\"], "
      "\"as\": \"person_id\", \"missing\": \"placeholder\"}]}");
  load (home, "people.csv", "email,name,at\nann@x.org,Ann,2026-01-01\n", "read=1 inserted=1 staged=1");
  load (home, "calls.csv", "email,n\nbob@x.org,1\n", "read=1 inserted=1 staged=1");
  load (home, "people.csv", "email,name,at\nbob@x.org,Robert,2026-01-04\nbob@x.org,Bob,2026-01-02\n",
        "read=2 updated=2 deactivated=1 staged=2");
  load (home, "people.csv", "email,name,at\nbob@x.org,Bobby,2026-01-01\n", "read=1 late=1 staged=1");
  assert_sql (home, "Bobby|-infinity|2026-01-02|1 Bob|2026-01-02|2026-01-04|2 Robert|2026-01-04|-|3",
              "select string_agg(concat_ws('|', name, case when effective_start_date = '-infinity' then '-infinity' else "
              "effective_start_date::date::text end, coalesce(effective_end_date::date::text, '-'), version_number), ' ' order by "
              "version_number) from warehouse.people where email = 'bob@x.org'");
}

/* Rows that waited when the model said so have no key of which a placeholder could be made: they wait on. */
static void
test_rows_that_waited_before (void **state)
{
  Home *home = *state;
  home_write_model (home, "sales", SALES ("wait"));
  load (home, "sales.csv", "buyer,amount\nbob@x.org,1\n", "read=1 waiting=1");
  home_write_model (home, "sales", SALES ("placeholder"));
  load (home, "sales.csv", "buyer,amount\ncy@x.org,2\n", "read=1 inserted=1 staged=1");
  assert_sql (home, "1", "select count(*) from weir.waiting");
  assert_users (home, "ann@x.org|Ann|1|t|f|f cy@x.org|-|1|t|t|t");
  load (home, "users.csv", "email,name\nbob@x.org,Bob\n", "read=1 inserted=1 staged=1");
  assert_sql (home, "0", "select count(*) from weir.waiting");
}

/* More than are asked for, and read from the file, at a time. */
static void
test_many (void **state)
{
  Home *home = *state;
  g_autoptr (GString) text = g_string_new ("buyer,amount\n");
  for (int i = 0; i < 21000; i++)
    g_string_append_printf (text, "user%d@x.org,%d\n", i, i);
  g_string_append (text, "user7@x.org,1\n");
  load (home, "sales.csv", text->str, "read=21001 inserted=21001 staged=21001");
  assert_sql (home, "21000", "select count(*) from warehouse.users where is_inferred");
  assert_sql (
      home, "21000",
      "select count(*) from warehouse.sales join warehouse.users using (user_id) where email = 'user' || amount || '@x.org'");
}

/* The first of them needs a column, and so the table for itself. */
static void
test_busy_dimension (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"lock_timeout\": 0.2");
  sql_run_text (home, "begin");
  sql_run_text (home, "select from warehouse.users");
  g_autoptr (Json) busy = load_text (home, "sales.csv", "buyer,amount\nbob@x.org,1\n", NULL);
  assert_json (busy, "status", "failed");
  assert_json (busy, "error.code", "lock_busy");
  sql_run_text (home, "commit");
  assert_weir (home, 0, "load", "--archive", "imports/sales.csv", NULL);
  assert_users (home, "ann@x.org|Ann|1|t|f|f bob@x.org|-|1|t|t|t");
}

/* A column that a file has brought marks nothing. */
static void
test_a_name_that_is_taken (void **state)
{
  Home *home = *state;
  sql_run_text (home, "alter table warehouse.users add column is_inferred text");
  g_autoptr (Json) refused = load_text (home, "sales.csv", "buyer,amount\nbob@x.org,1\n", NULL);
  assert_json (refused, "error.code", "history_changed");
  assert_error_says (refused, "\\\"names\\\": {\\\"inferred\\\": ...}");
  assert_sql (home, "1", "select count(*) from warehouse.users");
  sql_run_text (home, "alter table warehouse.users drop column is_inferred");
  assert_weir (home, 0, "load", "--archive", "imports/sales.csv", NULL);
}

/* A table of before there were placeholders, of which a file has the column: it is the file's. */
static void
test_a_file_that_has_the_name (void **state)
{
  Home *home = *state;
  home_write_model (
      home, "users",
      "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"id\": {\"normalize\": [\"trim\", "
      "\"lowercase\"]}, \"names\": {\"inferred\": \"guessed\"}}");
  load (home, "users.csv", "email,name,is_inferred\nann@x.org,Ann,true\n", "read=1 unchanged=1 staged=1");
  sql_run_text (home, "update weir.table set history = history || '{\"names\": {}}' where table_name = 'users'");
  home_write_model (home, "users", USERS);
  g_autoptr (Json) refused = load_text (home, "users.csv", "email,name,is_inferred\nann@x.org,Anna,true\n", NULL);
  assert_json (refused, "error.code", "history_changed");
  assert_error_says (refused, "\\\"inferred\\\"");
  home_write_model (
      home, "users",
      "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"id\": {\"normalize\": [\"trim\", "
      "\"lowercase\"]}, \"names\": {\"inferred\": \"guessed\"}}");
  assert_weir (home, 0, "load", "--archive", "imports/users.csv", NULL);
  assert_sql (
      home, "Ann|t|1 Anna|t|2",
      "select string_agg(concat_ws('|', name, is_inferred, version_number), ' ' order by version_number) from warehouse.users");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, users_setup, home_teardown)
  const struct CMUnitTest tests[] = { TEST (test_made),
                                      TEST (test_filled),
                                      TEST (test_typed_keys),
                                      TEST (test_a_key_of_another_type),
                                      TEST (test_dated),
                                      TEST (test_rows_that_waited_before),
                                      TEST (test_many),
                                      TEST (test_busy_dimension),
                                      TEST (test_a_name_that_is_taken),
                                      TEST (test_a_file_that_has_the_name) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
