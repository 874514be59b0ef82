/* The stream of docs/steps.md with connectors of weir's: a database, a share, mail; and another database as a destination. */
#include "pushing.h"

#include "tests/support/mailer.h"
#include "tests/support/source.h"

#include <signal.h>

#define MAIL                                                                                                                       \
  "{\"deliver\": \"report\", \"to\": \"mail\", \"recipients\": [\"ann@example.org\", \"bob@example.org\"],"                        \
  " \"subject\": \"Weekly report\", \"body_file\": \"mail.txt\", \"attach\": \"report.csv\"}"

static const char steps[] =
    "{\"steps\": [{\"name\": \"students\", \"from\": {\"connection\": \"dwh\", \"query_file\": \"students.sql\", \"params\": "
    "{\"year\":"
    " \"macro:SCHOOL_YEAR\", \"schools\": %s}}},"
    "{\"name\": \"summary\", \"from\": {\"connection\": \"files\", \"path\": \"in/export_file.csv\"}},"
    "{\"name\": \"report\", \"sql_file\": \"report.sql\", \"inputs\": [\"students\", \"summary\"], \"params\": {\"since\":"
    " \"macro:FISCAL_YEAR_START\", \"ids\": {\"step\": \"students\", \"column\": \"id\"}}},"
    "{\"deliver\": \"report\", \"to\": \"files\", \"path\": \"out/report-::YYYYMMDD::.csv\"}," MAIL
    ",{\"deliver\": \"report\", \"to\": \"dwh\", \"table\": \"copied\"}], \"time_zone\": \"Europe/Oslo\"}";

typedef struct
{
  Home *home;
  Store store;
  Mailer *mailer;
} Whole;

static void
whole_clear (Whole *whole)
{
  if (whole->mailer != NULL)
    mailer_stop (whole->mailer);
  store_free (&whole->store);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Whole, whole_clear)

static void
write_steps (Home *home, const char *schools)
{
  g_autofree char *job = g_strdup_printf (steps, schools);
  write_job (home, "weekly", job);
}

static void
whole_make (Home *home, Whole *ret)
{
  g_autofree char *mail = home_path (home, "mailbox"), *share = home_path (home, "share");
  *ret = (Whole) { home, store_make (home), mailer_start (mail, NULL) };
  g_autofree char *more = g_strdup_printf (", \"files\": {\"type\": \"share\", \"path\": \"%s\"}, \"mail\": {\"type\": \"smtp\","
                                           " \"url\": \"smtp://127.0.0.1:%d\", \"from\": \"etl@example.org\", \"tls\": \"none\"}",
                                           share, ret->mailer->port);
  configure_store (home, ret->store.url, more);
  assert_true (db_exec (ret->store.db,
                        "create table student as select i as id, 'S' || i as name, i % 3 as school,"
                        " extract (year from now () at time zone 'Europe/Oslo' - interval '7 months')::int as school_year"
                        " from generate_series (1, 9) i; update student set school_year = 1999 where id = 8",
                        NULL));
  home_write_file (home, "share/in/export_file.csv",
                   "id;points;day\n1;10;2999-01-01\n2;20;2999-01-01\n2;5;1999-01-01\n4;7;2999-01-02\n");
  home_write_file (home, "share/out/keep", "");
  home_write_file (home, "students.sql", "select id, name from student where school_year = :year and school = any (:schools)\n");
  home_write_file (home, "report.sql",
                   "select s.id, s.name, sum (m.points) as points\nfrom students s join summary m using (id)\n"
                   "where m.day >= :since and s.id = any (:ids)\ngroup by s.id, s.name order by s.id\n");
  home_write_file (home, "mail.txt", "{rows} rows.\n");
  write_steps (home, "[1, 2]");
}

static char *
file_in (Home *home, const char *folder)
{
  g_autoptr (GPtrArray) files = home_list_files (home, folder);
  for (guint i = 0; i < files->len; i++)
    if (g_str_has_suffix (files->pdata[i], ".csv"))
      return home_read_file (home, files->pdata[i]);
  return NULL;
}

static void
test_whole (void **state)
{
  Home *home = *state;
  g_auto (Whole) whole = { 0 };
  whole_make (home, &whole);
  assert_weir (home, 0, "check", "weekly", NULL);
  g_autoptr (Json) run = source_pull (home, 0, "weekly");
  assert_json (run, "steps.0.rows", "5");
  assert_json (run, "steps.1.rows", "4");
  assert_json (run, "steps.2.rows", "3");
  assert_json (run, "deliveries.0.status", "done");
  assert_json (run, "deliveries.1.delivered.1.name", "bob@example.org");
  assert_json (run, "deliveries.1.delivered.1.status", "sent");
  assert_json (run, "deliveries.2.rows", "3");
  g_autofree char *text = file_in (home, "share/out");
  assert_string_equal (text, "\"id\",\"name\",\"points\"\n\"1\",\"S1\",\"10\"\n\"2\",\"S2\",\"20\"\n\"4\",\"S4\",\"7\"\n");
  g_autoptr (Json) mails = mailer_all (whole.mailer);
  assert_int_equal (json_array_size (mails), 2);
  assert_json (json_array_get (mails, 0), "parts.1.text", text);
  assert_json (json_array_get (mails, 0), "parts.0.text", "3 rows.\r\n");
  assert_sql (home, "7", "select points from staging.weekly__report where id = 4");
  g_autoptr (Outcome) status = expect_weir (home, 0, "status", NULL);
  assert_null (strstr (status->out, "weir model"));
  g_autoptr (Outcome) jobs = expect_weir (home, 0, "jobs", "--json", NULL);
  g_autoptr (Json) listed = outcome_json (jobs);
  assert_json (listed, "0.steps.2.kind", "transform");
  g_autofree char *id = json_at (run, "run");
  g_autoptr (Outcome) shown = expect_weir (home, 0, "runs", id, NULL);
  assert_contains (shown->out, "report to mail");
}

