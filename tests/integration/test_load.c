/* Files into a dimension: what changes, what does not, and that every count adds up. */
#include "pipeline/stage/stage.h"
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"rejects\": {\"max_percent\": 50}}"

/* name and email of all versions, oldest first. */
#define VERSIONS "select email, name, version_number, is_current from warehouse.users order by email, version_number"

static void
test_first_load (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);

  expect_load (home, "name,email,age\nAnn,ann@x.org,41\nBob,bob@x.org,\n", "applied", "read=2 inserted=2 staged=2");

  assert_sql (home, "ann@x.org|Ann|1|t\nbob@x.org|Bob|1|t", VERSIONS);
  assert_sql (home, "ann@x.org|41\nbob@x.org|-", "select email, age from warehouse.users_current order by email");
  assert_sql (
      home, "bigint",
      "select format_type(atttypid, null) from pg_attribute where attrelid = 'warehouse.users'::regclass and attname = 'age'");
  assert_sql (home, "name text|email text|age bigint|_line bigint|_id uuid|_hash uuid",
              "select string_agg(attname || ' ' || format_type(atttypid, null), '|' order by attnum) from pg_attribute"
              " where attrelid = 'staging.users'::regclass and attnum > 0 and not attisdropped");
  assert_sql (home, "Ann|2\nBob|3", "select name, _line from staging.users order by _line");
  assert_sql (home, "u", "select relpersistence from pg_class where oid = 'staging.users'::regclass");
  assert_sql (home, "1",
              "select count(*) from pg_description where objoid = 'staging.users'::regclass and description like '%%users.csv%%'");
  assert_int_equal (home_count_files (home, "archive/users"), 1);
  home->oracle = ORACLE_REPLAY;
}

static void
test_dropped_again (void **state)
{
  Home *home = *state;
  const char *text = "name,email\nAnn,ann@x.org\nBob,bob@x.org\n";
  home_write_model (home, "users", USERS);
  expect_load (home, text, "applied", "read=2 inserted=2 staged=2");
  g_autofree char *before = sql_text_rows (home, "select * from warehouse.users order by 1, 2");

  g_autoptr (Json) again = load_text (home, "users.csv", text, NULL);
  g_autofree char *status = json_at (again, "status");
  assert_string_equal (status, "duplicate");
  g_autofree char *after = sql_text_rows (home, "select * from warehouse.users order by 1, 2");
  assert_string_equal (before, after);

  /* Forced: read through, and found to change nothing. */
  g_autoptr (Json) forced = load_text (home, "users.csv", text, "--force", NULL);
  assert_load (forced, "applied", "read=2 unchanged=2 staged=2");
  home->oracle = ORACLE_REPLAY;
}

static void
test_changes (void **state)
{
  /* What the second file does to the first's one row. */
  static const struct
  {
    const char *title, *first, *second, *counts, *versions;
  } cases[] = {
    { "an attribute changes", "name,email\nAnn,a@x.org\n", "name,email\nAnna,a@x.org\n", "read=1 updated=1 deactivated=1 staged=1",
      "a@x.org|Ann|1|f\na@x.org|Anna|2|t" },
    { "NULL becomes a value", "name,email\n,a@x.org\nB,b@x.org\n", "name,email\nAnn,a@x.org\n",
      "read=1 updated=1 deactivated=1 staged=1", "a@x.org|-|1|f\na@x.org|Ann|2|t\nb@x.org|B|1|t" },
    { "a value becomes NULL", "name,email\nAnn,a@x.org\n", "name,email\n,a@x.org\nB,b@x.org\n",
      "read=2 inserted=1 updated=1 deactivated=1 staged=2", "a@x.org|Ann|1|f\na@x.org|-|2|t\nb@x.org|B|1|t" },
    { "an empty text is not NULL", "name,email\n\"\",a@x.org\nB,b@x.org\n", "name,email\n,a@x.org\nB,b@x.org\n",
      "read=2 unchanged=1 updated=1 deactivated=1 staged=2", "a@x.org||1|f\na@x.org|-|2|t\nb@x.org|B|1|t" },
    { "a new entity comes", "name,email\nAnn,a@x.org\n", "name,email\nAnn,a@x.org\nBob,b@x.org\n",
      "read=2 unchanged=1 inserted=1 staged=2", "a@x.org|Ann|1|t\nb@x.org|Bob|1|t" },
    { "one that is not in the file stays", "name,email\nAnn,a@x.org\nBob,b@x.org\n", "name,email\nBob,b@x.org\n",
      "read=1 unchanged=1 staged=1", "a@x.org|Ann|1|t\nb@x.org|Bob|1|t" },
    { "columns are reordered", "name,email\nAnn,a@x.org\n", "email,name\na@x.org,Ann\n", "read=1 unchanged=1 staged=1",
      "a@x.org|Ann|1|t" },
    { "another delimiter and quotes", "name,email\nAnn,a@x.org\n", "name;email\n\"Ann\";\"a@x.org\"\n",
      "read=1 unchanged=1 staged=1", "a@x.org|Ann|1|t" },
    { "a BOM, CRLF and no last line end", "name,email\nAnn,a@x.org\n", "\xEF\xBB\xBFname,email\r\nAnn,a@x.org",
      "read=1 unchanged=1 staged=1", "a@x.org|Ann|1|t" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].title);
      g_autoptr (Home) home = home_new (outer->cluster);
      home_write_model (home, "users", USERS);
      g_autoptr (Json) first = load_text (home, "users.csv", cases[i].first, NULL);
      assert_json (first, "status", "applied");
      expect_load (home, cases[i].second, "applied", cases[i].counts);
      assert_sql (home, cases[i].versions, VERSIONS);
    }
}

