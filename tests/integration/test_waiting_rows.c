/* Rows of a fact whose entity has not come yet: they wait, and go on when it has. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <signal.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"
#define SHOPS "{\"table\": \"shops\", \"kind\": \"dimension\", \"business_key\": [\"code\"]}"
#define TO_USERS "{\"dimension\": \"users\", \"columns\": [\"email\"], \"as\": \"user_id\"}"
#define TO_SHOPS "{\"dimension\": \"shops\", \"columns\": [\"code\"], \"as\": \"shop_id\"}"
#define SALES(more) "{\"table\": \"sales\", \"kind\": \"fact\", \"references\": [" TO_USERS "]" more "}"
#define KEYED ", \"business_key\": [\"sale\"]"

/* What waits: its run's file, line, dimension. */
#define WAITING                                                                                                                    \
  "select f.file_name, w.line, w.dimension from weir.waiting w join weir.file f using (run_id) order by f.seen_on, w.line"

static void
load (Home *home, const char *name, const char *text, const char *counts)
{
  g_autoptr (Json) published = load_text (home, name, text, NULL);
  assert_load (published, "applied", counts);
  assert_ledger (home, published);
}

static void
prepare (Home *home, const char *sales)
{
  home_write_model (home, "users", USERS);
  home_write_model (home, "sales", sales);
  load (home, "users.csv", "name,email\nAnn,a@x.org\n", "read=1 inserted=1 staged=1");
}

static void
load_bob (Home *home)
{
  load (home, "users-2.csv", "name,email\nBob,b@x.org\n", "read=1 inserted=1 staged=1");
}

static void
test_taken_up (void **state)
{
  static const struct
  {
    const char *name, *more;
  } cases[] = {
    { "with a key", KEYED },
    { "without", "" },
    { "every row of every file", ", \"append\": \"all\"" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].name);
      g_autoptr (Home) home = home_new (outer->cluster);
      g_autofree char *model = g_strdup_printf (SALES ("%s"), cases[i].more);
      prepare (home, model);
      load (home, "sales.csv", "sale,email,amount\n1,a@x.org,1.50\n2,b@x.org,2.50\n3,c@x.org,\n4,,4\n",
            "read=4 inserted=2 staged=2 waiting=2");
      assert_sql (home, "sales.csv|3|users\nsales.csv|4|users", WAITING);
      assert_sql (home, "2,b@x.org,2.50\n3,c@x.org,",
                  "select convert_from(original, 'UTF8') from weir.reject where waiting order by line");
      oracle_check (home, 0);

      home_drop (home, "users-2.csv", "name,email\nBob,b@x.org\n");
      g_autoptr (Outcome) users = expect_weir (home, 0, "load", "imports/users-2.csv", NULL);

      assert_contains (users->out, "NOTE:  1 row of sales that waited for what it refers to was taken up");
      assert_sql (home, "sales.csv|4|users", WAITING);
      assert_sql (home, "1|Ann|1.50\n2|Bob|2.50\n4|-|4",
                  "select sale, coalesce(name, '-'), amount from warehouse.sales left join warehouse.users_current using (user_id)"
                  " order by sale");
      assert_sql (
          home, "4|0|3|1|3",
          "select rows_read, rows_rejected, rows_inserted, rows_waiting, (summary #>> '{rows,inserted}')::int from weir.file"
          " where table_name = 'sales'");
      assert_sql (home, "1", "select count(distinct loaded_by) from warehouse.sales");
      home->oracle = ORACLE_REPLAY;
    }
}

