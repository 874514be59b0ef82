/* `weir gc`: what is older than "retention" goes and nothing else, it is said before and told afterwards, and whatever ends it in between the
 * ledger never says of a file that is gone that it is there. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include "src/load/gc.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>

#define USERS                                                                                                                      \
  "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"rejects\": {\"max_percent\": 100}, "           \
  "\"columns\": {\"name\": {\"required\": true}}}"
#define STOCK "{\"table\": \"stock\", \"kind\": \"fact\", \"business_key\": [\"item\"]}"
#define HITS "{\"table\": \"hits\", \"kind\": \"fact\", \"append\": \"all\"}"

#define ALL                                                                                                                        \
  ", \"retention\": {\"archive\": \"90 days\", \"failed\": \"90 days\", \"rejects\": \"90 days\", \"undo\": \"90 days\", "         \
  "\"ledger\": \"90 days\"}"

static const char users_one[] = "email,name\na@x.org,Ann\nb@x.org,Bob\nc@x.org,\n";
static const char users_two[] = "email,name\na@x.org,Anna\nb@x.org,Bob\n";
static const char hits_text[] = "page\nstart\nstart\nend\n";

static void
load (Home *home, const char *name, const char *text, const char *status)
{
  g_autoptr (Json) published = load_text (home, name, text, "--rejects-ok", NULL);
  assert_json (published, "status", status);
}

static void
age_folder (Home *home, const char *folder, int days)
{
  g_autoptr (GPtrArray) files = home_list_files (home, folder);
  for (guint i = 0; i < files->len; i++)
    {
      g_autofree char *path = home_path (home, files->pdata[i]);
      struct timespec times[2] = { { .tv_sec = time (NULL) - days * 86400 }, { .tv_sec = time (NULL) - days * 86400 } };
      assert_int_equal (utimensat (AT_FDCWD, path, times, 0), 0);
    }
}

/* All that was so far is so many days older than it is. */
static void
age (Home *home, int days)
{
  sql_run_text (home,
                "update weir.execution set created_on = created_on - make_interval(days => %d), started_on = started_on - "
                "make_interval(days => %d), completed_on = completed_on - make_interval(days => %d)",
                days, days, days);
  sql_run_text (home,
                "update weir.execution_step set started_on = started_on - make_interval(days => %d), completed_on = completed_on"
                " - make_interval(days => %d)",
                days, days);
  age_folder (home, "archive", days);
  age_folder (home, "failed", days);
}

/* Runs of each kind: applied with rejects, applied over others, taken for a duplicate, refused; and two successes of a pipeline. */
static void
given_runs (Home *home)
{
  home->oracle |= ORACLE_TRIMMED;
  home_configure (home, "");
  home_write_model (home, "users", USERS);
  home_write_model (home, "stock", STOCK);
  home_write_model (home, "hits", HITS);
  load (home, "users-1.csv", users_one, "applied");
  load (home, "users-2.csv", users_two, "applied");
  load (home, "users-2b.csv", users_two, "duplicate");
  load (home, "users-3.csv", "name\nAnn\n", "failed");
  load (home, "stock-1.csv", "item,pieces\ncup,1\npot,1\n", "applied");
  load (home, "stock-2.csv", "item,pieces\ncup,2\n", "applied");
  load (home, "hits-1.csv", hits_text, "applied");
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (Outcome) begun = expect_weir (home, 0, "ledger", "init-execution", NULL);
      g_autofree char *id = g_strdup (g_strchomp (begun->out));
      assert_weir (home, 0, "ledger", "complete-execution", id, NULL);
    }
}

/* What a gc must not change of a warehouse. */
static char *
warehouse_of (Home *home)
{
  return sql_text_rows (home, "select 'u', md5(string_agg(u::text, '' order by u::text)) from warehouse.users u union all"
                              " select 's', md5(string_agg(s::text, '' order by s::text)) from warehouse.stock s union all"
                              " select 'h', md5(string_agg(h::text, '' order by h::text)) from warehouse.hits h");
}

static Json *
gc (Home *home, const char *option)
{
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "gc", "--json", option, NULL);
  return outcome_json (outcome);
}