static void
test_a_to_b_to_a (void **state)
{
  Home *home = *state;
  const char *a = "name,email\nAnn,a@x.org\n";
  const char *b = "name,email\nEve,a@x.org\n";
  home_write_model (home, "users", USERS);
  expect_load (home, a, "applied", "read=1 inserted=1 staged=1");
  expect_load (home, b, "applied", "read=1 updated=1 deactivated=1 staged=1");
  /* The same bytes as the first file, but not as the last one: no duplicate. */
  expect_load (home, a, "applied", "read=1 updated=1 deactivated=1 staged=1");
  assert_sql (home, "a@x.org|Ann|1|f\na@x.org|Eve|2|f\na@x.org|Ann|3|t", VERSIONS);
  home->oracle = ORACLE_REPLAY;
}

/* Where everything is quoted, nothing tells an empty text from NULL: a column that becomes text opens no version for it. */
/* What a worker meets that has lost the table's lock, and with it the right to the run. */
static void
test_completed_run_stays (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  expect_load (home, "name,email\nAnn,a@x.org\n", "applied", "read=1 inserted=1 staged=1");
  g_autofree char *id = sql_scalar (home, "select execution_id from weir.execution");
  const char *ledger = "select status, state, rows_inserted, e.error from weir.execution e join weir.file on run_id = execution_id";
  Run run = { .table = (char *) "users", .file = (char *) "users.csv", .place = (char *) "imports/users.csv" };
  assert_true (uid_parse (id, strlen (id), &run.id));
  g_autoptr (GError) error = NULL;
  g_autoptr (Db) db = db_connect (home->url, "test", -1, &error);
  assert_non_null (db);

  assert_false (ledger_begin (db, &run, NULL, NULL, &error));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_RETRY));
  assert_sql (home, "COMPLETED|applied|1|-", "%s", ledger);
  const FileEnd end = { .state = "failed" };
  /* Nor is it told that it could be said: who asks must not give the file back. */
  g_clear_error (&error);
  assert_false (ledger_fail (db, run.id, "the connection was lost", &end, &error));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_RETRY));
  assert_sql (home, "COMPLETED|applied|1|-", "%s", ledger);

  int64_t rows;
  g_autoptr (Stage) stage = stage_new ("staging", &run);
  g_free (stage->name);
  stage->name = g_strdup ("users");
  assert_true (stage_count (db, stage, run.id, &rows, NULL));
  assert_int_equal (rows, 1);
  assert_true (stage_count (db, stage, uid_random (), &rows, NULL));
  assert_int_equal (rows, 0);
}

static void
test_duplicate_keys (void **state)
{
  static const struct
  {
    const char *rule, *counts, *names;
  } cases[] = {
    { "last", "read=4 duplicate=1 inserted=3 staged=3", "Ann2|Bob|Cyd" },
    { "first", "read=4 duplicate=1 inserted=3 staged=3", "Ann1|Bob|Cyd" },
    { "reject", "read=4 rejected=2 inserted=2 staged=2", "Bob|Cyd" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].rule);
      g_autoptr (Home) home = home_new (outer->cluster);
      g_autofree char *model =
          g_strdup_printf ("{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"duplicates\": \"%s\","
                           " \"rejects\": {\"max_percent\": 60}}",
                           cases[i].rule);
      home_write_model (home, "users", model);
      g_autoptr (Json) published =
          load_text (home, "users.csv", "name,email\nAnn1,a@x.org\nBob,b@x.org\nAnn2,a@x.org\nCyd,c@x.org\n", NULL);
      assert_load (published, "applied", cases[i].counts);
      assert_ledger (home, published);
      assert_sql (home, cases[i].names, "select string_agg(name, '|' order by name) from warehouse.users");
      if (i == 2)
        assert_sql (home, "2|Ann1,a@x.org\n4|Ann2,a@x.org",
                    "select line, convert_from(original, 'UTF8') from weir.reject order by line");
    }
}

