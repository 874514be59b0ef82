/* How TRANSFORM's statements are carried out, as the server's own auto_explain logs it: few rows do not read a large table whole, many do
 * not ask an index for each, and the memory is enough; whatever the server knows, or believes, of the tables.
 *
 * WEIR_PLANS_ROWS (100000) is how large the tables are. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"
#define SALES                                                                                                                      \
  "{\"table\": \"sales\", \"kind\": \"fact\", \"references\": [{\"dimension\": \"users\", \"columns\": [\"email\"], \"as\": "      \
  "\"user_id\"}]}"

static int
all_rows (void)
{
  const char *rows = getenv ("WEIR_PLANS_ROWS");
  return rows != NULL ? atoi (rows) : 100000;
}

/* From now on the log has the plan of each statement of each session, with what came of it. */
static void
log_plans (Home *home)
{
  static const char *const settings[] = { "session_preload_libraries = 'auto_explain'", "auto_explain.log_min_duration = 0",
                                          "auto_explain.log_verbose = on", "auto_explain.log_analyze = on",
                                          "auto_explain.log_timing = off" };
  for (size_t i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      g_autofree char *sql = g_strdup_printf ("alter database \"%s\" set %s", home->database, settings[i]);
      sql_run_as_superuser (home, sql);
    }
}

/* So many rows, or: all in the order of the table, which is compared while they are loaded; in another order, so that TRANSFORM does it. */
enum
{
  ALL = 0,
  BACKWARDS = -1,
};

/* Loads "rows" of the table, of which every hundredth says "city". */
static void
load_rows (Home *home, const char *table, const char *city, int rows)
{
  GString *text = g_string_new ("email,name,city\n");
  int n = rows > 0 ? rows : all_rows ();
  for (int at = 0; at < n; at++)
    {
      int i = rows == BACKWARDS ? n - 1 - at : at;
      g_string_append_printf (text, "user%d@example.org,Name of %d,%s\n", i, i, i % 100 == 0 ? city : "a town by the sea");
    }
  g_autofree char *name = g_strconcat ("elsewhere/", table, ".csv", NULL);
  home_write_file (home, name, text->str);
  g_string_free (text, TRUE);
  assert_weir (home, 0, "load", name, NULL);
}

/* What the log has come by since the last call: the plans of the statements that have the text in them, one behind the other. */
static char *
plans_of (Home *home, size_t *from, const char *text)
{
  GString *plans = g_string_new (NULL);
  const char *log = statement_log_read (&home->log);
  g_autofree char *between = g_strdup_printf ("\n%s ", home->database);
  g_auto (GStrv) entries = g_strsplit (log + *from, between, -1);
  *from = strlen (log);
  for (char **entry = entries; *entry != NULL; entry++)
    {
      const char *plan = strstr (*entry, " plan:\n");
      if (plan != NULL && strstr (plan, text) != NULL)
        g_string_append (plans, plan);
    }
  return g_string_free (plans, FALSE);
}

/* What the server knows of a table: nothing, as of one that was just made; or that it is empty, as of one that was analysed then. */
#define BOTH "('warehouse.users'::regclass, 'warehouse.sales'::regclass)"
#define FORGET "delete from pg_statistic where starelid in " BOTH ";"
static const struct
{
  const char *what, *sql;
} beliefs[] = {
  { "never analysed", FORGET "update pg_class set reltuples = -1, relpages = 0, relallvisible = 0 where oid in " BOTH },
  { "analysed when it was nearly empty", FORGET "update pg_class set reltuples = 1, relpages = 1 where oid in " BOTH },
  { "analysed", "analyze" },
};

/* Files that are loaded one after the other: so many rows of a table, one in a hundred with news. */
static const struct
{
  const char *table;
  int rows;
} files[] = { { "users", 100 }, { "users", 5000 }, { "users", 10000 },     { "sales", 100 },
              { "users", ALL }, { "sales", ALL },  { "users", BACKWARDS }, { "sales", BACKWARDS } };