static void
test_says_first_and_takes (void **state)
{
  Home *home = *state;
  given_runs (home);
  age (home, 100);
  load (home, "users-4.csv", "email,name\na@x.org,Ann\nb@x.org,\n", "applied"); /* is young */
  home_configure (home, ALL);
  g_autofree char *before = warehouse_of (home);

  g_autoptr (Json) planned = gc (home, "--dry-run");
  assert_sql (home, "0", "select count(*) from weir.file where trimmed is not null or disposition = 'trimmed'");
  assert_int_equal (home_count_files (home, "archive"), 7);
  g_autoptr (Outcome) said = expect_weir (home, 0, "gc", "--dry-run", NULL);
  assert_contains (said->out, "Would be taken away:\narchive   6 files (");
  assert_contains (said->out, "NOTE:  `weir rebuild` could not make again what these files were loaded into: hits, stock, users\n");
  assert_contains (said->out, "Nothing was changed.\n");

  g_autoptr (Json) done = gc (home, NULL);
  assert_json (planned, "dry_run", "true");
  assert_json (done, "dry_run", "false");
  json_object_del (planned, "dry_run");
  json_object_del (done, "dry_run");
  assert_true (json_equal (planned, done));
  assert_json (done, "archive.files", "6");
  assert_json (done, "failed.files", "1");
  assert_json (done, "rejects", "{\"runs\":1,\"rows\":1}");
  assert_json (done, "undo", "{\"runs\":5,\"rows\":1}");
  assert_json (done, "ledger", "{\"runs\":2,\"executions\":1,\"incidents\":0,\"deliveries\":0,\"details\":5,\"kept_for_file\":0}");
  assert_json (done, "changed", "0");
  assert_json (done, "busy", "[]");

  g_autofree char *after = warehouse_of (home);
  assert_string_equal (before, after);
  assert_int_equal (home_count_files (home, "archive"), 1);
  assert_int_equal (home_count_files (home, "failed"), 0);
  assert_sql (home, "6|5",
              "select count(*), count(*) filter (where disposition = 'trimmed' and place like 'archive/%%' and trimmed ->> 'file' "
              "is not null) from weir.file");
  assert_weir (home, 0, "verify", NULL);
  assert_weir (home, 0, "status", NULL);
  g_autoptr (Json) again = gc (home, NULL);
  assert_json (again, "archive.files", "0");
  assert_json (again, "ledger", "{\"runs\":0,\"executions\":0,\"incidents\":0,\"deliveries\":0,\"details\":0,\"kept_for_file\":0}");
  assert_json (again, "undo.runs", "0");
}

/* Whoever asks for what is gone is told so; what comes again is known. */
static void
test_is_told_afterwards (void **state)
{
  Home *home = *state;
  given_runs (home);
  age (home, 100);
  home_configure (home, ALL);
  assert_weir (home, 0, "gc", NULL);
  g_autoptr (Outcome) rejects = expect_weir (home, 0, "rejects", "users-1.csv", NULL);
  assert_contains (rejects->out, "\"retention\" took them away on ");
  assert_contains (rejects->out, "1 was refused.");
  g_autoptr (Outcome) retry = expect_weir (home, 2, "retry", "users-1.csv", NULL);
  assert_contains (retry->err, "It was removed by \"retention\" in weir.json, and was at \"");
  g_autoptr (Outcome) undo = expect_weir (home, 2, "undo", "users-2.csv", "--yes", NULL);
  assert_contains (undo->err, "cannot be taken back: it is older than \"retention\" in weir.json keeps");
  g_autoptr (Outcome) rebuild = expect_weir (home, 2, "rebuild", "users", NULL);
  assert_contains (rebuild->err, "users cannot be made again: 2 of its 2 files cannot be had");
  assert_contains (rebuild->err, " was removed by \"retention\" on ");
  g_autoptr (Outcome) runs = expect_weir (home, 0, "runs", "users-1.csv", NULL);
  assert_contains (runs->out, "trimmed        file ");
  assert_contains (runs->out, "read           3\n");
  g_autoptr (Outcome) history = expect_weir (home, 0, "history", "users", "a@x.org", NULL);
  assert_contains (history->out, "users-1.csv");

  load (home, "users-2c.csv", users_two, "duplicate");
  load (home, "hits-2.csv", hits_text, "duplicate");
}

