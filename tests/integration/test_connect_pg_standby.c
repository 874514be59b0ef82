/* A standby as a source of weir-connect-pg: nobody can say there which transactions are open at its primary. */
#include "tests/support/pg_source.h"
#include "tests/support/process.h"
#include "tests/support/weir.h"

#include "base/autoptr.h"

#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  PgSource *primary;
  PgSource standby; /* the same database there */
  pid_t postmaster;
} Pair;

static void
copy_primary (const Cluster *cluster, const char *data)
{
  const struct passwd *user = geteuid () == 0 ? getpwnam ("postgres") : NULL;
  g_autofree char *program = g_build_filename (cluster->bin, "pg_basebackup", NULL), *log = g_strconcat (data, ".log", NULL);
  assert_int_equal (mkdir (data, 0700), 0);
  assert_true (user == NULL || chown (data, user->pw_uid, user->pw_gid) == 0);
  const char *argv[] = { program, "-h", cluster->socket, "-U", "postgres", "-D", data,
                         "-R",    "-X", "stream",        "-c", "fast",     "-N", NULL };
  const ProcessSetup setup = { .folder = "/", .user = "postgres", .out = log };
  if (process_wait (process_start (&setup, argv)) != 0)
    fail_msg ("pg_basebackup failed, see %s", log);
}

static bool
is_up (PgSource *standby)
{
  standby->db = db_connect (standby->url, "test", -1, NULL);
  return standby->db != NULL;
}

static int
setup (void **state)
{
  Pair *pair = g_new0 (Pair, 1);
  pg_source_setup (state);
  pair->primary = *state;
  const Cluster *cluster = pair->primary->cluster;
  g_autofree char *data = g_build_filename (cluster->folder, "standby", NULL), *log = g_strconcat (data, ".log", NULL);
  copy_primary (cluster, data);
  g_autofree char *program = g_build_filename (cluster->bin, "postgres", NULL);
  g_autofree char *socket = g_strconcat ("unix_socket_directories=", data, NULL);
  const char *argv[] = { program,
                         "-D",
                         data,
                         "-c",
                         socket,
                         "-c",
                         "listen_addresses=",
                         "-c",
                         "shared_buffers=16MB",
                         "-c",
                         "dynamic_shared_memory_type=mmap",
                         "-c",
                         "max_connections=200",
                         "-c",
                         "max_prepared_transactions=8",
                         "-c",
                         "fsync=off",
                         NULL };
  pair->postmaster = process_start (&(ProcessSetup) { .folder = "/", .user = "postgres", .out = log }, argv);
  pair->standby = *pair->primary;
  g_autofree char *host = g_uri_escape_string (data, NULL, false);
  pair->standby.url = g_strdup_printf ("postgresql://weir:%s@%s:5432/%s", CLUSTER_PASSWORD, host, pair->primary->database);
  wait_until (is_up (&pair->standby));
  *state = pair;
  return 0;
}

static int
teardown (void **state)
{
  Pair *pair = *state;
  db_free (pair->standby.db);
  g_free (pair->standby.url);
  kill (pair->postmaster, SIGQUIT);
  process_wait (pair->postmaster);
  *state = pair->primary;
  g_free (pair);
  return pg_source_teardown (state);
}

static bool
has_replayed (const Pair *pair, const char *until)
{
  return pg_number (&pair->standby, "select (pg_last_wal_replay_lsn() >= '%s')::int", until) == 1;
}

static void
catch_up (const Pair *pair)
{
  g_autofree char *until = pg_value (pair->primary, "select pg_current_wal_lsn()");
  wait_until (has_replayed (pair, until));
}

static void
assert_same (const Pair *pair, const PgPull *pull)
{
  g_autofree char *found = pg_pull_text (pull);
  g_autofree char *wanted =
      pg_value (pair->primary,
                "select string_agg(format('%%s|%%s', id, at), E'\\n' order by format('%%s|%%s', id, at) collate \"C\") from t");
  assert_string_equal (found, wanted);
}

/* What is committed late is read by its overlap; a number waits for transactions that the standby has heard of. */
static void
read_late (const Pair *pair, const char *more)
{
  g_autoptr (Db) late = pg_session (pair->primary);
  g_autoptr (PgPull) pull = pg_pull_new (&pair->standby, more);
  pg_sql (pair->primary,
          "create table t (id bigint generated always as identity primary key, at timestamptz not null default now())");
  assert_true (db_exec (late, "begin; insert into t default values", NULL));
  pg_sql (pair->primary, "insert into t select from generate_series(1, 5)");
  catch_up (pair);
  pg_pull (pull);
  pg_pull (pull);
  g_autofree char *at = g_strdup (json_string_value (json_object_get (pull->position, "at")));
  assert_int_equal (
      pg_number (pair->primary, "select (timestamptz '%s' > now() - interval '9 minutes')::int", at != NULL ? at : "-infinity"), 0);
  assert_true (db_exec (late, "insert into t default values; commit", NULL));
  catch_up (pair);
  pg_pull (pull);
  assert_same (pair, pull);
  pg_sql (pair->primary, "drop table t");
}

static void
test_modes (void **state)
{
  Pair *pair = *state;
  /* As long as nothing was replayed nobody knows how old it is: all is read again, and no window is whole. */
  g_autoptr (ConnectorRun) unknown =
      pg_expect (&pair->standby, "read",
                 "{'from': {'query': 'select now() - make_interval(hours => 1) as at'}, 'mode': 'incremental', 'bookmark': 'at', "
                 "'position': {'at': '2026-01-01'}}");
  assert_json (connector_done (unknown), "position.at", "2026-01-01");
  g_autoptr (ConnectorRun) window = pg_expect (&pair->standby, "read",
                                               "{'from': {'query': 'select now() as at'}, 'mode': 'incremental', 'bookmark': 'at', "
                                               "'window': {'start': '2026-01-01', 'end': '2026-01-02'}}");
  assert_json (connector_done (window), "until", "1970-01-01T00:00:00Z");
  read_late (pair, "{'from': {'table': 't'}, 'mode': 'sync', 'key': ['id'], 'bookmark': 'at'}");
  read_late (pair, "{'from': {'table': 't'}, 'mode': 'log', 'key': ['id'], 'overlap': 0}");
  pg_sql (pair->primary, "create table t (id bigint primary key, at timestamptz); insert into t values (1, now())");
  catch_up (pair);
  g_autoptr (ConnectorRun) full = pg_expect (&pair->standby, "read", "{'from': {'table': 't'}, 'mode': 'full'}");
  assert_json (connector_done (full), "rows", "1");
  g_autoptr (ConnectorRun) dump = pg_expect (&pair->standby, "read", "{'from': {'table': 't'}, 'mode': 'dump'}");
  assert_json (connector_done (dump), "rows", "1");
  g_autoptr (ConnectorRun) checked =
      pg_expect (&pair->standby, "check", "{'from': {'table': 't'}, 'mode': 'sync', 'key': ['id'], 'bookmark': 'at'}");
  g_autofree char *text = connector_text (checked);
  assert_contains (text, "a standby does not say");
  pg_expect_mistake (&pair->standby, "check", "{'from': {'table': 't'}, 'mode': 'log', 'key': ['id']}", "overlap", "a standby");
  pg_expect_mistake (&pair->standby, "read", "{'from': {'table': 't'}, 'mode': 'sync', 'key': ['id'], 'bookmark': 'id'}", "overlap",
                     "a standby");
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown (test_modes, setup, teardown) };
  return cmocka_run_group_tests (tests, cluster_setup_own, cluster_teardown);
}
