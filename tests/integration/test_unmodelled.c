/* A file without a model: staged for review, a model proposed from it, and loaded by retry. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#define SHOPS "code,name,opened,open\nS1,Oslo,2001-02-03,true\nS2,Rome,2004-05-06,false\nS3,Oslo,2004-05-07,true\n"

static void
test_staged (void **state)
{
  Home *home = *state;
  g_autoptr (Json) published = load_text (home, "shops_2026-11-20.csv", SHOPS, NULL);
  assert_load (published, "staged", "read=3 staged=3");
  assert_json (published, "table", "shops");
  assert_ledger (home, published);
  assert_sql (home, "code text|name text|opened date|open boolean|_line bigint|_id uuid|_hash uuid",
              "select string_agg(attname || ' ' || format_type(atttypid, null), '|' order by attnum) from pg_attribute"
              " where attrelid = 'staging.shops'::regclass and attnum > 0 and not attisdropped");
  assert_sql (home, "S1|Oslo|2001-02-03|t|2", "select code, name, opened, open, _line from staging.shops where code = 'S1'");
  assert_int_equal (home_count_files (home, "archive/shops"), 1);
  assert_sql (home, "f", "select to_regclass('warehouse.shops') is not null");

  g_autoptr (Outcome) status = run_weir (home, "status", NULL);
  assert_contains (status->out, "shops");
  assert_contains (status->out, "weir model shops");
}

static void
test_model_and_retry (void **state)
{
  Home *home = *state;
  g_autoptr (Json) staged = load_text (home, "shops.csv", SHOPS, NULL);
  assert_json (staged, "status", "staged");

  g_autoptr (Outcome) shown = expect_weir (home, 0, "model", "shops", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (Json) proposal = weir_json_parse (shown->out, strlen (shown->out), "proposal", &error);
  assert_non_null (proposal);
  assert_json (proposal, "table", "shops");
  assert_json (proposal, "business_key", "[\"code\"]");
  assert_json (proposal, "columns.opened.type", "date");
  assert_false (home_has_file (home, "models/shops.json"));

  assert_weir (home, 0, "model", "shops", "--write", NULL);
  assert_true (home_has_file (home, "models/shops.json"));
  g_autoptr (Outcome) twice = run_weir (home, "model", "shops", "--write", NULL);
  assert_int_not_equal (twice->code, 0);

  g_autoptr (Outcome) retry = expect_weir (home, 0, "retry", "--json", "last", NULL);
  g_autoptr (Json) applied = outcome_json (retry);
  assert_load (applied, "applied", "read=3 inserted=3 staged=3");
  assert_sql (home, "3", "select count(*) from warehouse.shops_current");
  assert_int_equal (home_count_files (home, "archive/shops"), 1);
}

/* More columns than one query can count. */
static void
test_model_of_many_columns (void **state)
{
  Home *home = *state;
  g_autoptr (GString) text = g_string_new (NULL);
  for (int row = 0; row < 3; row++)
    for (int i = 0; i < 900; i++)
      g_string_append_printf (text, "%s%d%s", row == 0 ? "c" : "", i == 850 ? i + row : i, i < 899 ? "," : "\n");
  g_autoptr (Json) staged = load_text (home, "wide.csv", text->str, NULL);
  assert_json (staged, "status", "staged");
  g_autoptr (Outcome) shown = expect_weir (home, 0, "model", "wide", NULL);
  g_autoptr (Json) proposed = outcome_json (shown);
  assert_json (proposed, "business_key.0", "c850");
}

/* Headers that speak of formats, or like JSON: the model takes the column for what its cells are. */
static const struct
{
  const char *name, *header, *cells[2];
  const char *type, *format; /* what the model says of the column; format NULL: nothing */
} odd_headers[] = {
  { "format", "day; format DD/MM/YYYY", { "2026-01-03", "2026-02-14" }, "date", NULL },
  { "other_format", "day; format YYYY", { "13/01/2026", "14/02/2026" }, "date", "DD/MM/YYYY" },
  { "only_format", "format DD/MM/YYYY", { "2026-01-03", "2026-02-14" }, "date", NULL },
  { "doubt", "ambiguous: {x} or {y}", { "2026-01-03", "2026-02-14" }, "date", NULL },
  { "json", "{\"\"format\"\": \"\"DD/MM/YYYY\"\"}", { "2026-01-03", "2026-02-14" }, "date", NULL },
  { "quotes", "the \"\"day\"\", it's; format MM/DD/YYYY", { "13/01/2026", "14/02/2026" }, "date", "DD/MM/YYYY" },
  { "lines", "day\nformat DD/MM/YYYY", { "2026-01-03", "2026-02-14" }, "date", NULL },
  { "braces", "%s {} [] $1 :'x' \\", { "1.5", "2.25" }, "numeric", NULL },
};

