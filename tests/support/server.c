#include "server.h"

#include "base/autoptr.h"
#include "base/db.h"
#include "process.h"

#include <fcntl.h>
#include <glob.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PORT "5432"

char *
cluster_programs (void)
{
  if (g_getenv ("WEIR_TEST_PG_BIN") != NULL)
    return g_strdup (g_getenv ("WEIR_TEST_PG_BIN"));
  glob_t found = { 0 };
  char *folder = NULL;
  if (glob ("/usr/lib/postgresql/*/bin/initdb", 0, NULL, &found) == 0)
    folder = g_path_get_dirname (found.gl_pathv[found.gl_pathc - 1]);
  globfree (&found);
  if (folder == NULL)
    g_error ("the integration tests need a PostgreSQL server (Debian: postgresql)");
  return folder;
}

void
server_place (Cluster *cluster)
{
  cluster->data = g_build_filename (cluster->folder, "data", NULL);
  cluster->bin = cluster_programs ();
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
make_folder (const char *path, mode_t mode)
{
  if (mkdir (path, mode) != 0 || chmod (path, mode) != 0)
    g_error ("%s: %s", path, g_strerror (errno));
  const struct passwd *user = geteuid () == 0 ? getpwnam ("postgres") : NULL;
  g_assert (user == NULL || lchown (path, user->pw_uid, user->pw_gid) == 0);
}

/* The template is made by whoever comes first. */
static void
copy_data (Cluster *cluster)
{
  g_autofree char *version = g_path_get_dirname (cluster->bin);
  g_autofree char *name = g_strdup_printf ("test-cluster-%s-%u", strrchr (version, '/') + 1, (unsigned) geteuid ());
  g_autofree char *template = g_build_filename (g_getenv ("WEIR_BUILD"), name, NULL);
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
      /* Each database of a test is a copy of these files; maps of free and of visible pages are made again where they are needed. */
      run_tool (
          cluster, NULL,
          (const char *[]) { "/usr/bin/find", cluster->data, "-name", "*_fsm", "-delete", "-o", "-name", "*_vm", "-delete", NULL });
      run_tool (cluster, NULL, (const char *[]) { "/bin/cp", "-a", cluster->data, part, NULL });
      g_assert (rename (part, template) == 0);
      return;
    }
  g_assert (rmdir (cluster->data) == 0);
  run_tool (cluster, NULL, (const char *[]) { "/bin/cp", "-a", "--reflink=auto", template, cluster->data, NULL });
}

static void
write_access_rules (const Cluster *cluster)
{
  g_autofree char *path = g_build_filename (cluster->data, "pg_hba.conf", NULL);
  /* Opened, not replaced: the file stays the server's. */
  g_autoptr (FILE) file = fopen (path, "we");
  g_assert (file != NULL);
  fputs ("local all " CLUSTER_GUARDED_ROLE " scram-sha-256\nlocal all all trust\nlocal replication postgres trust\n", file);
}

/* Waits until the server takes connections; its superuser's. */
static Db *
connect_to_server (const Cluster *cluster)
{
  g_autofree char *url = cluster_url (cluster, "postgres", "postgres", CLUSTER_PASSWORD);
  int64_t deadline = deadline_new ();
  for (;;)
    {
      g_autoptr (GError) error = NULL;
      Db *db = db_connect (url, "test", -1, &error);
      if (db != NULL)
        return db;
      if (!deadline_sleep (deadline) || (cluster->postmaster != 0 && process_ended (cluster->postmaster, NULL)))
        g_error ("the test cluster does not start, see %s: %s", cluster->log, error->message);
    }
}

static Db *
server_db (Cluster *cluster)
{
  if (cluster->db == NULL)
    cluster->db = connect_to_server (cluster);
  return cluster->db;
}

static void
run_sql (Cluster *cluster, const char *sql)
{
  g_autoptr (GError) error = NULL;
  if (!db_exec (server_db (cluster), sql, &error))
    g_error ("%s: %s", sql, error->message);
}

bool
cluster_is_of_loader (void)
{
  return g_strcmp0 (g_getenv ("WEIR_TEST_ROLE"), "loader") == 0;
}

/* Makes the ledger in a database, as the role that the database is to be of. */
static void
make_ledger (const Cluster *cluster, const char *database, const char *role)
{
  g_autofree char *weir = g_build_filename (g_getenv ("WEIR_BUILD"), "weir", NULL);
  g_autofree char *home = g_build_filename (cluster->folder, "ledger", NULL);
  g_autofree char *state = g_build_filename (home, ".weir", NULL);
  g_autofree char *url = cluster_url (cluster, database, role, CLUSTER_PASSWORD);
  g_mkdir_with_parents (state, 0700);
  run_tool (cluster, NULL, (const char *[]) { weir, "migrate", "up", "--home", home, "--database", url, NULL });
}

void
cluster_give_roles (Cluster *cluster, const char *database)
{
  g_autofree char *url = cluster_url (cluster, database, "postgres", CLUSTER_PASSWORD);
  g_autofree char *psql = g_build_filename (cluster->bin != NULL ? cluster->bin : "/usr/bin", "psql", NULL);
  g_autofree char *roles = g_build_filename (g_getenv ("WEIR_SOURCE"), "schema/roles.sql", NULL);
  make_ledger (cluster, database, "postgres");
  run_tool (cluster, NULL, (const char *[]) { psql, "-X", "-q", "-d", url, "-f", roles, "-v", "loader=weir", NULL });
}

