#include "src/server/pgcluster.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fsutil.h"
#include "src/server/pgmemory.h"
#include "src/server/pgstate.h"
#include "src/server/program.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define LOG_LIMIT (16 * 1024 * 1024)
#define TAIL_BYTES 4096
#define START_TRIES 10

static const char hba_text[] = "# Written by weir. The socket's folder is private; TCP is on by `weir db start --port N` only.\n"
                               "local  all  all                trust\n"
                               "host   all  all  127.0.0.1/32  scram-sha-256\n";

static const char include_text[] = "\n# weir's settings; weir writes the file anew before each start. ALTER SYSTEM wins over it.\n"
                                   "include 'weir.conf'\n";

/* jit: it needs memory that a hardened service may not have, and pays for statements of many seconds alone. wal_level minimal: nothing replicates from here, and loads into new tables then need no WAL. shared_buffers: where an index of ten million ids
 * does not fit, one changed row in a hundred costs a page read and another one written, for each index. */
static const char conf_text[] = "# Written by weir before each start; use ALTER SYSTEM for your own settings.\n"
                                "listen_addresses = '%s'\n"
                                "port = %d\n"
                                "unix_socket_directories = '%s'\n"
                                "unix_socket_permissions = 0700\n"
                                "max_connections = 50\n"
                                "shared_buffers = '%dMB'\n"
                                "jit = off\n"
                                "wal_level = minimal\n"
                                "max_wal_senders = 0\n"
                                "wal_compression = %s\n"
                                "max_wal_size = '4GB'\n"
                                "checkpoint_timeout = '15min'\n"
                                "password_encryption = 'scram-sha-256'\n"
                                "timezone = 'UTC'\n"
                                "log_timezone = 'UTC'\n"
                                "logging_collector = off\n"
                                "log_checkpoints = off\n"
                                "log_line_prefix = '%%m [%%p] '\n"
                                "cluster_name = 'weir'\n";

/* Runs one of PostgreSQL's programs in a folder and by relative paths: they put paths into shell commands of 1,024 bytes, unquoted.
 */
static bool
run_in (const PgServer *server, const char *folder, const char *const *argv, GError **error)
{
  g_autofree char *program = g_build_filename (server->bin, argv[0], NULL);
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_ptr_array_add (words, program);
  for (int i = 1; argv[i] != NULL; i++)
    g_ptr_array_add (words, (gpointer) argv[i]);
  g_ptr_array_add (words, NULL);
  return program_run ((const char *const *) words->pdata, folder, server->owner, NULL, error);
}

/* An empty folder of the server's owner; what an interrupted initdb left there goes. */
static bool
make_fresh_folder (const PgServer *server, const char *folder, GError **error)
{
  const char *const argv[] = { "/bin/rm", "-rf", "--", folder, NULL };
  if (g_file_test (folder, G_FILE_TEST_EXISTS) && !program_run (argv, "/", geteuid (), NULL, error))
    return false;
  g_autofree char *parent = g_path_get_dirname (folder);
  if (!fs_make_folder_for_all (parent, error) || !fs_make_folder (folder, 0700, error))
    return false;
  if (server->owner != geteuid () && lchown (folder, server->owner, (gid_t) -1) != 0)
    return weir_error (error, WEIR_ERROR_LOCAL, "could not give \"%s\" to user %d: %s", folder, (int) server->owner,
                       g_strerror (errno));
  return true;
}

