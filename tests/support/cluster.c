#include "cluster.h"

#include "base/autoptr.h"
#include "base/db.h"
#include "process.h"

#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORT "5432"

/* A failed assertion jumps out of its test and leaves what that held: a report of it would bury the message. The programs under
 * test are checked for leaks all the same, by their own environment. */
const char *__asan_default_options (void);

const char *
__asan_default_options (void)
{
  return "detect_leaks=0";
}

static char *
server_folder (void)
{
  glob_t found = { 0 };
  char *folder = NULL;
  if (glob ("/usr/lib/postgresql/*/bin/initdb", 0, NULL, &found) == 0)
    folder = g_path_get_dirname (found.gl_pathv[found.gl_pathc - 1]);
  globfree (&found);
  if (folder == NULL)
    g_error ("the integration tests need a PostgreSQL server (Debian: postgresql)");
  return folder;
}

/* Runs a program to its end as the server's user; anything but success ends the tests. */
static void
run_tool (const Cluster *cluster, const char *user, const char *const *argv)
{
  g_autofree char *log = g_build_filename (cluster->folder, "setup.log", NULL);
  int code = process_wait (process_start (&(ProcessSetup) { .folder = "/", .user = user, .out = log }, argv));
  if (code != 0)
    {
      g_autofree char *text = NULL;
      g_file_get_contents (log, &text, NULL, NULL);
      g_error ("%s failed with %d:\n%s", argv[0], code, text != NULL ? text : "");
    }
}

static void
janitor_main (const char *folder, int leash)
{
  prctl (PR_SET_NAME, "test-janitor");
  setsid ();
  int nothing = open ("/dev/null", O_RDWR);
  dup2 (nothing, STDIN_FILENO);
  dup2 (nothing, STDOUT_FILENO);
  dup2 (nothing, STDERR_FILENO);
  char byte;
  while (read (leash, &byte, 1) > 0)
    ;
  process_kill_all (folder);
  g_autofree char *lock = g_build_filename (folder, "data", "postmaster.pid", NULL);
  for (int i = 0; i < 500 && access (lock, F_OK) == 0; i++)
    g_usleep (10000);
  if (g_getenv ("WEIR_TEST_KEEP") == NULL)
    remove_tree (folder);
  _exit (0);
}

static void
start_janitor (Cluster *cluster)
{
  int ends[2];
  g_assert (pipe2 (ends, O_CLOEXEC) == 0);
  cluster->janitor = fork ();
  g_assert (cluster->janitor >= 0);
  if (cluster->janitor == 0)
    {
      close (ends[1]);
      janitor_main (cluster->folder, ends[0]);
    }
  close (ends[0]);
  cluster->leash = ends[1];
}

/* The template data directory is made once per build folder, by whoever comes first. */
static void
copy_data (Cluster *cluster)
{
  const char *build = g_getenv ("WEIR_BUILD") != NULL ? g_getenv ("WEIR_BUILD") : g_get_tmp_dir ();
  g_autofree char *template =
      g_strdup_printf ("%s/test-cluster-%s-%u", build, strrchr (cluster->bin, '/') - 2, (unsigned) geteuid ());
  g_strdelimit (template + strlen (build) + 1, "/", '-');
  g_autofree char *lock_path = g_strconcat (template, ".lock", NULL);
  AUTO_FD int lock = open (lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  g_assert (lock >= 0 && flock (lock, LOCK_EX) == 0);
  g_autofree char *initdb = g_build_filename (cluster->bin, "initdb", NULL);
  if (access (template, F_OK) != 0)
    {
      g_autofree char *part = g_strconcat (template, ".part", NULL);
      remove_tree (part);
      run_tool (cluster, "postgres",
                (const char *[]) { initdb, "--pgdata", cluster->data, "--encoding=UTF8", "--locale=C.UTF-8", "--username=postgres",
                                   "--auth=trust", "--no-sync", "--no-instructions", "--wal-segsize=1", NULL });
      run_tool (cluster, NULL, (const char *[]) { "/bin/cp", "-a", cluster->data, part, NULL });
      g_assert (rename (part, template) == 0);
      return;
    }
  g_assert (rmdir (cluster->data) == 0);
  run_tool (cluster, NULL, (const char *[]) { "/bin/cp", "-a", "--reflink=auto", template, cluster->data, NULL });
}

static void
make_folder (const char *path, bool server_owned)
{
  g_assert (mkdir (path, 0700) == 0);
  if (server_owned && geteuid () == 0)
    run_tool (&(Cluster) { .folder = (char *) "/tmp" }, NULL, (const char *[]) { "/bin/chown", "postgres:", path, NULL });
}

void
cluster_start (Cluster *cluster)
{
  g_assert (cluster->postmaster == 0);
  g_autofree char *postgres = g_build_filename (cluster->bin, "postgres", NULL);
  g_autofree char *folder = g_strconcat ("unix_socket_directories=", cluster->socket, NULL);
  const char *argv[] = { postgres,
                         "-D",
                         cluster->data,
                         "-p",
                         PORT,
                         "-c",
                         folder,
                         "-c",
                         "listen_addresses=",
                         "-c",
                         "fsync=off",
                         "-c",
                         "full_page_writes=off",
                         "-c",
                         "shared_buffers=32MB",
                         "-c",
                         "max_connections=60",
                         "-c",
                         "autovacuum=off",
                         "-c",
                         "log_statement=all",
                         "-c",
                         "log_min_messages=log",
                         "-c",
                         "max_wal_size=256MB",
                         NULL };
  cluster->starts++;
  cluster->postmaster = process_start (&(ProcessSetup) { .folder = "/", .user = "postgres", .out = cluster->log }, argv);
  g_autofree char *url = cluster_url (cluster, "postgres", "postgres", CLUSTER_PASSWORD);
  int64_t deadline = deadline_new ();
  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (Db) db = db_connect (url, "test", -1, &error);
      if (db != NULL)
        return;
      if (!deadline_sleep (deadline) || process_ended (cluster->postmaster, NULL))
        g_error ("the test cluster does not start, see %s: %s", cluster->log, error->message);
    }
}