void
server_make (Cluster *cluster)
{
  make_folder (cluster->data, 0700);
  make_folder (cluster->socket, 0755);
  copy_data (cluster);
  write_access_rules (cluster);
  cluster_start (cluster);
  /* The tests look as weir at what the other role made. */
  run_sql (cluster, "create role weir login; create role " CLUSTER_GUARDED_ROLE " login password '" CLUSTER_GUARDED_PASSWORD "';"
                    " grant " CLUSTER_GUARDED_ROLE " to weir");
}

void
cluster_start (Cluster *cluster)
{
  g_assert (cluster->data != NULL && cluster->postmaster == 0);
  g_autofree char *postgres = g_build_filename (cluster->bin, "postgres", NULL);
  g_autofree char *folder = g_strconcat ("unix_socket_directories=", cluster->socket, NULL);
  /* clang-format off */
  const char *argv[] = { postgres, "-D", cluster->data, "-p", PORT,
                         "-c", folder,
                         "-c", "listen_addresses=",
                         "-c", "fsync=off",
                         "-c", "full_page_writes=off",
                         "-c", "shared_buffers=64MB",
                         "-c", "max_connections=200",
                         "-c", "max_prepared_transactions=8",
                         "-c", "autovacuum=off",
                         "-c", "shared_preload_libraries=plpgsql", /* else each session loads it once it needs it */
                         "-c", "jit=off", /* compiling takes longer than any statement of a test runs */
                         "-c", "dynamic_shared_memory_type=mmap", /* in the data directory, and gone with it */
                         "-c", "log_statement=all",
                         "-c", "log_min_messages=log",
                         "-c", "log_line_prefix=%d %m [%p] ",
                         "-c", "max_wal_size=256MB",
                         NULL };
  /* clang-format on */
  cluster->starts++;
  cluster->postmaster = process_start (&(ProcessSetup) { .folder = "/", .user = "postgres", .out = cluster->log }, argv);
  cluster->db = connect_to_server (cluster);
}

char *
cluster_url (const Cluster *cluster, const char *database, const char *role, const char *password)
{
  g_autofree char *host = g_uri_escape_string (cluster->socket, NULL, false);
  return g_strdup_printf ("postgresql://%s:%s@%s:" PORT "/%s", role, password, host, database);
}

static bool
has_database (Cluster *cluster, const char *name)
{
  g_autofree char *sql = g_strdup_printf ("select from pg_database where datname = '%s'", name);
  g_autoptr (DbResult) result = NULL;
  g_autoptr (GError) error = NULL;
  if (!db_query (server_db (cluster), sql, NULL, 0, &result, &error))
    g_error ("%s: %s", sql, error->message);
  return db_result_rows (result) > 0;
}

static void
make_template (Cluster *cluster, const char *name)
{
  g_autofree char *sql = g_strdup_printf ("alter database part rename to %s", name);
  run_sql (cluster, "drop database if exists part");
  run_sql (cluster, cluster_is_of_loader () ? "create database part" : "create database part owner weir");
  if (cluster_is_of_loader ())
    cluster_give_roles (cluster, "part");
  else
    make_ledger (cluster, "part", "weir");
  run_sql (cluster, sql);
}

/* The database with the ledger that those of the tests are copies of: the migrations take longer than most of what is tested. It
 * is made by whoever comes first. */
static const char *
find_template (Cluster *cluster)
{
  const char *name = cluster_is_of_loader () ? "template_of_loader" : "template_of_weir";
  run_sql (cluster, "set lock_timeout = 0; select pg_advisory_lock(1)");
  if (!has_database (cluster, name))
    make_template (cluster, name);
  run_sql (cluster, "select pg_advisory_unlock(1)");
  return name;
}

void
cluster_drop_spent (Cluster *cluster)
{
  if (cluster->spent == NULL)
    return;
  g_autofree char *sql = g_strdup_printf ("drop database %s with (force)", cluster->spent);
  run_sql (cluster, sql);
  g_clear_pointer (&cluster->spent, g_free);
}

void
cluster_drop_database (Cluster *cluster, const char *name)
{
  cluster_drop_spent (cluster);
  cluster->spent = g_strdup (name);
}

char *
cluster_make_database (Cluster *cluster)
{
  /* Other executables make theirs on the same server. */
  char *name = g_strdup_printf ("t%d_%d", (int) getpid (), ++cluster->databases);
  cluster_drop_spent (cluster);
  if (cluster->template == NULL)
    cluster->template = find_template (cluster);
  const char *owner = cluster_is_of_loader () ? "" : "owner weir";
  /* Where nothing is synced, copying files is cheaper than writing their pages to the log, and brings what a backend keeps about the
   * catalog there. Before version 15 there is no other way. */
  const char *strategy = db_server_version (server_db (cluster)) >= 150000 ? "strategy file_copy" : "";
  g_autofree char *sql = g_strdup_printf ("create database %s %s template %s %s", name, owner, cluster->template, strategy);
  run_sql (cluster, sql);
  return name;
}
