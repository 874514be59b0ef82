/* Columns that come, go, change their type, or are too many. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"rejects\": {\"max_percent\": 50}}"

static void
test_missing_column_keeps (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  expect_load (home, "name,email,city\nAnn,a@x.org,Oslo\nBob,b@x.org,Rome\n", "applied", "read=2 inserted=2 staged=2");

  expect_load (home, "name,email\nAnn,a@x.org\nBobby,b@x.org\n", "applied", "read=2 unchanged=1 updated=1 deactivated=1 staged=2");

  assert_sql (home, "a@x.org|Ann|Oslo|1\nb@x.org|Bobby|Rome|2",
              "select email, name, city, version_number from warehouse.users_current order by email");
  home->oracle = ORACLE_REPLAY;
}

/* A version that carries a column over says so: a later file that has emptied the column has changed it. */
static void
test_missing_column_is_emptied_later (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  expect_load (home, "name,email,city\nAnn,a@x.org,Oslo\nBob,b@x.org,Rome\n", "applied", "read=2 inserted=2 staged=2");
  /* It opens a version without the column, and with another one it opens none. */
  expect_load (home, "name,email\nAnna,a@x.org\n", "applied", "read=1 updated=1 deactivated=1 staged=1");
  expect_load (home, "name,email,phone\nBob,b@x.org,+44 20\n", "applied", "read=1 unchanged=1 staged=1");
  expect_load (home, "name,email,city,phone\nAnna,a@x.org,,\nBob,b@x.org,,+44 20\n", "applied",
               "read=2 updated=2 deactivated=2 staged=2");
  assert_sql (home, "Ann|Oslo|-|1\nAnna|Oslo|-|2\nAnna|-|-|3\nBob|Rome|+44 20|1\nBob|-|+44 20|2",
              "select name, city, phone, version_number from warehouse.users order by email, version_number");
  home->oracle = ORACLE_REPLAY;
}

/* A column that a person dropped from the table is none that a file lacks. */
static void
test_column_dropped_by_hand (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  expect_load (home, "name,email,city\nAnn,a@x.org,Oslo\nBob,b@x.org,Rome\n", "applied", "read=2 inserted=2 staged=2");
  sql_run_text (home, "alter table warehouse.users drop column city cascade");
  expect_load (home, "name,email\nAnna,a@x.org\nBob,b@x.org\n", "applied", "read=2 unchanged=1 updated=1 deactivated=1 staged=2");
  assert_sql (home, "Anna|2\nBob|1", "select name, version_number from warehouse.users_current order by email");
}

/* More than PostgreSQL passes to a function. */
static void
test_many_missing_columns (void **state)
{
  Home *home = *state;
  g_autoptr (GString) text = g_string_new ("email");
  for (int i = 0; i < 150; i++)
    g_string_append_printf (text, ",c%d", i);
  g_string_append (text, "\na@x.org");
  for (int i = 0; i < 150; i++)
    g_string_append_printf (text, ",v%d", i);
  g_string_append_c (text, '\n');
  home_write_model (home, "users", USERS);
  expect_load (home, text->str, "applied", "read=1 inserted=1 staged=1");
  expect_load (home, "email,c1\na@x.org,w\n", "applied", "read=1 updated=1 deactivated=1 staged=1");
  assert_sql (home, "v0|w|v149", "select c0, c1, c149 from warehouse.users_current");
  home->oracle = ORACLE_REPLAY;
}

static void
test_new_column (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  expect_load (home, "name,email\nAnn,a@x.org\nBob,b@x.org\n", "applied", "read=2 inserted=2 staged=2");
  /* All NULL: nothing is known that was not known before. */
  expect_load (home, "name,email,phone\nAnn,a@x.org,\nBob,b@x.org,\n", "applied", "read=2 unchanged=2 staged=2");
  expect_load (home, "name,email,phone\nAnn,a@x.org,+44 20\nBob,b@x.org,\n", "applied",
               "read=2 unchanged=1 updated=1 deactivated=1 staged=2");
  assert_sql (home, "a@x.org|-|1\na@x.org|+44 20|2\nb@x.org|-|1",
              "select email, phone, version_number from warehouse.users order by 1, 3");
  home->oracle = ORACLE_REPLAY;
}

