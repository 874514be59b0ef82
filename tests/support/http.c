#include "http.h"

#include "base/autoptr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void
reply_free (Reply *reply)
{
  g_free (reply->headers);
  g_free (reply->body);
  g_free (reply);
}

int
http_connect (int port)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons ((uint16_t) port),
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  const struct timeval patience = { .tv_sec = DEADLINE_SECONDS };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_true (fd >= 0);
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (connect (fd, (const struct sockaddr *) &address, sizeof address) != 0)
    fail_msg ("nobody listens on port %d: %s", port, g_strerror (errno));
  return fd;
}

/* The chunks of a body that comes so. */
static char *
join_chunks (const char *text)
{
  GString *body = g_string_new (NULL);
  for (;;)
    {
      char *end;
      guint64 length = g_ascii_strtoull (text, &end, 16);
      if (length == 0 || strncmp (end, "\r\n", 2) != 0 || strlen (end + 2) < length)
        return g_string_free (body, FALSE);
      g_string_append_len (body, end + 2, (gssize) length);
      text = end + 2 + length + 2;
    }
}

Reply *
http_send (int fd, const char *text)
{
  AUTO_FD int connection = fd;
  g_autoptr (GString) got = g_string_new (NULL);
  char piece[8192];
  ssize_t length;
  Reply *reply = g_new0 (Reply, 1);
  /* Who is refused may be told before all was said. */
  (void) !send (connection, text, strlen (text), MSG_NOSIGNAL);
  while ((length = recv (connection, piece, sizeof piece, 0)) > 0)
    g_string_append_len (got, piece, length);
  const char *body = strstr (got->str, "\r\n\r\n");
  reply->headers = body != NULL ? g_strndup (got->str, (gsize) (body + 2 - got->str)) : g_strdup ("");
  bool chunks = strstr (reply->headers, "\r\nTransfer-Encoding: chunked\r\n") != NULL;
  reply->body = body == NULL ? g_strdup ("") : chunks ? join_chunks (body + 4) : g_strdup (body + 4);
  reply->status = g_str_has_prefix (got->str, "HTTP/1.1 ") ? (int) g_ascii_strtoll (got->str + 9, NULL, 10) : 0;
  return reply;
}

Reply *
http_ask (int port, const char *method, const char *path, const char *headers, const char *body)
{
  g_autofree char *length =
      body != NULL ? g_strdup_printf ("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n", strlen (body))
                   : g_strdup ("");
  bool own_host = strstr (headers, "Host: ") != NULL;
  g_autofree char *host = own_host ? g_strdup ("") : g_strdup_printf ("Host: 127.0.0.1:%d\r\n", port);
  g_autofree char *text =
      g_strdup_printf ("%s %s HTTP/1.1\r\n%s%s%s\r\n%s", method, path, host, headers, length, body != NULL ? body : "");
  return http_send (http_connect (port), text);
}

Reply *
http_get (int port, int status, const char *path)
{
  Reply *reply = http_ask (port, "GET", path, "", NULL);
  if (reply->status != status)
    fail_msg ("GET %s: %d, not %d:\n%s", path, reply->status, status, reply->body);
  return reply;
}

Json *
reply_json (const Reply *reply)
{
  g_autoptr (GError) error = NULL;
  Json *json = weir_json_parse (reply->body, strlen (reply->body), "the answer", &error);
  if (json == NULL)
    fail_msg ("%s: %s", error->message, reply->body);
  return json;
}

char *
reply_header (const Reply *reply, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (reply->headers, "\r\n", -1);
  size_t length = strlen (name);
  for (char **line = lines; *line != NULL; line++)
    if (g_ascii_strncasecmp (*line, name, length) == 0 && (*line)[length] == ':')
      return g_strstrip (g_strdup (*line + length + 1));
  return NULL;
}