/* The newest file of a person is refused, and a sale of that person comes with it. */
static void
test_refused_dimension (void **state)
{
  Home *home = *state;
  prepare (home, SALES (KEYED));
  g_autoptr (Background) watch = start_watch (home);
  home_drop (home, "users-60.csv", "name,emai\nBob,b@x.org\n");
  home_drop (home, "sales-60.csv", "sale,email\n1,b@x.org\n2,a@x.org\n");
  wait_until (home_count_files (home, "archive/sales") == 1);
  stop_watch (watch);
  g_autoptr (Outcome) status = expect_weir (home, 1, "status", NULL);
  assert_contains (status->out, "sales: 1 row waits for users since ");
  assert_contains (status->out, "the newest file of users, users-60.csv, was refused: mend it, then weir retry ");
  g_autoptr (Outcome) as_json = expect_weir (home, 1, "status", "--json", NULL);
  g_autoptr (Json) told = outcome_json (as_json);
  assert_json (told, "tables.0.waiting.0.dimension", "users");
  assert_json (told, "tables.0.waiting.0.rows", "1");
  assert_json (told, "tables.0.waiting.0.refused_file", "users-60.csv");
  g_autoptr (Outcome) rows = expect_weir (home, 0, "rejects", "sales-60.csv", NULL);
  assert_contains (rows->out, "waiting: missing_reference");
  assert_contains (rows->out, "its newest file, users-60.csv, was refused");

  g_autofree char *place = sql_scalar (home, "select place from weir.file where file_name = 'users-60.csv'");
  home_write_file (home, place, "name,email\nBob,b@x.org\n");
  g_autoptr (Outcome) retry = expect_weir (home, 0, "retry", "users-60.csv", NULL);

  assert_contains (retry->out, "1 row of sales that waited");
  assert_sql (home, "1|Bob\n2|Ann",
              "select sale, name from warehouse.sales join warehouse.users_current using (user_id) order by sale");
  assert_weir (home, 0, "status", NULL);
  oracle_check (home, ORACLE_BY_HAND);
  home->oracle = ORACLE_BY_HAND; /* the file was mended where it lay */
}

/* A fact that is dropped a moment before the file of its people. */
static void
test_fact_first (void **state)
{
  Home *home = *state;
  prepare (home, SALES (KEYED));
  g_autoptr (Background) watch = start_watch (home);
  home_drop (home, "sales.csv", "sale,email\n1,b@x.org\n2,c@x.org\n");
  wait_until (home_count_files (home, "archive/sales") == 1);
  assert_sql (home, "0|2", "select (select count(*) from warehouse.sales), count(*) from weir.waiting");
  home_drop (home, "users-2.csv", "name,email\nBob,b@x.org\nCem,c@x.org\n");
  wait_until (background_said (watch, "2 rows of sales that waited"));
  stop_watch (watch);
  assert_sql (home, "1|Bob\n2|Cem",
              "select sale, name from warehouse.sales join warehouse.users_current using (user_id) order by sale");
}

/* The order of files decides, and not that of the people. */
static void
test_keys_in_order (void **state)
{
  static const struct
  {
    const char *name, *second, *counts, *waiting, *sales;
  } cases[] = {
    { "a later row that is known stands", "sale,email,n\n1,a@x.org,2\n", "read=1 inserted=1 staged=1", "", "1|2|Ann" },
    { "a later row that waits stands", "sale,email,n\n1,c@x.org,2\n", "read=1 waiting=1", "sales-2.csv|2|users", "1|2|Cem" },
    { "the same row again is known", "n,sale,email\n1,1,b@x.org\n", "read=1 unchanged=1 staged=1", "sales-1.csv|2|users",
      "1|1|Bob" },
    { "of two in a file the last stands", "sale,email,n\n1,a@x.org,2\n1,b@x.org,3\n", "read=2 duplicate=1 waiting=1",
      "sales-2.csv|3|users", "1|3|Bob" },
    { "another key is nobody's", "sale,email,n\n2,c@x.org,2\n", "read=1 waiting=1", "sales-1.csv|2|users\nsales-2.csv|2|users",
      "1|1|Bob\n2|2|Cem" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].name);
      g_autoptr (Home) home = home_new (outer->cluster);
      prepare (home, SALES (KEYED));
      load (home, "sales-1.csv", "sale,email,n\n1,b@x.org,1\n", "read=1 waiting=1");
      load (home, "sales-2.csv", cases[i].second, cases[i].counts);
      assert_sql (home, cases[i].waiting, WAITING);
      oracle_check (home, 0);
      load (home, "users-2.csv", "name,email\nBob,b@x.org\nCem,c@x.org\n", "read=2 inserted=2 staged=2");
      assert_sql (home, cases[i].sales,
                  "select sale, n, name from warehouse.sales join warehouse.users_current using (user_id) order by sale");
      assert_sql (home, "0", "select count(*) from weir.waiting");
    }
}