static bool
append_text (const char *path, const char *text, GError **error)
{
  AUTO_FD int fd = open (path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    return weir_error (error, WEIR_ERROR_LOCAL, "could not open \"%s\": %s", path, g_strerror (errno));
  return fs_write_all (fd, text, strlen (text), path, error);
}

bool
pgcluster_make (const PgServer *server, GError **error)
{
  g_autofree char *fresh = g_strconcat (server->data, ".new", NULL);
  if (!make_fresh_folder (server, fresh, error))
    return false;
  const char *const argv[] = { "initdb",
                               "--pgdata=.",
                               "--username=postgres",
                               "--encoding=UTF8",
                               "--locale=C.UTF-8",
                               "--data-checksums",
                               "--auth-local=trust",
                               "--auth-host=scram-sha-256",
                               NULL };
  if (!run_in (server, fresh, argv, error))
    return g_prefix_error (error, "could not make the embedded database: "), false;
  g_autofree char *hba = g_build_filename (fresh, "pg_hba.conf", NULL);
  g_autofree char *conf = g_build_filename (fresh, "postgresql.conf", NULL);
  return pgstate_write_owned (server, hba, hba_text, error) && append_text (conf, include_text, error)
         && fs_rename_new (fresh, server->data, NULL, error);
}

static bool
write_conf (const PgServer *server, const char *compression, GError **error)
{
  g_autofree char *path = g_build_filename (server->data, "weir.conf", NULL);
  int buffers = pgmemory_buffers (pgmemory_of_machine (PGMEMORY_LIMIT));
  g_autofree char *text =
      g_strdup_printf (conf_text, server->tcp ? "127.0.0.1" : "", server->port, server->socket, buffers, compression);
  return pgstate_write_owned (server, path, text, error);
}

/* The first change of a page behind a checkpoint writes all of it to the WAL. pglz, which is the only way before PostgreSQL 15, takes 0.07 ms
 * for one: for a load that changes one row in a hundred of a million, more than for all the rest. */
static const char *
best_compression (const PgServer *server)
{
  const char *const argv[] = { "postgres", "-D", ".", "-C", "wal_compression", "-c", "wal_compression=lz4", NULL };
  return server->version >= 15 && run_in (server, server->data, argv, NULL) ? "lz4" : "on";
}

bool
pgcluster_configure (const PgServer *server, GError **error)
{
  /* The program that is asked reads the file. */
  if (!write_conf (server, "on", error))
    return false;
  const char *best = best_compression (server);
  return strcmp (best, "on") == 0 || write_conf (server, best, error);
}

static off_t
size_of (const char *path)
{
  struct stat status;
  return stat (path, &status) == 0 ? status.st_size : 0;
}

/* One old log is enough. */
static void
turn_log_over (const PgServer *server)
{
  if (size_of (server->log) < LOG_LIMIT)
    return;
  g_autofree char *old = g_strconcat (server->log, ".1", NULL);
  (void) rename (server->log, old);
}

/* What the server wrote to its log from "begin" on, at most its last lines. Owned by the caller. */
static char *
read_log (const PgServer *server, off_t begin)
{
  AUTO_FD int fd = open (server->log, O_RDONLY | O_CLOEXEC);
  char *text = g_malloc0 (TAIL_BYTES + 1);
  if (fd >= 0 && pread (fd, text, TAIL_BYTES, MAX (begin, size_of (server->log) - TAIL_BYTES)) < 0)
    text[0] = '\0';
  return g_strchomp (text);
}

/* *ret_again: it may work a moment later, for old backends of a crashed server still end; or the next time, for recovery can trip
 * over the files of an unlogged table that was being made ("could not create file ...: File exists"), which the start after it
 * removes. */
static bool
start_once (const PgServer *server, bool first, bool *ret_again, GError **error)
{
  const char *const argv[] = { "pg_ctl", "start", "-D", ".", "-l", "server.log", "-w", "-t", "60", "-s", NULL };
  off_t begin = size_of (server->log);
  g_autoptr (GError) problem = NULL;
  if (run_in (server, server->data, argv, &problem))
    return true;
  g_autofree char *said = read_log (server, begin);
  *ret_again = strstr (said, "still in use") != NULL || (first && strstr (said, "startup process failure") != NULL);
  const char *output = weir_error_get_detail (problem);
  g_autofree char *hint = g_strdup_printf ("Its log is \"%s\".", server->log);
  const char *detail = said[0] != '\0' ? said : output != NULL ? output : problem->message;
  return weir_fail (error, &(Failure) { WEIR_ERROR_RETRY, REASON_DATABASE_UNREACHABLE, .detail = detail, .hint = hint },
                    "could not start the embedded PostgreSQL");
}

bool
pgcluster_start (const PgServer *server, GError **error)
{
  turn_log_over (server);
  for (int try = 1;; try++)
    {
      bool again = false;
      g_autoptr (GError) problem = NULL;
      if (start_once (server, try == 1, &again, &problem))
        return true;
      if (!again || try == START_TRIES)
        return g_propagate_error (error, g_steal_pointer (&problem)), false;
      g_usleep (G_USEC_PER_SEC / 2);
    }
}

bool
pgcluster_stop (const PgServer *server, GError **error)
{
  const char *const argv[] = { "pg_ctl", "stop", "-D", ".", "-m", "fast", "-w", "-t", "60", "-s", NULL };
  if (run_in (server, server->data, argv, error))
    return true;
  return g_prefix_error (error, "could not stop the embedded PostgreSQL: "), false;
}