static void
test_widening (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  expect_load (home, "email,points\na@x.org,5\nb@x.org,7\n", "applied", "read=2 inserted=2 staged=2");
  expect_load (home, "email,points\na@x.org,5.0\nb@x.org,7.5\n", "applied", "read=2 unchanged=1 updated=1 deactivated=1 staged=2");
  assert_sql (
      home, "numeric",
      "select format_type(atttypid, null) from pg_attribute where attrelid = 'warehouse.users'::regclass and attname = 'points'");
  assert_sql (home, "b@x.org|7.5", "select email, points from warehouse.users_current where email = 'b@x.org'");
  /* And whole numbers again, after it was widened. */
  expect_load (home, "email,points\na@x.org,5\nb@x.org,7.5\n", "applied", "read=2 unchanged=2 staged=2");
  home->oracle = ORACLE_REPLAY;
}

/* One stray word makes a column of numbers text; a number written otherwise is the same value, then and from then on. */
static void
test_widening_to_text (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  expect_load (home, "email,points,code\na@x.org,5.50,x1\nb@x.org,6.0,00123\nd@x.org,7,x3\n", "applied",
               "read=3 inserted=3 staged=3");
  expect_load (home, "email,points,code\na@x.org,5.5,x1\nb@x.org,6,00123\nc@x.org,x,x2\n", "applied",
               "read=3 unchanged=2 inserted=1 staged=3");
  expect_load (home, "email,points,code\na@x.org,5.500,x1\nb@x.org,6,00123\nc@x.org,x,x2\nd@x.org,7.0,x3\n", "applied",
               "read=4 unchanged=4 staged=4");
  /* With another column, and without one. */
  expect_load (home, "email,points,code,city\na@x.org,5.50,x1,Rome\nb@x.org,6.0,00123,Oslo\n", "applied",
               "read=2 unchanged=2 staged=2");
  expect_load (home, "email,points\na@x.org,5.5\nb@x.org,6\n", "applied", "read=2 unchanged=2 staged=2");
  assert_sql (home, "5.50|00123\n6.0|00123",
              "select points, min(code) over () from warehouse.users where email in ('a@x.org', 'b@x.org') order by email");
  /* A code was never a number, and 06 is none. */
  expect_load (home, "email,points,code\na@x.org,5.51,x1\nb@x.org,06,00123\n", "applied",
               "read=2 updated=2 deactivated=2 staged=2");
  expect_load (home, "email,points,code\nb@x.org,06,123\n", "applied", "read=1 updated=1 deactivated=1 staged=1");
  home->oracle = ORACLE_REPLAY;
}

/* Headers that give the same identifier keep the one that each got first, whatever their order is later. */
static void
test_headers_alike (void **state)
{
  static const struct
  {
    const char *first, *second, *columns, *row;
    bool key;
  } cases[] = {
    { "email,id,ID\na@x.org,1,2\n", "email,ID,id\na@x.org,2,1\n", "id, id_2", "1|2", false },
    { "email,Size (cm),Size [cm]\na@x.org,1,2\n", "Size [cm],Size (cm),email\n2,1,a@x.org\n", "size_cm, size_cm_2", "1|2", false },
    { "email,b,b\na@x.org,1,2\n", "b,email,b\n1,a@x.org,2\n", "b, b_2", "1|2", false },
    { "email,id,ID\na@x.org,,2\n", "email,ID\na@x.org,2\n", "id, id_2", "-|2", false },
    { "email,id\na@x.org,1\n", "email,ID\na@x.org,1\n", "id, email", "1|a@x.org", false },
    { "email,id\na@x.org,1\n", "email,ID,id\na@x.org,2,1\n", "id, id_2", "1|2", false },
    { "email,Created_At,created_at\na@x.org,1,2\n", "created_at,Created_At,email\n2,1,a@x.org\n", "created_at, created_at_2", "2|1",
      false },
    { "id,ID\nb,a\n", "ID,id\na,b\n", "id, id_2", "b|a", true },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  case %zu\n", i);
      g_autoptr (Home) home = home_new (outer->cluster);
      home_write_model (home, "users",
                        cases[i].key ? "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"ID\"]}" : USERS);
      expect_load (home, cases[i].first, "applied", "read=1 inserted=1 staged=1");
      expect_load (home, cases[i].second, "applied", "read=1 unchanged=1 staged=1");
      assert_sql (home, cases[i].row, "select %s from warehouse.users", cases[i].columns);
      home->oracle = ORACLE_REPLAY;
    }
}

