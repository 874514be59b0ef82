/* What keeps one file or one table waiting, while the others go on: locks, sessions that end, files that grow, workers that crash. */
#include "tests/integration/watching.h"
#include "tests/support/oracle.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define assert_no_error(error)                                                                                                     \
  do                                                                                                                               \
    if (error != NULL)                                                                                                             \
      fail_msg ("%s", error->message);                                                                                             \
  while (0)

static const char shops_text[] = "shop,city\none,Oslo\n";

/* `weir watch` with one worker, whose workers do this at that point (NULL: nothing). */
static Background *
watch_with (Home *home, const char *fault)
{
  home_configure (home, ", \"workers\": 1, \"settle\": 0.3");
  home_set_environment (home, "WEIR_FAULT", fault);
  Background *watch = watch_users (home);
  home_set_environment (home, "WEIR_FAULT", NULL);
  return watch;
}

static void
append_to (Home *home, const char *name, const char *text)
{
  g_autofree char *path = home_path (home, name);
  int fd = open (path, O_WRONLY | O_APPEND | O_CLOEXEC);
  assert_true (fd >= 0);
  assert_int_equal (write (fd, text, strlen (text)), strlen (text));
  close (fd);
}

/* The only file that is claimed, as a path in the home. Owned by the caller; NULL: there is none. */
static char *
find_claimed (Home *home)
{
  g_autoptr (GPtrArray) files = home_list_files (home, "imports/.claimed");
  return files->len == 1 ? g_strdup (files->pdata[0]) : NULL;
}

/* Loads another table to its end. */
static void
expect_others_go_on (Home *home, const char *name)
{
  int before = home_count_files (home, "archive/shops");
  home_drop (home, name, shops_text);
  wait_until ((weir_let_go_on (home), home_count_files (home, "archive/shops") == before + 1));
}

/* Somebody has it open still, and writes on after it was claimed. */
static void
test_a_file_that_grows_while_claimed (void **state)
{
  Home *home = *state;
  g_autoptr (Background) watch = watch_with (home, "sleep:after-claim,sleep:after-load");
  home_write_file (home, "imports/users.csv", users_text);
  g_autofree char *claimed = NULL;
  wait_until ((claimed = find_claimed (home)) != NULL);
  for (int64_t deadline = deadline_new (); !background_said (watch, "users.csv: is tried again") && deadline_sleep (deadline);)
    append_to (home, claimed, "Cyd,c@x.org\n");
  assert_true (background_said (watch, "changed while it was read"));
  expect_others_go_on (home, "shops.csv");
  g_autofree char *whole = home_read_file (home, claimed);
  home_note_dropped (home, whole, strlen (whole));
  wait_until (home_count_files (home, "archive/users") == 1);
  stop_watch (watch);
  assert_false (background_said (watch, "the database is away"));
}

/* One backend is terminated in the middle of a COPY: its session is gone, the database is not. */
static void
test_a_terminated_backend_is_no_outage (void **state)
{
  Home *home = *state;
  g_autoptr (Background) watch = watch_with (home, "stop:after-load");
  home_drop (home, "users.csv", users_text);
  pid_t worker = weir_wait_stopped (home);
  sql_run_text (home, "select pg_terminate_backend (pid, 5000) from pg_stat_activity"
                      " where datname = current_database () and pid <> pg_backend_pid () and application_name like 'weir%%'");
  kill (worker, SIGCONT);
  wait_until (background_said (watch, "users.csv: is tried again"));
  expect_others_go_on (home, "shops.csv");
  wait_until ((weir_let_go_on (home), home_count_files (home, "archive/users") == 1));
  stop_watch (watch);
  assert_false (background_said (watch, "the database is away"));
  assert_loaded_once (home, 2);
}