static void
test_rejects (void **state)
{
  static const struct
  {
    const char *title, *line, *column;
  } cases[] = {
    { "an empty key", "Eve,,2001-02-03", "email" },
    { "a key of blanks", "Eve,\"  \",2001-02-03", "email" },
    { "a required column is NULL", ",e@x.org,2001-02-03", "name" },
    { "not of the declared type", "Eve,e@x.org,yesterday", "born" },
    { "no such day", "Eve,e@x.org,2001-02-30", "born" },
    { "too many fields", "Eve,e@x.org,2001-02-03,more", NULL },
    { "too few fields", "Eve,e@x.org", NULL },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].title);
      g_autoptr (Home) home = home_new (outer->cluster);
      home_write_model (
          home, "users",
          "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"id\": {\"normalize\": [\"trim\"]},"
          " \"columns\": {\"name\": {\"type\": \"text\", \"required\": true}, \"born\": {\"type\": \"date\"}},"
          " \"rejects\": {\"max_percent\": 50}}");
      g_autofree char *text =
          g_strdup_printf ("name,email,born\nAnn,a@x.org,2001-02-03\n%s\nBob,b@x.org,2001-02-03\n", cases[i].line);
      home_drop (home, "users.csv", text);
      /* Rows were rejected: exit code 1, although the others are loaded. */
      g_autoptr (Outcome) outcome = expect_weir (home, 1, "load", "--json", "--archive", "imports/users.csv", NULL);
      g_autoptr (Json) published = outcome_json (outcome);
      assert_load (published, "applied", "read=3 rejected=1 inserted=2 staged=2");
      assert_ledger (home, published);
      g_autofree char *expected = g_strdup_printf ("3|%s|%s", cases[i].column != NULL ? cases[i].column : "-", cases[i].line);
      assert_sql (home, expected, "select line, column_name, convert_from(original, 'UTF8') from weir.reject");
    }
}

static void
test_reject_limit (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}");
  /* One of three rows is more than the one percent that settings allow by default. */
  home_drop (home, "users.csv", "name,email\nAnn,a@x.org\nEve,\nBob,b@x.org\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 1, "load", "--json", "--archive", "imports/users.csv", NULL);
  g_autoptr (Json) published = outcome_json (outcome);
  assert_json (published, "status", "failed");
  assert_json (published, "rows.read", "3");
  assert_json (published, "rows.rejected", "1");
  assert_json (published, "rows.inserted", "0");
  assert_error_says (published, "reject");
  assert_int_equal (home_count_files (home, "failed"), 2);
  assert_sql (home, "1", "select count(*) from weir.reject where line = 3 and convert_from(original, 'UTF8') = 'Eve,'");
  assert_sql (home, "f", "select to_regclass('warehouse.users') is not null");
  /* The model allows more, and the file is loaded from failed/. */
  home_write_model (home, "users", USERS);
  g_autoptr (Outcome) retry = expect_weir (home, 1, "retry", "--json", "last", NULL);
  g_autoptr (Json) retried = outcome_json (retry);
  assert_load (retried, "applied", "read=3 rejected=1 inserted=2 staged=2");
}

