/* One judgement whether a table can be loaded: what a load says, `weir status` and `weir check` have said before it. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#define ITEMS(more) "{\"table\": \"items\", \"kind\": \"dimension\", \"business_key\": [\"k\"]" more "}"
#define DECLARED(column, type) ITEMS (", \"columns\": {\"" column "\": {\"type\": \"" type "\"}}")

/* A home whose table was loaded once, with texts, numbers and fractions, and a file that waits. */
static void
given_items (Home *home)
{
  home_write_model (home, "items", ITEMS (""));
  g_autoptr (Json) published = load_text (home, "items.csv", "k,n,f,word,d\na,1,1.5,x,2026-01-02\nb,2,2.5,,2026-01-03\n", NULL);
  assert_load (published, "applied", "read=2 inserted=2 staged=2");
  home_drop (home, "items-2.csv", "k,n,f,word,d\na,1,1.5,x,2026-01-02\nc,3,3.5,y,2026-01-04\n");
}

/* The member of the array's element whose member "name" is "value", NULL: there is none. */
static Json *
find_in (const Json *array, const char *name, const char *value)
{
  size_t i;
  Json *element;
  json_array_foreach (array, i, element)
    if (g_strcmp0 (json_string_value (json_object_get (element, name)), value) == 0)
      return element;
  return NULL;
}

static Json *
ask (Home *home, const char *command)
{
  g_autoptr (Outcome) outcome = run_weir (home, command, "--json", NULL);
  return outcome_json (outcome);
}

/* What `weir status` says of a waiting file. */
static void
assert_waiting (Home *home, const char *file, const char *state, const char *says)
{
  g_autoptr (Json) status = ask (home, "status");
  const Json *waiting = find_in (json_object_get (status, "waiting"), "file", file);
  assert_json (waiting, "state", state);
  g_autofree char *reason = json_at (waiting, "reason");
  assert_contains (reason, says);
}

/* It is only young yet, at most. */
static void
assert_not_held (Home *home, const char *file)
{
  g_autoptr (Json) status = ask (home, "status");
  g_autofree char *state = json_at (find_in (json_object_get (status, "waiting"), "file", file), "state");
  assert_true (g_strcmp0 (state, "ready") == 0 || g_strcmp0 (state, "settling") == 0);
}

static void
assert_all_is_well (Home *home)
{
  assert_not_held (home, "items-2.csv");
  g_autoptr (Outcome) check = expect_weir (home, 0, "check", NULL);
  assert_contains (check->out, "All is well.");
}

/* The check of that name that failed. */
static void
assert_check_says (Home *home, const char *name, const char *code, const char *says)
{
  g_autoptr (Json) result = ask (home, "check");
  assert_json (result, "ok", "false");
  size_t i;
  Json *check;
  json_array_foreach (json_object_get (result, "checks"), i, check)
    if (g_strcmp0 (json_string_value (json_object_get (check, "check")), name) == 0
        && json_is_false (json_object_get (check, "ok")))
      {
        assert_json (check, "code", code);
        g_autofree char *message = json_at (check, "message");
        assert_contains (message, says);
        return;
      }
  fail_msg ("no check \"%s\" failed", name);
}

/* All three say the same, and the file stays where it is, without a run. */
static void
assert_disagrees (Home *home, const char *code, const char *says)
{
  int64_t runs = sql_number (home, "select count(*) from weir.execution");
  assert_waiting (home, "items-2.csv", "blocked", says);
  assert_check_says (home, "agreement", code, says);
  g_autoptr (Outcome) load = expect_weir (home, 2, "load", "--json", "imports/items-2.csv", NULL);
  g_autoptr (Json) published = outcome_json (load);
  assert_json (published, "error.code", code);
  g_autofree char *message = json_at (published, "error.message");
  assert_contains (message, says);
  assert_true (home_has_file (home, "imports/items-2.csv"));
  assert_int_equal (sql_number (home, "select count(*) from weir.execution"), runs);
}

static void
assert_loads (Home *home, const char *counts)
{
  assert_all_is_well (home);
  g_autoptr (Outcome) load = expect_weir (home, 0, "load", "--json", "--archive", "imports/items-2.csv", NULL);
  g_autoptr (Json) published = outcome_json (load);
  assert_load (published, "applied", counts);
}

static void
test_another_warehouse_schema (void **state)
{
  Home *home = *state;
  given_items (home);
  assert_all_is_well (home);
  home_configure (home, ", \"schemas\": {\"warehouse\": \"other\"}");
  assert_disagrees (home, "model", "table \"items\" was loaded into schema \"warehouse\", and the settings say \"other\"");
  home_configure (home, "");
  assert_loads (home, "read=2 unchanged=1 inserted=1 staged=2");
  home->oracle = ORACLE_REPLAY;
}