/* Its rows are in the warehouse, so there is nothing to refuse: it is placed, and if that crashes workers too, left alone. */
static void
test_workers_that_crash_behind_commit (void **state)
{
  Home *home = *state;
  g_autoptr (Background) watch = watch_with (home, "kill:before-archive");
  home_drop (home, "users.csv", users_text);
  wait_until (background_said (watch, "it is left where it is until it changes"));
  home_write_model (home, "shops", "{\"table\": \"shops\", \"kind\": \"dimension\", \"business_key\": [\"shop\"]}");
  g_autoptr (Json) shops = load_text (home, "shops.csv", shops_text, NULL);
  assert_json (shops, "status", "applied");
  assert_false (background_said (watch, "the database is away"));
  stop_watch (watch);
  g_autoptr (Background) again = start_watch (home);
  wait_until (home_count_files (home, "archive/users") == 1);
  stop_watch (again);
  assert_loaded_once (home, 2);
  home->oracle = ORACLE_REPLAY;
}

/* ---- locks ---- */

/* Another session of the test's, as an ordinary person has one. */
static Db *
connect_reader (Home *home)
{
  g_autoptr (GError) error = NULL;
  Db *reader = db_connect (home->url, "a reader's tool", -1, &error);
  assert_no_error (error);
  return reader;
}

static void
assert_exec (Db *db, const char *sql)
{
  g_autoptr (GError) error = NULL;
  db_exec (db, sql, &error);
  assert_no_error (error);
}

/* Somebody has a table of the ledger locked: who that is, and what folders alone can tell. */
static void
test_status_of_a_locked_ledger (void **state)
{
  static const char *const tables[] = { "weir.file", "weir.\"table\"" };
  Home *home = *state;
  home_write_model (home, "users", USERS);
  g_autoptr (Json) loaded = load_text (home, "users.csv", users_text, NULL);
  home_drop (home, "users-2.csv", "name,email\nCyd,c@x.org\n");
  for (size_t i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autoptr (Db) somebody = db_connect (home->url, "somebody", -1, NULL);
      g_autofree char *lock = g_strdup_printf ("lock table %s in access exclusive mode", tables[i]);
      assert_true (db_exec (somebody, "begin", NULL) && db_exec (somebody, lock, NULL));
      g_autoptr (Outcome) text = expect_weir (home, 3, "status", NULL);
      assert_contains (text->out, "In the way is session ");
      assert_contains (text->out, "somebody), idle in transaction since ");
      assert_contains (text->out, "users-2.csv  users");
      g_autoptr (Outcome) outcome = expect_weir (home, 3, "status", "--json", NULL);
      g_autoptr (Json) status = outcome_json (outcome);
      assert_json (status, "database.reachable", "true");
      assert_json (status, "database.session.application", "somebody");
      assert_json (status, "waiting.0.file", "users-2.csv");
    }
  home->oracle = ORACLE_REPLAY;
}

/* What `weir status --json` says of the file. A new reference; NULL: nothing. */
static Json *
ask_status (Home *home, const char *file)
{
  g_autoptr (Outcome) status = run_weir (home, "status", "--json", NULL);
  g_autoptr (Json) root = outcome_json (status);
  const Json *files = json_object_get (root, "waiting");
  for (size_t i = 0; i < json_array_size (files); i++)
    if (g_strcmp0 (json_string_value (json_object_get (json_array_get (files, i), "file")), file) == 0)
      return json_incref (json_array_get (files, i));
  return NULL;
}

/* The same, where it says that the file is tried again, and whose session is in its way; NULL: it does not, for instance in the middle of
 * such a try. */
static Json *
ask_in_whose_way (Home *home, const char *file)
{
  g_autoptr (Json) told = ask_status (home, file);
  bool is_so = g_strcmp0 (json_string_value (json_object_get (told, "cause")), "retry") == 0 && json_object_get (told, "session");
  return is_so ? g_steal_pointer (&told) : NULL;
}

/* When a file of users was read last. */
#define LAST_READ                                                                                                                  \
  "select max(s.started_on) from weir.execution_step s join weir.file f on f.run_id = s.execution_id"                              \
  " where s.step_name = 'LOAD' and f.table_name = 'users'"

