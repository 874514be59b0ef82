/* Bad input of every kind: a clear error, the right exit code, and nothing lost. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <sys/stat.h>
#include <unistd.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"

static const char users_text[] = "name,email\nAnn,a@x.org\nBob,b@x.org\n";

/* The whole file is refused: exit code 1, it is in failed/ with its reason, and the warehouse has no trace. */
static void
test_refused_files (void **state)
{
  static const struct
  {
    const char *title, *text, *says;
  } cases[] = {
    { "without the model's key column", "name,mail\nAnn,a@x.org\n", "email" },
    { "empty", "", "empty" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].title);
      g_autoptr (Home) home = home_new (outer->cluster);
      home_write_model (home, "users", USERS);
      home_drop (home, "users.csv", cases[i].text);
      g_autoptr (Outcome) outcome = expect_weir (home, 1, "load", "--json", "--archive", "imports/users.csv", NULL);
      g_autoptr (Json) published = outcome_json (outcome);
      assert_json (published, "status", "failed");
      assert_error_says (published, cases[i].says);
      assert_int_equal (home_count_files (home, "failed"), 2);
      assert_false (home_has_file (home, "imports/users.csv"));
      assert_sql (home, "0", "select count(*) from pg_tables where schemaname = 'warehouse'");
      assert_sql (home, "FAILED", "select status from weir.execution");
    }
}

static void
test_missing_key_column_keeps_the_table (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  g_autoptr (Json) first = load_text (home, "users.csv", users_text, NULL);
  assert_json (first, "status", "applied");
  g_autoptr (Json) published = load_text (home, "users.csv", "name,e-mail\nAnn,a@x.org\n", NULL);
  assert_load (published, "failed", NULL);
  assert_error_says (published, "email");
  assert_sql (home, "2", "select count(*) from warehouse.users");
  home->oracle = ORACLE_REPLAY;
}

static void
test_header_only (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  g_autoptr (Json) first = load_text (home, "users.csv", users_text, NULL);
  assert_load (first, "applied", "read=2 inserted=2 staged=2");
  /* An export that was cut off looks like this, too. */
  g_autoptr (Json) published = load_text (home, "users.csv", "name,email\n", NULL);
  assert_json (published, "status", "failed");
  assert_json (published, "error.code", "no_rows");
  assert_sql (home, "2", "select count(*) from warehouse.users_current");
  home->oracle = ORACLE_REPLAY;
}

static void
test_unreadable_file (void **state)
{
  Home *home = *state;
  home->user = "nobody";
  if (geteuid () == 0)
    {
      g_autofree char *path = home_path (home, "");
      assert_int_equal (chmod (path, 0777), 0);
    }
  home_write_model (home, "users", USERS);
  home_drop (home, "users.csv", users_text);
  g_autofree char *path = home_path (home, "imports/users.csv");
  g_autofree char *imports = home_path (home, "imports");
  chmod (imports, 0777);
  assert_int_equal (chmod (path, 0000), 0);
  g_autoptr (Outcome) outcome = expect_weir (home, 4, "load", "imports/users.csv", NULL);
  assert_contains (outcome->err, "Permission denied");
  assert_contains (outcome->err, "users.csv");
  assert_true (home_has_file (home, "imports/users.csv"));
  /* Readable: it loads. */
  assert_int_equal (chmod (path, 0644), 0);
  assert_weir (home, 0, "load", "--archive", "imports/users.csv", NULL);
  assert_sql (home, "2", "select count(*) from warehouse.users");
}

static void
test_missing_file (void **state)
{
  Home *home = *state;
  g_autoptr (Outcome) outcome = expect_weir (home, 4, "load", "imports/nothing.csv", NULL);
  assert_contains (outcome->err, "nothing.csv");
  assert_contains (outcome->err, "No such file");
}

static void
test_directory (void **state)
{
  Home *home = *state;
  g_autofree char *path = home_path (home, "imports/x.csv");
  g_mkdir_with_parents (path, 0755);
  g_autoptr (Outcome) outcome = run_weir (home, "load", "imports/x.csv", NULL);
  assert_int_not_equal (outcome->code, 0);
  assert_contains (outcome->err, "directory");
  assert_true (home_has_file (home, "imports/x.csv"));
}