/* A file that weir had before keeps its place where rows wait, too: a newer one's row of the key stands, whether that waits or not. */
static void
test_overtaken (void **state)
{
  static const struct
  {
    const char *name, *second, *counts, *sales;
    int code;
  } cases[] = {
    { "a newer row waits", "sale,email,n\n1,c@x.org,2\n", "read=1 rejected=1", "1|2|Cem", 1 },
    { "a newer row is there", "sale,email,n\n1,a@x.org,2\n", "read=1 rejected=1", "1|2|Ann", 1 },
    { "its own row waits", "sale,email,n\n2,c@x.org,2\n", "read=1 unchanged=1 staged=1", "1|1|Bob\n2|2|Cem", 0 },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].name);
      g_autoptr (Home) home = home_new (outer->cluster);
      prepare (home, SALES (KEYED));
      g_autoptr (Json) first = load_text (home, "sales-1.csv", "sale,email,n\n1,b@x.org,1\n", NULL);
      g_autofree char *run = json_at (first, "run");
      g_autoptr (Json) second = load_text (home, "sales-2.csv", cases[i].second, NULL);
      assert_json (second, "status", "applied");

      g_autoptr (Outcome) outcome = expect_weir (home, cases[i].code, "retry", "--json", run, NULL);

      g_autoptr (Json) again = outcome_json (outcome);
      assert_load (again, "applied", cases[i].counts);
      assert_int_equal (strstr (outcome->out, "refused as overtaken") != NULL, cases[i].code);
      assert_int_equal (strstr (outcome->out, "row waits for users") == NULL, cases[i].code);
      load (home, "users-2.csv", "name,email\nBob,b@x.org\nCem,c@x.org\n", "read=2 inserted=2 staged=2");
      assert_sql (home, cases[i].sales,
                  "select sale, n, name from warehouse.sales join warehouse.users_current using (user_id) order by sale");
      home->oracle = ORACLE_BY_HAND;
    }
}

/* A staging table that is empty because all rows wait was emptied by nobody, also when they wait already, and when they are taken up. */
static void
test_all_rows_wait (void **state)
{
  Home *home = *state;
  prepare (home, SALES (KEYED));
  static const char text[] = "sale,email\n1,b@x.org\n";
  load (home, "sales.csv", text, "read=1 waiting=1");
  for (int step = 0; step < 3; step++)
    {
      g_autoptr (Outcome) status = expect_weir (home, step < 2 ? 1 : 0, "status", "--json", NULL);
      g_autoptr (Json) told = outcome_json (status);
      assert_json (told, "tables.0.table", "sales");
      assert_json (told, "tables.0.staging_emptied", "false");
      if (step == 0)
        assert_weir (home, 0, "retry", "last", NULL);
      else if (step == 1)
        load_bob (home);
    }
  /* What a crash has emptied is told as before. */
  load (home, "sales-2.csv", "sale,email\n2,a@x.org\n", "read=1 inserted=1 staged=1");
  sql_run_text (home, "truncate staging.sales");
  g_autoptr (Outcome) status = run_weir (home, "status", NULL);
  assert_contains (status->out, "its staging table was emptied by a crash of the server");
}

/* A row that waits is newer than the one of its key that the fact has. */
static void
test_updates (void **state)
{
  Home *home = *state;
  prepare (home, SALES (KEYED));
  load (home, "sales.csv", "sale,email,n,till\n1,a@x.org,1,7\n", "read=1 inserted=1 staged=1");
  load (home, "sales.csv", "sale,email,n\n1,b@x.org,2\n", "read=1 waiting=1");
  assert_sql (home, "1|1|7", "select sale, n, till from warehouse.sales");
  load_bob (home);
  assert_sql (home, "1|2|7|Bob", "select sale, n, till, name from warehouse.sales join warehouse.users_current using (user_id)");
  assert_sql (home, "0|1|0",
              "select rows_inserted, rows_updated, rows_waiting from weir.file order by seen_on desc offset 1 limit 1");
  /* The next file finds it unchanged. */
  load (home, "sales.csv", "sale,email,n,till\n1,b@x.org,2,7\n", "read=1 unchanged=1 staged=1");
  load (home, "sales-2.csv", "sale,email,n,till\n1,b@x.org,3,7\n", "read=1 updated=1 staged=1");
}

