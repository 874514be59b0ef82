#include "src/server/pgstate.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fsutil.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define STATE_FILE "server.json"
#define FILE_LIMIT 65536
#define SOCKET_LINE 4        /* of postmaster.pid, from 0 */
#define NO_PROCESS "4194305" /* above the kernel's largest process id, 2^22 */

/* NULL where there is none, or where it was written by neither us nor "owner". */
static Json *
read_file (const char *state, uid_t owner)
{
  g_autofree char *path = g_build_filename (state, STATE_FILE, NULL);
  struct stat status;
  if (lstat (path, &status) != 0 || (status.st_uid != geteuid () && status.st_uid != owner))
    return NULL;
  return weir_json_read (path, NULL);
}

void
pgstate_read (PgServer *server)
{
  server->port = PGSTATE_PORT;
  g_autoptr (Json) root = read_file (server->state, server->owner);
  server->recorded = root != NULL;
  const char *home = json_string_value (json_object_get (root, "home"));
  server->moved = home != NULL && !g_str_equal (home, server->home);
  if (root == NULL)
    return;
  json_int_t port = json_integer_value (json_object_get (root, "port"));
  const char *password = json_string_value (json_object_get (root, "password"));
  server->port = port > 0 && port < 65536 ? (int) port : PGSTATE_PORT;
  server->tcp = password != NULL && json_is_true (json_object_get (root, "tcp"));
  g_free (server->password);
  server->password = g_strdup (server->tcp ? password : NULL);
}

bool
pgstate_write (const PgServer *server, const char *home, GError **error)
{
  g_autoptr (Json) root = json_pack ("{s:o, s:s, s:i, s:o, s:s, s:i, s:b, s:s?}", "home", weir_json_string (home), "bin",
                                     server->bin, "version", server->version, "data", weir_json_string (server->data), "socket",
                                     server->socket, "port", server->port, "tcp", server->tcp, "password", server->password);
  g_autofree char *path = g_build_filename (server->state, STATE_FILE, NULL);
  g_autofree char *text = weir_json_pretty (root);
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  /* root that serves another's home leaves the file to him, who could not read it otherwise. */
  bool others = g_str_has_prefix (server->data, server->state);
  return others ? pgstate_write_owned (server, path, line, error) : fs_write_file (path, line, strlen (line), 0600, error);
}

bool
pgstate_forget (const PgServer *server, GError **error)
{
  g_autofree char *path = g_build_filename (server->state, STATE_FILE, NULL);
  return unlink (path) == 0 || errno == ENOENT
         || weir_error (error, WEIR_ERROR_LOCAL, "could not remove \"%s\": %s", path, g_strerror (errno));
}

bool
pgstate_record (const char *state, uid_t owner, char **ret_home, char **ret_data)
{
  g_autoptr (Json) root = read_file (state, owner);
  const char *home = json_string_value (json_object_get (root, "home"));
  const char *data = json_string_value (json_object_get (root, "data"));
  if (home == NULL || data == NULL)
    return false;
  *ret_home = g_strdup (home);
  *ret_data = g_strdup (data);
  return true;
}

int
pgstate_data_version (const char *data)
{
  g_autofree char *path = g_build_filename (data, "PG_VERSION", NULL);
  g_autofree char *text = NULL;
  return g_file_get_contents (path, &text, NULL, NULL) ? atoi (text) : 0;
}

static char *
socket_path (const PgServer *server)
{
  return g_strdup_printf ("%s/.s.PGSQL.%d", server->socket, server->port);
}

static bool
somebody_listens (const PgServer *server)
{
  g_autofree char *path = socket_path (server);
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  if (g_strlcpy (address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path)
    return false;
  AUTO_FD int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  /* EAGAIN: its queue is full, so it is there. */
  return fd >= 0 && (connect (fd, (const struct sockaddr *) &address, sizeof address) == 0 || errno == EAGAIN);
}

/* The process id in the first line of a lock file, or 0. */
static pid_t
read_process (const char *path, char **ret_rest)
{
  g_autofree char *text = NULL;
  if (!fs_read_file (path, FILE_LIMIT, &text, NULL, NULL))
    return 0;
  char *end = NULL;
  long process = labs (strtol (text, &end, 10));
  if (ret_rest != NULL)
    *ret_rest = g_strdup (end);
  return (pid_t) process;
}

static bool
is_alive (pid_t process)
{
  return process > 0 && (kill (process, 0) == 0 || errno == EPERM);
}

/* A postmaster's current folder is its data folder. */
static bool
works_in (pid_t process, const char *data)
{
  g_autofree char *link = g_strdup_printf ("/proc/%d/cwd", (int) process);
  g_autofree char *folder = g_file_read_link (link, NULL);
  g_autofree char *real = realpath (data, NULL);
  if (folder == NULL)
    return !g_file_test ("/proc/self/cwd", G_FILE_TEST_IS_SYMLINK); /* no /proc: who knows; be careful */
  return g_strcmp0 (folder, real) == 0;
}

pid_t
pgstate_process (const PgServer *server)
{
  g_autofree char *path = g_build_filename (server->data, "postmaster.pid", NULL);
  pid_t process = read_process (path, NULL);
  return is_alive (process) && works_in (process, server->data) ? process : 0;
}

/* The folder of the socket that the running server made; NULL: it does not say. Owned by the caller. */
static char *
find_socket (const PgServer *server)
{
  g_autofree char *path = g_build_filename (server->data, "postmaster.pid", NULL);
  g_autofree char *text = NULL;
  if (pgstate_process (server) == 0 || !fs_read_file (path, FILE_LIMIT, &text, NULL, NULL))
    return NULL;
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  bool says = g_strv_length (lines) > SOCKET_LINE && lines[SOCKET_LINE][0] == '/';
  return says ? g_strdup (lines[SOCKET_LINE]) : NULL;
}

void
pgstate_look (PgServer *server)
{
  server->initialised = pgstate_data_version (server->data) > 0;
  char *socket_now = find_socket (server);
  if (socket_now != NULL)
    {
      g_free (server->socket);
      server->socket = socket_now;
    }
  server->running = somebody_listens (server);
}

bool
pgstate_clear_locks (const PgServer *server, GError **error)
{
  g_autofree char *path = g_build_filename (server->data, "postmaster.pid", NULL);
  g_autofree char *rest = NULL;
  if (is_alive (read_process (path, &rest)))
    {
      g_autofree char *text = g_strconcat (NO_PROCESS, rest, NULL);
      if (!pgstate_write_owned (server, path, text, error))
        return false;
    }
  g_autofree char *socket = socket_path (server);
  g_autofree char *lock = g_strconcat (socket, ".lock", NULL);
  if (somebody_listens (server))
    return true;
  unlink (socket);
  unlink (lock);
  return true;
}

bool
pgstate_write_owned (const PgServer *server, const char *path, const char *text, GError **error)
{
  if (!fs_write_file (path, text, strlen (text), 0600, error))
    return false;
  if (server->owner == geteuid () || lchown (path, server->owner, (gid_t) -1) == 0)
    return true;
  return weir_error (error, WEIR_ERROR_LOCAL, "could not give \"%s\" to user %d: %s", path, (int) server->owner,
                     g_strerror (errno));
}