/* Of what is stored now, without loss or not. */
static void
test_declared_types (void **state)
{
  static const struct
  {
    const char *model, *says; /* NULL: they agree */
  } cases[] = {
    { DECLARED ("f", "bigint"), "column \"f\" of warehouse.items is numeric and cannot become bigint without loss" },
    { DECLARED ("n", "date"), "column \"n\" of warehouse.items is bigint and cannot become date without loss" },
    { DECLARED ("d", "text"), "column \"d\" of warehouse.items is date and cannot become text without loss" },
    { DECLARED ("word", "date"), "column \"word\" of warehouse.items is text and cannot become date: 1 of its values are not" },
    { DECLARED ("k", "date"), "column \"k\" of warehouse.items is text and cannot become date without loss" },
    { DECLARED ("n", "numeric"), NULL },
    { DECLARED ("n", "text"), NULL },
    { DECLARED ("d", "date"), NULL },
    { DECLARED ("later", "date"), NULL },
  };
  Home *home = *state;
  given_items (home);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      home_write_model (home, "items", cases[i].model);
      if (cases[i].says != NULL)
        assert_disagrees (home, "type_changed", cases[i].says);
      else
        assert_all_is_well (home);
    }
  /* Texts that are of the type are converted, and asking has not done that. */
  sql_run_text (home, "update warehouse.items set word = '2026-02-03' where word = 'x'");
  home_write_model (home, "items", DECLARED ("word", "date"));
  assert_all_is_well (home);
  assert_sql (home, "2026-02-03", "select max(word) from warehouse.items");
  assert_sql (home, "text", "select pg_typeof(word) from warehouse.items limit 1");
}

/* A bag of rows, which are known by their hash alone: as text, what is there would meet nothing that comes. */
static void
test_declared_types_without_a_key (void **state)
{
  Home *home = *state;
  home_write_model (home, "items", "{\"table\": \"items\", \"kind\": \"fact\"}");
  g_autoptr (Json) published = load_text (home, "items.csv", "n,word\n1,x\n2,y\n", NULL);
  assert_load (published, "applied", "read=2 inserted=2 staged=2");
  home_drop (home, "items-2.csv", "n,word\n1,x\n3,z\n");
  home_write_model (home, "items", "{\"table\": \"items\", \"kind\": \"fact\", \"columns\": {\"n\": {\"type\": \"text\"}}}");
  assert_disagrees (home, "type_changed", "column \"n\" of warehouse.items is bigint and cannot become text without loss");
  home_write_model (home, "items", "{\"table\": \"items\", \"kind\": \"fact\", \"columns\": {\"n\": {\"type\": \"numeric\"}}}");
  assert_loads (home, "read=2 unchanged=1 inserted=1 staged=2");
  home->oracle = ORACLE_REPLAY;
}

static void
test_a_table_of_somebody_else (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}");
  expect_load (home, "name,email\nAnn,a@x.org\n", "applied", "read=1 inserted=1 staged=1");
  sql_run_text (home, "create table warehouse.items (k text)");
  home_write_model (home, "items", ITEMS (""));
  home_drop (home, "items-2.csv", "k,n\na,1\n");
  assert_disagrees (home, "model", "warehouse.items exists, but weir did not make it");
  sql_run_text (home, "drop table warehouse.items");
  assert_loads (home, "read=1 inserted=1 staged=1");
  home->oracle = ORACLE_REPLAY;
}

static void
test_another_kind_or_id (void **state)
{
  Home *home = *state;
  given_items (home);
  home_write_model (home, "items", "{\"table\": \"items\", \"kind\": \"fact\", \"business_key\": [\"k\"]}");
  assert_disagrees (home, "model", "models/items.json says \"items\" is a fact, but it was loaded as a dimension");
  home_write_model (home, "items", ITEMS (", \"id\": {\"column\": \"thing\"}"));
  assert_disagrees (home, "key_changed", "warehouse.items has no column \"thing\" for the id");
  home_write_model (home, "items", ITEMS (", \"id\": {\"hash\": \"md5\"}"));
  assert_disagrees (home, "key_changed", "the key definition of table \"items\" is not the one its rows were loaded with");
  home_write_model (home, "items", ITEMS (""));
  assert_loads (home, "read=2 unchanged=1 inserted=1 staged=2");
  home->oracle = ORACLE_REPLAY;
}

