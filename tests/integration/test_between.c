/* A pooler between weir and the server, where one is installed. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"

static const char users_text[] = "email,name\na@x.org,Ann\n";

/* Where Debian has it, which is in nobody's path but root's. Owned by the caller; NULL: nowhere. */
static char *
find_pgbouncer (void)
{
  static const char place[] = "/usr/sbin/pgbouncer";
  return g_file_test (place, G_FILE_TEST_IS_EXECUTABLE) ? g_strdup (place) : g_find_program_in_path ("pgbouncer");
}

static void
give_to_server (const char *path)
{
  const struct passwd *user = geteuid () == 0 ? getpwnam ("postgres") : NULL;
  assert_true (user == NULL || chown (path, user->pw_uid, user->pw_gid) == 0);
}

/* ---- pgbouncer ---- */

/* A pgbouncer of this mode in front of the home's server, on a socket in a folder of its own; the home goes through it. */
static pid_t
put_pooler_before (Home *home, const char *pgbouncer, const char *mode, const char *more)
{
  g_autofree char *folder = g_strconcat (home->path, ".pooler", NULL);
  g_autofree char *config = g_build_filename (folder, "pgbouncer.ini", NULL);
  g_autofree char *log = g_build_filename (folder, "log", NULL);
  g_mkdir_with_parents (folder, 0755);
  g_autofree char *text =
      g_strdup_printf ("[databases]\n* = host=%s port=5432 user=weir\n[pgbouncer]\nlisten_addr =\nunix_socket_dir = %s\n"
                       "auth_type = any\npool_mode = %s\n%s\n",
                       home->cluster->socket, folder, mode, more);
  assert_true (g_file_set_contents (config, text, -1, NULL));
  give_to_server (folder);
  give_to_server (config);
  chmod (config, 0644);
  pid_t pid = process_start (&(ProcessSetup) { .folder = "/", .user = "postgres", .out = log },
                             (const char *[]) { pgbouncer, config, NULL });
  g_autofree char *socket = g_build_filename (folder, ".s.PGSQL.6432", NULL);
  wait_until (access (socket, F_OK) == 0);
  g_autofree char *json = g_strdup_printf ("{\"database\": \"host=%s port=6432 user=weir dbname=%s\"}", folder, home->database);
  home_write_file (home, "weir.json", json);
  return pid;
}

/* Leaves the pooler with so many sessions that it may give to whoever comes: they are at work all at once, which a lock of ours holds
 * until then. */
static void
fill_pooler (Home *home, int sessions)
{
  g_autofree char *programs = cluster_programs ();
  g_autofree char *psql = g_build_filename (programs, "psql", NULL);
  g_autofree char *url = g_strdup_printf ("host=%s.pooler port=6432 user=weir dbname=%s", home->path, home->database);
  g_autoptr (GArray) pids = g_array_new (FALSE, FALSE, sizeof (pid_t));
  sql_run_text (home, "select pg_advisory_lock(1)");
  for (int i = 0; i < sessions; i++)
    {
      pid_t pid =
          process_start (&(ProcessSetup) { .folder = "/" },
                         (const char *[]) { psql, "-Xqc", "select pg_advisory_xact_lock_shared(1)", "--dbname", url, NULL });
      g_array_append_val (pids, pid);
    }
  wait_until (sql_number (home, "select count(*) from pg_locks join pg_database d on d.oid = database"
                                " where datname = current_database() and locktype = 'advisory' and not granted")
              == sessions);
  sql_run_text (home, "select pg_advisory_unlock(1)");
  for (guint i = 0; i < pids->len; i++)
    assert_int_equal (process_wait (g_array_index (pids, pid_t, i)), 0);
}

static void
test_poolers (void **state)
{
  static const struct
  {
    const char *mode, *more;
    bool works;
    int sessions; /* of which it may choose */
  } cases[] = {
    { "session", "", true, 0 },
    { "transaction", "", false, 0 },
    { "transaction", "server_round_robin = 1", false, 0 },
    { "transaction", "server_round_robin = 1", false, 5 },
    { "transaction", "default_pool_size = 1", false, 0 },
    { "statement", "", false, 0 },
  };
  Home *outer = *state;
  g_autofree char *pgbouncer = find_pgbouncer ();
  if (pgbouncer == NULL)
    {
      fprintf (stderr, "skipped: pgbouncer is not installed\n");
      skip (); /* leaves the function at once: nothing is owned here */
    }
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      home_write_model (home, "users", USERS);
      pid_t pooler = put_pooler_before (home, pgbouncer, cases[i].mode, cases[i].more);
      fill_pooler (home, cases[i].sessions);
      home_write_file (home, "users.csv", users_text);
      g_autoptr (Outcome) outcome = expect_weir (home, cases[i].works ? 0 : 2, "load", "users.csv", NULL);
      if (!cases[i].works)
        {
          assert_contains (outcome->err, "goes through a pooler that gives each transaction another session");
          assert_contains (outcome->err, "pool_mode = session");
          assert_sql (home, "0", "select count(*) from weir.execution");
        }
      kill (pooler, SIGKILL);
      process_wait (pooler);
      home_remove_file (home, "users.csv");
      g_autofree char *folder = g_strconcat (home->path, ".pooler", NULL);
      remove_tree (folder);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_poolers, home_setup, home_teardown),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