static void
test_bad_models (void **state)
{
  static const struct
  {
    const char *title, *json, *says;
  } cases[] = {
    { "no JSON", "{\"table\": \"users\",\n", "models/users.json" },
    { "no key", "{\"table\": \"users\", \"kind\": \"dimension\"}", "business_key" },
    { "an unknown member", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_keys\": [\"email\"]}", "business_key" },
    { "an unknown type",
      "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"columns\": {\"age\": {\"type\": "
      "\"bigit\"}}}",
      "bigint" },
    { "not yet", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"history\": 1}", "not yet" },
  };
  Home *home = *state;
  home_drop (home, "users.csv", users_text);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].title);
      home_write_model (home, "users", cases[i].json);
      g_autoptr (Outcome) outcome = expect_weir (home, 2, "load", "--archive", "imports/users.csv", NULL);
      assert_contains (outcome->err, cases[i].says);
      assert_true (home_has_file (home, "imports/users.csv"));
      g_autoptr (Outcome) check = expect_weir (home, 1, "check", NULL);
      g_autofree char *said = g_strconcat (check->out, check->err, NULL);
      assert_contains (said, cases[i].says);
    }
  /* Another table is not stopped by it. */
  g_autoptr (Json) other = load_text (home, "shops.csv", "code\nS1\n", NULL);
  assert_json (other, "status", "staged");
  home_write_model (home, "users", USERS);
  assert_weir (home, 0, "load", "--archive", "imports/users.csv", NULL);
}

static void
test_bad_settings (void **state)
{
  static const struct
  {
    const char *json, *says;
  } cases[] = {
    { "{\"worker\": 3}", "workers" },
    { "{\"workers\": 0}", "$.workers" },
    { "{\"workers\": \"two\"}", "$.workers" },
    { "{\"rejects\": {\"max_precent\": 3}}", "max_percent" },
    { "{\"watch\": \"polling\"}", "poll" },
    { "{\"workers\": 2,}", "weir.json" },
    { "[]", "weir.json" },
  };
  Home *home = *state;
  home_drop (home, "users.csv", users_text);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].json);
      home_write_file (home, "weir.json", cases[i].json);
      g_autoptr (Outcome) outcome = expect_weir (home, 2, "load", "--archive", "imports/users.csv", NULL);
      assert_contains (outcome->err, cases[i].says);
      assert_weir (home, 2, "watch", NULL);
    }
  assert_true (home_has_file (home, "imports/users.csv"));
  assert_false (home_has_file (home, ".weir/postgres"));
}

static void
configure_database (Home *home, const char *url)
{
  g_autofree char *json = g_strdup_printf ("{\"database\": \"%s\"}", url);
  home_write_file (home, "weir.json", json);
}

static void
test_wrong_password (void **state)
{
  Home *home = *state;
  g_autofree char *wrong = cluster_url (home->cluster, home->database, CLUSTER_GUARDED_ROLE, CLUSTER_PASSWORD);
  configure_database (home, wrong);
  home_write_model (home, "users", USERS);
  home_drop (home, "users.csv", users_text);
  g_autoptr (Outcome) outcome = run_weir (home, "load", "--archive", "imports/users.csv", NULL);
  assert_true (outcome->code == 2 || outcome->code == 3);
  assert_contains (outcome->err, "password authentication failed");
  assert_true (home_has_file (home, "imports/users.csv"));
  g_autoptr (Outcome) check = run_weir (home, "check", NULL);
  assert_int_not_equal (check->code, 0);
}

static void
test_no_server (void **state)
{
  Home *home = *state;
  configure_database (home, "postgresql://nobody:" CLUSTER_PASSWORD "@%2Fnowhere/none");
  home_drop (home, "users.csv", users_text);
  g_autoptr (Outcome) outcome = expect_weir (home, 3, "load", "--archive", "imports/users.csv", NULL);
  assert_contains (outcome->err, "/nowhere");
  assert_true (home_has_file (home, "imports/users.csv"));
  /* What is tried twice says the same twice, and is told once. */
  configure_database (home, "postgresql://nobody@/none?host=/nowhere,/nowhere");
  g_autoptr (Outcome) twice = expect_weir (home, 3, "load", "--archive", "imports/users.csv", NULL);
  assert_null (strstr (strstr (twice->err, "/nowhere/") + 1, "/nowhere/"));
}

static void
test_no_such_database (void **state)
{
  Home *home = *state;
  g_autofree char *url = cluster_url (home->cluster, "not_there", "weir", CLUSTER_PASSWORD);
  configure_database (home, url);
  home_drop (home, "users.csv", users_text);
  g_autoptr (Outcome) outcome = run_weir (home, "load", "--archive", "imports/users.csv", NULL);
  assert_true (outcome->code == 2 || outcome->code == 3);
  assert_contains (outcome->err, "not_there");
  assert_true (home_has_file (home, "imports/users.csv"));
}

