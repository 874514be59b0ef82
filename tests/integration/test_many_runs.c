/* What `weir status` asks of the ledger, and how a run is found, reads no more where there are many runs: in pages of the server, which do not
 * depend on the machine. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include "schema/ledger.h"
#include "schema/sql.h"

#include <string.h>

static const struct
{
  const char *name, *text, *table; /* a statement of report.sql, and what is asked */
  bool needs_statistics;           /* without them it reads what there is of a table */
} questions[] = {
  { "tables" },
  { "held" },
  { "guarded" },
  { "find_last" },
  { "find_run", .text = "4008" },
  { "find_run", .text = "40080a1f-54" },
  { "find_file", .text = "t.csv" },
  { "find_file", .text = "17.csv" },
  { "find_file", .text = "archive/t/t.20260101T000000Z-40080a1f.csv" },
  { "find_file", .text = "nothing.csv" },
  { "runs", .table = "t1", .needs_statistics = true },
  { "runs", .table = "none", .needs_statistics = true },
};

static void
replace_value (GString *sql, const char *variable, const char *value)
{
  g_autofree char *literal = value != NULL ? g_strdup_printf ("'%s'", value) : g_strdup ("null");
  g_string_replace (sql, variable, literal, 0);
}

/* The statement with its values in it, for EXPLAIN takes no parameters. */
static char *
question_sql (size_t question)
{
  const char *all = sql_file ("templates/report.sql");
  g_autofree char *head = g_strdup_printf ("-- name: %s\n", questions[question].name);
  const char *begin = strstr (all, head), *end = begin != NULL ? strstr (begin + 1, "\n-- name: ") : NULL;
  assert_non_null (end);
  GString *sql = g_string_new_len (begin, end - begin);
  replace_value (sql, ":'text'", questions[question].text);
  replace_value (sql, ":'table'", questions[question].table);
  replace_value (sql, ":'limit'", "20");
  return g_string_free (sql, FALSE);
}

/* Pages, of the cache or the disk, that an answer looks at. */
static int64_t
count_pages (Home *home, size_t question)
{
  g_autofree char *sql = question_sql (question);
  g_autofree char *text = sql_scalar (home, "explain (analyze, buffers, timing off, format json)\n%s", sql);
  g_autoptr (Json) plan = json_loads (text, 0, NULL);
  const Json *top = json_object_get (json_array_get (plan, 0), "Plan");
  return json_integer_value (json_object_get (top, "Shared Hit Blocks"))
         + json_integer_value (json_object_get (top, "Shared Read Blocks"));
}

/* So many more runs that are over, of three tables: files of one name and of many; the newest of one table were all refused, those of another
 * duplicates, so that what its staging table holds is far behind. */
static void
add_runs (Home *home, int runs)
{
  sql_run_text (home,
                "with made as (insert into weir.execution (execution_id, status, completed_on)"
                " select gen_random_uuid(), 'COMPLETED', now() from generate_series(1, %d) returning execution_id),"
                " numbered as (select execution_id as run, row_number() over () as n from made)"
                " insert into weir.file (run_id, table_name, file_name, place, disposition, state, size_bytes, mtime_ns, "
                "rows_staged, seen_on,"
                " instant_ns, order_key, summary)"
                " select run, 't' || n %% 3, case when n %% 2 = 0 then 't.csv' else n || '.csv' end, '', 'deleted',"
                " case n %% 3 when 0 then 'failed' when 1 then 'duplicate' else 'applied' end, 1, n, case n %% 3 when 2 then 1 end,"
                " clock_timestamp() + n * interval '1 second', n, n || '.csv', '{\"status\": \"any\"}' from numbered",
                runs);
}

static void
test_status_reads_no_more (void **state)
{
  Home *home = *state;
  home->oracle = ORACLE_BY_HAND;
  sql_run_text (home, "insert into weir.table (table_name) select 't' || n from generate_series(0, 2) n");
  add_runs (home, 3);
  sql_run_text (home, "update weir.file set state = 'staged', rows_staged = 1 where table_name <> 't2'");
  /* A few that a person has to see to, and a run that is under way. */
  sql_run_text (home,
                "update weir.file set state = 'held', disposition = 'held', summary = '{\"held\": {}}' where table_name = 't2'");
  sql_run_text (
      home, "with made as (insert into weir.execution (execution_id, status) values (gen_random_uuid(), 'IN_PROGRESS') returning"
            " execution_id) insert into weir.file (run_id, table_name, file_name, place, size_bytes, mtime_ns) select execution_id,"
            " 't0', 'now.csv', '', 1, 1 from made");
  add_runs (home, 3000);
  sql_run_text (
      home, "update weir.table t set newest_ns = f.instant_ns, newest_key = f.order_key from weir.file f where t.table_name = 't2'"
            " and f.table_name = 't2' and f.seen_on = (select max(seen_on) from weir.file where table_name = 't2')");
  for (int analyzed = 0; analyzed < 2; analyzed++)
    {
      int64_t before[G_N_ELEMENTS (questions)];
      if (analyzed)
        sql_run_text (home, "analyze");
      for (size_t i = 0; i < G_N_ELEMENTS (questions); i++)
        before[i] = count_pages (home, i);
      add_runs (home, 12000);
      if (analyzed)
        sql_run_text (home, "analyze");
      for (size_t i = 0; i < G_N_ELEMENTS (questions); i++)
        {
          int64_t now = count_pages (home, i);
          print_message ("  %s: %d, %d pages\n", questions[i].name, (int) before[i], (int) now);
          /* An index may become a level deeper, and the last hundred files of a table lie on more pages. What is read to the end grows by thousands. */
          assert_true (now <= before[i] + 150 || (questions[i].needs_statistics && !analyzed));
        }
    }
  g_autoptr (DbResult) tables = NULL, guarded = NULL;
  assert_true (sql_run (home->db, "report/tables", NULL, 0, &tables, NULL));
  assert_string_equal (db_result_named (tables, 0, "files"), "9002");
  assert_string_equal (db_result_named (tables, 0, "failed"), "9000");
  assert_string_equal (db_result_named (tables, 1, "files"), "9001");
  assert_string_equal (db_result_named (tables, 1, "staged_rows"), "1");
  assert_string_equal (db_result_named (tables, 2, "files"), "9001");
  assert_true (sql_run (home->db, "report/guarded", NULL, 0, &guarded, NULL));
  assert_int_equal (db_result_rows (guarded), 1);
  assert_non_null (db_result_named (guarded, 0, "overtaken_by"));
}