/* An empty list is no row, and all the same delivered. */
static void
test_empty_list (void **state)
{
  Home *home = *state;
  g_auto (Whole) whole = { 0 };
  whole_make (home, &whole);
  write_steps (home, "[]");
  g_autoptr (Json) run = source_pull (home, 0, "weekly");
  assert_json (run, "steps.0.rows", "0");
  assert_json (run, "steps.2.rows", "0");
  assert_json (run, "deliveries.0.rows", "0");
  g_autofree char *text = file_in (home, "share/out");
  assert_string_equal (text, "\"id\",\"name\",\"points\"\n");
}

static int64_t
copied (const Whole *whole)
{
  g_autoptr (DbResult) rows = NULL;
  assert_true (db_query (whole->store.db, "select count(*) from copied", NULL, 0, &rows, NULL));
  return db_result_int64 (rows, 0, 0);
}

/* Whom the mail server puts off gets it with --resume, and nobody twice. */
static void
test_one_receiver_later (void **state)
{
  Home *home = *state;
  g_auto (Whole) whole = { 0 };
  whole_make (home, &whole);
  g_autofree char *job = home_read_file (home, "jobs/weekly.json");
  g_auto (GStrv) parts = g_strsplit (job, "bob@", 2);
  g_autofree char *other = g_strconcat (parts[0], "grey@", parts[1], NULL);
  write_job (home, "weekly", other);
  g_autoptr (Json) run = source_pull (home, 1, "weekly");
  assert_json (run, "deliveries.1.status", "failed");
  assert_json (run, "deliveries.2.status", "done");
  assert_int_equal (copied (&whole), 3);
  home_write_file (home, "mailbox/grey", "");
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "pull", "--json", "--resume", "weekly", NULL);
  g_autoptr (Json) again = outcome_json (outcome), mails = mailer_all (whole.mailer);
  assert_json (again, "deliveries.1.status", "done");
  assert_int_equal (json_array_size (mails), 2);
  assert_int_equal (copied (&whole), 3);

  /* Who is refused for ever is told, whatever else there is to tell. */
  home_write_file (home, "people.sql", "select * from (values ('ann@example.org'), ('nobody@example.org'), (null)) p (mail)");
  write_job (home, "people",
             "{\"steps\": [{\"name\": \"people\", \"sql_file\": \"people.sql\"}, {\"deliver\": \"people\", \"to\": \"mail\", "
             "\"recipients_column\": \"mail\"}]}");
  g_autoptr (Json) people = source_pull (home, 0, "people");
  g_autofree char *message = g_strdup (json_at (people, "deliveries.0.message"));
  assert_contains (message, "rows without a recipient: 1");
  assert_contains (message, "1 of 2 mails were refused; nobody@example.org: 550");
}

/* Killed between the connector's end and the ledger: database and file have it once; mail has the same Message-ID. */
static void
test_kills (void **state)
{
  static const char *const moments[] = { "kill:steps-done-3", "kill:steps-done-4", "kill:steps-done-5" };
  Home *home = *state;
  g_auto (Whole) whole = { 0 };
  whole_make (home, &whole);
  for (size_t i = 0; i < G_N_ELEMENTS (moments); i++)
    {
      home_set_environment (home, "WEIR_FAULT", moments[i]);
      assert_weir (home, 128 + SIGKILL, "pull", "weekly", NULL);
      home_set_environment (home, "WEIR_FAULT", NULL);
      g_autoptr (Json) run = source_pull (home, 0, "weekly");
      assert_json (run, "resumed", "true");
      assert_int_equal (copied (&whole), 3);
      assert_int_equal (home_count_files (home, "share/out"), 2);
    }
  g_autoptr (Json) mails = mailer_all (whole.mailer);
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (size_t i = 0; i < json_array_size (mails); i++)
    g_hash_table_add (ids, json_at (json_array_get (mails, i), "headers.message-id"));
  assert_int_equal (g_hash_table_size (ids), 6);
  assert_int_equal (json_array_size (mails), 8);
}

int
main (void)
{
#define HOME_TEST(function) cmocka_unit_test_setup_teardown (function, home_setup, home_teardown)
  const struct CMUnitTest tests[] = { HOME_TEST (test_whole), HOME_TEST (test_empty_list), HOME_TEST (test_one_receiver_later),
                                      HOME_TEST (test_kills) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
