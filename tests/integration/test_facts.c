/* Facts: references to dimensions, keyed upserts, keyless bags. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"
#define REFERENCES(missing)                                                                                                        \
  "\"references\": [{\"dimension\": \"users\", \"columns\": [\"email\"], \"as\": \"user_id\", \"missing\": \"" missing "\"}]"
#define SALES(more) "{\"table\": \"sales\", \"kind\": \"fact\", \"rejects\": {\"max_percent\": 60}, " more "}"
#define KEYED SALES ("\"business_key\": [\"sale\"], " REFERENCES ("reject"))

static void
load_users (Home *home)
{
  home_write_model (home, "users", USERS);
  load_and_count (home, "users.csv", "name,email\nAnn,a@x.org\nBob,b@x.org\n", "read=2 inserted=2 staged=2");
}

static void
test_columns (void **state)
{
  Home *home = *state;
  load_users (home);
  home_write_model (home, "sales", KEYED);
  load_and_count (home, "sales.csv", "sale,email,amount\nS1,a@x.org,9.50\n", "read=1 inserted=1 staged=1");
  assert_sql (home,
              "sale_id uuid|user_id uuid|sale text|amount numeric|row_hash uuid|created_at timestamp with time zone"
              "|updated_at timestamp with time zone|loaded_by uuid",
              "select string_agg(attname || ' ' || format_type(atttypid, null), '|' order by attnum) from pg_attribute"
              " where attrelid = 'warehouse.sales'::regclass and attnum > 0 and not attisdropped");
  assert_sql (home, "PRIMARY KEY (sale_id)",
              "select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'warehouse.sales'::regclass and contype = 'p'");
  /* The fact carries no e-mail, but the id that the dimension has for it. */
  assert_sql (home, "Ann|9.50", "select name, amount from warehouse.sales join warehouse.users_current using (user_id)");
  home->oracle = ORACLE_REPLAY;
}

static void
test_waits_for_dimension (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_write_model (home, "sales", KEYED);
  home_drop (home, "sales.csv", "sale,email,amount\nS1,a@x.org,9.50\n");
  g_autoptr (Background) watch = spawn_weir (home, "watch", NULL);
  wait_until (background_said (watch, "sales.csv: waits"));
  g_autoptr (Outcome) status = expect_weir (home, 1, "status", "--json", NULL);
  g_autoptr (Json) told = outcome_json (status);
  assert_json (told, "waiting.0.file", "sales.csv");
  assert_json (told, "waiting.0.state", "waits");
  g_autofree char *reason = json_at (told, "waiting.0.reason");
  assert_contains (reason, "users");
  assert_true (home_has_file (home, "imports/sales.csv"));

  home_drop (home, "users.csv", "name,email\nAnn,a@x.org\n");

  wait_until (home_count_files (home, "archive/sales") == 1);
  assert_int_equal (background_stop (watch, SIGTERM, 10), 0);
  assert_sql (home, "Ann|9.50", "select name, amount from warehouse.sales join warehouse.users_current using (user_id)");
  home->oracle = ORACLE_REPLAY;
}

static void
test_keyed_upsert (void **state)
{
  Home *home = *state;
  load_users (home);
  home_write_model (home, "sales", KEYED);
  load_and_count (home, "sales.csv", "sale,email,amount\nS1,a@x.org,9.50\nS2,b@x.org,1\nS3,b@x.org,2\n",
                  "read=3 inserted=3 staged=3");
  g_autofree char *run = sql_scalar (home, "select loaded_by from warehouse.sales where sale = 'S1'");

  load_and_count (home, "sales.csv", "sale,email,amount\nS1,a@x.org,9.5\nS2,a@x.org,1\nS4,a@x.org,4\nS4,a@x.org,5\n",
                  "read=4 duplicate=1 unchanged=1 inserted=1 updated=1 staged=3");

  assert_sql (home, "S1|Ann|9.50\nS2|Ann|1\nS3|Bob|2\nS4|Ann|5",
              "select sale, name, amount from warehouse.sales join warehouse.users_current using (user_id) order by sale");
  assert_sql (home, run, "select loaded_by from warehouse.sales where sale = 'S1'");
  assert_sql (home, "S2", "select sale from warehouse.sales where updated_at > created_at");
}

