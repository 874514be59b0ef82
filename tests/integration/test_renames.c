/* A model's "from": other names that a column has in files, and had in the warehouse. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#define DIMENSION "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"id\"]"
#define FACT "{\"table\": \"users\", \"kind\": \"fact\", \"business_key\": [\"id\"]"
#define BAG "{\"table\": \"users\", \"kind\": \"fact\""
#define ALL "{\"table\": \"users\", \"kind\": \"fact\", \"append\": \"all\""
#define PHONE ", \"columns\": {\"phone\": {\"from\": [\"mobile\", \"Mobile No\"]}}}"

/* The column is renamed where it is, in all versions, and no row that says the same is another one for that. */
static void
test_a_column_is_renamed_in_place (void **state)
{
  static const struct
  {
    const char *what, *model, *first, *same;
    const char *changed, *counts; /* the second of three rows has another value */
    const char *rows;             /* phone, in the order of id */
  } cases[] = {
    { "a dimension", DIMENSION, "id,mobile\n1,11\n2,22\n3,33\n", "id,phone\n1,11\n2,22\n3,33\n", "id,phone\n1,11\n2,99\n3,33\n",
      "read=3 unchanged=2 updated=1 deactivated=1 staged=3", "11 22 99 33" },
    { "another spelling", DIMENSION, "id,Mobile No\n1,11\n2,22\n3,33\n", "id,mobile no\n1,11\n2,22\n3,33\n",
      "Phone,id\n11,1\n99,2\n33,3\n", "read=3 unchanged=2 updated=1 deactivated=1 staged=3", "11 22 99 33" },
    { "beside others", DIMENSION, "a,id,mobile,z\n,1,11,x\n,2,22,y\n,3,33,\n", "a,id,phone,z\n,1,11,x\n,2,22,y\n,3,33,\n",
      "z,phone,id\nx,11,1\ny,99,2\n,33,3\n", "read=3 unchanged=2 updated=1 deactivated=1 staged=3", "11 22 99 33" },
    { "texts", DIMENSION, "id,mobile\n1,+11\n2,+22\n3,\"\"\n", "id,phone\n1,+11\n2,+22\n3,\"\"\n", "id,phone\n1,+11\n2,\n3,\"\"\n",
      "read=3 unchanged=2 updated=1 deactivated=1 staged=3", "+11 +22 - " },
    { "a fact with a key", FACT, "id,mobile\n1,11\n2,22\n3,33\n", "id,phone\n1,11\n2,22\n3,33\n", "id,phone\n1,11\n2,99\n3,33\n",
      "read=3 unchanged=2 updated=1 staged=3", "11 99 33" },
    { "a fact without one", BAG, "id,mobile\n1,11\n2,22\n2,22\n", "id,phone\n1,11\n2,22\n2,22\n", "id,phone\n1,11\n2,99\n2,22\n",
      "read=3 unchanged=2 inserted=1 staged=3", "11 22 22 99" },
    { "columns that come at once", BAG, "id,mobile\n1,11\n2,22\n2,22\n", "phone,id\n11,1\n22,2\n22,2\n",
      "id,phone,more\n1,11,\n2,99,x\n2,22,\n", "read=3 unchanged=2 inserted=1 staged=3", "11 22 22 99" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].what);
      g_autoptr (Home) home = home_new (outer->cluster);
      g_autofree char *before = g_strconcat (cases[i].model, "}", NULL), *after = g_strconcat (cases[i].model, PHONE, NULL);
      home_write_model (home, "users", before);
      expect_load (home, cases[i].first, "applied", "read=3 inserted=3 staged=3");
      home_write_model (home, "users", after);
      expect_load (home, cases[i].same, "applied", "read=3 unchanged=3 staged=3");
      expect_load (home, cases[i].changed, "applied", cases[i].counts);
      assert_sql (home, cases[i].rows, "select string_agg(coalesce(phone::text, '-'), ' ' order by id, %s) from warehouse.users",
                  strstr (cases[i].model, "dimension") != NULL ? "version_number" : "phone");
      expect_load (home, cases[i].first, "applied",
                   strstr (cases[i].model, "dimension") != NULL ? "read=3 unchanged=2 updated=1 deactivated=1 staged=3"
                   : cases[i].model == (const char *) FACT      ? "read=3 unchanged=2 updated=1 staged=3"
                                                                : "read=3 unchanged=3 staged=3");
      assert_sql (home, "0",
                  "select count(*) from pg_attribute where attrelid = 'warehouse.users'::regclass and attname like 'mobile%%'");
      home->oracle = ORACLE_REPLAY | ORACLE_RENAMED;
    }
}