/* The spelling that a column was known by first stays its own, whatever files were between. */
static void
test_headers_alike_in_three_files (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  expect_load (home, "email,Id,ID\na@x.org,1,2\n", "applied", "read=1 inserted=1 staged=1");
  expect_load (home, "email,iD,Id\na@x.org,2,1\n", "applied", "read=1 unchanged=1 staged=1");
  expect_load (home, "email,iD,ID\na@x.org,1,2\n", "applied", "read=1 unchanged=1 staged=1");
  home->oracle = ORACLE_REPLAY;
}

/* What a file changed is told where it was changed, and nowhere else. */
static void
test_changes_are_told_once_true (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  expect_load (home, "email,n\na@x.org,1\n", "applied", "read=1 inserted=1 staged=1");
  home_drop (home, "users.csv", "email,n\na@x.org,1.5\n,2\n,3\n");
  g_autoptr (Outcome) refused = expect_weir (home, 1, "load", "--json", "--archive", "imports/users.csv", NULL);
  assert_contains (refused->out, "too_many_rejects");
  assert_null (strstr (refused->out, "becomes"));
  home_drop (home, "users.csv", "email,n\na@x.org,1.5\n");
  g_autoptr (Outcome) applied = expect_weir (home, 0, "load", "--json", "--archive", "imports/users.csv", NULL);
  assert_contains (applied->out, "column n was bigint and becomes numeric: line 2 asks for it");
}

/* A column that is discarded is so from every file, and each load says it. */
static void
test_discarded_column (void **state)
{
  Home *home = *state;
  home_write_model (home, "users",
                    "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"],"
                    " \"contract\": {\"columns\": \"discard\"}}");
  expect_load (home, "email,n\na@x.org,1\n", "applied", "read=1 inserted=1 staged=1");
  static const char *const files[] = { "email,n,city\na@x.org,1,Oslo\n", "email,n,city\na@x.org,1,7\n" };
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    {
      home_drop (home, "users.csv", files[i]);
      g_autoptr (Outcome) outcome = expect_weir (home, 0, "load", "--json", "--archive", "imports/users.csv", NULL);
      g_autoptr (Json) published = outcome_json (outcome);
      assert_load (published, "applied", "read=1 unchanged=1 staged=1");
      assert_contains (outcome->out, "column city is new, and discarded by the model's contract");
    }
  assert_sql (home, "0", "select count(*) from pg_attribute where attrelid = 'warehouse.users'::regclass and attname = 'city'");
}