/* A column more in the export is no change of the sale: the value comes to it, and its load stays what it was. */
static void
test_keyed_new_column (void **state)
{
  Home *home = *state;
  load_users (home);
  home_write_model (home, "sales", KEYED);
  load_and_count (home, "sales.csv", "sale,email,amount\nS1,a@x.org,9.50\nS2,b@x.org,1\n", "read=2 inserted=2 staged=2");
  g_autofree char *run = sql_scalar (home, "select loaded_by from warehouse.sales where sale = 'S1'");
  load_and_count (home, "sales.csv", "sale,email,amount,till\nS1,a@x.org,9.50,3\nS2,b@x.org,2,4\nS3,b@x.org,3,5\n",
                  "read=3 unchanged=1 inserted=1 updated=1 staged=3");
  assert_sql (home, "S1|9.50|3\nS2|2|4\nS3|3|5", "select sale, amount, till from warehouse.sales order by sale");
  assert_sql (home, run, "select loaded_by from warehouse.sales where sale = 'S1'");
  assert_sql (home, "S2", "select sale from warehouse.sales where updated_at > created_at");
}

static void
test_keyless_bag (void **state)
{
  Home *home = *state;
  load_users (home);
  home_write_model (home, "sales", SALES (REFERENCES ("reject")));
  /* Two equal sales in one file are two sales. */
  load_and_count (home, "sales.csv", "email,amount,day\na@x.org,5,2026-01-01\na@x.org,5,2026-01-01\nb@x.org,7,2026-01-01\n",
                  "read=3 inserted=3 staged=3");
  /* An overlapping export adds only what is more than there is. */
  load_and_count (home, "sales.csv",
                  "email,amount,day\na@x.org,5,2026-01-01\na@x.org,5,2026-01-01\na@x.org,5,2026-01-01\nb@x.org,8,2026-01-02\n",
                  "read=4 unchanged=2 inserted=2 staged=4");
  load_and_count (home, "sales.csv", "email,amount,day\nb@x.org,7.0,2026-01-01\n", "read=1 unchanged=1 staged=1");
  assert_sql (home, "5", "select count(*) from warehouse.sales");
  assert_sql (home, "3", "select count(*) from warehouse.sales where amount = 5");
  assert_sql (home, "0",
              "select count(*) from pg_attribute where attrelid = 'warehouse.sales'::regclass and attname in ('email', 'sale_id')");
}

/* Rows without a key are known by their hash: what would change all hashes is refused, or they would all be loaded once more. */
static void
test_keyless_types (void **state)
{
  Home *home = *state;
  home_write_model (home, "sales", SALES ("\"description\": \"\""));
  load_and_count (home, "sales.csv", "\"sku\",\"n\",\"note\"\n\"1\",\"1\",\"\"\n\"2\",\"2\",\"\"\n", "read=2 inserted=2 staged=2");
  load_and_count (home, "sales.csv", "\"sku\",\"n\",\"note\"\n\"1\",\"1.0\",\"\"\n\"2\",\"2.5\",\"late\"\n",
                  "read=2 unchanged=1 inserted=1 staged=2");

  home_drop (home, "sales.csv", "sku,n,note\n1,1,\n2,2,\nx,3,\n");
  g_autoptr (Outcome) inferred = expect_weir (home, 1, "load", "--json", "--archive", "imports/sales.csv", NULL);
  g_autoptr (Json) published = outcome_json (inferred);
  assert_json (published, "error.code", "type_drift");
  home_write_model (home, "sales", SALES ("\"columns\": {\"sku\": {\"type\": \"text\"}}"));
  g_autoptr (Outcome) declared = expect_weir (home, 2, "retry", "last", NULL);
  assert_contains (declared->err, "loaded once more");

  assert_sql (home, "3", "select count(*) from warehouse.sales");
}

static void
test_keyless_duplicate_of_any_file (void **state)
{
  Home *home = *state;
  const char *first = "email,amount\na@x.org,5\n";
  load_users (home);
  home_write_model (home, "sales", SALES (REFERENCES ("reject")));
  load_and_count (home, "sales.csv", first, "read=1 inserted=1 staged=1");
  load_and_count (home, "sales.csv", "email,amount\na@x.org,6\n", "read=1 inserted=1 staged=1");
  g_autoptr (Json) again = load_text (home, "sales.csv", first, NULL);
  assert_json (again, "status", "duplicate");
  assert_sql (home, "2", "select count(*) from warehouse.sales");
}

static void
test_keyless_all (void **state)
{
  Home *home = *state;
  load_users (home);
  home_write_model (home, "sales", SALES ("\"append\": \"all\", " REFERENCES ("reject")));
  load_and_count (home, "sales.csv", "email,amount\na@x.org,5\na@x.org,5\n", "read=2 inserted=2 staged=2");
  load_and_count (home, "sales.csv", "email,amount\na@x.org,5\nb@x.org,5\n", "read=2 inserted=2 staged=2");
  assert_sql (home, "4", "select count(*) from warehouse.sales");
}