/* Put back from a backup, a file is taken for what it was. */
static void
test_rebuilds_from_a_backup (void **state)
{
  Home *home = *state;
  given_runs (home);
  load (home, "stock-0.csv", "item,pieces\ncup,7\n", "applied");
  g_autofree char *run = sql_scalar (home, "select run_id from weir.file where file_name = 'stock-1.csv'");
  /* It comes again behind newer ones, so that a row of it is refused, and overwrites nothing in a rebuild either. */
  g_autoptr (Outcome) retried = expect_weir (home, 0, "retry", "--rejects-ok", run, NULL);
  assert_sql (home, "1", "select count(*) from weir.reject where reason = 'overtaken'");
  age (home, 100);
  g_autofree char *archive = home_path (home, "archive"), *backup = home_path (home, "backup");
  const char *const copy[] = { "cp", "-a", archive, backup, NULL };
  assert_true (g_spawn_sync (NULL, (char **) copy, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
  home_configure (home, ", \"retention\": {\"rejects\": \"90 days\", \"archive\": \"90 days\"}");
  assert_weir (home, 0, "gc", NULL);
  assert_sql (home, "0", "select count(*) from weir.reject");
  assert_weir (home, 2, "rebuild", "stock", NULL);
  const char *const back[] = { "cp", "-aT", backup, archive, NULL };
  assert_true (g_spawn_sync (NULL, (char **) back, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
  g_autoptr (Outcome) same = expect_weir (home, 0, "rebuild", "stock", NULL);
  assert_contains (same->out, "warehouse.stock is the same");
  /* What is written has its rejects again. */
  sql_run_text (home, "update warehouse.stock set pieces = 99 where item = 'pot'");
  assert_weir (home, 0, "rebuild", "stock", "--write", NULL);
  assert_sql (home, "1", "select count(*) from weir.reject where reason = 'overtaken'");
  assert_weir (home, 0, "verify", "stock", NULL);
  home->oracle = ORACLE_BY_HAND;
}

/* Without "retention", or before its time, all is kept. */
static void
test_keeps (void **state)
{
  Home *home = *state;
  given_runs (home);
  age (home, 80);
  static const char *const settings[] = { "", ALL };
  for (size_t i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      home_configure (home, settings[i]);
      g_autoptr (Outcome) outcome = expect_weir (home, 0, "gc", NULL);
      assert_contains (outcome->out, i == 0 ? "Everything is kept" : "archive   0 files");
      assert_sql (home, "0", "select count(*) from weir.file where trimmed is not null");
      assert_int_equal (home_count_files (home, "archive"), 6);
    }
  home->oracle |= ORACLE_REPLAY;
}

/* Each period alone takes what is its own. */
static void
test_each_alone (void **state)
{
  Home *home = *state;
  static const struct
  {
    const char *settings, *trimmed;
    int archived, failed;
  } cases[] = {
    { "\"rejects\": \"90 days\"", "rejects 1", 6, 2 },
    { "\"failed\": \"90 days\"", "file 1, rejects 1", 6, 0 },
    { "\"undo\": \"90 days\"", "file 1, rejects 1, undo 5", 6, 0 },
    /* A run whose file is kept stays, so that nothing lies in archive/ that nobody knows. */
    { "\"ledger\": \"90 days\"", "details 5, file 1, rejects 1, undo 5", 6, 0 },
    { "\"archive\": \"90 days\"", "details 5, file 7, rejects 1, undo 5", 0, 0 },
  };
  given_runs (home);
  age (home, 100);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *more = g_strdup_printf (", \"retention\": {%s}", cases[i].settings);
      print_message ("  %s\n", cases[i].settings);
      home_configure (home, more);
      assert_weir (home, 0, "gc", NULL);
      assert_sql (home, cases[i].trimmed,
                  "select string_agg(k || ' ' || n, ', ' order by k) from (select k, count(*) as n from weir.file, "
                  "jsonb_object_keys(trimmed) k group by k) t");
      assert_int_equal (home_count_files (home, "archive"), cases[i].archived);
      assert_int_equal (home_count_files (home, "failed"), cases[i].failed);
      assert_weir (home, 0, "verify", NULL);
    }
}

/* What something is built on stays, however old. */
static void
test_stays (void **state)
{
  Home *home = *state;
  home->oracle |= ORACLE_TRIMMED;
  home_configure (home, ALL);
  home_write_model (home, "users", USERS);
  home_write_model (
      home, "sales",
      "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"id\"], \"references\": [{\"dimension\": \"users\", "
      "\"columns\": [\"email\"], \"as\": \"user_id\", \"missing\": \"wait\"}]}");
  home_write_model (home, "shops",
                    "{\"table\": \"shops\", \"kind\": \"dimension\", \"business_key\": [\"key\"], \"absent\": \"close\"}");
  load (home, "users-1.csv", users_two, "applied");
  load (home, "sales.csv", "id,email\n1,zoe@x.org\n2,a@x.org\n", "applied"); /* a row waits */
  load (home, "things-1.csv", "a,b\n1,2\n", "staged");
  load (home, "things-2.csv", "a,b\n3,4\n", "staged"); /* nobody has a model: this is in no warehouse */
  load (home, "shops-1.csv", "key,v\na,1\nb,1\n", "applied");
  load (home, "shops-2.csv", "key,v\na,1\n", "held");
  load (home, "users-2.csv", "email,name\na@x.org,Cat\n", "applied"); /* somebody writes to this one */
  age (home, 100);
  age_folder (home, "imports/.held", 100);
  g_autofree char *changed = sql_scalar (home, "select place from weir.file where file_name = 'users-2.csv'");
  g_autofree char *path = home_path (home, changed);
  assert_int_equal (utimensat (AT_FDCWD, path, NULL, 0), 0);
  g_autoptr (Json) done = gc (home, NULL);
  assert_json (done, "changed", "1");
  assert_sql (home, "sales.csv,shops-2.csv,things-2.csv,users-2.csv",
              "select string_agg(file_name, ',' order by file_name) from weir.file where disposition in ('archived', 'held')");
  assert_sql (home, "0", "select count(*) from weir.file where file_name = 'things-1.csv'");
  assert_weir (home, 0, "verify", NULL);
  assert_weir (home, 0, "approve", "shops-2.csv", NULL);
  load (home, "users-3.csv", "email,name\nzoe@x.org,Zoe\n", "applied");
  assert_sql (home, "2", "select count(*) from warehouse.sales");
}

/* A file that another home of the database keeps, or that somebody has taken away, is not called removed. */
static void
test_of_nobody_else (void **state)
{
  Home *home = *state;
  given_runs (home);
  age (home, 100);
  home_configure (home, ALL);
  g_autofree char *place = sql_scalar (home, "select place from weir.file where file_name = 'users-1.csv'");
  home_remove_file (home, place);
  g_autoptr (Json) done = gc (home, NULL);
  assert_json (done, "archive.files", "5");
  assert_sql (home, "archived", "select disposition from weir.file where file_name = 'users-1.csv'");
  home->oracle = ORACLE_BY_HAND;
}

/* Killed anywhere: the ledger agrees with the folders, and the next one does the rest. */
static void
test_killed (void **state)
{
  Home *outer = *state;
  static const char *const points[] = { "gc-marked", "gc-removed", "gc-before-commit" };
  for (size_t i = 0; i < G_N_ELEMENTS (points); i++)
    {
      print_message ("  %s\n", points[i]);
      g_autoptr (Home) home = home_new (outer->cluster);
      given_runs (home);
      age (home, 100);
      home_configure (home, ALL);
      g_autofree char *fault = g_strdup_printf ("kill:%s", points[i]);
      home_set_environment (home, "WEIR_FAULT", fault);
      g_autoptr (Outcome) killed = run_weir (home, "gc", NULL);
      assert_int_equal (killed->code, 128 + SIGKILL);
      home_set_environment (home, "WEIR_FAULT", NULL);
      g_autoptr (Outcome) verified = expect_weir (home, 0, "verify", NULL);
      oracle_check (home, home->oracle);
      assert_sql (
          home, "0",
          "select count(*) from weir.file where state <> 'applied' and trimmed ? 'rejects' and exists (select from weir.reject r "
          "where r.run_id = weir.file.run_id)");
      /* The plan was of one session, and nothing of it is left. */
      assert_weir (home, 0, "gc", NULL);
      assert_int_equal (home_count_files (home, "archive") + home_count_files (home, "failed"), 0);
      assert_sql (home, "6|0",
                  "select count(*), count(*) filter (where trimmed ->> 'file' is null or trimmed ? 'home') from weir.file");
      assert_sql (
          home, "0",
          "select count(*) from weir.execution_step where execution_id in (select run_id from weir.file where state = 'applied')");
      assert_weir (home, 0, "verify", NULL);
    }
}

/* Loads and gc take turns at a table; what is busy waits for the next time, and of others all is done. */
static void
test_beside_a_load (void **state)
{
  Home *home = *state;
  given_runs (home);
  age (home, 100);
  home_configure (home, ALL ", \"lock_timeout\": 0.2");
  home_set_environment (home, "WEIR_FAULT", "stop:after-load");
  home_write_file (home, "more/users.csv", "email,name\nd@x.org,Dan\n");
  g_autoptr (Background) load_now = spawn_weir (home, "load", "more/users.csv", NULL);
  wait_until (process_find_stopped (home->path, "load") != 0);
  home_set_environment (home, "WEIR_FAULT", NULL);
  g_autoptr (Outcome) busy = expect_weir (home, 3, "gc", NULL);
  assert_contains (busy->out, "NOTE:  another session works on users: nothing of it was taken away\n");
  assert_sql (home, "0|3",
              "select count(*) filter (where table_name = 'users'), count(*) from weir.file where trimmed is not null");
  kill (process_find_stopped (home->path, "load"), SIGCONT);
  assert_int_equal (background_stop (load_now, 0, DEADLINE_SECONDS), 0);

  /* And the other way round: a load waits until it has the table. */
  home_set_environment (home, "WEIR_FAULT", "stop:gc-marked");
  g_autoptr (Background) stopped = spawn_weir (home, "gc", NULL);
  wait_until (process_find_stopped (home->path, "gc") != 0);
  home_set_environment (home, "WEIR_FAULT", NULL);
  g_autoptr (Background) waiting = spawn_weir (home, "load", "more/users.csv", NULL);
  wait_until (is_waiting_for_lock (home));
  g_autoptr (Outcome) second = expect_weir (home, 3, "gc", NULL);
  assert_contains (second->err, "another session already takes away what is too old");
  assert_weir (home, 0, "verify", NULL);
  kill (process_find_stopped (home->path, "gc"), SIGCONT);
  assert_int_equal (background_stop (stopped, 0, DEADLINE_SECONDS), 0);
  assert_int_equal (background_stop (waiting, 0, DEADLINE_SECONDS), 0);
  assert_weir (home, 0, "verify", NULL);
}

/* With "retention" it is timed work. */
static void
test_scheduled (void **state)
{
  Home *home = *state;
  given_runs (home);
  age (home, 100);
  assert_weir (home, 0, "schedule", "--tick", NULL);
  assert_sql (home, "0", "select count(*) from weir.schedule");
  home_configure (home, ALL);
  assert_weir (home, 0, "schedule", "--tick", NULL);
  assert_sql (home, "gc|17 3 * * *", "select name, cron from weir.schedule");
  assert_weir (home, 0, "schedule", "run-now", "gc", NULL);
  wait_until (sql_number (home, "select count(*) from weir.file where trimmed ->> 'file' is not null") > 0);
  wait_until (sql_number (home, "select count(*) from weir.schedule where result = 'done'") > 0);
  assert_int_equal (home_count_files (home, "archive"), 0);
}

/* As the keeper of a schedule may do it: on a connection of its own, day after day. */
static void
test_again_on_one_connection (void **state)
{
  Home *home = *state;
  given_runs (home);
  home_configure (home, ALL);
  g_autoptr (Settings) settings = settings_load_home (home->path, HOME_REQUIRED, NULL);
  assert_non_null (settings);
  assert_true (gc_is_wanted (settings));
  assert_sql (home, "0", "select count(*) from weir.file where trimmed is not null"); /* the test's connection is open */
  for (int day = 0; day < 3; day++)
    {
      g_auto (GcReport) report = { 0 };
      assert_true (gc_run (home->db, settings, false, &report, NULL));
      assert_int_equal (report.archive.files, day == 2 ? 6 : 0);
      assert_int_equal (report.details, day == 2 ? 5 : 0);
      age (home, 50);
      age_folder (home, "archive", 100);
      age_folder (home, "failed", 100);
    }
  assert_weir (home, 0, "verify", NULL);
}

/* An undo keeps its receipt as long as the ledger has whom it took back; what was forgotten is known for good. */
static void
test_operations (void **state)
{
  Home *home = *state;
  given_runs (home);
  assert_weir (home, 0, "undo", "stock-2.csv", "--yes", NULL);
  load (home, "stock-3.csv", "item,pieces\ncup,3\n", "applied");
  assert_weir (home, 1, "forget", "users", "b@x.org", "--yes", NULL); /* the refused file has no keys */
  age (home, 100);
  home_configure (home, ", \"retention\": {\"ledger\": \"90 days\"}");
  assert_weir (home, 0, "gc", NULL);
  assert_sql (home, "forget,undo", "select string_agg(kind, ',' order by kind) from weir.operation");
  home_configure (home, ALL);
  g_autoptr (Json) done = gc (home, NULL);
  assert_json (done, "ledger.executions", "1");
  assert_sql (home, "forget", "select string_agg(kind, ',' order by kind) from weir.operation");
  assert_sql (home, "1|1", "select count(*), (select count(*) from weir.execution where pipeline is not null) from weir.forgotten");
  assert_sql (home, "0", "select count(*) from weir.file where state = 'undone'");
  load (home, "users-9.csv", "email,name\nb@x.org,Bob\ne@x.org,Eve\n", "applied");
  assert_sql (home, "0", "select count(*) from warehouse.users where email = 'b@x.org'");
}

/* Taken back is a run only as long as its receipt is there: where its file stays, because somebody wrote to it, so does that. */
static void
test_keeps_the_receipt (void **state)
{
  Home *home = *state;
  given_runs (home);
  assert_weir (home, 0, "undo", "stock-2.csv", "--yes", NULL);
  load (home, "stock-3.csv", "item,pieces\ncup,3\n", "applied");
  age (home, 100);
  g_autofree char *place = sql_scalar (home, "select place from weir.file where file_name = 'stock-2.csv'");
  g_autofree char *path = home_path (home, place);
  assert_int_equal (utimensat (AT_FDCWD, path, NULL, 0), 0);
  home_configure (home, ALL);
  for (int call = 0; call < 2; call++)
    {
      g_autoptr (Json) done = gc (home, NULL);
      assert_sql (home, "1", "select count(*) from weir.file f join weir.operation o on o.run_id = f.undone_by");
      assert_sql (home, "0",
                  "select count(*) from weir.file f where f.undone_by is not null and not exists "
                  "(select from weir.execution e where e.execution_id = f.undone_by)");
    }
}

/* A run that is taken back between the plan and its turn has its file in failed/ from now on. */
static void
test_taken_back_meanwhile (void **state)
{
  Home *home = *state;
  given_runs (home);
  age (home, 100);
  home_configure (home, ALL);
  home_set_environment (home, "WEIR_FAULT", "stop:gc-planned");
  g_autoptr (Background) stopped = spawn_weir (home, "gc", NULL);
  wait_until (process_find_stopped (home->path, "gc") != 0);
  home_set_environment (home, "WEIR_FAULT", NULL);
  assert_weir (home, 0, "undo", "stock-2.csv", "--yes", NULL);
  kill (process_find_stopped (home->path, "gc"), SIGCONT);
  assert_int_equal (background_stop (stopped, 0, DEADLINE_SECONDS), 0);
  assert_sql (home, "undone|failed", "select state, disposition from weir.file where file_name = 'stock-2.csv'");
  assert_weir (home, 0, "retry", "stock-2.csv", NULL);
  assert_weir (home, 0, "verify", NULL);
}

/* Whoever takes a run back whose file is gone is told so. */
static void
test_undo_without_its_file (void **state)
{
  Home *home = *state;
  given_runs (home);
  age (home, 100);
  home_configure (home, ", \"retention\": {\"archive\": \"90 days\"}");
  g_autofree char *place = sql_scalar (home, "select place from weir.file where file_name = 'stock-2.csv'");
  g_autofree char *path = home_path (home, place), *text = NULL;
  assert_true (g_file_get_contents (path, &text, NULL, NULL));
  assert_weir (home, 0, "gc", NULL);
  g_autoptr (Outcome) undone = expect_weir (home, 0, "undo", "stock-2.csv", "--yes", NULL);
  assert_contains (undone->out, "The run is taken back; its file was removed by \"retention\". To load it again:\n  weir retry ");
  g_autofree char *first = g_strdup_printf ("once it is at %s again, from a backup\n", place);
  assert_contains (undone->out, first);
  home_write_file (home, place, text);
  assert_weir (home, 0, "retry", "stock-2.csv", NULL);
  assert_sql (home, "2", "select pieces from warehouse.stock where item = 'cup'");
  assert_weir (home, 0, "verify", NULL);
  home->oracle = ORACLE_BY_HAND;
}

/* A run that ended while no alerts were sent stays until somebody has looked whether one is to be. */
static void
test_nobody_has_looked (void **state)
{
  Home *home = *state;
  given_runs (home);
  age (home, 100);
  home_configure (home, ALL);
  sql_run_text (home,
                "insert into weir.alert_target (target, seen_on) values ('ops', now() - interval '101 days'), ('all', now())");
  g_autoptr (Json) early = gc (home, NULL);
  assert_json (early, "ledger.runs", "0");
  assert_json (early, "ledger.kept_for_file", "2");
  sql_run_text (home, "update weir.alert_target set seen_on = now() where target = 'ops'");
  g_autoptr (Json) done = gc (home, NULL);
  assert_json (done, "ledger.runs", "1"); /* the other one is the last of its table */
}

/* Incidents that are over go with the ledger, but for the last of each kind, those of the last week, and those of which somebody is still to be told. */
static void
test_incidents (void **state)
{
  Home *home = *state;
  home->oracle = ORACLE_BY_HAND;
  sql_run_text (home,
                "insert into weir.incident (kind, \"table\", subject, began, ended, closed_on, detail)"
                " select k, 'users', k || d, now() - make_interval(days => d), now() - make_interval(days => d - 1),"
                " now() - make_interval(days => d - 1), '{}' from (values ('stale'), ('rows')) v (k), unnest (array[3, 5, 50, "
                "100, 110, 120]) d");
  sql_run_text (home, "insert into weir.incident (kind, \"table\", subject, began, detail) values"
                      " ('stale', 'stock', 'open', now() - interval '200 days', '{}')");
  sql_run_text (
      home,
      "insert into weir.incident (kind, \"table\", subject, began, ended, closed_on, detail) values"
      " ('stale', 'stock', 'last', now() - interval '300 days', now() - interval '299 days', now() - interval '299 days', '{}')");
  sql_run_text (home, "insert into weir.alert (target, rule, cause) select 'ops', 'stale', 'incident:' || id from weir.incident"
                      " where subject = 'stale110'");
  home_configure (home, ", \"retention\": {\"ledger\": \"90 days\"}");
  for (int call = 0; call < 2; call++)
    {
      g_autoptr (Json) done = gc (home, call == 0 ? "--dry-run" : NULL);
      const Json *ledger = json_object_get (done, "ledger");
      assert_int_equal (json_integer_value (json_object_get (ledger, "incidents")), 5);
    }
  assert_sql (home, "last,open,rows3,rows5,rows50,stale110,stale3,stale5,stale50",
              "select string_agg(subject, ',' order by subject) from weir.incident");
  home_configure (home, ", \"retention\": {\"ledger\": \"2 hours\"}");
  g_autoptr (Json) done = gc (home, NULL);
  assert_sql (home, "last,open,rows3,rows5,stale110,stale3,stale5",
              "select string_agg(subject, ',' order by subject) from weir.incident");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_says_first_and_takes),
    TEST (test_is_told_afterwards),
    TEST (test_rebuilds_from_a_backup),
    TEST (test_keeps),
    TEST (test_each_alone),
    TEST (test_stays),
    TEST (test_of_nobody_else),
    TEST (test_killed),
    TEST (test_scheduled),
    TEST (test_again_on_one_connection),
    TEST (test_beside_a_load),
    TEST (test_operations),
    TEST (test_keeps_the_receipt),
    TEST (test_taken_back_meanwhile),
    TEST (test_undo_without_its_file),
    TEST (test_incidents),
    TEST (test_nobody_has_looked),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