/* Rows without a key: the same export again doubles nothing, before and after they are taken up. */
static void
test_bag (void **state)
{
  Home *home = *state;
  prepare (home, SALES (""));
  load (home, "sales.csv", "day,email\n1,b@x.org\n1,b@x.org\n2,a@x.org\n", "read=3 inserted=1 staged=1 waiting=2");
  /* Other bytes, the same rows, and one more of them. */
  load (home, "sales.csv", "day,email\n1,b@x.org\n1,b@x.org\n2,a@x.org\n1,b@x.org\n", "read=4 unchanged=3 staged=3 waiting=1");
  assert_sql (home, "sales.csv|2|users\nsales.csv|3|users\nsales.csv|5|users", WAITING);
  g_autoptr (Json) again = load_text (home, "sales.csv", "day,email\n1,b@x.org\n1,b@x.org\n2,a@x.org\n1,b@x.org\n", NULL);
  assert_json (again, "status", "duplicate");
  load_bob (home);
  assert_sql (home, "1|3\n2|1", "select day, count(*) from warehouse.sales group by 1 order by 1");
  assert_sql (home, "1,2,3", "select string_agg(occurrence::text, ',' order by occurrence) from warehouse.sales where day = 1");
  load (home, "sales-2.csv", "day,email\n1,b@x.org\n1,b@x.org\n1,b@x.org\n1,b@x.org\n", "read=4 unchanged=3 inserted=1 staged=4");
}

/* Columns that change while rows wait. */
static void
test_columns_change (void **state)
{
  static const struct
  {
    const char *name, *more, *first, *model, *second, *counts, *sales;
  } cases[] = {
    { "a type that widens", KEYED, "sale,email,n\n1,b@x.org,5\n", NULL, "sale,email,n\n2,a@x.org,6.25\n",
      "read=1 inserted=1 staged=1", "1|5|Bob\n2|6.25|Ann" },
    { "a column of the key that becomes text", KEYED, "sale,email,n\n1,b@x.org,5\n", NULL, "sale,email,n\nx,a@x.org,6\n",
      "read=1 inserted=1 staged=1", "1|5|Bob\nx|6|Ann" },
    { "another name", KEYED, "sale,email,m\n1,b@x.org,5\n", SALES (KEYED ", \"columns\": {\"n\": {\"from\": [\"m\"]}}"),
      "sale,email,n\n2,a@x.org,6\n", "read=1 inserted=1 staged=1", "1|5|Bob\n2|6|Ann" },
    { "texts that become dates", KEYED, "sale,email,n\n0,a@x.org,02/03/2026\n1,b@x.org,01/02/2026\n",
      SALES (KEYED ", \"columns\": {\"n\": {\"type\": \"date\", \"format\": \"DD/MM/YYYY\"}}"),
      "sale,email,n\n2,a@x.org,03/04/2026\n", "read=1 inserted=1 staged=1",
      "0|2026-03-02|Ann\n1|2026-02-01|Bob\n2|2026-04-03|Ann" },
    { "a column that is new, with a key", KEYED, "sale,email\n1,b@x.org\n", NULL, "sale,email,n\n1,b@x.org,5\n", "read=1 waiting=1",
      "1|5|Bob" },
    { "a column that is new", "", "sale,email\n1,b@x.org\n", NULL, "sale,email,n\n1,b@x.org,5\n1,b@x.org,6\n",
      "read=2 unchanged=1 staged=1 waiting=1", "1|5|Bob\n1|6|Bob" },
    { "a column that is missing", "", "sale,email,n\n1,b@x.org,5\n", NULL, "sale,email\n1,b@x.org\n2,b@x.org\n",
      "read=2 unchanged=1 staged=1 waiting=1", "1|5|Bob\n2|-|Bob" },
    { "an empty text in what becomes a number", KEYED, "sale,email,n\n\"1\",\"b@x.org\",\"\"\n", NULL,
      "sale,email,n\n2,a@x.org,6\n", "read=1 inserted=1 staged=1", "1|-|Bob\n2|6|Ann" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].name);
      g_autoptr (Home) home = home_new (outer->cluster);
      g_autofree char *model = g_strdup_printf (SALES ("%s"), cases[i].more);
      prepare (home, model);
      g_autoptr (Json) first = load_text (home, "sales-1.csv", cases[i].first, NULL);
      assert_json (first, "rows.waiting", "1");
      if (cases[i].model != NULL)
        home_write_model (home, "sales", cases[i].model);
      load (home, "sales-2.csv", cases[i].second, cases[i].counts);
      load_bob (home);
      assert_sql (home, cases[i].sales,
                  "select sale, coalesce(n::text, '-'), name from warehouse.sales join warehouse.users_current using (user_id)"
                  " order by sale, n");
      assert_sql (home, "0", "select count(*) from weir.waiting");
    }
}

