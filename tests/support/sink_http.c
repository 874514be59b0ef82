#include "sink_talk.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HANG_SECONDS 60

/* "POST /path HTTP/1.1", headers and a body of Content-Length. False: the client went. */
static bool
read_request (FILE *stream, Json *message)
{
  char line[8192], path[1024] = "";
  size_t length = 0;
  Json *headers = json_object ();
  json_object_set_new (message, "headers", headers);
  if (fgets (line, sizeof line, stream) == NULL || sscanf (line, "POST %1023s", path) != 1)
    return false;
  json_object_set_new (message, "path", json_string (path));
  while (fgets (line, sizeof line, stream) != NULL && g_strstrip (line)[0] != '\0')
    {
      g_auto (GStrv) parts = g_strsplit (line, ":", 2);
      g_autofree char *name = g_ascii_strdown (parts[0], -1);
      json_object_set_new (headers, name, json_string (g_strstrip (parts[1])));
      if (g_str_equal (name, "content-length"))
        length = (size_t) g_ascii_strtoull (parts[1], NULL, 10);
    }
  g_autofree char *body = g_malloc0 (length + 1);
  bool whole = fread (body, 1, length, stream) == length;
  json_object_set_new (message, "body", json_string (body));
  return whole;
}

void
sink_answer_http (const SinkTalk *talk, int fd)
{
  FILE *in = fdopen (fd, "r+");
  g_autoptr (Json) message = json_object ();
  if (!read_request (in, message))
    return;
  SinkMode mode = talk->orders->mode;
  int status = mode == SINK_TAKE ? 200 : mode == SINK_REDIRECT ? 302 : mode == SINK_ANSWER ? talk->orders->number : 0;
  json_object_set_new (message, "status", json_integer (status));
  sink_keep (talk, message);
  if (mode == SINK_HANG)
    sleep (HANG_SECONDS);
  if (status == 0)
    return;
  /* As servers do, it says which address was asked for, where that is one that nobody must hear of. */
  const char *path = json_string_value (json_object_get (message, "path")), *said = strstr (path, "secret") != NULL ? path : "";
  dprintf (fd, "HTTP/1.1 %d Word\r\nContent-Length: %zu\r\nConnection: close\r\n", status, strlen ("words") + strlen (said));
  if (mode == SINK_REDIRECT)
    dprintf (fd, "Location: /elsewhere\r\n");
  if (talk->orders->retry_after > 0)
    dprintf (fd, "Retry-After: %d\r\n", talk->orders->retry_after);
  dprintf (fd, "\r\nwords%s", said);
  fclose (in);
}