/* A refusal shows everything that drifted. */
static void
test_drift_is_shown (void **state)
{
  Home *home = *state;
#define CONTRACT(what) "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"contract\": {" what "}}"
  home_write_model (home, "users", CONTRACT ("\"types\": \"freeze\""));
  expect_load (home, "email,b,c,d,e,f,g\na@x.org,1,1.5,2026-01-01,1,2,3\nb@x.org,2,2.5,2026-01-02,1,2,3\n", "applied",
               "read=2 inserted=2 staged=2");
  static const struct
  {
    const char *file, *says[4];
  } cases[] = {
    { "email,b,c,d,e,f,g\na@x.org,1,1.5,2026-01-01,1,2,3\nb@x.org,2.5,2.5,soon,1,2,3\n",
      { "column \"b\" was loaded as bigint so far, and 1 of its cells are not; 1 other column has drifted, too",
        "b: bigint so far, numeric in this file; line 3 is the first\n",
        "d: date so far, text in this file; line 3 is the first\n" } },
    { "email,b,c,d,e,f,g\na@x.org,u,v,w,x,y,z\n", { "5 other columns have drifted, too", "line 2 is the first\nand more" } },
    { "email,b,c,d,e,f,g\na@x.org,1,1.5,soon,1,2,3\nb@x.org,1,1.5,late,1,2,3\n",
      { "column \"d\" was loaded as date so far, and 2 of its cells are not (line 2)",
        "line 2 is the first\nNothing was loaded." } },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      home_drop (home, "users.csv", cases[i].file);
      g_autoptr (Outcome) outcome = expect_weir (home, 1, "load", "--archive", "imports/users.csv", NULL);
      for (int says = 0; cases[i].says[says] != NULL; says++)
        assert_contains (outcome->err, cases[i].says[says]);
    }
  home_write_model (home, "users", CONTRACT ("\"columns\": \"freeze\""));
  home_drop (home, "users.csv", "email,b,c,d,e,f,g,b\na@x.org,1,1.5,2026-01-01,1,2,3,4\n");
  g_autoptr (Outcome) frozen = expect_weir (home, 1, "load", "--archive", "imports/users.csv", NULL);
  assert_contains (frozen->err, "b_2 (the header \"b\" once more)");
  g_autofree char *run =
      sql_scalar (home, "select left(execution_id::text, 8) from weir.execution order by created_on desc limit 1");
  g_autofree char *hint = g_strdup_printf ("`weir retry %s` then loads it again", run);
  assert_contains (frozen->err, hint);
}

static void
test_quoted_empties (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  expect_load (home, "\"email\",\"phone\",\"points\"\n\"a@x.org\",\"\",\"\"\n\"b@x.org\",\"\",\"1\"\n", "applied",
               "read=2 inserted=2 staged=2");
  /* phone has its first text, points becomes text, city is new */
  expect_load (home,
               "\"email\",\"phone\",\"points\",\"city\"\n\"a@x.org\",\"\",\"\",\"\"\n\"b@x.org\",\"\",\"1\",\"\"\n"
               "\"c@x.org\",\"+44 20\",\"many\",\"Oslo\"\n",
               "applied", "read=3 unchanged=2 inserted=1 staged=3");
  expect_load (home, "\"email\",\"phone\",\"points\",\"city\"\n\"a@x.org\",\"\",\"\",\"\"\n\"b@x.org\",\"+44 21\",\"1\",\"\"\n",
               "applied", "read=2 unchanged=1 updated=1 deactivated=1 staged=2");
  home->oracle = ORACLE_REPLAY;
}

/* The columns of a file and those of facts have nothing to do with each other in a dimension. */
static void
test_missing_column_with_the_name_of_a_fact_s (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  expect_load (home, "name,email,created_at,updated_at\nAnn,a@x.org,2026-01-01,2026-01-02\n", "applied",
               "read=1 inserted=1 staged=1");
  expect_load (home, "name,email\nAnna,a@x.org\n", "applied", "read=1 updated=1 deactivated=1 staged=1");
  assert_sql (home, "Anna|2026-01-01|2026-01-02", "select name, created_at, updated_at from warehouse.users_current");
  home->oracle = ORACLE_REPLAY;
}

