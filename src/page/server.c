#include "src/page/server.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fsutil.h"
#include "src/page/respond.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#define MOST_CONNECTIONS 64
#define MOST_OF_ONE 32
#define IDLE_SECONDS 15
#define REQUEST_US (10 * G_USEC_PER_SEC)
#define MEMORY (32 * 1024)
#define MOST_BODY 4096
#define MOST_PEM (1024 * 1024)
#define PIECE (32 * 1024)
#define TICK_MS 1000

struct Server
{
  Page *page;
  struct MHD_Daemon *daemon;
  GHashTable
      *open; /* connections whose request is not there yet: MHD_Connection to the time of its begin (microseconds, monotonic) */
  int port;
};

/* What has come of one request. */
typedef struct
{
  GString *body;
  bool too_long;
} Incoming;

static void
incoming_free (Incoming *incoming)
{
  g_string_free (incoming->body, TRUE);
  g_free (incoming);
}

/* ---- the answer ---- */

/* The body of an answer that comes in pieces. */
typedef struct
{
  Answer answer;
  size_t given; /* of answer.body */
} Stream;

static ssize_t
stream_read (void *data, uint64_t position, char *buffer, size_t room)
{
  (void) position;
  Stream *stream = data;
  GString *piece = stream->answer.body;
  if (stream->given == piece->len)
    {
      g_string_truncate (piece, 0);
      stream->given = 0;
      if (!stream->answer.more (stream->answer.data, piece))
        return MHD_CONTENT_READER_END_WITH_ERROR;
      if (piece->len == 0)
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
  size_t length = MIN (room, piece->len - stream->given);
  memcpy (buffer, piece->str + stream->given, length);
  stream->given += length;
  return (ssize_t) length;
}

static void
stream_free (void *data)
{
  Stream *stream = data;
  answer_clear (&stream->answer);
  g_free (stream);
}

/* Takes the answer. */
static enum MHD_Result
queue (struct MHD_Connection *connection, Answer *answer)
{
  Stream *stream = NULL;
  unsigned status = answer->status;
  const char *type = answer->type;
  GPtrArray *headers = answer->headers;
  struct MHD_Response *response;
  if (answer->more != NULL)
    {
      stream = g_new0 (Stream, 1);
      stream->answer = *answer;
      response = MHD_create_response_from_callback (MHD_SIZE_UNKNOWN, PIECE, stream_read, stream, stream_free);
    }
  else
    response = MHD_create_response_from_buffer (answer->body->len, answer->body->str, MHD_RESPMEM_MUST_COPY);
  MHD_add_response_header (response, "Content-Type", type);
  MHD_add_response_header (response, "Connection", "close");
  for (guint i = 0; i < headers->len; i += 2)
    MHD_add_response_header (response, headers->pdata[i], headers->pdata[i + 1]);
  enum MHD_Result result = MHD_queue_response (connection, status, response);
  if (stream == NULL)
    answer_clear (answer);
  MHD_destroy_response (response);
  return result;
}

/* ---- the request ---- */

static enum MHD_Result
take_argument (void *data, enum MHD_ValueKind kind, const char *name, const char *value)
{
  (void) kind;
  g_hash_table_insert (data, g_strdup (name), g_strdup (value != NULL ? value : ""));
  return MHD_YES;
}

static const char *
header (struct MHD_Connection *connection, const char *name)
{
  return MHD_lookup_connection_value (connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result
answer_request (Server *server, struct MHD_Connection *connection, const char *path, const char *method, const Incoming *incoming)
{
  g_autoptr (GHashTable) query = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  MHD_get_connection_values (connection, MHD_GET_ARGUMENT_KIND, take_argument, query);
  char *password = NULL, *user = MHD_basic_auth_get_username_password (connection, &password);
  const Request request = { .method = method,
                            .path = path,
                            .host = header (connection, "Host"),
                            .origin = header (connection, "Origin"),
                            .site = header (connection, "Sec-Fetch-Site"),
                            .cookie = header (connection, "Cookie"),
                            .user = user,
                            .password = password,
                            .query = query,
                            .body = incoming->body->str };
  Answer answer;
  answer_begin (&answer);
  if (incoming->too_long)
    answer_text (&answer, 413, "this is no form of the page\n");
  else
    respond (server->page, &request, &answer);
  MHD_free (user);
  MHD_free (password);
  return queue (connection, &answer);
}

/* Called when the headers are there, with each piece of the body, and behind it. */
static enum MHD_Result
on_request (void *data, struct MHD_Connection *connection, const char *path, const char *method, const char *version,
            const char *upload, size_t *upload_length, void **ret_incoming)
{
  (void) version;
  Server *server = data;
  Incoming *incoming = *ret_incoming;
  if (incoming == NULL)
    {
      incoming = g_new0 (Incoming, 1);
      incoming->body = g_string_new (NULL);
      *ret_incoming = incoming;
      return MHD_YES;
    }
  if (*upload_length > 0)
    {
      incoming->too_long |= incoming->body->len + *upload_length > MOST_BODY;
      if (!incoming->too_long)
        g_string_append_len (incoming->body, upload, (gssize) *upload_length);
      *upload_length = 0;
      return MHD_YES;
    }
  g_hash_table_remove (server->open, connection);
  return answer_request (server, connection, path, method, incoming);
}

static void
on_completed (void *data, struct MHD_Connection *connection, void **ret_incoming, enum MHD_RequestTerminationCode how)
{
  (void) data;
  (void) connection;
  (void) how;
  if (*ret_incoming != NULL)
    incoming_free (*ret_incoming);
  *ret_incoming = NULL;
}

static void
on_connection (void *data, struct MHD_Connection *connection, void **context, enum MHD_ConnectionNotificationCode code)
{
  (void) context;
  Server *server = data;
  if (code == MHD_CONNECTION_NOTIFY_STARTED)
    {
      gint64 *since = g_new (gint64, 1);
      *since = g_get_monotonic_time ();
      g_hash_table_insert (server->open, connection, since);
    }
  else
    g_hash_table_remove (server->open, connection);
}

/* Who sends a byte now and then would keep a place for ever. */
static void
end_slow (Server *server)
{
  GHashTableIter iter;
  gpointer connection, since;
  gint64 now = g_get_monotonic_time ();
  g_hash_table_iter_init (&iter, server->open);
  while (g_hash_table_iter_next (&iter, &connection, &since))
    {
      const union MHD_ConnectionInfo *info = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CONNECTION_FD);
      if (now - *(gint64 *) since > REQUEST_US && info != NULL)
        shutdown (info->connect_fd, SHUT_RD);
    }
}

/* ---- the server ---- */

static int
listen_on (const Listen *where, int *ret_port, GError **error)
{
  struct sockaddr_storage got;
  socklen_t length = sizeof got;
  int yes = 1;
  AUTO_FD int fd = socket (where->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd >= 0)
    setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (fd < 0 || bind (fd, (const struct sockaddr *) &where->address, where->length) != 0 || listen (fd, 64) != 0
      || getsockname (fd, (struct sockaddr *) &got, &length) != 0)
    return weir_system_error (error, errno, "could not listen on %s:%d", where->host, where->port), -1;
  *ret_port =
      ntohs (got.ss_family == AF_INET ? ((struct sockaddr_in *) &got)->sin_port : ((struct sockaddr_in6 *) &got)->sin6_port);
  return fd_steal (&fd);
}

static void G_GNUC_PRINTF (2, 0) ignore_log (void *data, const char *format, va_list arguments)
{
  (void) data;
  (void) format;
  (void) arguments;
}

/* Its options, of which certificate and key (NULL: no TLS) are copied by the library. */
static bool
start_daemon (Server *server, int fd, const char *certificate, const char *key, GError **error)
{
  struct MHD_OptionItem tls[] = { { certificate != NULL ? MHD_OPTION_HTTPS_MEM_CERT : MHD_OPTION_END, 0, (void *) certificate },
                                  { MHD_OPTION_HTTPS_MEM_KEY, 0, (void *) key },
                                  { MHD_OPTION_END, 0, NULL } };
  server->daemon = MHD_start_daemon (MHD_USE_EPOLL | MHD_USE_ERROR_LOG | (certificate != NULL ? MHD_USE_TLS : 0), 0, NULL, NULL,
                                     on_request, server, MHD_OPTION_EXTERNAL_LOGGER, ignore_log, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
                                     MHD_OPTION_CONNECTION_LIMIT, (unsigned) MOST_CONNECTIONS, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
                                     (unsigned) MOST_OF_ONE, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned) IDLE_SECONDS,
                                     MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t) MEMORY, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
                                     NULL, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_SIGPIPE_HANDLED_BY_APP,
                                     1, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
  if (server->daemon != NULL)
    return true;
  if (certificate == NULL)
    return weir_error (error, WEIR_ERROR_LOCAL, "the page could not be started");
  return weir_error (error, WEIR_ERROR_MODEL, "\"%s\" and \"%s\" are no certificate and its key (PEM)",
                     server->page->terms->certificate, server->page->terms->key);
}

Server *
server_new (Page *page, const Listen *where, GError **error)
{
  g_autoptr (Server) server = g_new0 (Server, 1);
  const PageSettings *terms = page->terms;
  g_autofree char *certificate = NULL, *key = NULL;
  server->page = page;
  server->open = g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL, g_free);
  if (terms->certificate != NULL
      && (!fs_read_file (terms->certificate, MOST_PEM, &certificate, NULL, error)
          || !fs_read_file (terms->key, MOST_PEM, &key, NULL, error)))
    return NULL;
  int fd = listen_on (where, &server->port, error);
  if (fd < 0)
    return NULL;
  if (start_daemon (server, fd, certificate, key, error))
    return g_steal_pointer (&server);
  close (fd);
  return NULL;
}

void
server_free (Server *server)
{
  if (server->daemon != NULL)
    MHD_stop_daemon (server->daemon);
  g_hash_table_unref (server->open);
  g_free (server);
}

int
server_port (const Server *server)
{
  return server->port;
}

int
server_fd (const Server *server)
{
  return MHD_get_daemon_info (server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

int
server_wait (const Server *server)
{
  MHD_UNSIGNED_LONG_LONG milliseconds;
  return MHD_get_timeout (server->daemon, &milliseconds) == MHD_YES ? (int) MIN (milliseconds, TICK_MS) : TICK_MS;
}

void
server_work (Server *server)
{
  MHD_run (server->daemon);
  end_slow (server);
}