/* What it holds is read under its old name, for nothing is renamed before a file is good. */
static void
test_a_renamed_column_gets_a_declared_type (void **state)
{
  static const struct
  {
    const char *model, *type, *first, *then, *counts, *rows;
  } cases[] = {
    { DIMENSION, "\"type\": \"date\", \"format\": \"DD/MM/YYYY\"", "id,mobile\n1,01/02/2026\n", "id,phone\n1,01/02/2026\n",
      "read=1 unchanged=1 staged=1", "2026-02-01" },
    { DIMENSION, "\"type\": \"time\"", "id,mobile\n1,09:30\n2,\n", "id,phone\n1,09:30\n2,\n", "read=2 unchanged=2 staged=2",
      "09:30:00" },
    { FACT, "\"type\": \"date\", \"format\": \"DD/MM/YYYY\"", "id,mobile\n1,01/02/2026\n", "phone,id\n02/02/2026,1\n",
      "read=1 updated=1 staged=1", "2026-02-02" },
    { FACT, "\"type\": \"time\"", "id,mobile\n1,09:30\n", "id,phone\n1,09:31\n", "read=1 updated=1 staged=1", "09:31:00" },
    { ALL, "\"type\": \"date\", \"format\": \"DD/MM/YYYY\"", "id,mobile\n1,01/02/2026\n", "id,phone\n1,01/02/2026\n",
      "read=1 inserted=1 staged=1", "2026-02-01 2026-02-01" },
    { DIMENSION, "\"type\": \"text\"", "id,mobile\n1,+11\n", "id,phone\n1,+11\n", "read=1 unchanged=1 staged=1", "+11" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s %s\n", cases[i].model, cases[i].type);
      g_autoptr (Home) home = home_new (outer->cluster);
      g_autofree char *before = g_strconcat (cases[i].model, "}", NULL);
      g_autofree char *after =
          g_strdup_printf ("%s, \"columns\": {\"phone\": {\"from\": [\"mobile\"], %s}}}", cases[i].model, cases[i].type);
      home_write_model (home, "users", before);
      home_drop (home, "users.csv", cases[i].first);
      assert_weir (home, 0, "load", "--archive", "imports/users.csv", NULL);
      home_write_model (home, "users", after);
      g_autoptr (Outcome) check = expect_weir (home, 0, "check", NULL);
      assert_contains (check->out, "the next load renames mobile to phone");
      expect_load (home, cases[i].then, "applied", cases[i].counts);
      assert_sql (home, cases[i].rows, "select string_agg(phone::text, ' ' order by id) from warehouse.users");
      home->oracle = ORACLE_REPLAY | ORACLE_RENAMED;
    }
}

/* A value that is not of the type: the refusal names the column as the database has it. */
static void
test_a_renamed_column_that_cannot_be_of_the_type (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", DIMENSION "}");
  expect_load (home, "id,mobile\n1,01/02/2026\n2,soon\n", "applied", "read=2 inserted=2 staged=2");
  home_write_model (home, "users",
                    DIMENSION
                    ", \"columns\": {\"phone\": {\"from\": [\"mobile\"], \"type\": \"date\", \"format\": \"DD/MM/YYYY\"}}}");
  home_drop (home, "users.csv", "id,phone\n1,01/02/2026\n");
  g_autoptr (Outcome) refused = expect_weir (home, 2, "load", "--archive", "imports/users.csv", NULL);
  assert_contains (refused->err, "column \"mobile\" of warehouse.users is text and cannot become date: 1 of its values are not");
  assert_contains (refused->err, "select distinct \"mobile\" from warehouse.users");
  assert_null (strstr (refused->err, "soon"));
  assert_sql (home, "01/02/2026 soon", "select string_agg(mobile, ' ' order by id) from warehouse.users");
}