static void
test_no_right_to_create_a_schema (void **state)
{
  Home *home = *state;
  g_autofree char *url = cluster_url (home->cluster, home->database, CLUSTER_GUARDED_ROLE, CLUSTER_GUARDED_PASSWORD);
  configure_database (home, url);
  home_write_model (home, "users", USERS);
  home_drop (home, "users.csv", users_text);
  g_autoptr (Outcome) outcome = expect_weir (home, 2, "load", "--archive", "imports/users.csv", NULL);
  assert_contains (outcome->err, "permission denied for database");
  assert_true (home_has_file (home, "imports/users.csv"));
  assert_weir (home, 1, "check", NULL);
  /* Granted: it loads. */
  sql_run_text (home, "grant create on database %s to " CLUSTER_GUARDED_ROLE, home->database);
  assert_weir (home, 0, "load", "--archive", "imports/users.csv", NULL);
  assert_weir (home, 0, "check", NULL);
}

/* Somebody sits on the staging table, which has to give its place to one with other columns: DROP would wait for ever. The run succeeds all
 * the same, and says so. */
static void
test_reader_on_staging (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"swap_timeout\": 0.2");
  home_write_model (home, "users", USERS);
  g_autoptr (Json) first = load_text (home, "users.csv", users_text, NULL);
  assert_json (first, "status", "applied");
  sql_run_text (home, "begin");
  assert_sql (home, "2", "select count(*) from staging.users");

  home_drop (home, "users.csv", "name,email,phone\nAnna,a@x.org,1\nBob,b@x.org,2\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "load", "--archive", "imports/users.csv", NULL);
  g_autofree char *said = g_strconcat (outcome->out, outcome->err, NULL);
  assert_contains (said, "staging.users");

  assert_sql (home, "Ann", "select name from staging.users where _line = 2");
  sql_run_text (home, "commit");
  assert_sql (home, "Anna", "select name from warehouse.users_current where email = 'a@x.org'");
  /* With the reader gone, the next load swaps again, and nothing is left over. */
  g_autoptr (Json) next = load_text (home, "users.csv", "name,email,phone\nAnne,a@x.org,1\n", NULL);
  assert_json (next, "status", "applied");
  assert_sql (home, "Anne", "select string_agg(name, ',') from staging.users");
  assert_sql (home, "users", "select string_agg(tablename, ',') from pg_tables where schemaname = 'staging'");
  home->oracle = ORACLE_REPLAY;
}

