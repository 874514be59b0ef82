#include "src/server/pgserver.h"

#include "base/autoptr.h"
#include "base/db.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/fsutil.h"
#include "base/text.h"
#include "src/server/pgcluster.h"
#include "src/server/pgclusters.h"
#include "src/server/pgplace.h"
#include "src/server/pgprograms.h"
#include "src/server/pgstate.h"

#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define DATABASE "weir"
#define START_SECONDS 60
#define PASSWORD_BYTES 24

/* A service has no /tmp in common with whoever asks for its database: where /run/weir is its user's, the socket is there. */
static char *
choose_socket (uid_t owner, const char *digest)
{
  struct stat status;
  if (lstat ("/run/weir", &status) == 0 && S_ISDIR (status.st_mode) && status.st_uid == owner)
    return g_strdup_printf ("/run/weir/%.8s", digest);
  return g_strdup_printf ("/tmp/weir-%d-%.8s", (int) owner, digest);
}

/* Ours, or the postgres user's below /var/lib/weir-root when we are root, for PostgreSQL never runs as root; but root takes a home
 * whose owner has made the cluster already as it is. */
static bool
choose_place (PgServer *server, const Settings *settings, GError **error)
{
  char digest[SHA256_HEX_SIZE];
  sha256_bytes (settings->home, strlen (settings->home), digest);
  g_autofree char *version_file = g_build_filename (settings->state, "postgres", "PG_VERSION", NULL);
  struct stat status;
  bool is_root = geteuid () == 0;
  if (!is_root || (stat (version_file, &status) == 0 && status.st_uid != 0))
    {
      server->owner = is_root ? status.st_uid : geteuid ();
      server->data = g_build_filename (settings->state, "postgres", NULL);
      server->socket = choose_socket (server->owner, digest);
      return true;
    }
  const struct passwd *user = getpwnam ("postgres");
  if (user == NULL)
    return weir_fail (
        error, &(Failure) { WEIR_ERROR_MODEL, .hint = "Run weir as an ordinary user, or make one: useradd --system postgres" },
        "there is no user \"postgres\" on this machine, and PostgreSQL does not run as root");
  server->owner = user->pw_uid;
  server->data = pgplace_find (PGPLACE_ROOT, settings->state, settings->home, error);
  server->socket = g_strdup_printf ("/run/weir-root/%.8s", digest);
  return server->data != NULL;
}

/* PGHOSTADDR would redirect a connection that names another host, PGSERVICE would fail it: none has a say over this server. */
static void
ignore_environment (void)
{
  static const char *const names[] = {
    "PGHOST",     "PGHOSTADDR",   "PGPORT",           "PGDATABASE",   "PGUSER",
    "PGPASSWORD", "PGSERVICE",    "PGSERVICEFILE",    "PGSSLMODE",    "PGREQUIREPEER",
    "PGOPTIONS",  "PGGSSENCMODE", "PGCHANNELBINDING", "PGREQUIRESSL", "PGTARGETSESSIONATTRS",
  };
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    g_unsetenv (names[i]);
}

PgServer *
pgserver_find (const Settings *settings, GError **error)
{
  ignore_environment ();
  g_autoptr (PgServer) server = g_new0 (PgServer, 1);
  server->state = g_strdup (settings->state);
  server->home = g_strdup (settings->home);
  if (!choose_place (server, settings, error))
    return NULL;
  server->own_socket = g_strdup (server->socket);
  server->log = g_build_filename (server->data, "server.log", NULL);
  int made_by = pgstate_data_version (server->data);
  server->bin = pgprograms_find (settings->server_programs, made_by, server->data, &server->version, error);
  if (server->bin == NULL)
    return NULL;
  pgstate_read (server);
  pgstate_look (server);
  return g_steal_pointer (&server);
}

void
pgserver_free (PgServer *server)
{
  if (server == NULL)
    return;
  g_free (server->bin);
  g_free (server->data);
  g_free (server->socket);
  g_free (server->own_socket);
  g_free (server->log);
  g_free (server->password);
  g_free (server->state);
  g_free (server->home);
  g_free (server);
}

static char *
socket_url (const PgServer *server, const char *database)
{
  return g_strdup_printf ("postgresql:///%s?host=%s&port=%d&user=postgres", database, server->socket, server->port);
}

char *
pgserver_url (const PgServer *server, bool with_tcp)
{
  if (with_tcp && server->tcp)
    return g_strdup_printf ("postgresql://postgres:%s@127.0.0.1:%d/" DATABASE, server->password, server->port);
  return socket_url (server, DATABASE);
}

