/* Streams of steps, with connectors that do what the test says: what each step makes, what goes where, and what a run that was ended leaves to the next. */
#include "tests/support/oracle.h"
#include "tests/support/source.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#define STUDENTS "{\"name\": \"students\", \"from\": {\"connection\": \"app\", \"table\": \"rows\"}}"
#define SUMMARY "{\"name\": \"summary\", \"from\": {\"connection\": \"files\", \"path\": \"export.csv\"}}"
#define REPORT "{\"name\": \"report\", \"sql_file\": \"report.sql\", \"inputs\": [\"students\", \"summary\"]}"
#define TO_OUT "{\"deliver\": \"report\", \"to\": \"out\", \"path\": \"a.csv\"}"
#define TO_BAD "{\"deliver\": \"report\", \"to\": \"bad\"}"

static const char report_sql[] =
    "-- what: is in it\nselect s.id, s.name, m.points\nfrom students s join summary m using (id) order by id;\n";

static void
given (Home *home, const char *steps, const char *more)
{
  static const char *const names[] = { "source", "out", "bad" };
  g_autofree char *source = home_path (home, "source"), *out = home_path (home, "out"), *bad = home_path (home, "bad");
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *folder = home_path (home, names[i]), *files = g_build_filename (folder, "files", NULL);
      assert_int_equal (g_mkdir_with_parents (files, 0777), 0);
    }
  g_autofree char *members = g_strdup_printf (
      ", \"connections\": {\"app\": {\"type\": \"fake\", \"folder\": \"%s\"}, \"files\": {\"type\": \"share\", \"program\":"
      " \"weir-connect-fake\", \"folder\": \"%s\"}, \"out\": {\"type\": \"fake\", \"folder\": \"%s\"},"
      " \"bad\": {\"type\": \"fake\", \"folder\": \"%s\"}}",
      source, source, out, bad);
  g_autofree char *job = g_strdup_printf ("{\"steps\": [%s]%s}", steps, more);
  home_configure (home, members);
  source_rows (home, "1 a Ann ann@x.org\n2 b Bob \\N\n3 c Cid cid@x.org\n");
  source_file (home, "export.csv", "id,points\n1,10\n2,20\n", 10);
  home_write_file (home, "report.sql", report_sql);
  home_write_file (home, "jobs/nightly.json", job);
}

static Json *
pull (Home *home, int code, const char *more)
{
  g_autoptr (Outcome) outcome = more != NULL ? expect_weir (home, code, "pull", "--json", "nightly", more, NULL)
                                             : expect_weir (home, code, "pull", "--json", "nightly", NULL);
  return outcome_json_at (outcome, 0);
}

/* The only file that was delivered there. Owned by the caller. */
static char *
delivered (Home *home, const char *to)
{
  g_autofree char *folder = g_strdup_printf ("%s/sent", to);
  g_autoptr (GPtrArray) files = home_list_files (home, folder);
  assert_int_equal (files->len, 1);
  return home_read_file (home, files->pdata[0]);
}

static int
remove_file (Home *home, const char *name)
{
  g_autofree char *path = home_path (home, name);
  return unlink (path);
}

/* ---- what it makes ---- */

