/* The embedded PostgreSQL when things go wrong around it: crashes, lock files of others, many starters at once, other versions. */
#include "tests/support/oracle.h"
#include "tests/support/port.h"
#include "tests/support/weir.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* PostgreSQL's programs, but that initdb, which takes long, is run once and what it made is copied from then on: a cluster that is not
 * synced, which only the machine's own crash would show, and whose shared memory goes with its folder, however it ends. */
static char *
quick_programs (const Cluster *cluster)
{
  g_autofree char *folder = g_build_filename (cluster->folder, "quick", NULL);
  if (mkdir (folder, 0777) != 0)
    return g_steal_pointer (&folder);
  assert_int_equal (chmod (folder, 0777), 0); /* the server's user puts there what it made */
  g_autofree char *programs = cluster_programs ();
  const char *const names[] = { "pg_ctl", "postgres", "psql" };
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *from = g_build_filename (programs, names[i], NULL);
      g_autofree char *to = g_build_filename (folder, names[i], NULL);
      assert_int_equal (symlink (from, to), 0);
    }
  g_autofree char *initdb = g_build_filename (folder, "initdb", NULL);
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\n[ -d '%s/made' ] && exec cp -a '%s/made/.' .\n"
                                             "'%s/initdb' --no-sync \"$@\" || exit\n"
                                             "printf 'fsync = off\\ndynamic_shared_memory_type = mmap\\n' >>postgresql.conf\n"
                                             "cp -a . '%s/made'\n",
                                             folder, folder, programs, folder);
  assert_true (g_file_set_contents_full (initdb, script, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
  return g_steal_pointer (&folder);
}

static int
server_setup (void **state)
{
  Home *home = home_new (*state);
  g_autofree char *programs = quick_programs (home->cluster);
  home_set_environment (home, "WEIR_PG_BIN", programs);
  home_configure (home, "");
  *state = home;
  return 0;
}

/* A member of `weir db status --json`; NULL where it has none. */
static char *
server_member (Home *home, const char *member)
{
  g_autoptr (Outcome) outcome = run_weir (home, "db", "status", "--json", NULL);
  g_autoptr (Json) told = outcome_json (outcome);
  return json_at (told, member);
}

static int
server_teardown (void **state)
{
  Home *home = *state;
  home_set_environment (home, "WEIR_PG_BIN", NULL);
  g_autofree char *data = server_member (home, "data");
  g_autofree char *socket_folder = server_member (home, "socket");
  outcome_free (run_weir (home, "db", "stop", NULL));
  if (data != NULL && g_str_has_prefix (data, "/var/lib/weir-root/"))
    {
      g_autofree char *folder = g_path_get_dirname (data);
      remove_tree (folder);
    }
  if (socket_folder != NULL)
    remove_tree (socket_folder);
  return home_teardown (state);
}

static char *
lock_path (Home *home)
{
  g_autofree char *data = server_member (home, "data");
  return g_build_filename (data, "postmaster.pid", NULL);
}

static pid_t
postmaster (Home *home)
{
  g_autofree char *path = lock_path (home);
  g_autofree char *text = NULL;
  return g_file_get_contents (path, &text, NULL, NULL) ? (pid_t) strtol (text, NULL, 10) : 0;
}

static void
crash (Home *home)
{
  pid_t process = postmaster (home);
  assert_true (process > 0);
  assert_int_equal (kill (process, SIGKILL), 0);
  wait_until (kill (process, 0) != 0);
}

static void
test_crash (void **state)
{
  Home *home = *state;
  assert_weir (home, 0, "init", NULL);
  assert_weir (home, 0, "psql", "-Xqc", "create table public.kept as select 1 as n", NULL);
  pid_t first = postmaster (home);
  crash (home);
  g_autoptr (Outcome) down = expect_weir (home, 3, "status", NULL);
  assert_contains (down->out, "not running");

  /* The lock file's process id is somebody else's now: of a process that root, the server's user and we cannot take for a server.
   */
  g_autofree char *path = lock_path (home);
  g_autofree char *text = NULL;
  assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_autofree char *taken = g_strdup_printf ("%d%s", (int) getpid (), strchr (text, '\n'));
  assert_true (g_file_set_contents (path, taken, -1, NULL));
  assert_int_equal (chmod (path, 0644), 0);
  assert_weir (home, 0, "db", "start", NULL);
  assert_true (postmaster (home) != first);
  g_autoptr (Outcome) kept = expect_weir (home, 0, "psql", "-XAtc", "select n from public.kept", NULL);
  assert_string_equal (kept->out, "1\n");
}

static bool
is_asleep (Home *home)
{
  g_autoptr (Outcome) outcome =
      run_weir (home, "psql", "-XAtc", "select 'asleep' from pg_stat_activity where wait_event = 'PgSleep'", NULL);
  return outcome->code == 0 && strcmp (outcome->out, "asleep\n") == 0;
}

/* PostgreSQL's own recovery fails then, and succeeds when it is begun again. */
static void
test_crash_while_an_unlogged_table_is_made (void **state)
{
  Home *home = *state;
  assert_weir (home, 0, "init", NULL);
  G_GNUC_UNUSED g_autoptr (Background) maker =
      spawn_weir (home, "psql", "-Xqc", "create unlogged table public.unfinished (n int); select pg_sleep (60)", NULL);
  wait_until (is_asleep (home));
  assert_weir (home, 0, "psql", "-Xqc", "create table public.kept as select 1 as n", NULL); /* its commit flushes the other's WAL */
  crash (home);
  assert_weir (home, 0, "db", "start", NULL);
  g_autoptr (Outcome) kept = expect_weir (home, 0, "psql", "-XAtc", "select n from public.kept", NULL);
  assert_string_equal (kept->out, "1\n");
}

static void
test_many_starters (void **state)
{
  Home *home = *state;
  Background *starters[5];
  for (size_t i = 0; i < G_N_ELEMENTS (starters); i++)
    starters[i] = spawn_weir (home, "init", NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (starters); i++)
    {
      assert_int_equal (background_stop (starters[i], 0, DEADLINE_SECONDS), 0);
      background_free (starters[i]);
    }
  assert_weir (home, 0, "check", NULL);
}

static void
test_tcp (void **state)
{
  Home *home = *state;
  g_autofree char *port = g_strdup_printf ("%d", port_free ());
  assert_weir (home, 0, "db", "start", NULL);
  g_autoptr (Outcome) none = expect_weir (home, 2, "db", "url", "--tcp", NULL);
  assert_contains (none->err, "--port");
  assert_weir (home, 0, "db", "start", "--port", port, NULL);
  g_autoptr (Outcome) url = expect_weir (home, 0, "db", "url", "--tcp", NULL);
  g_strchomp (url->out);
  g_autoptr (Outcome) one = expect_weir (home, 0, "psql", "--database", url->out, "-XAtc", "select inet_server_addr()", NULL);
  assert_string_equal (one->out, "127.0.0.1\n");

  /* Without the password, or with another, nobody comes in that way; and it stays on over a restart. */
  g_autofree char *guess = g_strdup_printf ("postgresql://postgres:guess@127.0.0.1:%s/weir", port);
  g_autoptr (Outcome) refused = run_weir (home, "psql", "--database", guess, "-XAtc", "select 1", NULL);
  assert_int_not_equal (refused->code, 0);
  g_autofree char *state_file = home_path (home, ".weir/server.json");
  struct stat status;
  assert_int_equal (stat (state_file, &status), 0);
  assert_int_equal (status.st_mode & 07777, 0600);
  assert_weir (home, 0, "db", "stop", NULL);
  assert_weir (home, 0, "db", "start", NULL);
  g_autoptr (Outcome) again = expect_weir (home, 0, "psql", "--database", url->out, "-XAtc", "select 2", NULL);
  assert_string_equal (again->out, "2\n");
}

static void
write_program (Home *home, const char *name, const char *text)
{
  g_autofree char *shown = g_strconcat ("programs/", name, NULL);
  home_write_file (home, shown, text);
  g_autofree char *path = home_path (home, shown);
  assert_int_equal (chmod (path, 0755), 0);
}

/* It may be a script that starts others, and each command would wait for it. */
static void
test_pg_config_is_not_asked_in_vain (void **state)
{
  Home *home = *state;
  home_set_environment (home, "WEIR_PG_BIN", NULL);
  g_autofree char *programs = home_path (home, "programs");
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\ntouch '%s/asked'\n", programs);
  g_autofree char *path = g_strconcat (programs, ":/usr/local/bin:/usr/bin:/bin", NULL);
  write_program (home, "pg_config", script);
  home_set_environment (home, "PATH", path);
  g_autofree char *found = server_member (home, "programs");
  assert_non_null (found);
  assert_false (home_has_file (home, "programs/asked"));
}

static void
test_another_version (void **state)
{
  Home *home = *state;
  assert_weir (home, 0, "init", NULL);
  /* As at the end of a service whose settings somebody has just broken. */
  home_write_file (home, "weir.json", "{\"setle\": 1}");
  assert_weir (home, 0, "db", "stop", NULL);
  home_configure (home, "");
  write_program (home, "initdb", "#!/bin/sh\nexit 1\n");
  write_program (home, "pg_ctl", "#!/bin/sh\nexit 1\n");
  write_program (home, "postgres", "#!/bin/sh\necho 'postgres (PostgreSQL) 99.1'\n");
  g_autofree char *programs = home_path (home, "programs");
  home_set_environment (home, "WEIR_PG_BIN", programs);
  g_autoptr (Outcome) other = expect_weir (home, 2, "db", "start", NULL);
  assert_contains (other->err, "but only PostgreSQL 99 is here");
  assert_contains (other->err, "were left as they are");
  assert_contains (other->err, "pg_upgrade");
  home_set_environment (home, "WEIR_PG_BIN", "/nonexistent");
  g_autoptr (Outcome) none = expect_weir (home, 2, "db", "start", NULL);
  assert_contains (none->err, "WEIR_PG_BIN");
  home_set_environment (home, "WEIR_PG_BIN", g_getenv ("WEIR_TEST_PG_BIN"));
  assert_weir (home, 0, "db", "start", NULL);
}

static void
test_the_environment_has_no_say (void **state)
{
  Home *home = *state;
  assert_weir (home, 0, "init", NULL);
  home_set_environment (home, "PGHOST", "nowhere.invalid");
  home_set_environment (home, "PGHOSTADDR", "127.0.0.2");
  home_set_environment (home, "PGPORT", "1");
  home_set_environment (home, "PGSERVICE", "none");
  home_set_environment (home, "PGUSER", "nobody");
  assert_weir (home, 0, "check", NULL);
  g_autoptr (Outcome) who = expect_weir (home, 0, "psql", "-XAtc", "select current_user, inet_server_addr() is null", NULL);
  assert_string_equal (who->out, "postgres|t\n");
}

/* What a start makes outside of the home goes with the stop, but for the data. */
static void
test_stop_leaves_no_socket_folder (void **state)
{
  Home *home = *state;
  assert_weir (home, 0, "db", "start", NULL);
  g_autofree char *folder = server_member (home, "socket");
  assert_true (g_file_test (folder, G_FILE_TEST_IS_DIR));
  assert_weir (home, 0, "db", "stop", NULL);
  assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  assert_weir (home, 0, "db", "start", NULL);
}

/* The socket's folder, were it somebody else's, would lead weir to a server of his. */
static void
test_a_foreign_socket_folder (void **state)
{
  Home *home = *state;
  g_autofree char *folder = server_member (home, "socket");
  g_autofree char *parent = g_path_get_dirname (folder);
  assert_int_equal (g_mkdir_with_parents (parent, 0755), 0);
  assert_int_equal (symlink ("/tmp", folder), 0);
  g_autoptr (Outcome) link = expect_weir (home, 4, "db", "start", NULL);
  assert_contains (link->err, "not a private folder");
  assert_int_equal (unlink (folder), 0);
  assert_int_equal (mkdir (folder, 0777), 0);
  assert_int_equal (chmod (folder, 0777), 0);
  assert_weir (home, 4, "db", "start", NULL);
  assert_int_equal (rmdir (folder), 0);
  assert_weir (home, 0, "db", "start", NULL);
}

static char *
one_value (Home *home, const char *sql)
{
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "psql", "-XAtc", sql, NULL);
  return g_strdup (g_strchomp (outcome->out));
}