/* Values come out of waiting as they went in. */
static void
test_values (void **state)
{
  Home *home = *state;
  prepare (home, SALES (KEYED ", \"columns\": {\"j\": {\"type\": \"jsonb\"}, \"d\": {\"type\": \"double precision\"}}"));
  load (home, "sales.csv",
        "sale,email,t,n,d,j,k,z,b,u,p\n"
        "1,b@x.org,\"a\"\"b,\\ 'ä\nc\",-0.50,0.1,\"{\"\"a\"\": [1, "
        "null]}\",2026-01-02T03:04:05.678901+02,03:04:05,true,550e8400-e29b-41d4-a716-446655440000,\n"
        "2,a@x.org,\"a\"\"b,\\ 'ä\nc\",-0.50,0.1,\"{\"\"a\"\": [1, "
        "null]}\",2026-01-02T03:04:05.678901+02,03:04:05,true,550e8400-e29b-41d4-a716-446655440000,\n",
        "read=2 inserted=1 staged=1 waiting=1");
  load_bob (home);
  assert_sql (home, "t",
              "select count(distinct (t, n, d, j, k, z, b, u, p)::text) = 1 and bool_and(j -> 'a' = '[1, null]') and count(*) = 2 "
              "from warehouse.sales");
}

/* One of two entities is enough for neither. */
static void
test_two_references (void **state)
{
  Home *home = *state;
  home_write_model (home, "shops", SHOPS);
  prepare (home, "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"sale\"], \"references\": [" TO_USERS ", " TO_SHOPS
                 "]}");
  load (home, "shops.csv", "code,town\nS1,Oslo\n", "read=1 inserted=1 staged=1");
  load (home, "sales.csv", "sale,email,code\n1,b@x.org,S2\n2,a@x.org,S2\n3,b@x.org,S1\n", "read=3 waiting=3");
  load_bob (home);
  assert_sql (home, "sales.csv|2|shops\nsales.csv|3|shops", WAITING);
  assert_sql (home, "3", "select sale from warehouse.sales");
  load (home, "shops-2.csv", "code,town\nS2,Bonn\n", "read=1 inserted=1 staged=1");
  assert_sql (home, "1|Bob|Bonn\n2|Ann|Bonn\n3|Bob|Oslo",
              "select sale, name, town from warehouse.sales join warehouse.users_current using (user_id)"
              " join warehouse.shops_current using (shop_id) order by sale");
}

static void
test_two_facts (void **state)
{
  Home *home = *state;
  prepare (home, SALES (KEYED));
  home_write_model (home, "visits", "{\"table\": \"visits\", \"kind\": \"fact\", \"references\": [" TO_USERS "]}");
  load (home, "sales.csv", "sale,email\n1,b@x.org\n", "read=1 waiting=1");
  load (home, "visits.csv", "day,email\n1,b@x.org\n", "read=1 waiting=1");
  load_bob (home);
  assert_sql (home, "1|1|0",
              "select (select count(*) from warehouse.sales), (select count(*) from warehouse.visits), count(*) from weir.waiting");
}