/* Then the plans of the statements with that text, of which there are some, have this and lack that. */
static const struct
{
  const char *table;
  int rows;
  const char *statement;
  const char *has[2], *lacks[2];
} cases[] = {
  { "users", 100, "weir_delta", { "using users_user_id_idx on warehouse.users" }, { "Seq Scan on warehouse.users", "Disk:" } },
  { "users", 5000, "weir_delta", { "closed" }, { "Disk:", "temp written" } },
  { "users", 10000, "table weir_delta", { "Batches: 1 " }, { "Nested Loop", "Disk:" } },
  { "users", 10000, "closed as (", { "using users_user_id_idx on warehouse.users" }, { "Disk:", "temp written" } },
  { "users", ALL, "weir_suspects", { "using users_user_id_idx on warehouse.users" }, { "Seq Scan on warehouse.users", "Disk:" } },
  { "users", BACKWARDS, "table weir_delta", { "Parallel Hash", "Batches: 1 " }, { "Nested Loop", "Disk:" } },
  { "users", BACKWARDS, "closed as (", { "inserted" }, { "Disk:", "temp written" } },
  { "sales", 100, "insert into \"warehouse\".\"sales\"", { "using sales_row_hash" }, { "Seq Scan on warehouse.sales", "Disk:" } },
  { "sales", 100, "s.\"user_id\" is not null", { "users_pkey on warehouse.users" }, { "Seq Scan on warehouse.users" } },
  { "sales", ALL, "s.\"user_id\" is not null", { "Parallel Hash", "Batches: 1 " }, { "Nested Loop", "Disk:" } },
  { "sales", ALL, "weir_suspects", { "using sales_row_hash" }, { "Seq Scan on warehouse.sales", "WindowAgg" } },
  { "sales", BACKWARDS, "table weir_delta", { "Parallel Hash", "Batches: 1 " }, { "Nested Loop", "WindowAgg" } },
};

static void
assert_plans (Home *home, size_t *from, const char *table, int rows)
{
  size_t before = *from;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      if (strcmp (cases[i].table, table) != 0 || cases[i].rows != rows)
        continue;
      *from = before;
      g_autofree char *plans = plans_of (home, from, cases[i].statement);
      assert_string_not_equal (plans, "");
      for (size_t t = 0; t < 2; t++)
        {
          if (cases[i].has[t] != NULL)
            assert_contains (plans, cases[i].has[t]);
          if (cases[i].lacks[t] != NULL && strstr (plans, cases[i].lacks[t]) != NULL)
            {
              (void) fputs (plans, stdout);
              fail_msg ("the plan has: %s", cases[i].lacks[t]);
            }
        }
    }
}

static void
test_plans (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_write_model (home, "sales", SALES);
  load_rows (home, "users", "Oslo", ALL);
  load_rows (home, "sales", "Oslo", ALL);
  log_plans (home);
  size_t from = strlen (statement_log_read (&home->log));
  for (size_t b = 0; b < G_N_ELEMENTS (beliefs); b++)
    for (size_t f = 0; f < G_N_ELEMENTS (files); f++)
      {
        bool all = files[f].rows <= 0;
        if (all && b > 0)
          continue;
        print_message ("  %s: %d rows of %s\n", beliefs[b].what, files[f].rows, files[f].table);
        g_autofree char *city = g_strdup_printf ("city %zu of %zu", b, f);
        sql_run_as_superuser (home, beliefs[b].sql);
        load_rows (home, files[f].table, city, files[f].rows);
        assert_plans (home, &from, files[f].table, files[f].rows);
      }
}

/* ---- late rows ---- */

#define DATED "{\"table\": \"dated\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"effective\": \"file_name\"}"

/* Of "rows" people, "step" apart, where they are on a day of January. named: the file has their names, too. */
static void
load_people (Home *home, int day, const char *city, int rows, int step, bool named)
{
  GString *text = g_string_new (named ? "email,name,city\n" : "email,city\n");
  for (int i = 0; i < rows; i++)
    if (named)
      g_string_append_printf (text, "user%d@example.org,Name of %d,%s\n", i * step, i * step, city);
    else
      g_string_append_printf (text, "user%d@example.org,%s\n", i * step, city);
  g_autofree char *name = g_strdup_printf ("elsewhere/dated_2026-01-%02d.csv", day);
  home_write_file (home, name, text->str);
  g_string_free (text, TRUE);
  assert_weir (home, 0, "load", name, NULL);
}

static void
load_day (Home *home, int day, const char *city, int rows, int step)
{
  load_people (home, day, city, rows, step, true);
}

/* Statements of splice.sql by what is in them, and what their plans have then. */
static const struct
{
  const char *statement, *has;
  bool partial; /* there where the file has a column that another one lacked */
} late_cases[] = {
  { "temporary table weir_news", "Index Scan using dated_dated_id" },
  { "unnest(array[", "observed_table_name_part_at_idx", true },
  { "set \"said?\" = case", "observed_table_name_part_at_idx", true },
  { "set \"overturns?\"", "dated_pkey", true },
  { "temporary table weir_events", "observed_table_name_part_at_idx" },
  { "temporary table weir_judged", "weir_events" },
  { "temporary table weir_history", "weir_events" },
  { "delete from \"warehouse\".\"dated\"", "Index" },
  { "update \"warehouse\".\"dated\"", "Index" },
  { "insert into \"warehouse\".\"dated\"", "weir_history" },
};