/* Whether it has been tried, in vain, since status said when that would be. */
static bool
has_been_tried_since (Home *home, const char *file, const char *next)
{
  g_autoptr (Json) told = ask_in_whose_way (home, file);
  return told != NULL && g_strcmp0 (json_string_value (json_object_get (told, "next_try")), next) > 0;
}

/* Changes of columns, and what the file brings for them; what a reader asked, and how much of that is told. */
static const struct
{
  const char *name, *text, *model, *query, *told;
} changes[] = {
  { "users-2.csv", "name,email,phone\nAnn,a@x.org,5\n", USERS, "begin; select * from warehouse.users_current where name = 'Ann'",
    "begin; select * from warehouse.users_current where name = ?" },
  { "users-3.csv", "name,email,age\nAnn,a@x.org,5.5\n", USERS,
    "begin; select 7, * from warehouse.users_current where name = E'O\\'Neil Ann' or name = 'Bob'",
    "begin; select ?, * from warehouse.users_current where name = E?" },
  { "users-4.csv", "full_name,email\nAnn,a@x.org\n",
    "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"columns\": {\"full_name\": {\"from\": "
    "[\"name\"]}}}",
    "begin; select * from warehouse.users_current where name = $a$O'Neil Ann$a$",
    "begin; select * from warehouse.users_current where name = ?" },
};

/* A reader's transaction is in the way of new columns, of wider ones and of new names: its table waits, and nobody else. */
static void
test_a_reader_holds_a_change_of_columns (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"workers\": 1, \"settle\": 0.3, \"lock_timeout\": 0.5");
  g_autoptr (Background) watch = watch_users (home);
  home_drop (home, "users.csv", "name,email,age\nAnn,a@x.org,5\nBob,b@x.org,6\n");
  wait_until (home_count_files (home, "archive/users") == 1);
  for (size_t i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autoptr (Db) reader = connect_reader (home);
      assert_exec (reader, changes[i].query);
      home_write_model (home, "users", changes[i].model);
      home_drop (home, changes[i].name, changes[i].text);
      g_autoptr (Json) told = NULL;
      wait_until ((told = ask_in_whose_way (home, changes[i].name)) != NULL);
      g_autofree char *pid = json_at (told, "session.pid");
      assert_sql (home, pid,
                  "select pid from pg_stat_activity where datname = current_database() and application_name = 'a reader''s tool'");
      assert_json (told, "session.state", "idle in transaction");
      assert_json (told, "session.query", changes[i].told);
      g_autofree char *name = g_strdup_printf ("shops-%zu.csv", i);
      g_autofree char *read = sql_scalar (home, LAST_READ);
      g_autofree char *next = json_at (told, "next_try");
      expect_others_go_on (home, name);
      /* It is tried again and again, and was read once. */
      wait_until (has_been_tried_since (home, changes[i].name, next));
      assert_sql (home, read, LAST_READ);
      assert_exec (reader, "commit");
      wait_until (home_count_files (home, "archive/users") == (int) i + 2);
    }
  stop_watch (watch);
  assert_false (background_said (watch, "the database is away"));
}

/* Others read the table all the while, though weir waits for it to shut them out, and may do so for longer than they would wait. */
static void
test_readers_do_not_wait_behind_a_change (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"lock_timeout\": 60");
  home_write_model (home, "users", USERS);
  g_autoptr (Json) first = load_text (home, "users.csv", "name,email,age\nAnn,a@x.org,5\nBob,b@x.org,6\n", NULL);
  assert_json (first, "status", "applied");
  for (size_t i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autoptr (Db) reader = connect_reader (home);
      assert_exec (reader, changes[i].query);
      home_write_model (home, "users", changes[i].model);
      home_write_file (home, changes[i].name, changes[i].text);
      g_autoptr (Background) load = spawn_weir (home, "load", changes[i].name, NULL);
      wait_until (sql_number (home, "select count(*) from pg_stat_activity where datname = current_database()"
                                    " and wait_event_type = 'Lock'")
                  > 0);
      sql_run_text (home, "set statement_timeout = 5000");
      for (int times = 0; times < 50; times++, g_usleep (20000))
        assert_int_equal (sql_number (home, "select count(*) from warehouse.users_current"), 2);
      assert_exec (reader, "commit");
      assert_int_equal (background_stop (load, 0, DEADLINE_SECONDS), 0);
    }
}