/* After the days of the model, or where the model refuses by now, rows are rejects of their runs. */
static void
test_waiting_ends (void **state)
{
  static const struct
  {
    const char *name, *model, *sales;
    bool rejected;
  } cases[] = {
    { "the days are over", SALES (KEYED ", \"wait_days\": 0"), "9", true },
    { "the model rejects",
      "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"sale\"], \"references\": [{\"dimension\": \"users\", "
      "\"columns\":"
      " [\"email\"], \"as\": \"user_id\", \"missing\": \"reject\"}]}",
      "9", true },
    { "the model allows",
      "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"sale\"], \"references\": [{\"dimension\": \"users\", "
      "\"columns\":"
      " [\"email\"], \"as\": \"user_id\", \"missing\": \"allow\"}]}",
      "1\n9", false },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].name);
      g_autoptr (Home) home = home_new (outer->cluster);
      prepare (home, SALES (KEYED));
      load (home, "sales.csv", "sale,email\n1,b@x.org\n", "read=1 waiting=1");
      home_write_model (home, "sales", cases[i].model);
      load (home, "sales-2.csv", "sale,email\n9,a@x.org\n", "read=1 inserted=1 staged=1");
      assert_sql (home, cases[i].sales, "select sale from warehouse.sales order by sale");
      assert_sql (home, "0", "select count(*) from weir.waiting");
      g_autoptr (Outcome) rows = expect_weir (home, 0, "rejects", "sales.csv", NULL);
      assert_contains (rows->out, cases[i].rejected ? "1,b@x.org" : "No row was refused");
      /* What was refused may come again. */
      load_bob (home);
      load (home, "sales.csv", "sale,email\n1,b@x.org\n",
            cases[i].rejected ? "read=1 inserted=1 staged=1" : "read=1 unchanged=1 staged=1");
    }
}

/* A file whose rows waited in vain is no duplicate: it is the way to bring them again. */
static void
test_rejected_file_again (void **state)
{
  Home *home = *state;
  prepare (home, SALES (KEYED ", \"wait_days\": 0"));
  g_autoptr (Json) first = load_text (home, "sales.csv", "sale,email\n1,b@x.org\n2,a@x.org\n", NULL);
  assert_load (first, "applied", "read=2 inserted=1 staged=1 waiting=1");
  assert_sql (home, "1|0", "select rows_rejected, rows_waiting from weir.file where file_name = 'sales.csv'");
  load_bob (home);
  load (home, "sales.csv", "sale,email\n1,b@x.org\n2,a@x.org\n", "read=2 unchanged=1 inserted=1 staged=2");
}

/* What a dry run puts aside waits nowhere. */
static void
test_dry_run (void **state)
{
  Home *home = *state;
  prepare (home, SALES (KEYED));
  home_drop (home, "sales.csv", "sale,email\n1,b@x.org\n");
  g_autoptr (Outcome) dry = expect_weir (home, 0, "load", "--dry-run", "--json", "imports/sales.csv", NULL);
  g_autoptr (Json) published = outcome_json (dry);
  assert_load (published, "applied", "read=1 waiting=1");
  assert_sql (home, "0|0", "select (select count(*) from weir.waiting), count(*) from weir.reject");
}

/* While another session has the fact, its rows are taken up a moment later. */
static void
test_fact_in_other_hands (void **state)
{
  Home *home = *state;
  prepare (home, SALES (KEYED));
  load (home, "sales.csv", "sale,email\n1,b@x.org\n", "read=1 waiting=1");
  home_configure (home, ", \"workers\": 1");
  g_autoptr (Background) watch = start_watch (home);
  /* Behind its first file the worker does not look after rows that wait for some minutes, unless it knows of some. */
  home_drop (home, "users-1.csv", "name,email\nCem,c@x.org\n");
  wait_until (home_count_files (home, "archive/users") == 2);
  sql_run_text (home, "select pg_advisory_lock(hashtextextended('weir.table sales', 0))");
  home_drop (home, "users-2.csv", "name,email\nBob,b@x.org\n");
  wait_until (home_count_files (home, "archive/users") == 3);
  assert_sql (home, "1", "select count(*) from weir.waiting");
  sql_run_text (home, "select pg_advisory_unlock(hashtextextended('weir.table sales', 0))");
  wait_until (sql_number (home, "select count(*) from warehouse.sales") == 1);
  wait_until (background_said (watch, "1 row of sales that waited"));
  stop_watch (watch);
}

