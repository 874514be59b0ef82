/* What `weir status` asks of the ledger reads no more where there are many runs: in pages of the server, which do not depend on the machine. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include "schema/sql.h"

#include <string.h>

static const char *const statements[] = { "report/tables", "report/held", "report/guarded" };

/* Pages, of the cache or the disk, that an execution of the statement looks at. */
static int64_t
count_pages (Home *home, const char *statement)
{
  g_autofree char *sql = sql_part (statement, NULL, 0);
  g_autofree char *text = sql_scalar (home, "explain (analyze, buffers, timing off, format json) %s", sql);
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
      int64_t before[G_N_ELEMENTS (statements)];
      if (analyzed)
        sql_run_text (home, "analyze");
      for (size_t i = 0; i < G_N_ELEMENTS (statements); i++)
        before[i] = count_pages (home, statements[i]);
      add_runs (home, 12000);
      if (analyzed)
        sql_run_text (home, "analyze");
      for (size_t i = 0; i < G_N_ELEMENTS (statements); i++)
        {
          int64_t now = count_pages (home, statements[i]);
          print_message ("  %s: %d, %d pages\n", statements[i], (int) before[i], (int) now);
          /* An index may become a level deeper, and the last hundred files of a table lie on more pages. What is read to the end grows by thousands. */
          assert_true (now <= before[i] + 150);
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

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_status_reads_no_more, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_tally, home_setup, home_teardown),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