/* Starting and stopping are one at a time for a home. -1 on error. */
static int
take_lock (const PgServer *server, GError **error)
{
  if (!fs_make_folder (server->state, 0700, error))
    return -1;
  g_autofree char *path = g_build_filename (server->state, "server.lock", NULL);
  AUTO_FD int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return weir_error (error, WEIR_ERROR_LOCAL, "could not open \"%s\": %s", path, g_strerror (errno)), -1;
  while (flock (fd, LOCK_EX) != 0)
    if (errno != EINTR)
      return weir_error (error, WEIR_ERROR_LOCAL, "could not lock \"%s\": %s", path, g_strerror (errno)), -1;
  return fd_steal (&fd);
}

/* Whoever owns the folder of the socket is who we talk to: it must be the server's owner, and nobody else's to write. */
static bool
make_socket_folder (const PgServer *server, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (server->socket);
  if (!fs_make_folder_for_all (parent, error))
    return false;
  bool made = mkdir (server->socket, 0700) == 0;
  if (!made && errno != EEXIST)
    return weir_error (error, WEIR_ERROR_LOCAL, "could not create folder \"%s\": %s", server->socket, g_strerror (errno));
  if (made && server->owner != geteuid () && lchown (server->socket, server->owner, (gid_t) -1) != 0)
    return weir_error (error, WEIR_ERROR_LOCAL, "could not give \"%s\" to user %d: %s", server->socket, (int) server->owner,
                       g_strerror (errno));
  struct stat status;
  if (lstat (server->socket, &status) == 0 && S_ISDIR (status.st_mode) && status.st_uid == server->owner
      && (status.st_mode & 077) == 0)
    return true;
  return weir_fail (error, &(Failure) { WEIR_ERROR_LOCAL, .hint = "Somebody else made it. See who, remove it, and try again." },
                    "\"%s\" is not a private folder of the user the embedded PostgreSQL runs as", server->socket);
}

/* A connection to the maintenance database, as soon as it takes any. */
static Db *
wait_until_ready (const PgServer *server, GError **error)
{
  g_autofree char *url = socket_url (server, "postgres");
  int64_t deadline = g_get_monotonic_time () + START_SECONDS * G_USEC_PER_SEC;
  for (;;)
    {
      g_autoptr (GError) problem = NULL;
      Db *db = db_connect (url, "weir", -1, &problem);
      if (db != NULL)
        return db;
      if (!g_error_matches (problem, WEIR_ERROR, WEIR_ERROR_RETRY) || g_get_monotonic_time () > deadline)
        return g_propagate_error (error, g_steal_pointer (&problem)), NULL;
      g_usleep (G_USEC_PER_SEC / 10);
    }
}

static bool
make_database (const PgServer *server, GError **error)
{
  g_autoptr (Db) db = wait_until_ready (server, error);
  g_autoptr (DbResult) found = NULL;
  if (db == NULL || !db_query (db, "select from pg_database where datname = '" DATABASE "'", NULL, 0, &found, error))
    return false;
  if (db_result_rows (found) == 0 && !db_exec (db, "create database " DATABASE, error))
    return false;
  if (server->password == NULL)
    return !server->tcp_ends || db_exec (db, "alter role postgres password null", error);
  g_autofree char *literal = text_quote_literal (server->password);
  g_autofree char *sql = g_strdup_printf ("alter role postgres password %s", literal);
  return db_exec (db, sql, error);
}

static void
turn_tcp_on (PgServer *server, int port)
{
  server->port = port;
  server->tcp = true;
  if (server->password != NULL)
    return;
  uint8_t bytes[PASSWORD_BYTES];
  random_bytes (bytes, sizeof bytes);
  GString *password = g_string_new (NULL);
  for (size_t i = 0; i < sizeof bytes; i++)
    g_string_append_printf (password, "%02x", bytes[i]);
  server->password = g_string_free (password, FALSE);
}

static void
turn_tcp_off (PgServer *server)
{
  server->port = PGSTATE_PORT;
  server->tcp = false;
  server->tcp_ends = true;
  g_clear_pointer (&server->password, g_free);
}

/* A server whose process lives but whose socket nobody answers is coming up or going down; waits for either. */
static bool
wait_for_process (PgServer *server, GError **error)
{
  pid_t process = 0;
  for (int tenths = 0; tenths < START_SECONDS * 10; tenths++)
    {
      process = pgstate_process (server);
      pgstate_look (server);
      if (process == 0 || server->running)
        return true;
      g_usleep (G_USEC_PER_SEC / 10);
    }
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_RETRY, REASON_DATABASE_UNREACHABLE, .hint = "weir db stop, then: weir db start" },
                    "the embedded PostgreSQL (process %d) runs, but nobody answers at \"%s\"", (int) process, server->socket);
}