static void
test_dry_run (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_drop (home, "users.csv", "name,email\nAnn,a@x.org\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "load", "--json", "--dry-run", "imports/users.csv", NULL);
  g_autoptr (Json) published = outcome_json (outcome);
  assert_load (published, "applied", "read=1 inserted=1 staged=1");
  assert_true (home_has_file (home, "imports/users.csv"));
  assert_sql (home, "0",
              "select (select count(*) from weir.execution) + (select count(*) from pg_tables where schemaname in ('staging', "
              "'warehouse'))");
  /* Nor does it point to what it has not kept. */
  home_drop (home, "users-2.csv", "name,email\nAnn,\n");
  g_autoptr (Outcome) refused = expect_weir (home, 1, "load", "--json", "--dry-run", "imports/users-2.csv", NULL);
  g_autoptr (Json) rejects = outcome_json (refused);
  assert_error_says (rejects, "dry run");
}

/* Whether the published object says that time went into this. */
static bool
says_spent (const Json *published, const char *what)
{
  const Json *spent = json_object_get (published, "spent");
  for (size_t i = 0; i < json_array_size (spent); i++)
    if (g_str_equal (json_string_value (json_object_get (json_array_get (spent, i), "what")), what))
      return json_integer_value (json_object_get (json_array_get (spent, i), "microseconds")) > 0;
  return false;
}

static void
test_explain_says_where_the_time_went (void **state)
{
  static const char *const words[] = { "sniff", "infer", "file",          "parse",           "convert",
                                       "key",   "hash",  "wait for COPY", "dimension/first", "COMMIT" };
  Home *home = *state;
  home_write_model (home, "users", USERS);
  g_autoptr (Json) silent = load_text (home, "users-1.csv", "name,email\nAnn,ann@x.org\n", NULL);
  assert_null (json_object_get (silent, "spent"));
  assert_int_equal (json_integer_value (json_object_get (json_object_get (silent, "rows"), "inserted")), 1);

  home_write_model (home, "people", "{\"table\": \"people\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}");
  g_autoptr (Json) told = load_text (home, "people.csv", "name,email\nAnn,ann@x.org\n", "--explain", NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    if (!says_spent (told, words[i]))
      fail_msg ("nothing was spent for %s", words[i]);
  assert_sql (home, "t", "select summary ? 'spent' from weir.file where table_name = 'people'");
  assert_sql (home, "f", "select summary ? 'spent' from weir.file where table_name = 'users'");

  home_drop (home, "people-2.csv", "name,email\nBob,bob@x.org\n");
  g_autoptr (Outcome) shown = expect_weir (home, 0, "load", "--explain", "imports/people-2.csv", NULL);
  assert_non_null (strstr (shown->out, "bytes to records"));
  assert_non_null (strstr (shown->out, "all else"));
}

static void
test_several_files (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_drop (home, "users.csv", "name,email\nAnn,a@x.org\n");
  home_drop (home, "users_2026-11-20.csv", "name,email\nAnna,a@x.org\n");
  g_autoptr (Outcome) outcome =
      expect_weir (home, 0, "load", "--json", "--archive", "imports/users.csv", "imports/users_2026-11-20.csv", NULL);
  g_autoptr (Json) first = outcome_json_at (outcome, 0);
  g_autoptr (Json) second = outcome_json_at (outcome, 1);
  assert_load (first, "applied", "read=1 inserted=1 staged=1");
  assert_load (second, "applied", "read=1 updated=1 deactivated=1 staged=1");
  assert_json (second, "table", "users");
  assert_json (second, "file", "users_2026-11-20.csv");
  assert_int_equal (home_count_files (home, "archive/users"), 2);
  home->oracle = ORACLE_REPLAY;
}

static void
test_archived_file_routes_right (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  expect_load (home, "name,email\nAnn,a@x.org\n", "applied", "read=1 inserted=1 staged=1");
  expect_load (home, "name,email\nAnna,a@x.org\n", "applied", "read=1 updated=1 deactivated=1 staged=1");
  g_autofree char *place = sql_scalar (home, "select place from weir.file order by seen_on limit 1");
  g_autofree char *text = home_read_file (home, place);
  g_autofree char *name = g_path_get_basename (place);
  /* The archived file is dropped again under the name it has there: weir had it before, and a newer one since. */
  g_autoptr (Json) published = load_text (home, name, text, NULL);
  assert_load (published, "applied", "read=1 rejected=1");
  assert_json (published, "table", "users");
  assert_sql (home, "a@x.org|Ann|1|f\na@x.org|Anna|2|t", VERSIONS);
  g_autoptr (Json) forced = load_text (home, name, text, "--force", NULL);
  assert_load (forced, "applied", "read=1 updated=1 deactivated=1 staged=1");
  assert_sql (home, "a@x.org|Ann|1|f\na@x.org|Anna|2|f\na@x.org|Ann|3|t", VERSIONS);
  home->oracle = ORACLE_REPLAY;
}

static void
test_delete_after_load (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"after_load\": \"delete\"");
  home_write_model (home, "users", USERS);
  home_drop (home, "users.csv", "name,email\nAnn,a@x.org\n");
  g_autoptr (Background) watch = spawn_weir (home, "watch", NULL);
  wait_until (sql_number (home, "select count(*) from pg_tables where schemaname = 'weir' and tablename = 'file'") == 1
              && sql_number (home, "select count(*) from weir.file where disposition = 'deleted'") == 1);
  assert_int_equal (background_stop (watch, SIGTERM, 10), 0);
  assert_int_equal (home_count_files (home, "archive") + home_count_files (home, "imports"), 0);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_first_load),
    TEST (test_dropped_again),
    TEST (test_changes),
    TEST (test_a_to_b_to_a),
    TEST (test_completed_run_stays),
    TEST (test_duplicate_keys),
    TEST (test_rejects),
    TEST (test_reject_limit),
    TEST (test_dry_run),
    TEST (test_explain_says_where_the_time_went),
    TEST (test_several_files),
    TEST (test_archived_file_routes_right),
    TEST (test_delete_after_load),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