/* Columns come and go, and the rows there are are not loaded once more. */
static void
test_keyless_columns (void **state)
{
#define DISTINCT SALES ("\"append\": \"distinct\"")
#define ALL SALES ("\"append\": \"all\"")
  static const struct
  {
    const char *name, *model, *first, *second, *counts, *note, *rows;
  } cases[] = {
    { "a new column", DISTINCT, "day,n\n1,5\n1,5\n2,6\n", "day,n,shop\n1,5,Rome\n1,5,Oslo\n2,6.0,Oslo\n3,7,Oslo\n",
      "read=4 unchanged=3 inserted=1 staged=4", "column shop is new: added to warehouse.sales, and filled into the rows there are",
      "1,5,Oslo\n1,5,Rome\n2,6,Oslo\n3,7,Oslo" },
    { "less of it than there is", DISTINCT, "day,n\n1,5\n1,5\n1,5\n2,\n", "day,n,shop\n1,5,Rome\n1,5,\n2,,Oslo\n",
      "read=3 unchanged=3 staged=3", "filled", "1,5,Rome\n1,5,-\n1,5,-\n2,-,Oslo" },
    { "more of it", DISTINCT, "day,n\n1,5\n", "day,n,shop\n1,5,\n1,5,Rome\n1,5,Rome\n", "read=3 unchanged=1 inserted=2 staged=3",
      "filled", "1,5,Rome\n1,5,Rome\n1,5,-" },
    { "an empty text", DISTINCT, "day,n,note\n1,5,x\n2,6,\n", "day,n,note,shop\n1,5,x,Oslo\n2,6,\"\",Oslo\n",
      "read=2 unchanged=2 staged=2", "filled", "1,5,x,Oslo\n2,6,-,Oslo" },
    { "first values", DISTINCT, "day,n,shop\n1,5,\n2,6,\n", "day,n,shop\n1,5,Oslo\n2,6,\n", "read=2 unchanged=2 staged=2", NULL,
      "1,5,Oslo\n2,6,-" },
    { "a missing column", DISTINCT, "day,n,shop\n1,5,Oslo\n1,5,Rome\n2,6,\n", "n,day\n5,1\n5,1\n5,1\n6,2\n",
      "read=4 unchanged=3 inserted=1 staged=4", "column shop is missing", "1,5,Oslo\n1,5,Rome\n1,5,-\n2,6,-" },
    { "a column that still has no value, and one that is missing", DISTINCT, "day,n,shop,x\n1,5,,9\n", "day,n,shop\n1,5,\n2,6,\n",
      "read=2 unchanged=1 inserted=1 staged=2", "column x is missing", "1,5,-\n2,6,-" },
    { "a new column, and a missing one that never had a value", DISTINCT, "day,n,x\n1,5,\n", "day,n,shop\n1,5,Oslo\n2,6,Rome\n",
      "read=2 unchanged=1 inserted=1 staged=2", "column x is missing", "1,5,Oslo\n2,6,Rome" },
    { "a missing column without values", DISTINCT, "day,n,shop\n1,5,\n", "day,n\n1,5\n2,6\n",
      "read=2 unchanged=1 inserted=1 staged=2", "column shop is missing", "1,5,-\n2,6,-" },
    { "every row of every file", ALL, "day,n\n1,5\n", "day,n,shop\n1,5,Oslo\n", "read=1 inserted=1 staged=1",
      "column shop is new: added to warehouse.sales, and NULL in the rows there are", "1,5,Oslo\n1,5,-" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].name);
      g_autoptr (Home) home = home_new (outer->cluster);
      home_write_model (home, "sales", cases[i].model);
      g_autoptr (Json) first = load_text (home, "sales.csv", cases[i].first, NULL);
      assert_json (first, "status", "applied");
      home_drop (home, "sales.csv", cases[i].second);
      g_autoptr (Outcome) second = expect_weir (home, 0, "load", "--json", "--archive", "imports/sales.csv", NULL);
      g_autoptr (Json) published = outcome_json (second);
      assert_load (published, "applied", cases[i].counts);
      assert_ledger (home, published);
      if (cases[i].note != NULL)
        assert_contains (second->out, cases[i].note);
      const char *rows =
          "select string_agg(concat_ws(',', day, coalesce(n::text, '-'), %s coalesce(shop, '-')), e'\\n' order by day, shop, n)"
          " from warehouse.sales";
      assert_sql (home, cases[i].rows, rows, strstr (cases[i].first, "note") != NULL ? "coalesce(note, '-')," : "");
      assert_sql (home, "0",
                  "select count(*) from (select occurrence, row_number() over (partition by row_hash order by occurrence) as n"
                  " from warehouse.sales) x where occurrence <> n");
      /* And the same once more is nothing new. */
      if (strstr (cases[i].model, "all") == NULL)
        {
          g_autoptr (Json) again = load_text (home, "sales.csv", cases[i].second, "--force", NULL);
          assert_json (again, "rows.inserted", "0");
        }
    }
}