/* A type does not depend on whether a cell is in the sample or behind it. */
static void
test_types_whatever_the_order (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  g_autoptr (GString) text = g_string_new ("email,flag,n\n");
  for (int i = 0; i < 2500; i++)
    g_string_append_printf (text, "%d@x.org,true,-0\n", i);
  g_string_append (text, "z@x.org,yes,1e5\n");
  expect_load (home, text->str, "applied", "read=2501 inserted=2501 staged=2501");
  assert_sql (home, "flag text|n double precision",
              "select string_agg(attname || ' ' || format_type(atttypid, null), '|' order by attnum) from pg_attribute"
              " where attrelid = 'warehouse.users'::regclass and attname in ('flag', 'n')");
  assert_sql (home, "yes|100000", "select flag, n from warehouse.users where email = 'z@x.org'");
}

static void
test_contradicted_pin (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  expect_load (home, "email,born\na@x.org,2001-02-03\nb@x.org,2001-02-04\n", "applied", "read=2 inserted=2 staged=2");
  /* A date column cannot become text: the file is refused. */
  home_drop (home, "users.csv", "email,born\na@x.org,2001-02-03\nb@x.org,soon\nc@x.org,2001-02-05\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 1, "load", "--json", "--archive", "imports/users.csv", NULL);
  g_autoptr (Json) published = outcome_json (outcome);
  assert_json (published, "status", "failed");
  assert_error_says (published, "born");
  assert_json (published, "error.line", "3");
  /* Declared, the cell is a reject and the others are loaded. */
  home_write_model (
      home, "users",
      "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"rejects\": {\"max_percent\": 50},"
      " \"columns\": {\"born\": {\"type\": \"date\"}}}");
  g_autoptr (Outcome) retry = expect_weir (home, 1, "retry", "--json", "last", NULL);
  g_autoptr (Json) retried = outcome_json (retry);
  assert_load (retried, "applied", "read=3 rejected=1 unchanged=1 inserted=1 staged=2");
  assert_sql (home, "3|born|b@x.org,soon", "select line, column_name, convert_from(original, 'UTF8') from weir.reject");
  home->oracle = ORACLE_REPLAY;
}

/* What PostgreSQL cannot hold is a refused file that says so, not a server in trouble. */
static void
test_row_too_wide (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  g_autoptr (GString) text = g_string_new ("email");
  for (int i = 0; i < 1100; i++)
    g_string_append_printf (text, ",c%d", i);
  g_string_append (text, "\na@x.org");
  for (int i = 0; i < 1100; i++)
    g_string_append_printf (text, ",%d", i);
  home_drop (home, "users.csv", text->str);
  g_autoptr (Outcome) outcome = expect_weir (home, 1, "load", "--json", "--archive", "imports/users.csv", NULL);
  g_autoptr (Json) published = outcome_json (outcome);
  assert_json (published, "status", "failed");
  assert_error_says (published, "users.csv");
  assert_error_says (published, "1,600 columns");
  oracle_check (home, 0);

  /* A model that needs a column which is not there lists some of those that are. */
  home_write_model (home, "users",
                    "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"missing\"], "
                    "\"columns\": {\"c1\": {\"type\": \"bigint\"}}}");
  home_drop (home, "users.csv", text->str);
  g_autoptr (Outcome) other = expect_weir (home, 1, "load", "--json", "--archive", "imports/users.csv", NULL);
  g_autoptr (Json) listed = outcome_json (other);
  assert_error_says (listed, "c28, and more");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_missing_column_keeps),
    TEST (test_missing_column_is_emptied_later),
    TEST (test_column_dropped_by_hand),
    TEST (test_many_missing_columns),
    TEST (test_new_column),
    TEST (test_widening),
    TEST (test_widening_to_text),
    TEST (test_headers_alike),
    TEST (test_headers_alike_in_three_files),
    TEST (test_changes_are_told_once_true),
    TEST (test_discarded_column),
    TEST (test_drift_is_shown),
    TEST (test_quoted_empties),
    TEST (test_missing_column_with_the_name_of_a_fact_s),
    TEST (test_types_whatever_the_order),
    TEST (test_contradicted_pin),
    TEST (test_row_too_wide),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