/* Moves the home; what it is called from then on is its path and a mark. */
static void
move_home (Home *home, const char *mark)
{
  g_autofree char *to = g_strconcat (home->path, mark, NULL);
  assert_int_equal (rename (home->path, to), 0);
  g_free (home->path);
  home->path = g_steal_pointer (&to);
}

/* The data of a home are its own for good: the home is moved while its server runs, and while it is stopped; the server ends as by a
 * reboot. */
static void
move_about (Home *home)
{
  assert_weir (home, 0, "init", NULL);
  assert_weir (home, 0, "psql", "-Xqc", "create table public.kept as select 1 as n", NULL);
  move_home (home, "-b");
  g_autoptr (Outcome) check = expect_weir (home, 0, "check", NULL);
  g_autofree char *kept = one_value (home, "select n from public.kept");
  assert_string_equal (kept, "1");
  g_autofree char *data = server_member (home, "data");
  assert_true (g_file_test (data, G_FILE_TEST_IS_DIR));

  /* What stop says is so. */
  pid_t process = postmaster (home);
  g_autoptr (Outcome) stopped = expect_weir (home, 0, "db", "stop", NULL);
  assert_contains (stopped->err, "PostgreSQL stopped");
  wait_until (kill (process, 0) != 0);
  g_autoptr (Outcome) again = expect_weir (home, 0, "db", "stop", NULL);
  assert_contains (again->err, "was not running");

  move_home (home, "-c");
  assert_weir (home, 0, "db", "start", NULL);
  crash (home);
  assert_weir (home, 0, "db", "start", NULL);
  g_autofree char *still = one_value (home, "select n from public.kept");
  assert_string_equal (still, "1");
  move_home (home, "-d");
  crash (home);
  assert_weir (home, 0, "db", "start", NULL);
  g_autofree char *at_last = one_value (home, "select n from public.kept");
  assert_string_equal (at_last, "1");
}