/* What depends on the view goes on, and its grants are there; closed versions have the new name, too. */
static void
test_history_and_views_stay (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", DIMENSION "}");
  expect_load (home, "id,mobile\n1,11\n", "applied", "read=1 inserted=1 staged=1");
  expect_load (home, "id,mobile\n1,12\n", "applied", "read=1 updated=1 deactivated=1 staged=1");
  sql_run_text (home, "create view public.phones as select id, mobile from warehouse.users_current");
  sql_run_text (home, "grant select on warehouse.users_current to public");
  home_write_model (home, "users", DIMENSION PHONE);
  home_drop (home, "users.csv", "id,phone\n1,12\n");
  g_autoptr (Outcome) dry = expect_weir (home, 0, "load", "--dry-run", "imports/users.csv", NULL);
  assert_contains (dry->out, "column mobile of warehouse.users is now phone, as models/users.json says");
  assert_sql (home, "12", "select mobile from warehouse.users_current");
  g_autoptr (Outcome) check = run_weir (home, "check", NULL);
  assert_contains (check->out, "the next load renames mobile to phone");
  g_autoptr (Outcome) load = expect_weir (home, 0, "load", "--archive", "imports/users.csv", NULL);
  assert_contains (load->out, "column mobile of warehouse.users is now phone, as models/users.json says");
  assert_sql (home, "11|1\n12|2", "select phone, version_number from warehouse.users order by version_number");
  assert_sql (home, "1|12", "select id, phone from warehouse.users_current");
  assert_sql (home, "1|12", "select id, mobile from public.phones");
  assert_sql (home, "t", "select has_table_privilege('public', 'warehouse.users_current', 'select')");
  g_autoptr (Outcome) again = run_weir (home, "check", NULL);
  assert_null (strstr (again->out, "renames"));
  sql_run_text (home, "drop view public.phones");
}

/* A file that is refused leaves the old name, one that is retried renames. */
static void
test_only_what_is_applied_renames (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", DIMENSION "}");
  expect_load (home, "id,mobile\n1,11\n", "applied", "read=1 inserted=1 staged=1");
  home_write_model (home, "users", DIMENSION PHONE);
  home_drop (home, "users.csv", "id,phone\n,12\n");
  assert_weir (home, 1, "load", "--archive", "imports/users.csv", NULL);
  assert_sql (home, "11", "select mobile from warehouse.users");
  expect_load (home, "id\n1\n", "applied", "read=1 unchanged=1 staged=1"); /* a file without it */
  assert_sql (home, "11", "select phone from warehouse.users");
}

/* What the warehouse has as two already is for a person to settle, and can be. */
static void
test_two_columns_are_not_one (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", DIMENSION "}");
  expect_load (home, "id,mobile\n1,11\n2,22\n", "applied", "read=2 inserted=2 staged=2");
  expect_load (home, "id,phone\n1,12\n", "applied", "read=1 unchanged=1 staged=1");
  home_write_model (home, "users", DIMENSION PHONE);
  home_drop (home, "users.csv", "id,phone\n1,12\n2,22\n");
  g_autoptr (Outcome) refused = expect_weir (home, 2, "load", "--archive", "imports/users.csv", NULL);
  assert_contains (refused->err, "warehouse.users has a column \"phone\" and a column \"mobile\"");
  g_autoptr (Outcome) check = run_weir (home, "check", NULL);
  assert_contains (check->out, "a column \"phone\" and a column \"mobile\"");
  sql_run_text (home, "update warehouse.users set phone = coalesce(phone, mobile)");
  sql_run_text (home, "alter table warehouse.users drop column mobile cascade");
  g_autoptr (Outcome) merged = expect_weir (home, 0, "load", "--json", "--archive", "imports/users.csv", NULL);
  g_autoptr (Json) published = outcome_json (merged);
  assert_load (published, "applied", "read=2 unchanged=2 staged=2");
  assert_sql (home, "1|12\n2|22", "select id, phone from warehouse.users_current order by id");
  home->oracle = ORACLE_BY_HAND;
}

/* A name that is free again is another column's: not of the same hash. */
static void
test_a_free_name_is_another_column (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", DIMENSION "}");
  expect_load (home, "id,mobile\n1,11\n", "applied", "read=1 inserted=1 staged=1");
  home_write_model (home, "users", DIMENSION PHONE);
  expect_load (home, "id,phone\n1,11\n", "applied", "read=1 unchanged=1 staged=1");
  home_write_model (home, "users", DIMENSION "}");
  expect_load (home, "id,phone,mobile\n1,11,\n", "applied", "read=1 unchanged=1 staged=1");
  expect_load (home, "id,phone,mobile\n1,,11\n", "applied", "read=1 updated=1 deactivated=1 staged=1");
  assert_sql (home, "-|11", "select phone, mobile from warehouse.users_current");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_a_column_is_renamed_in_place, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_a_renamed_column_gets_a_declared_type, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_a_renamed_column_that_cannot_be_of_the_type, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_history_and_views_stay, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_only_what_is_applied_renames, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_two_columns_are_not_one, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_a_free_name_is_another_column, home_setup, home_teardown),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