bool
pgserver_check_lost (const PgServer *server, GError **error)
{
  if (server->initialised || !server->recorded)
    return true;
  g_autofree char *home = NULL, *data = NULL;
  (void) pgstate_record (server->state, server->owner, &home, &data);
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_MODEL, .detail = "Nothing was made in its place.",
                                 .hint = "Put the folder back. Or, to begin with an empty database: weir db drop" },
                    "the embedded database of this home is gone from \"%s\"", data != NULL ? data : server->data);
}

/* The next start is one of this home, wherever it was at the last. */
static bool
prepare_start (PgServer *server, GError **error)
{
  if (!pgserver_check_lost (server, error))
    return false;
  g_free (server->socket);
  server->socket = g_strdup (server->own_socket);
  return make_socket_folder (server, error) && (server->initialised || pgcluster_make (server, error));
}

/* Where the home was moved, it is to be found by its new path, too. */
static bool
record (const PgServer *server, GError **error)
{
  bool outside = pgplace_is_outside (PGPLACE_ROOT, server->data);
  return pgstate_write (server, server->home, error) && (!outside || pgplace_record (server->data, server->home, error));
}

static bool
bring_up (PgServer *server, int tcp_port, GError **error)
{
  bool on = tcp_port > 0 && (!server->tcp || server->port != tcp_port), off = tcp_port == TCP_OFF && server->tcp;
  if (!wait_for_process (server, error))
    return false;
  if (server->running && !on && !off)
    return make_socket_folder (server, error) && make_database (server, error) && record (server, error);
  if (server->running && !pgcluster_stop (server, error))
    return false;
  if (!prepare_start (server, error))
    return false;
  if (on)
    turn_tcp_on (server, tcp_port);
  if (off)
    turn_tcp_off (server);
  if (!pgstate_clear_locks (server, error) || !pgcluster_configure (server, error) || !pgcluster_start (server, error))
    return false;
  return make_database (server, error) && record (server, error);
}

bool
pgserver_start (const Settings *settings, PgServer *server, int tcp_port, GError **error)
{
  g_assert (g_str_equal (settings->state, server->state));
  AUTO_FD int lock = take_lock (server, error);
  if (lock < 0)
    return false;
  /* Somebody else may have been here between the look and the lock. */
  pgstate_read (server);
  pgstate_look (server);
  bool started = bring_up (server, tcp_port, error);
  pgstate_look (server);
  return started;
}

static bool
stop (PgServer *server, bool *ret_ran, GError **error)
{
  pgstate_read (server);
  pgstate_look (server);
  *ret_ran = pgstate_process (server) != 0;
  bool stopped = !*ret_ran || pgcluster_stop (server, error);
  if (stopped)
    (void) rmdir (server->socket); /* the next start makes it again */
  pgstate_look (server);
  return stopped;
}

bool
pgserver_stop (PgServer *server, bool *ret_ran, GError **error)
{
  AUTO_FD int lock = take_lock (server, error);
  return lock >= 0 && stop (server, ret_ran, error);
}

/* A worker would begin anew with an empty database. The sessions of one that has just ended go some moments later. */
static bool
check_unused (const PgServer *server, GError **error)
{
  enum
  {
    LOOKS = 20,
    PAUSE = G_USEC_PER_SEC / 10
  };
  g_autofree char *url = socket_url (server, "postgres");
  g_autoptr (Db) db = server->running ? db_connect (url, "weir", -1, NULL) : NULL;
  for (int look = 0; db != NULL && look < LOOKS; look++)
    {
      g_autoptr (DbResult) others = NULL;
      if (!db_query (db, "select count(*) from pg_stat_activity where application_name like 'weir%' and pid <> pg_backend_pid()",
                     NULL, 0, &others, error))
        return false;
      if (db_result_int64 (others, 0, 0) == 0)
        return true;
      g_usleep (PAUSE);
    }
  return db == NULL
         || weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .detail = "Nothing was changed.", .hint = "Stop `weir watch` first." },
                       "weir works with the embedded database");
}

bool
pgserver_drop (PgServer *server, GError **error)
{
  AUTO_FD int lock = take_lock (server, error);
  bool ran;
  g_autofree char *parent = g_path_get_dirname (server->data);
  bool outside = pgplace_is_outside (PGPLACE_ROOT, server->data);
  if (lock < 0 || !check_unused (server, error) || !stop (server, &ran, error)
      || !pgclusters_remove_folder (outside ? parent : server->data, error))
    return false;
  if (!pgstate_forget (server, error))
    return false;
  pgstate_read (server);
  pgstate_look (server);
  return true;
}