static void
test_moved (void **state)
{
  move_about (*state);
}

static void
be_nobody (Home *home)
{
  home->user = "nobody";
  home_set_environment (home, "WEIR_PG_BIN", NULL); /* the quick ones are for one user */
  assert_int_equal (chown (home->path, 65534, 65534), 0);
}

/* Somebody else's homes look as if they were gone. */
static void
test_clusters_are_roots (void **state)
{
  if (geteuid () != 0)
    skip ();
  be_nobody (*state);
  static const char *const verbs[][3] = { { "list" }, { "drop", "--orphans", "--yes" } };
  for (size_t i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      g_autoptr (Outcome) refused = expect_weir (*state, 2, "db", verbs[i][0], verbs[i][1], verbs[i][2], NULL);
      assert_contains (refused->err, "are root's to list and remove");
      assert_string_equal (refused->out, "");
    }
}

static void
test_moved_as_nobody (void **state)
{
  if (geteuid () != 0)
    skip ();
  be_nobody (*state);
  move_about (*state);
}

static void
take_data_away (Home *home)
{
  assert_weir (home, 0, "init", NULL);
  assert_weir (home, 0, "psql", "-Xqc", "create table public.kept as select 1 as n", NULL);
  assert_weir (home, 0, "db", "stop", NULL);
  g_autofree char *data = server_member (home, "data");
  g_autofree char *away = g_strconcat (data, ".away", NULL);
  assert_int_equal (rename (data, away), 0);
  g_autoptr (Outcome) refused = expect_weir (home, 2, "db", "start", NULL);
  assert_contains (refused->err, "is gone from");
  assert_contains (refused->err, "weir db drop");
  g_autoptr (Outcome) status = expect_weir (home, 2, "status", NULL);
  g_autoptr (Outcome) check = expect_weir (home, 1, "check", NULL);
  assert_contains (status->out, "is gone from");
  assert_contains (check->out, "is gone from");
  assert_null (strstr (check->out, "weir db start"));
  assert_false (g_file_test (data, G_FILE_TEST_EXISTS));
  assert_int_equal (rename (away, data), 0);
  assert_weir (home, 0, "db", "start", NULL);
  g_autofree char *kept = one_value (home, "select n from public.kept");
  assert_string_equal (kept, "1");
}

