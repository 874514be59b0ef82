/* The embedded PostgreSQL: made, started, used and stopped by weir itself, in a home whose path no socket could hold, as root and
 * not. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <sys/stat.h>
#include <unistd.h>

#define LONG "a-folder-whose-name-is-long-enough-that-four-of-them-do-not-fit-into-a-socket-path"

static int
embedded_setup (void **state)
{
  Home *home = home_new (*state);
  g_autofree char *path = g_build_filename (home->path, LONG, LONG, "with a blank and an \xC3\xA9", NULL);
  g_autofree char *mark = g_strconcat (path, "/", NULL);
  g_free (home->path);
  home->path = g_steal_pointer (&path);
  home_set_environment (home, PROCESS_MARK, mark);
  home_configure (home, "");
  *state = home;
  return 0;
}

/* Where weir itself says that the server is. */
static char *
server_place (Home *home, const char *member)
{
  g_autoptr (Outcome) outcome = run_weir (home, "db", "status", "--json", NULL);
  g_autoptr (Json) told = outcome_json (outcome);
  return json_at (told, member);
}

/* Stops the server and removes what was made for the home outside of it, also after a test that failed. */
static int
embedded_teardown (void **state)
{
  Home *home = *state;
  umask (022);
  g_autofree char *data = server_place (home, "data");
  g_autofree char *socket = server_place (home, "socket");
  outcome_free (run_weir (home, "db", "stop", NULL));
  if (data != NULL && g_str_has_prefix (data, "/var/lib/weir-root/"))
    {
      g_autofree char *folder = g_path_get_dirname (data);
      remove_tree (data);
      rmdir (folder);
    }
  if (socket != NULL)
    remove_tree (socket);
  return home_teardown (state);
}

static void
use_server (Home *home)
{
  assert_weir (home, 3, "db", "status", NULL);
  assert_weir (home, 0, "db", "start", NULL);
  assert_weir (home, 0, "db", "start", NULL);
  g_autoptr (Outcome) running = expect_weir (home, 0, "db", "status", "--json", NULL);
  g_autoptr (Json) told = outcome_json (running);
  assert_json (told, "running", "true");

  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}");
  home_write_file (home, "imports/users.csv", "name,email\nAnn,a@x.org\n");
  assert_weir (home, 0, "load", "--archive", "imports/users.csv", NULL);
  g_autoptr (Outcome) rows = expect_weir (home, 0, "psql", "-XAtc", "select name from warehouse.users_current", NULL);
  assert_string_equal (rows->out, "Ann\n");
  g_autoptr (Outcome) settings = expect_weir (home, 0, "psql", "-XAt", "-c", "show server_encoding", "-c", "show fsync", "-c",
                                              "show data_checksums", "-c", "show listen_addresses", NULL);
  assert_string_equal (settings->out, "UTF8\non\non\n\n");
  g_autoptr (Outcome) quick =
      expect_weir (home, 0, "psql", "-XAtc",
                   "select setting = case when 'lz4' = any (enumvals) then 'lz4' when vartype = 'enum' then 'pglz'"
                   " else 'on' end from pg_settings where name = 'wal_compression'",
                   NULL);
  assert_string_equal (quick->out, "t\n");
  g_autoptr (Outcome) url = expect_weir (home, 0, "db", "url", NULL);
  assert_contains (url->out, "postgresql://");
}

static void
stop_and_start_again (Home *home)
{
  assert_weir (home, 0, "db", "stop", NULL);
  g_autoptr (Outcome) none = run_weir (home, "runs", NULL);
  assert_int_equal (none->code, 3);
  assert_contains (none->err, "weir db start");
  /* `load` starts what it needs; the data are still there. */
  home_write_file (home, "imports/users.csv", "name,email\nAnna,a@x.org\n");
  assert_weir (home, 0, "load", "--archive", "imports/users.csv", NULL);
  g_autoptr (Outcome) rows =
      expect_weir (home, 0, "psql", "-XAtc", "select string_agg(name, ',' order by version_number) from warehouse.users", NULL);
  assert_string_equal (rows->out, "Ann,Anna\n");
  assert_weir (home, 0, "db", "stop", NULL);
  assert_weir (home, 0, "db", "stop", NULL);
}

static void
drive (Home *home)
{
  use_server (home);
  g_autofree char *socket = server_place (home, "socket");
  assert_true (strlen (socket) + strlen ("/.s.PGSQL.65535") < 107);
  stop_and_start_again (home);
}

/* Also with a umask that lets nobody else in, as root's may be: the server is another user's then. */
static void
test_as_we_are (void **state)
{
  umask (077);
  drive (*state);
}

static void
test_as_nobody (void **state)
{
  Home *home = *state;
  if (geteuid () != 0)
    skip ();
  home->user = "nobody";
  assert_int_equal (chown (home->path, 65534, 65534), 0);
  drive (home);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, embedded_setup, embedded_teardown)
  const struct CMUnitTest tests[] = { TEST (test_as_we_are), TEST (test_as_nobody) };
  return cmocka_run_group_tests (tests, cluster_setup_bare, cluster_teardown);
}