static void
test_all_of_it (void **state)
{
  Home *home = *state;
  given (home, STUDENTS "," SUMMARY "," REPORT "," TO_OUT, "");
  g_autoptr (Json) run = pull (home, 0, NULL);
  static const char *const members[][2] = {
    { "status", "done" },          { "steps.0.step", "students" },
    { "steps.0.kind", "extract" }, { "steps.0.rows", "3" },
    { "steps.1.rows", "2" },       { "steps.2.kind", "transform" },
    { "steps.2.rows", "2" },       { "steps.2.table", "nightly__report" },
    { "deliveries.0.to", "out" },  { "deliveries.0.status", "done" },
    { "deliveries.0.rows", "2" },  { "resumed", "false" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
    assert_json (run, members[i][0], members[i][1]);
  g_autofree char *text = delivered (home, "out");
  assert_string_equal (text, "\"id\",\"name\",\"points\"\n\"1\",\"Ann\",\"10\"\n\"2\",\"Bob\",\"20\"\n");
  assert_sql (home, "bigint|text",
              "select max(data_type) filter (where column_name = 'id'), max(data_type) filter (where column_name = 'name')"
              " from information_schema.columns where table_name = 'nightly__students'");
  assert_sql (home, "1", "select count(*) from staging.nightly__students where email is null");
  g_autofree char *id = json_at (run, "run");
  g_autofree char *steps = sql_text_rows (home,
                                          "select step_name, status, rows_processed from weir.execution_step"
                                          " where execution_id = '%s' order by started_on",
                                          id);
  assert_string_equal (steps, "students|COMPLETED|3\nsummary|COMPLETED|2\nreport|COMPLETED|2\nreport to out|COMPLETED|2");
  assert_sql (home, "COMPLETED|pull nightly", "select status, pipeline from weir.execution where pipeline is not null");
  assert_nothing_left (home);
}

/* A second run has what is there then, under another mark. */
static void
test_once_more (void **state)
{
  Home *home = *state;
  given (home, STUDENTS "," SUMMARY "," REPORT "," TO_OUT, "");
  json_decref (pull (home, 0, NULL));
  source_rows (home, "2 b Bobby x\n");
  g_autoptr (Json) second = pull (home, 0, NULL);
  assert_json (second, "steps.0.rows", "1");
  assert_json (second, "steps.2.rows", "1");
  assert_sql (home, "2|Bobby|20", "select * from staging.nightly__report");
  assert_int_equal (home_count_files (home, "out/sent"), 2);
  assert_sql (home, "0", "select count(*) from weir.bookmark");
}

static void
test_no_rows (void **state)
{
  Home *home = *state;
  given (home, STUDENTS "," SUMMARY "," REPORT "," TO_OUT, "");
  source_rows (home, "");
  g_autoptr (Json) run = pull (home, 0, NULL);
  assert_json (run, "steps.0.rows", "0");
  assert_json (run, "steps.2.rows", "0");
  assert_json (run, "deliveries.0.rows", "0");
  g_autofree char *text = delivered (home, "out");
  assert_string_equal (text, "\"id\",\"name\",\"points\"\n");
}

/* ---- files ---- */

#define ALL "{\"name\": \"summary\", \"from\": {\"connection\": \"files\", \"path\": \"*.csv\"}}"

/* Files of a pattern are one table, the oldest file first: written in other ways, with their columns in another order, one with a header alone. */
static void
test_a_pattern (void **state)
{
  Home *home = *state;
  given (home, STUDENTS "," ALL "," REPORT, "");
  source_file (home, "a.csv", "POINTS;id\r\n\"30\";3\r\n;4\r\n", 20);
  source_file (home, "b.csv", "id,points\n", 5);
  source_file (home, "c.csv", "\xEF\xBB\xBFid\tpoints\n7\t1.5\n8\t\"a\"\"b\"\n", 10.5);
  g_autoptr (Json) run = pull (home, 0, NULL);
  assert_json (run, "steps.1.rows", "6");
  assert_json (run, "steps.1.message", "of 4 files");
  assert_json (run, "steps.2.rows", "3");
  g_autofree char *rows = sql_text_rows (home, "select id, coalesce(points, '-') from staging.nightly__summary order by _line");
  assert_string_equal (rows, "1|10\n2|20\n7|1.5\n8|a\"b\n3|30\n4|-");
  assert_sql (home, "bigint",
              "select data_type from information_schema.columns where table_name = 'nightly__summary' and column_name = 'id'");
  assert_int_equal (home_count_files (home, "source/files"), 4);
  assert_nothing_left (home);
}

static const struct
{
  const char *text, *says;
  int code;
} odd_files[] = {
  { "id,marks\n3,30\n", "\"odd.csv\" has no column \"points\", and \"export.csv\" has one", 1 },
  { "id,points,marks\n3,30,1\n", "\"export.csv\" has no column \"marks\", and \"odd.csv\" has one", 1 },
  { "", "\"odd.csv\" is empty", 1 },
};

/* One that is not like the others, or has nothing, ends the run, and the table is what it was. */
static void
test_an_odd_file (void **state)
{
  Home *home = *state;
  given (home, STUDENTS "," ALL "," REPORT, "");
  json_decref (pull (home, 0, NULL));
  for (size_t i = 0; i < G_N_ELEMENTS (odd_files); i++)
    {
      source_file (home, "odd.csv", odd_files[i].text, 20);
      g_autoptr (Json) run = pull (home, odd_files[i].code, NULL);
      g_autofree char *message = json_at (run, "error.message");
      assert_contains (message, odd_files[i].says);
      assert_sql (home, "2", "select count(*) from staging.nightly__summary");
    }
  assert_int_equal (remove_file (home, "source/files/odd.csv") + remove_file (home, "source/files/export.csv"), 0);
  g_autoptr (Json) none = pull (home, 2, NULL);
  assert_json (none, "error.message", "step summary: nightly: no file matches \"*.csv\"");
  assert_nothing_left (home);
}

/* A header alone is an empty result, whose columns have the types of the one before; the same of all files of a pattern. */
static void
test_a_header_alone (void **state)
{
  Home *home = *state;
  static const char *const extracts[] = { SUMMARY, ALL };
  for (size_t i = 0; i < G_N_ELEMENTS (extracts); i++)
    {
      g_autofree char *steps = g_strconcat (STUDENTS, ",", extracts[i], ",", REPORT, NULL);
      given (home, steps, "");
      home_write_file (home, "report.sql", "select sum(points) as points from summary");
      json_decref (pull (home, 0, NULL));
      assert_sql (home, "30", "select points from staging.nightly__report");
      source_file (home, "export.csv", "id,points,new\n", 20);
      g_autoptr (Json) run = pull (home, 0, NULL);
      assert_json (run, "steps.1.rows", "0");
      assert_sql (home, "-", "select coalesce(points::text, '-') from staging.nightly__report");
      assert_sql (home, "text",
                  "select data_type from information_schema.columns where table_name = 'nightly__summary' and column_name = 'new'");
    }
}

/* ---- parameters ---- */

/* Each place is a parameter of its own, in order; what only looks like one is none. */
static void
test_params (void **state)
{
  Home *home = *state;
  given (home,
         STUDENTS ",{\"name\": \"two\", \"sql_file\": \"two.sql\", \"params\": {\"ids\": [1, 3], \"none\": {\"value\": [], "
                  "\"type\": \"bigint\"},"
                  " \"who\": \"o'x:y\", \"n\": 2, \"job\": \"macro:JOB\", \"seen\": {\"step\": \"students\", \"column\": \"id\"}, "
                  "\"empty\": []}}",
         "");
  home_write_file (
      home, "two.sql",
      "select id, :who::text as \"a:b\", ':n' as quoted, :n + 1 as next, :n * 2 as twice, $q$:n$q$ as dollar, :job as job,\n"
      " cardinality(:none) as none -- :comment\n"
      "from students where id = any (:ids) and id = any (:seen) and not id = any (:empty) /* ; :x */ order by id ;\n");
  json_decref (pull (home, 0, NULL));
  g_autofree char *rows = sql_text_rows (home, "select * from staging.nightly__two");
  assert_string_equal (rows, "1|o'x:y|:n|3|4|:n|nightly|0\n3|o'x:y|:n|3|4|:n|nightly|0");
}

/* Those of an extract reach its connector, in the order of their places. */
static void
test_params_of_an_extract (void **state)
{
  Home *home = *state;
  given (home,
         STUDENTS
         ",{\"name\": \"more\", \"from\": {\"connection\": \"app\", \"query_file\": \"q.sql\", \"params\": {\"job\": \"macro:JOB\","
         " \"schools\": [1, 2], \"ids\": {\"step\": \"students\", \"column\": \"id\"}}}}",
         "");
  home_write_file (home, "q.sql", "select * from x where s = any (:schools) and job = :job and id = any (:ids)");
  json_decref (pull (home, 0, NULL));
  g_autoptr (Json) request = source_request (home, 0);
  assert_json (request, "from.query", "select * from x where s = any ($1) and job = $2 and id = any (cast($3 as bigint[]))");
  assert_json (request, "from.params", "[[1,2],\"nightly\",[\"1\",\"2\",\"3\"]]");
  assert_json (request, "from.query_file", NULL);
  assert_json (request, "mode", "full");
}

/* ---- what goes wrong ---- */

static const struct
{
  const char *sql, *says;
} wrongs[] = {
  { "select id,\n       nam from students", "report.sql: line 2, column 8: column \"nam\" does not exist" },
  { "select id from nobody", "report.sql: line 1, column 16: relation \"nobody\" does not exist" },
  { "with gone as (delete from students returning id) select * from gone", "data-modifying statement must be at the top level" },
  { "select id) x; drop table staging.nightly__students; --", "another statement begins here" },
  { "select id from students; delete from students", "another statement begins here" },
  { "insert into staging.nightly__students select 1", "must be one query" },
  { "select 'x", "line 1, column 8: what is quoted here does not end" },
  { "select id, id from students", "specified more than once" },
};

static void
test_wrong_queries (void **state)
{
  Home *home = *state;
  given (home, STUDENTS "," SUMMARY "," REPORT "," TO_OUT, "");
  json_decref (pull (home, 0, NULL));
  for (size_t i = 0; i < G_N_ELEMENTS (wrongs); i++)
    {
      home_write_file (home, "report.sql", wrongs[i].sql);
      g_autoptr (Outcome) outcome = run_weir (home, "pull", "nightly", NULL);
      assert_int_not_equal (outcome->code, 0);
      assert_contains (outcome->err, wrongs[i].says);
      assert_sql (home, "3", "select count(*) from staging.nightly__students");
      assert_sql (home, "2", "select count(*) from staging.nightly__report");
    }
  assert_int_equal (home_count_files (home, "out/sent"), 1);
}

/* One that fails does not stop the others, is told, and is all that --resume does again. */
static void
test_a_delivery_that_fails (void **state)
{
  Home *home = *state;
  given (home, STUDENTS "," SUMMARY "," REPORT "," TO_BAD "," TO_OUT, "");
  home_write_file (home, "bad/deed", "credentials 1");
  g_autoptr (Json) run = pull (home, 1, NULL);
  assert_json (run, "status", "failed");
  assert_json (run, "deliveries.0.status", "failed");
  assert_json (run, "deliveries.1.status", "done");
  g_autofree char *message = json_at (run, "deliveries.0.message");
  assert_contains (message, "the password is wrong");
  assert_sql (home, "1", "select count(*) from weir.incident where ended is null and detail ->> 'job' = 'nightly'");
  g_autoptr (Outcome) failing = expect_weir (home, 0, "jobs", "--json", NULL);
  g_autoptr (Json) listed = outcome_json (failing);
  const Json *job = json_array_get (listed, 0);
  g_autofree char *why = json_at (job, "failure");
  assert_contains (why, "the password is wrong");
  assert_true (json_is_string (json_object_get (job, "pulled")));
  int asked = source_asked (home);
  g_autoptr (Json) again = pull (home, 0, "--resume");
  assert_json (again, "resumed", "true");
  assert_json (again, "steps.0.status", "kept");
  assert_json (again, "deliveries.0.status", "done");
  assert_json (again, "deliveries.1.status", "kept");
  g_autofree char *first = json_at (run, "run");
  assert_json (again, "run", first);
  assert_int_equal (source_asked (home), asked);
  assert_int_equal (home_count_files (home, "bad/sent"), 1);
  assert_sql (home, "0", "select count(*) from weir.incident where ended is null");
  g_autoptr (Outcome) third = expect_weir (home, 2, "pull", "--resume", "nightly", NULL);
  assert_contains (third->err, "its last run is completed");
  assert_sql (home, "0", "select count(*) from weir.incident where ended is null"); /* nothing of the job fails */
}

static void
test_an_extract_that_fails (void **state)
{
  Home *home = *state;
  given (home, STUDENTS "," SUMMARY "," REPORT "," TO_OUT, "");
  source_deed (home, "configuration 1");
  g_autoptr (Json) run = pull (home, 2, NULL);
  assert_json (run, "steps.0.status", "failed");
  assert_json (run, "steps.2.status", "skipped");
  assert_json (run, "deliveries.0.status", "skipped");
  assert_json (run, "error.message", "step students: nightly: there is no such table");
  assert_sql (home, "FAILED", "select status from weir.execution where pipeline = 'pull nightly'");
  assert_int_equal (home_count_files (home, "out/sent"), 0);
  home_write_file (home, "report.sql", "select 1 as id");
  g_autoptr (Outcome) outcome = expect_weir (home, 2, "pull", "--resume", "nightly", NULL);
  assert_contains (outcome->err, "is another since");
}

static void
test_dry_run (void **state)
{
  Home *home = *state;
  given (home, STUDENTS "," SUMMARY "," REPORT "," TO_OUT, "");
  source_deed (home, "configuration 1");
  json_decref (pull (home, 2, NULL));
  g_autoptr (Json) run = pull (home, 0, "--dry-run");
  assert_sql (home, "1", "select count(*) from weir.incident where ended is null");
  assert_json (run, "deliveries.0.status", "skipped");
  assert_sql (home, "2", "select count(*) from staging.nightly__report");
  assert_int_equal (home_count_files (home, "out/sent"), 0);
}

/* Two deliveries of a result to one place are two, and a job with times has them. */
static void
test_two_and_when (void **state)
{
  Home *home = *state;
  given (home, STUDENTS "," SUMMARY "," REPORT "," TO_OUT "," TO_OUT, ", \"cron\": \"0 6 * * 1\", \"time_zone\": \"Europe/Oslo\"");
  json_decref (pull (home, 0, "--scheduled"));
  assert_int_equal (home_count_files (home, "out/sent"), 2);
  assert_sql (home, "report to out|report to out, 2",
              "select min (step_name), max (step_name) from weir.execution_step where step_name ~ ' to '");
  g_autoptr (Outcome) schedule = expect_weir (home, 0, "schedule", NULL);
  assert_contains (schedule->out, "pull:nightly");
  assert_weir (home, 0, "pull", "--all", NULL);
  assert_int_equal (home_count_files (home, "out/sent"), 4);
  assert_weir (home, 2, "pull", "nightly", "--from", "2026-01-01", NULL);
  assert_weir (home, 2, "pull", "nightly", "--resume", "--full", NULL);
}

/* Somebody asks it to stop while a step is at work: that step is not done, and those behind it do not begin. */
static void
test_stopped (void **state)
{
  Home *home = *state;
  given (home, STUDENTS "," SUMMARY "," REPORT "," TO_BAD "," TO_OUT, "");
  home_write_file (home, "bad/deed", "hang 1");
  g_autoptr (Background) weir = spawn_weir (home, "pull", "nightly", NULL);
  wait_until (home_has_file (home, "bad/asked"));
  assert_int_equal (background_stop (weir, SIGTERM, 20), 130);
  assert_int_equal (home_count_files (home, "out/sent"), 0);
  assert_sql (home, "1", "select count(*) from weir.execution where pipeline = 'pull nightly' and status = 'FAILED'");
  g_autoptr (Json) run = pull (home, 0, "--resume");
  assert_json (run, "steps.2.status", "kept");
  assert_json (run, "deliveries.1.status", "done");
}

/* ---- kills ---- */

static const char *const moments[] = { "steps-begun-0", "steps-begun-2", "steps-begun-3", "steps-spooled",
                                       "steps-done-0",  "steps-done-2",  "steps-done-3",  "steps-ended-1",
                                       "steps-ended-3", "pull-claimed",  "pull-loaded" };

/* Wherever it dies, the next pull goes on under the same id, and everything is there once. */
static void
test_kills (void **state)
{
  Home *home = *state;
  given (home, STUDENTS "," SUMMARY "," REPORT "," TO_OUT, "");
  for (size_t i = 0; i < G_N_ELEMENTS (moments); i++)
    {
      g_autofree char *fault = g_strconcat ("kill:", moments[i], NULL);
      home_set_environment (home, "WEIR_FAULT", fault);
      assert_weir (home, 128 + SIGKILL, "pull", "nightly", NULL);
      home_set_environment (home, "WEIR_FAULT", NULL);
      g_autoptr (Json) run = pull (home, 0, NULL);
      print_message ("  %s\n", moments[i]);
      assert_json (run, "resumed", "true");
      assert_int_equal (home_count_files (home, "out/sent"), (int) i + 1);
      g_autofree char *count = g_strdup_printf ("%zu|0", i + 1);
      assert_sql (
          home, count,
          "select count(*), count(*) filter (where status <> 'COMPLETED') from weir.execution where pipeline = 'pull nightly'");
      assert_sql (home, "3|2",
                  "select (select count(*) from staging.nightly__students), (select count(*) from staging.nightly__report)");
      assert_nothing_left (home);
    }
}

int
main (void)
{
#define HOME_TEST(function) cmocka_unit_test_setup_teardown (function, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    HOME_TEST (test_all_of_it),
    HOME_TEST (test_once_more),
    HOME_TEST (test_no_rows),
    HOME_TEST (test_a_pattern),
    HOME_TEST (test_an_odd_file),
    HOME_TEST (test_a_header_alone),
    HOME_TEST (test_params),
    HOME_TEST (test_params_of_an_extract),
    HOME_TEST (test_wrong_queries),
    HOME_TEST (test_a_delivery_that_fails),
    HOME_TEST (test_an_extract_that_fails),
    HOME_TEST (test_dry_run),
    HOME_TEST (test_two_and_when),
    HOME_TEST (test_stopped),
    HOME_TEST (test_kills),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