/* A table that is dropped has no rows to wait for, and its files may come again. */
static void
test_table_is_dropped (void **state)
{
  Home *home = *state;
  prepare (home, SALES (KEYED));
  load (home, "sales.csv", "sale,email\n1,b@x.org\n2,a@x.org\n", "read=2 inserted=1 staged=1 waiting=1");
  assert_weir (home, 0, "drop", "sales", "--yes", NULL);
  assert_sql (
      home, "0|1|0",
      "select (select count(*) from weir.waiting), rows_rejected, rows_waiting from weir.file where file_name = 'sales.csv'");
  load_bob (home);
  load (home, "sales.csv", "sale,email\n1,b@x.org\n2,a@x.org\n", "read=2 inserted=2 staged=2");
  home->oracle = ORACLE_BY_HAND;
}

/* Ids of rows that wait are as good as those of rows that are there: another key would not meet them. */
static void
test_key_of_waiting_rows (void **state)
{
  Home *home = *state;
  prepare (home, SALES (KEYED));
  load (home, "sales.csv", "sale,email\n1,b@x.org\n", "read=1 waiting=1");
  home_write_model (home, "sales", SALES (KEYED ", \"id\": {\"hash\": \"md5\"}"));
  home_drop (home, "sales-2.csv", "sale,email\n2,a@x.org\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 2, "load", "imports/sales-2.csv", NULL);
  assert_contains (outcome->err, "the key definition of table \"sales\" is not the one its rows were loaded with");
  /* Nor are they taken up meanwhile. */
  load_bob (home);
  assert_sql (home, "0|1", "select (select count(*) from warehouse.sales), count(*) from weir.waiting");
  home_write_model (home, "sales", SALES (KEYED));
  assert_weir (home, 0, "load", "imports/sales-2.csv", NULL);
  assert_sql (home, "1\n2", "select sale from warehouse.sales order by sale");
}

/* The words for a fact whose dimension was never loaded, and why. */
static void
test_never_loaded (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_write_model (home, "sales", SALES (KEYED));
  g_autoptr (Json) refused = load_text (home, "users-1.csv", "name,emai\nBob,b@x.org\n", NULL);
  assert_json (refused, "status", "failed");
  home_drop (home, "sales.csv", "sale,email\n1,b@x.org\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 1, "load", "imports/sales.csv", NULL);
  assert_contains (outcome->err, "\"imports/sales.csv\" refers to users, which was never loaded");
  assert_contains (outcome->err,
                   "Load a file of users first; its newest file, users-1.csv, was refused: mend it, then `weir retry ");
  assert_true (home_has_file (home, "imports/sales.csv"));
  g_autoptr (Background) watch = start_watch (home);
  wait_until (background_said (watch, "sales.csv: waits for users, which was never loaded"));
  home_drop (home, "users-2.csv", "name,email\nBob,b@x.org\n");
  wait_until (home_count_files (home, "archive/sales") == 1);
  stop_watch (watch);
  assert_sql (home, "1|Bob", "select sale, name from warehouse.sales join warehouse.users_current using (user_id)");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_taken_up),         TEST (test_refused_dimension),
    TEST (test_fact_first),       TEST (test_keys_in_order),
    TEST (test_updates),          TEST (test_bag),
    TEST (test_columns_change),   TEST (test_values),
    TEST (test_two_references),   TEST (test_two_facts),
    TEST (test_waiting_ends),     TEST (test_rejected_file_again),
    TEST (test_dry_run),          TEST (test_fact_in_other_hands),
    TEST (test_table_is_dropped), TEST (test_key_of_waiting_rows),
    TEST (test_never_loaded),     TEST (test_overtaken),
    TEST (test_all_rows_wait),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