/* What needs no change of the table asks nobody to leave it. */
static void
test_a_reader_holds_nothing_else (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"workers\": 1, \"settle\": 0.3");
  g_autoptr (Background) watch = watch_users (home);
  home_drop (home, "users.csv", users_text);
  wait_until (home_count_files (home, "archive/users") == 1);
  g_autoptr (Db) reader = connect_reader (home);
  assert_exec (reader, "begin; select * from warehouse.users_current");
  home_drop (home, "users-2.csv", "name,email\nAnna,a@x.org\n");
  wait_until (home_count_files (home, "archive/users") == 2);
  stop_watch (watch);
  assert_false (background_said (watch, "is tried again"));
}

/* A lock on the rows or the table that even an update has to wait for, and one on the ledger. */
static void
test_a_writer_holds_a_table_for_a_bounded_time (void **state)
{
  static const char *const locks[] = { "begin; lock table warehouse.users in share mode",
                                       "begin; select * from warehouse.users for update",
                                       "begin; select * from weir.table where table_name = 'users' for update" };
  Home *home = *state;
  home_configure (home, ", \"workers\": 1, \"settle\": 0.3, \"lock_timeout\": 0.3");
  g_autoptr (Background) watch = watch_users (home);
  home_drop (home, "users.csv", users_text);
  wait_until (home_count_files (home, "archive/users") == 1);
  for (size_t i = 0; i < G_N_ELEMENTS (locks); i++)
    {
      g_autoptr (Db) writer = connect_reader (home);
      assert_exec (writer, locks[i]);
      g_autofree char *text = g_strdup_printf ("name,email\nAnna %zu,a@x.org\n", i);
      g_autofree char *name = g_strdup_printf ("users-%zu.csv", i + 2);
      home_drop (home, name, text);
      g_autoptr (Json) told = NULL;
      wait_until ((told = ask_in_whose_way (home, name)) != NULL);
      assert_json (told, "session.application", "a reader's tool");
      g_autofree char *shops = g_strdup_printf ("shops-%zu.csv", i);
      expect_others_go_on (home, shops);
      assert_exec (writer, "commit");
      wait_until (home_count_files (home, "archive/users") == (int) i + 2);
    }
  stop_watch (watch);
  assert_false (background_said (watch, "the database is away"));
}

/* `weir load` says who is in the way, too. */
static void
test_load_says_who_is_in_the_way (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"lock_timeout\": 0.3");
  home_write_model (home, "users", USERS);
  g_autoptr (Json) first = load_text (home, "users.csv", users_text, NULL);
  assert_json (first, "status", "applied");
  g_autoptr (Db) reader = connect_reader (home);
  assert_exec (reader, "begin; select * from warehouse.users_current");
  home_write_file (home, "new.csv", changes[0].text);
  g_autoptr (Outcome) load = expect_weir (home, 3, "load", "--table", "users", "new.csv", NULL);
  assert_contains (load->err, "In the way is session ");
  assert_contains (load->err, "a reader's tool");
  assert_exec (reader, "commit");
  assert_weir (home, 0, "load", "--table", "users", "new.csv", NULL);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_a_file_that_grows_while_claimed),
    TEST (test_a_terminated_backend_is_no_outage),
    TEST (test_workers_that_crash_behind_commit),
    TEST (test_a_reader_holds_a_change_of_columns),
    TEST (test_readers_do_not_wait_behind_a_change),
    TEST (test_a_reader_holds_nothing_else),
    TEST (test_a_writer_holds_a_table_for_a_bounded_time),
    TEST (test_load_says_who_is_in_the_way),
    TEST (test_status_of_a_locked_ledger),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