void
cluster_stop (Cluster *cluster)
{
  if (cluster->postmaster == 0)
    return;
  kill (cluster->postmaster, SIGQUIT);
  process_wait (cluster->postmaster);
  cluster->postmaster = 0;
}

char *
cluster_url (const Cluster *cluster, const char *database, const char *role, const char *password)
{
  g_autofree char *host = g_uri_escape_string (cluster->socket, NULL, false);
  return g_strdup_printf ("postgresql://%s:%s@%s:" PORT "/%s", role, password, host, database);
}

static void
run_sql (const Cluster *cluster, const char *database, const char *sql)
{
  g_autofree char *url = cluster_url (cluster, database, "postgres", CLUSTER_PASSWORD);
  g_autoptr (GError) error = NULL;
  g_autoptr (Db) db = db_connect (url, "test", -1, &error);
  if (db == NULL || !db_exec (db, sql, &error))
    g_error ("%s: %s", sql, error->message);
}

char *
cluster_take_database (Cluster *cluster)
{
  if (cluster->spare->len > 0)
    return g_ptr_array_steal_index (cluster->spare, cluster->spare->len - 1);
  char *name = g_strdup_printf ("t%d", ++cluster->databases);
  g_autofree char *sql = g_strdup_printf ("create database %s owner weir", name);
  run_sql (cluster, "postgres", sql);
  return name;
}

void
cluster_give_database (Cluster *cluster, char *name)
{
  g_ptr_array_add (cluster->spare, name);
  g_autofree char *revoke = g_strdup_printf ("revoke all on database %s from " CLUSTER_GUARDED_ROLE, name);
  run_sql (cluster, "postgres", revoke);
  run_sql (
      cluster, name,
      "do $$ declare name text; begin"
      " perform pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid();"
      " for name in select nspname from pg_namespace where nspname !~ '^pg_' and nspname not in ('public', 'information_schema')"
      " loop execute format('drop schema %I cascade', name); end loop; end $$");
}

static void
write_access_rules (const Cluster *cluster)
{
  g_autofree char *path = g_build_filename (cluster->data, "pg_hba.conf", NULL);
  /* Opened, not replaced: the file stays the server's. */
  g_autoptr (FILE) file = fopen (path, "we");
  g_assert (file != NULL);
  fputs ("local all " CLUSTER_GUARDED_ROLE " scram-sha-256\nlocal all all trust\n", file);
}

static char *
new_folder (void)
{
  const char *base = g_get_tmp_dir ();
  char *folder = g_build_filename (strlen (base) < 60 ? base : "/tmp", "weir-XXXXXX", NULL);
  g_assert (g_mkdtemp_full (folder, 0755) != NULL);
  return folder;
}

int
cluster_setup (void **state)
{
  Cluster *cluster = g_new0 (Cluster, 1);
  cluster->folder = new_folder ();
  chmod (cluster->folder, 0755);
  cluster->bin = server_folder ();
  cluster->spare = g_ptr_array_new_with_free_func (g_free);
  cluster->data = g_build_filename (cluster->folder, "data", NULL);
  cluster->socket = g_build_filename (cluster->folder, "s", NULL);
  cluster->log = g_build_filename (cluster->folder, "server.log", NULL);
  start_janitor (cluster);
  make_folder (cluster->data, true);
  make_folder (cluster->socket, true);
  chmod (cluster->socket, 0755);
  copy_data (cluster);
  write_access_rules (cluster);
  cluster_start (cluster);
  run_sql (cluster, "postgres",
           "create role weir login; create role " CLUSTER_GUARDED_ROLE " login password '" CLUSTER_GUARDED_PASSWORD "'");
  *state = cluster;
  return 0;
}

int
cluster_teardown (void **state)
{
  Cluster *cluster = *state;
  cluster_stop (cluster);
  close (cluster->leash);
  waitpid (cluster->janitor, NULL, 0);
  g_ptr_array_unref (cluster->spare);
  g_free (cluster->folder);
  g_free (cluster->bin);
  g_free (cluster->data);
  g_free (cluster->socket);
  g_free (cluster->log);
  g_free (cluster);
  return 0;
}