/* A file that would make a column's type grow, which somebody's view does not allow. Returns its run. */
static char *
given_held_file (Home *home)
{
  given_items (home);
  sql_run_text (home, "create view public.report as select n from warehouse.items_current");
  assert_all_is_well (home);
  home_drop (home, "items-3.csv", "k,n\na,1.5\n");
  g_autoptr (Outcome) load = expect_weir (home, 2, "load", "--json", "imports/items-3.csv", NULL);
  g_autoptr (Json) published = outcome_json (load);
  assert_json (published, "error.code", "dependent_objects");
  assert_true (home_has_file (home, "imports/items-3.csv"));
  assert_waiting (home, "items-3.csv", "blocked", "cannot drop view warehouse.items_current because other objects depend on it");
  assert_not_held (home, "items-2.csv");
  assert_check_says (home, "file", "dependent_objects", "because other objects depend on it");
  return sql_scalar (home, "select run_id from weir.file where file_name = 'items-3.csv' order by seen_on desc limit 1");
}

static void
test_a_view_of_somebody (void **state)
{
  Home *home = *state;
  g_autofree char *run = given_held_file (home);
  g_autoptr (Outcome) check = expect_weir (home, 1, "check", NULL);
  assert_contains (check->out, "imports/items-3.csv, for items");
  assert_contains (check->out, "drop it, and make it again after the load");
  g_autoptr (Outcome) runs = expect_weir (home, 0, "runs", run, NULL);
  assert_contains (runs->out, "because other objects depend on it");
  /* Tried once more, and in vain. */
  assert_weir (home, 2, "retry", run, NULL);
  assert_waiting (home, "items-3.csv", "blocked", "because other objects depend on it");
  /* Mended and loaded. */
  sql_run_text (home, "drop view public.report");
  assert_weir (home, 0, "load", "--archive", "imports/items-3.csv", NULL);
  g_autoptr (Json) status = ask (home, "status");
  assert_null (find_in (json_object_get (status, "waiting"), "file", "items-3.csv"));
  assert_loads (home, "read=2 updated=1 inserted=1 deactivated=1 staged=2");
  assert_weir (home, 0, "check", NULL);
  home->oracle = ORACLE_REPLAY;
}

/* The same, of the table itself, where PostgreSQL has another error for it. */
static void
test_a_view_of_somebody_on_the_table (void **state)
{
  Home *home = *state;
  given_items (home);
  sql_run_text (home, "create view public.report as select n from warehouse.items");
  home_drop (home, "items-3.csv", "k,n\na,1.5\n");
  assert_weir (home, 2, "load", "imports/items-3.csv", NULL);
  assert_waiting (home, "items-3.csv", "blocked", "cannot alter type of a column used by a view");
  g_autoptr (Outcome) check = expect_weir (home, 1, "check", NULL);
  assert_contains (check->out, "Something depends on warehouse.items, where the type of a column has to change");
  sql_run_text (home, "drop view public.report");
  assert_weir (home, 0, "load", "--archive", "imports/items-3.csv", NULL);
  assert_loads (home, "read=2 updated=1 inserted=1 deactivated=1 staged=2");
  home->oracle = ORACLE_REPLAY;
}

static void
test_held_until_something_changes (void **state)
{
  Home *home = *state;
  g_autofree char *run = given_held_file (home);
  /* Another model may take it. */
  home_write_model (home, "items", ITEMS (", \"description\": \"things\""));
  assert_not_held (home, "items-3.csv");
  assert_weir (home, 0, "check", NULL);
  home_write_model (home, "items", ITEMS (""));
  assert_waiting (home, "items-3.csv", "blocked", "depend on it");
  /* So may other pins: a column more. */
  g_autoptr (Json) published = load_text (home, "items-4.csv", "k,more\na,1\n", NULL);
  assert_json (published, "status", "applied");
  assert_not_held (home, "items-3.csv");
  assert_weir (home, 0, "check", NULL);
  assert_weir (home, 2, "load", "imports/items-3.csv", NULL);
  assert_waiting (home, "items-3.csv", "blocked", "depend on it");
  /* So may other bytes. */
  home_take_back (home, "items-3.csv");
  home_drop (home, "items-3.csv", "k,n\na,17\n");
  assert_not_held (home, "items-3.csv");
  assert_weir (home, 0, "check", NULL);
  assert_weir (home, 0, "load", "imports/items-3.csv", NULL);
  assert_weir (home, 0, "check", NULL);
  sql_run_text (home, "drop view public.report");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_another_warehouse_schema),
    TEST (test_declared_types),
    TEST (test_declared_types_without_a_key),
    TEST (test_a_table_of_somebody_else),
    TEST (test_another_kind_or_id),
    TEST (test_a_view_of_somebody),
    TEST (test_a_view_of_somebody_on_the_table),
    TEST (test_held_until_something_changes),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