/* The only declared column of a model, or NULL. */
static const Json *
only_column (const Json *model)
{
  Json *columns = json_object_get (model, "columns");
  assert_int_equal (json_object_size (columns), 1);
  return json_object_iter_value (json_object_iter (columns));
}

static void
test_odd_headers (void **state)
{
  Home *home = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (odd_headers); i++)
    {
      const char *const *cells = odd_headers[i].cells;
      g_autofree char *file = g_strconcat (odd_headers[i].name, ".csv", NULL);
      g_autofree char *text = g_strdup_printf ("id,\"%s\"\na1,%s\nb2,%s\n", odd_headers[i].header, cells[0], cells[1]);
      print_message ("  %s\n", odd_headers[i].header);
      g_autoptr (Json) staged = load_text (home, file, text, NULL);
      assert_load (staged, "staged", "read=2 staged=2");
      g_autoptr (Outcome) written = expect_weir (home, 0, "model", odd_headers[i].name, "--write", NULL);
      g_autoptr (Json) model = outcome_json (written);
      const Json *column = only_column (model);
      assert_string_equal (json_string_value (json_object_get (column, "type")), odd_headers[i].type);
      const char *format = json_string_value (json_object_get (column, "format"));
      assert_int_equal (g_strcmp0 (format, odd_headers[i].format), 0);
      g_autoptr (Outcome) retry = expect_weir (home, 0, "retry", "--json", file, NULL);
      g_autoptr (Json) applied = outcome_json (retry);
      assert_load (applied, "applied", "read=2 inserted=2 staged=2");
    }
}

/* The same of a file that has no other column, which is its key. */
static void
test_odd_header_alone (void **state)
{
  Home *home = *state;
  g_autoptr (Json) staged = load_text (home, "days.csv", "day; format DD/MM/YYYY\n2026-01-03\n2026-02-14\n2026-03-01\n", NULL);
  assert_load (staged, "staged", "read=3 staged=3");
  assert_weir (home, 0, "model", "days", "--write", NULL);
  g_autoptr (Outcome) retry = expect_weir (home, 0, "retry", "--json", "days.csv", NULL);
  g_autoptr (Json) applied = outcome_json (retry);
  assert_load (applied, "applied", "read=3 inserted=3 staged=3");
}

/* What happened once is a fact, what has states a dimension: proposed, written, and loaded by it. */
static const struct
{
  const char *table, *text, *kind, *shows;
} proposals[] = {
  { "orders", "order_id;country;amount;shipped\n1001;NO;1299.00;2026-01-03\n1002;SE;89.50;2026-01-04\n", "fact",
    "select order_id from warehouse.orders order by 1 limit 1" },
  { "readings", "sensor,at,celsius\n1001,2026-01-01 10:00,20.5\n1001,2026-01-01 11:00,21.5\n1002,2026-01-01 10:00,3.5\n", "fact",
    "select sensor from warehouse.readings where celsius = 21.5" },
  { "shops", "code,opened\n1001,2026-01-01\n1002,2026-02-01\n", "dimension", "select min(code) from warehouse.shops_current" },
  { "prices", "sku,valid_from,price\n1001,2026-01-01,5\n1001,2026-02-01,6\n1002,2026-01-01,7\n", "dimension",
    "select sku from warehouse.prices where price = 5 and effective_end_date = '2026-02-01Z'" },
};

static void
test_events_and_entities (void **state)
{
  Home *home = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (proposals); i++)
    {
      g_autofree char *file = g_strconcat (proposals[i].table, ".csv", NULL);
      print_message ("  %s\n", file);
      g_autoptr (Json) staged = load_text (home, file, proposals[i].text, NULL);
      g_autoptr (Outcome) written = expect_weir (home, 0, "model", proposals[i].table, "--write", NULL);
      g_autoptr (Json) model = outcome_json (written);
      assert_json (model, "kind", proposals[i].kind);
      assert_weir (home, 0, "retry", file, NULL);
      assert_sql (home, "1001", "%s", proposals[i].shows);
    }
}

/* What can be read in two ways travels too. */
static void
test_ambiguous_column (void **state)
{
  Home *home = *state;
  g_autoptr (Json) staged = load_text (home, "orders.csv", "id,day\na1,03/04/2026\nb2,05/06/2026\n", NULL);
  assert_json (staged, "status", "staged");
  g_autoptr (Outcome) shown = expect_weir (home, 0, "model", "orders", NULL);
  assert_contains (shown->err, "day can be read in two ways and is text (ambiguous: {\"type\": \"date\", \"format\": \"");
  assert_sql (home, "day|[\"\\\"type",
              "select columns -> 1 ->> 'name' || '|' || left(columns -> 1 ->> 'ambiguous', 8) from weir.file");
  g_autoptr (Json) model = outcome_json (shown);
  assert_string_equal (json_string_value (json_object_get (only_column (model), "type")), "text");
}