/* An empty cluster never takes the place of one that was there. */
static void
test_lost (void **state)
{
  take_data_away (*state);
}

static void
test_lost_as_nobody (void **state)
{
  if (geteuid () != 0)
    skip ();
  be_nobody (*state);
  take_data_away (*state);
}

static void
drop_server (Home *home)
{
  g_autoptr (Outcome) nothing = expect_weir (home, 2, "db", "drop", "--yes", NULL);
  assert_contains (nothing->err, "no embedded database");
  assert_weir (home, 0, "init", NULL);
  g_autofree char *data = server_member (home, "data");
  g_autofree char *socket_folder = server_member (home, "socket");
  pid_t process = postmaster (home);
  g_autoptr (Outcome) mute = expect_weir (home, 2, "db", "drop", NULL);
  assert_contains (mute->out, data);
  assert_contains (mute->err, "--yes");
  assert_int_equal (kill (process, 0), 0);

  g_autoptr (Outcome) gone = expect_weir (home, 0, "db", "drop", "--yes", NULL);
  wait_until (kill (process, 0) != 0);
  assert_false (g_file_test (data, G_FILE_TEST_EXISTS));
  assert_false (g_file_test (socket_folder, G_FILE_TEST_EXISTS));
  assert_false (home_has_file (home, ".weir/server.json"));
  assert_true (home_has_file (home, ".weir/key_secret"));
  assert_weir (home, 0, "init", NULL); /* and it begins anew */
}

static void
test_drop (void **state)
{
  drop_server (*state);
}