static void
assert_late_plans (Home *home, size_t *from, bool partial)
{
  size_t before = *from;
  for (size_t i = 0; i < G_N_ELEMENTS (late_cases); i++)
    {
      if (late_cases[i].partial && !partial)
        continue;
      *from = before;
      g_autofree char *plans = plans_of (home, from, late_cases[i].statement);
      assert_string_not_equal (plans, "");
      assert_contains (plans, late_cases[i].has);
      if (strstr (plans, "Seq Scan on warehouse.dated") != NULL || strstr (plans, "Seq Scan on weir.observed") != NULL)
        {
          (void) fputs (plans, stdout);
          fail_msg ("%s reads a table whole", late_cases[i].statement);
        }
    }
}

/* A hundred late rows of a large table look at their own entities, whatever the server believes of it. */
static void
test_late_rows (void **state)
{
  static const char forget[] =
      "delete from pg_statistic where starelid in ('warehouse.dated'::regclass, 'weir.observed'::regclass);"
      "update pg_class set reltuples = -1, relpages = 0, relallvisible = 0 where oid in "
      "('warehouse.dated'::regclass, 'weir.observed'::regclass)";
  Home *home = *state;
  home_write_model (home, "dated", DATED);
  load_day (home, 1, "Oslo", all_rows (), 1);
  load_day (home, 20, "Oslo", all_rows (), 1);
  log_plans (home);
  size_t from = strlen (statement_log_read (&home->log));
  sql_run_as_superuser (home, forget);
  load_day (home, 10, "Rome", 100, all_rows () / 100);
  assert_late_plans (home, &from, false);
  sql_run_as_superuser (home, "analyze");
  load_day (home, 11, "Bonn", 100, all_rows () / 100);
  assert_late_plans (home, &from, false);
  sql_run_as_superuser (home, forget);
  load_people (home, 13, "Paris", 40, all_rows () / 40, false);
  assert_late_plans (home, &from, false);
  load_day (home, 12, "Lima", 40, all_rows () / 40);
  assert_late_plans (home, &from, true);
  assert_sql (home, "100|100|120",
              "select count(*) filter (where city = 'Rome'), count(*) filter (where city = 'Bonn'),"
              " count(*) filter (where city = 'Oslo' and effective_start_date = '2026-01-20') from warehouse.dated");
}

/* A fifth of a large table said once more of the same day, otherwise: no row looks through all others. */
static void
test_corrections (void **state)
{
  Home *home = *state;
  home_write_model (home, "dated", DATED);
  load_day (home, 1, "Oslo", all_rows () / 5, 1);
  log_plans (home);
  size_t from = strlen (statement_log_read (&home->log));
  load_day (home, 1, "Rome", all_rows () / 5, 1);
  g_autofree char *plans = plans_of (home, &from, "temporary table weir_judged");
  assert_contains (plans, "weir_events");
  assert_null (strstr (plans, "Nested Loop"));
}

#define RUNS "select md5(e::text)::uuid from generate_series(1, 20000) e"

/* What each file asks the ledger for is found without reading all runs that there ever were, whatever the server knows of them. */
static void
test_plans_of_the_ledger (void **state)
{
  static const char *const known[] = { "select 1", "analyze weir.execution, weir.execution_step, weir.file" };
  static const char *const past[] = {
    "insert into weir.execution (execution_id, status) select id, 'COMPLETED' from (" RUNS ") r (id)",
    "insert into weir.execution_step (execution_id, step_name, status) select id, 'LOAD', 'COMPLETED' from (" RUNS ") r (id)",
    "insert into weir.file (run_id, table_name, file_name, place, claimed, size_bytes, mtime_ns, state)"
    " select id, 'users', 'x', 'x', false, 1, 1, 'applied' from (" RUNS ") r (id)"
  };
  static const char *const forget[] = { "delete from weir.file where run_id in (" RUNS ")",
                                        "delete from weir.execution_step where execution_id in (" RUNS ")",
                                        "delete from weir.execution where execution_id in (" RUNS ")" };
  Home *home = *state;
  home_write_model (home, "users", USERS);
  load_rows (home, "users", "Oslo", 10);
  for (size_t i = 0; i < G_N_ELEMENTS (past); i++)
    sql_run_as_superuser (home, past[i]);
  log_plans (home);
  for (size_t i = 0; i < G_N_ELEMENTS (known); i++)
    {
      sql_run_as_superuser (home, known[i]);
      size_t from = strlen (statement_log_read (&home->log));
      load_rows (home, "users", "Bergen", 11 + (int) i);
      g_autofree char *plans = plans_of (home, &from, "and not f.claimed");
      assert_contains (plans, "using execution_under_way on weir.execution");
      assert_null (strstr (plans, "Seq Scan"));
    }
  for (size_t i = 0; i < G_N_ELEMENTS (forget); i++)
    sql_run_as_superuser (home, forget[i]);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = { TEST (test_plans), TEST (test_late_rows), TEST (test_corrections),
                                      TEST (test_plans_of_the_ledger) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