static void
test_keyless_columns_refused (void **state)
{
  Home *home = *state;
  home_write_model (home, "sales", DISTINCT);
  load_and_count (home, "sales.csv", "day,n,shop\n1,5,Oslo\n", "read=1 inserted=1 staged=1");
  home_drop (home, "sales.csv", "day,n,store\n1,5,Oslo\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 1, "load", "--json", "--archive", "imports/sales.csv", NULL);
  g_autoptr (Json) published = outcome_json (outcome);
  assert_json (published, "error.code", "columns_drift");
  assert_error_says (published, "(store)");
  assert_error_says (published, "(shop)");
  assert_sql (home, "0", "select count(*) from pg_attribute where attrelid = 'warehouse.sales'::regclass and attname = 'store'");
  /* As the hint says. */
  home_write_model (home, "sales", SALES ("\"contract\": {\"columns\": \"discard\"}"));
  g_autoptr (Outcome) retry = expect_weir (home, 0, "retry", "--json", "last", NULL);
  g_autoptr (Json) retried = outcome_json (retry);
  assert_load (retried, "applied", "read=1 unchanged=1 staged=1");
  assert_sql (home, "1|5|Oslo", "select day, n, shop from warehouse.sales");
}

static void
test_missing_reference (void **state)
{
  static const struct
  {
    const char *model, *counts, *rejected;
    int code;
  } cases[] = {
    { KEYED, "read=3 rejected=1 inserted=2 staged=2", "S2,nobody@x.org,2", 1 },
    { SALES ("\"business_key\": [\"sale\"], " REFERENCES ("allow")), "read=3 inserted=3 staged=3", "", 0 },
    { SALES (REFERENCES ("reject")), "read=3 rejected=1 inserted=2 staged=2", "S2,nobody@x.org,2", 1 },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  case %zu\n", i);
      g_autoptr (Home) home = home_new (outer->cluster);
      load_users (home);
      home_write_model (home, "sales", cases[i].model);
      home_drop (home, "sales.csv", "sale,email,amount\nS1,a@x.org,1\nS2,nobody@x.org,2\nS3,,3\n");
      g_autoptr (Outcome) outcome = expect_weir (home, cases[i].code, "load", "--json", "--archive", "imports/sales.csv", NULL);
      g_autoptr (Json) published = outcome_json (outcome);
      assert_load (published, "applied", cases[i].counts);
      assert_ledger (home, published);
      assert_sql (home, cases[i].rejected, "select convert_from(original, 'UTF8') from weir.reject");
      /* A NULL reference is NULL; one that is allowed to be missing keeps the id that the key will have. */
      assert_sql (home, "3", "select amount from warehouse.sales where user_id is null");
    }
}

static void
test_id_of_a_missing_reference_fits_later (void **state)
{
  Home *home = *state;
  load_users (home);
  home_write_model (home, "sales", SALES ("\"business_key\": [\"sale\"], " REFERENCES ("allow")));
  load_and_count (home, "sales.csv", "sale,email,amount\nS1,new@x.org,1\n", "read=1 inserted=1 staged=1");
  load_and_count (home, "users.csv", "name,email\nNew,new@x.org\n", "read=1 inserted=1 staged=1");
  assert_sql (home, "New", "select name from warehouse.sales join warehouse.users_current using (user_id)");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_columns),
    TEST (test_waits_for_dimension),
    TEST (test_keyed_upsert),
    TEST (test_keyed_new_column),
    TEST (test_keyless_bag),
    TEST (test_keyless_types),
    TEST (test_keyless_duplicate_of_any_file),
    TEST (test_keyless_columns),
    TEST (test_keyless_columns_refused),
    TEST (test_keyless_all),
    TEST (test_missing_reference),
    TEST (test_id_of_a_missing_reference_fits_later),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