static void
test_drop_as_nobody (void **state)
{
  if (geteuid () != 0)
    skip ();
  be_nobody (*state);
  drop_server (*state);
}

/* Not under a worker, who would begin anew. */
static void
test_drop_while_weir_works (void **state)
{
  Home *home = *state;
  g_autoptr (Background) watch = start_watch (home);
  for (int stopped = 0; stopped < 2; stopped++)
    {
      g_autoptr (Outcome) refused = expect_weir (home, 2, "db", "drop", "--yes", NULL);
      assert_contains (refused->err, "`weir watch` runs in \"");
      assert_weir (home, 0, "db", "stop", NULL);
    }
  stop_watch (watch);

  home_write_file (home, "more/things.csv", "a,b\n1,2\n");
  home_set_environment (home, "WEIR_FAULT", "stop:after-load");
  g_autoptr (Background) load = spawn_weir (home, "load", "more/things.csv", NULL);
  home_set_environment (home, "WEIR_FAULT", NULL);
  wait_until (process_find_stopped (home->path, "load") != 0);
  g_autoptr (Outcome) refused = expect_weir (home, 2, "db", "drop", "--yes", NULL);
  assert_contains (refused->err, "weir works with the embedded database");
  kill (process_find_stopped (home->path, "load"), SIGCONT);
  assert_int_equal (background_stop (load, 0, DEADLINE_SECONDS), 0);
  assert_weir (home, 0, "db", "drop", "--yes", NULL);
}

/* Root's clusters outlive their homes, and can be told and removed. */
static void
test_orphan (void **state)
{
  Home *home = *state;
  if (geteuid () != 0)
    skip ();
  assert_weir (home, 0, "init", NULL);
  g_autofree char *data = server_member (home, "data");
  g_autofree char *folder = g_path_get_dirname (data);
  g_autofree char *path = g_strdup (home->path);
  pid_t process = postmaster (home);
  g_autoptr (Outcome) there = expect_weir (home, 2, "db", "drop", "--orphan", path, "--yes", NULL);
  assert_contains (there->err, "that is gone");

  move_home (home, "-away");
  home->started = "/";
  g_autoptr (Outcome) list = expect_weir (home, 0, "db", "list", NULL);
  assert_contains (list->out, folder);
  g_autoptr (Outcome) mute = expect_weir (home, 2, "db", "drop", "--orphan", path, NULL);
  assert_contains (mute->err, "--yes");
  assert_int_equal (kill (process, 0), 0);
  g_autoptr (Outcome) gone = expect_weir (home, 0, "db", "drop", "--orphan", path, "--yes", NULL);
  assert_contains (gone->out, "home is gone");
  wait_until (kill (process, 0) != 0);
  assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  home->started = NULL;
}

static void
test_tcp_is_taken_back (void **state)
{
  Home *home = *state;
  g_autofree char *port = g_strdup_printf ("%d", port_free ());
  assert_weir (home, 0, "db", "start", "--port", port, NULL);
  g_autoptr (Outcome) url = expect_weir (home, 0, "db", "url", "--tcp", NULL);
  g_strchomp (url->out);
  assert_weir (home, 2, "db", "start", "--port", port, "--no-port", NULL);
  assert_weir (home, 0, "db", "start", "--no-port", NULL);
  assert_weir (home, 2, "db", "url", "--tcp", NULL);
  g_autoptr (Outcome) away = run_weir (home, "psql", "--database", url->out, "-XAtc", "select 1", NULL);
  assert_int_not_equal (away->code, 0);
  g_autofree char *password = one_value (home, "select rolpassword is null from pg_authid where rolname = 'postgres'");
  assert_string_equal (password, "t");
  assert_weir (home, 0, "db", "start", "--no-port", NULL); /* it is so already */
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, server_setup, server_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_crash),
    TEST (test_crash_while_an_unlogged_table_is_made),
    TEST (test_many_starters),
    TEST (test_tcp),
    TEST (test_another_version),
    TEST (test_pg_config_is_not_asked_in_vain),
    TEST (test_the_environment_has_no_say),
    TEST (test_a_foreign_socket_folder),
    TEST (test_stop_leaves_no_socket_folder),
    TEST (test_moved),
    TEST (test_moved_as_nobody),
    TEST (test_lost),
    TEST (test_lost_as_nobody),
    TEST (test_drop),
    TEST (test_drop_as_nobody),
    TEST (test_drop_while_weir_works),
    TEST (test_orphan),
    TEST (test_clusters_are_roots),
    TEST (test_tcp_is_taken_back),
  };
  return cmocka_run_group_tests (tests, cluster_setup_bare, cluster_teardown);
}