/* A refused file is staged for whoever mends it, and is not taken for the one before. */
static void
test_refused_in_staging (void **state)
{
  Home *home = *state;
  g_autoptr (Json) staged = load_text (home, "shops.csv", SHOPS, NULL);
  assert_json (staged, "status", "staged");
  g_autoptr (Outcome) good = expect_weir (home, 0, "model", "shops", NULL);
  assert_null (strstr (good->err, "refused"));
  home_drop (home, "shops.csv", "code,name\nS1,A\nS2,\xFF\x81\nS9,C\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 1, "load", "--json", "--archive", "imports/shops.csv", NULL);
  g_autoptr (Json) refused = outcome_json (outcome);
  assert_json (refused, "error.code", "too_many_rejects");
  assert_json (refused, "notes.0", "staging.shops shows the good rows of this refused file until the next load");
  assert_error_says (refused, "Say it in a model");
  assert_sql (home, "S1,S9", "select string_agg(code, ',' order by code) from staging.shops");
  g_autoptr (Outcome) shown = expect_weir (home, 0, "model", "shops", NULL);
  assert_contains (shown->err, "these are the good rows of \"shops.csv\", which was refused: see weir rejects ");
  /* of a file without a good row nothing is shown, and nothing said of it */
  home_drop (home, "shops.csv", "code,name\nS2,\xFF\x81\nS3,\xFF\x81\n");
  g_autoptr (Outcome) none = expect_weir (home, 1, "load", "--json", "--archive", "imports/shops.csv", NULL);
  g_autoptr (Json) bad = outcome_json (none);
  assert_json (bad, "error.code", "too_many_rejects");
  assert_null (strstr (none->out, "the good rows"));
}

static void
test_near_miss (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}");
  home_drop (home, "user.csv", "name,email\nAnn,a@x.org\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "load", "--archive", "imports/user.csv", NULL);
  g_autofree char *said = g_strconcat (outcome->out, outcome->err, NULL);
  assert_contains (said, "did you mean users?");
  assert_sql (home, "1", "select count(*) from staging.\"user\"");
}

static void
test_table_option (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}");
  g_autoptr (Json) published = load_text (home, "export.csv", "name,email\nAnn,a@x.org\n", "--table", "users", NULL);
  assert_load (published, "applied", "read=1 inserted=1 staged=1");
  assert_json (published, "table", "users");
}

static void
test_staged_twice_then_dropped_with_model (void **state)
{
  Home *home = *state;
  json_decref (load_text (home, "shops.csv", SHOPS, NULL));
  g_autoptr (Json) second = load_text (home, "shops.csv", SHOPS, NULL);
  assert_json (second, "status", "staged");
  home_write_model (home, "shops", "{\"table\": \"shops\", \"kind\": \"dimension\", \"business_key\": [\"code\"]}");
  g_autoptr (Json) third = load_text (home, "shops.csv", SHOPS, NULL);
  assert_load (third, "applied", "read=3 inserted=3 staged=3");
  home->oracle = ORACLE_REPLAY;
}

/* What `weir status` says of a table without a model is what is the case. */
static void
test_status_without_model (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}");
  g_autoptr (Json) refused = load_text (home, "shops.csv", "code,name\nS1,Oslo\nS2,\xFF\n", NULL);
  assert_json (refused, "status", "failed");
  sql_run_text (home, "drop table staging.shops");
  g_autoptr (Outcome) nothing = expect_weir (home, 1, "status", NULL);
  assert_contains (nothing->out, "shops: no model, and nothing is staged\n");

  g_autoptr (Json) staged = load_text (home, "shops.csv", SHOPS, NULL);
  g_autofree char *run = json_at (staged, "run");
  g_autofree char *advice = g_strdup_printf ("its staging table is gone; to stage it again: weir retry %.8s", run);
  sql_run_text (home, "drop table staging.shops");
  g_autoptr (Outcome) gone = run_weir (home, "status", NULL);
  assert_contains (gone->out, advice);

  g_autoptr (Json) near = load_text (home, "user.csv", "name,email\nAnn,a@x.org\n", NULL);
  assert_json (near, "status", "staged");
  g_autoptr (Outcome) meant = run_weir (home, "status", NULL);
  assert_contains (meant->out, "user: no model, staged for review; did you mean users?");

  g_autoptr (Json) applied = load_text (home, "users.csv", "name,email\nAnn,a@x.org\n", NULL);
  assert_json (applied, "status", "applied");
  home_remove_file (home, "models/users.json");
  g_autoptr (Outcome) removed = run_weir (home, "status", NULL);
  assert_contains (removed->out, "users: its model is gone; its rows stay in the warehouse");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_staged),
    TEST (test_model_and_retry),
    TEST (test_model_of_many_columns),
    TEST (test_events_and_entities),
    TEST (test_odd_headers),
    TEST (test_odd_header_alone),
    TEST (test_ambiguous_column),
    TEST (test_refused_in_staging),
    TEST (test_near_miss),
    TEST (test_table_option),
    TEST (test_staged_twice_then_dropped_with_model),
    TEST (test_status_without_model),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