static void
test_bad_lines (void **state)
{
  Home *home = *state;
  home_write_model (
      home, "users",
      "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"rejects\": {\"max_percent\": 60}}");
  home_drop (home, "users.csv", "name,email\nAnn,a@x.org\n\"Eve,e@x.org\nBob,b@x.org\nB\x81,c@x.org\nDan,d@x.org\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 1, "load", "--json", "--archive", "imports/users.csv", NULL);
  g_autoptr (Json) published = outcome_json (outcome);
  assert_load (published, "applied", "read=5 rejected=2 inserted=3 staged=3");
  assert_sql (home, "3|unclosed_quote|224576652c\n5|invalid_utf8|42812c6340",
              "select line, reason, substr(encode(original, 'hex'), 1, 10) from weir.reject order by line");
  g_autoptr (Outcome) rejects = expect_weir (home, 0, "rejects", "last", NULL);
  assert_contains (rejects->out, "unclosed");
  home->oracle = ORACLE_REPLAY;
}

/* A file of "columns" numbers wide; rows are filled with "cell" in "full" of them, and with two numbers in the others. */
static char *
wide_text (int columns, int rows, int full, const char *cell)
{
  g_autoptr (GString) text = g_string_new ("email");
  for (int i = 1; i < columns; i++)
    g_string_append_printf (text, ",c%d", i);
  for (int row = 1; row <= rows; row++)
    {
      g_string_append_printf (text, "\n%d,%d", row, row);
      for (int i = 2; i < columns; i++)
        g_string_append_printf (text, ",%s", row == full ? cell : "");
    }
  g_string_append_c (text, '\n');
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* What PostgreSQL has no room for is refused with the file's own line, or counted. */
static void
test_too_wide (void **state)
{
  static const struct
  {
    bool model;
    int columns, rows, full;
    const char *code, *line, *says;
  } cases[] = {
    { false, 1200, 1300, 99, "limit_exceeded", "100", "row is too big" },
    { false, 1200, 1300, 1299, "limit_exceeded", "1300", "row is too big" },
    { true, 1200, 1300, 1001, "limit_exceeded", "1002", "row is too big" },
    { false, 1600, 1, 0, "too_many_columns", "null",
      "has 1,600 columns; a table of PostgreSQL has at most 1,600, and weir needs 3" },
    { false, 1598, 1, 0, "too_many_columns", "null", "has 1,598 columns" },
    { true, 1597, 1, 0, "too_many_columns", "null", "weir needs 10 of them" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      if (cases[i].model)
        home_write_model (home, "users", USERS);
      g_autofree char *text = wide_text (cases[i].columns, cases[i].rows, cases[i].full, "123456789012");
      home_drop (home, "users.csv", text);
      g_autoptr (Outcome) outcome = expect_weir (home, 1, "load", "--json", "--archive", "imports/users.csv", NULL);
      g_autoptr (Json) published = outcome_json (outcome);
      assert_json (published, "error.code", cases[i].code);
      assert_json (published, "error.line", cases[i].line);
      assert_error_says (published, cases[i].says);
      assert_null (strstr (outcome->out, "COPY"));
    }
}

/* Rows of which each cell has to go beside the table: the server puts none of them there but the one that it refuses. Each takes a number
 * of those that tables have, too. */
static void
test_too_wide_is_seen_at_once (void **state)
{
  Home *home = *state;
  static const char cell[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  g_autoptr (GString) text = g_string_new ("c0");
  for (int i = 1; i < 1590; i++)
    g_string_append_printf (text, ",c%d", i);
  for (int row = 0; row < 120; row++)
    for (int i = 0; i < 1590; i++)
      g_string_append_printf (text, "%c%s", i == 0 ? '\n' : ',', row == 0 ? "a" : cell);
  sql_run_text (home, "create table warehouse_before ()");
  home_drop (home, "wide.csv", text->str);
  g_autoptr (Outcome) outcome = expect_weir (home, 1, "load", "--json", "--archive", "imports/wide.csv", NULL);
  g_autoptr (Json) published = outcome_json (outcome);
  assert_json (published, "error.line", "3");
  sql_run_text (home, "create table warehouse_after ()");
  int64_t taken = sql_number (home, "select 'warehouse_after'::regclass::oid::bigint - 'warehouse_before'::regclass::oid::bigint");
  if (taken > 20 * 1590)
    fail_msg ("%d numbers were taken", (int) taken);
  sql_run_text (home, "drop table warehouse_before, warehouse_after");
}

/* What looks too wide and is none, for it can be compressed, is loaded. */
static void
test_wide_rows_that_fit (void **state)
{
  Home *home = *state;
  g_autofree char *cell = g_strnfill (200, 'a');
  g_autofree char *text = wide_text (500, 5, 3, cell);
  g_autoptr (Json) published = load_text (home, "wide.csv", text, NULL);
  assert_load (published, "staged", "read=5 staged=5");
  assert_sql (home, "5|200", "select count(*), max(length(c499)) from staging.wide");
}

/* One row of more cells than a table may have is a reject, wherever it is. */
static void
test_one_wide_row (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  g_autoptr (GString) text = g_string_new ("email,name\n");
  for (int row = 1; row <= 400; row++)
    g_string_append_printf (text, "u%d@x.org,n\n", row);
  g_autofree char *many = g_strnfill (1700, ',');
  g_string_append_printf (text, "x@x.org%s\ny@x.org,n\n", many);
  g_autoptr (Json) published = load_text (home, "users.csv", text->str, NULL);
  assert_load (published, "applied", "read=402 rejected=1 inserted=401 staged=401");
  assert_sql (home, "402|too_many_fields", "select line, reason from weir.reject");
  home->oracle = ORACLE_REPLAY;
}

static void
test_lone_backslash_dot (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  /* Text COPY would end here with success. */
  g_autoptr (Json) published = load_text (home, "users.csv", "email\na@x.org\n\\.\nb@x.org\n", NULL);
  assert_load (published, "applied", "read=3 inserted=3 staged=3");
  home->oracle = ORACLE_REPLAY;
}

static void
test_hostile_names (void **state)
{
  Home *home = *state;
  const char *text = "\"na\"\"me;--\",'); drop table x; --,select,user\n1,2,3,4\n";
  g_autoptr (Json) published = load_text (home, "we\"ird'; drop schema staging;.csv", text, NULL);
  assert_load (published, "staged", "read=1 staged=1");
  g_autoptr (Outcome) status = run_weir (home, "status", NULL);
  assert_true (status->code <= 1);
  assert_sql (home, "1", "select count(*) from pg_tables where schemaname = 'staging'");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
#define TEST_EMPTY(name) cmocka_unit_test_setup_teardown (name, home_setup_empty, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_refused_files),      TEST (test_missing_key_column_keeps_the_table),
    TEST (test_header_only),        TEST (test_unreadable_file),
    TEST (test_missing_file),       TEST (test_directory),
    TEST (test_bad_models),         TEST (test_bad_settings),
    TEST (test_wrong_password),     TEST (test_no_server),
    TEST (test_no_such_database),   TEST_EMPTY (test_no_right_to_create_a_schema),
    TEST (test_reader_on_staging),  TEST (test_bad_lines),
    TEST (test_lone_backslash_dot), TEST (test_hostile_names),
    TEST (test_too_wide),           TEST (test_one_wide_row),
    TEST (test_wide_rows_that_fit), TEST (test_too_wide_is_seen_at_once),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