/* The tally is kept by the database, whoever makes, changes or removes runs, also many at once. */
static void
test_tally (void **state)
{
  Home *home = *state;
  home->oracle = ORACLE_BY_HAND;
  static const char counted[] =
      "select coalesce(string_agg(table_name || ' ' || state || ' ' || files, ', ' order by table_name, state), '')"
      " from weir.tally where files <> 0";
  add_runs (home, 6);
  assert_sql (home, "t0 failed 2, t1 duplicate 2, t2 applied 2", "%s", counted);
  sql_run_text (home, "update weir.file set state = 'undone' where table_name = 't2'");
  sql_run_text (home, "update weir.file set state = 'loading' where run_id = (select min(run_id::text)::uuid from weir.file where "
                      "table_name = 't0')");
  assert_sql (home, "t0 failed 1, t1 duplicate 2, t2 undone 2", "%s", counted);
  sql_run_text (home, "update weir.file set state = 'failed', summary = '{\"status\": \"blocked\"}' where state = 'loading'");
  assert_sql (home, "t0 failed 2, t1 duplicate 2, t2 undone 2", "%s", counted);
  assert_sql (home, "1", "select count(*) from weir.unsettled");
  sql_run_text (home, "update weir.file set state = 'loading' where summary ->> 'status' = 'blocked'");
  assert_sql (home, "0", "select count(*) from weir.unsettled");
  sql_run_text (home, "delete from weir.file");
  assert_sql (home, "", "%s", counted);
}

static void
given_run (Home *home, const char *run, int age, const char *file, const char *place)
{
  sql_run_text (home, "insert into weir.execution (execution_id, status, completed_on) values ('%s', 'COMPLETED', now())", run);
  sql_run_text (home,
                "insert into weir.file (run_id, table_name, file_name, place, disposition, state, size_bytes, mtime_ns, seen_on)"
                " values ('%s', 't%d', '%s', '%s', 'archived', 'applied', 1, 1, now() - make_interval(days => %d))",
                run, age, file, place, age);
}

/* A run by what people know of it. */
static void
test_finds (void **state)
{
  Home *home = *state;
  home->oracle = ORACLE_BY_HAND;
  static const char archived[] = "archive/t1/users.20260101T000000Z-4008021f.csv.gz";
  given_run (home, "4008021f-5954-4631-a117-0869131fce5a", 1, "users.csv.gz", archived);
  given_run (home, "11111111-5954-4631-a117-0869131fce5a", 2, "users.csv.gz", "/data/in/users.csv.gz");
  given_run (home, "4009ffff-5954-4631-a117-0869131fce5a", 3, "axb.csv", "/data/in/axb.csv");
  static const struct
  {
    const char *text, *run; /* NULL: there is none */
  } cases[] = {
    { "last", "4008021f" },
    { "4008", "4008021f" },
    { "4009FFFF-5", "4009ffff" },
    { "4008021f5954", NULL },
    { "ffff", NULL },
    { "400", NULL },
    { "users.csv.gz", "4008021f" },
    { archived, "4008021f" },
    { "users.20260101T000000Z-4008021f.csv.gz", "4008021f" },
    { "users.20260101T000000Z-40080000.csv.gz", NULL },
    { "/data/in/users.csv.gz", "11111111" },
    { "in/users.csv.gz", "11111111" },
    { "n/users.csv.gz", NULL },
    { "a_b.csv", NULL },
    { "axb.csv", "4009ffff" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Uid run;
      char id[UID_TEXT_SIZE] = "";
      g_autoptr (GError) error = NULL;
      print_message ("  %s\n", cases[i].text);
      bool found = ledger_find_run (home->db, cases[i].text, &run, &error);
      assert_true (found == (cases[i].run != NULL));
      if (found)
        uid_format (run, id);
      id[8] = '\0';
      assert_string_equal (id, found ? cases[i].run : "");
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_status_reads_no_more, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_tally, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_finds, home_setup, home_teardown),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
