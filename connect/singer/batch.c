#include "connect/singer/batch.h"

#include "connect/connector.h"
#include "connect/singer/peer.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

#define READ_BYTES 65536

/* Whether it is jsonl, with gzip or without. */
static bool
check_encoding (const Message *message, GError **error)
{
  g_autoptr (Json) encoding = slice_build (message->encoding);
  const char *format = json_string_value (json_object_get (encoding, "format"));
  const char *compression = json_string_value (json_object_get (encoding, "compression"));
  if (g_strcmp0 (format, "jsonl") != 0)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, "Set its \"batch_config\" to the format jsonl, or leave it out.",
                         "the tap brings batches of format \"%s\"; only jsonl can be read", format != NULL ? format : "?");
  if (compression != NULL && strcmp (compression, "gzip") != 0 && strcmp (compression, "none") != 0)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, "Set its \"batch_config\" to the compression gzip or none.",
                         "the tap brings batches with compression \"%s\"; only gzip can be read", compression);
  return true;
}

/* The path of file:///a/b; a path stays one. NULL: it is elsewhere. Owned by the caller. */
static char *
path_of (const char *name)
{
  if (g_str_has_prefix (name, "file://"))
    return g_uri_unescape_string (name + strlen ("file://"), NULL);
  return strstr (name, "://") == NULL ? g_strdup (name) : NULL;
}

typedef struct
{
  const char *path;
  int64_t line;
  bool (*record) (Slice record, void *data, GError **error);
  void *data;
} Reading;

static bool
take_line (Reading *reading, const char *line, size_t length, GError **error)
{
  reading->line++;
  Slice record = slice_lenient (line, length);
  if (record.bytes != NULL && slice_kind (record) == SLICE_OBJECT)
    return reading->record (record, reading->data, error);
  for (size_t i = 0; record.bytes == NULL && i <= length; i++)
    if (i == length)
      return true; /* an empty line */
    else if (!g_ascii_isspace (line[i]))
      break;
  return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "line %" PRIi64 " of the batch \"%s\" is no record", reading->line,
                       reading->path);
}

/* All whole lines of the text, which are taken out of it. */
static bool
take_lines (Reading *reading, GString *text, bool is_end, GError **error)
{
  size_t at = 0;
  for (const char *end; (end = memchr (text->str + at, '\n', text->len - at)) != NULL; at = (size_t) (end - text->str) + 1)
    if (!take_line (reading, text->str + at, (size_t) (end - text->str) - at, error))
      return false;
  if (is_end && at < text->len && !take_line (reading, text->str + at, text->len - at, error))
    return false;
  g_string_erase (text, 0, (gssize) at);
  return text->len <= PEER_LINE_MOST_BYTES
         || connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "the batch \"%s\" has a line of more than %d MiB",
                          reading->path, PEER_LINE_MOST_BYTES >> 20);
}

static bool
read_file (Reading *reading, GError **error)
{
  gzFile file = gzopen (reading->path, "re");
  if (file == NULL)
    return connect_fail (error, CONNECT_TRANSIENT, NULL, NULL, "could not open the batch \"%s\": %s", reading->path,
                         g_strerror (errno));
  g_autoptr (GString) text = g_string_new (NULL);
  char piece[READ_BYTES];
  int n = 0;
  bool ok = true;
  while (ok && (n = gzread (file, piece, sizeof piece)) > 0)
    {
      g_string_append_len (text, piece, n);
      ok = take_lines (reading, text, false, error) && connect_go_on (error);
    }
  /* A file that ends within its gzip is told by closing it. */
  int closed = gzclose_r (file);
  if (ok && (n < 0 || closed != Z_OK))
    return connect_fail (error, CONNECT_TRANSIENT, NULL, NULL, "the batch \"%s\" is damaged, or not whole", reading->path);
  return ok && take_lines (reading, text, true, error);
}

bool
batch_read (const Message *message, bool (*record) (Slice record, void *data, GError **error), void *data, GError **error)
{
  if (!check_encoding (message, error))
    return false;
  g_autoptr (Json) manifest = slice_build (message->manifest);
  size_t i;
  const Json *name;
  json_array_foreach (manifest, i, name)
    {
      const char *text = json_string_value (name);
      g_autofree char *path = text != NULL ? path_of (text) : NULL;
      if (path == NULL)
        return connect_fail (error, CONNECT_CONFIGURATION, NULL,
                             "Set the root of its \"batch_config\" to a folder of this machine.",
                             "the tap brings a batch that is not on this machine: \"%s\"", text != NULL ? text : "?");
      Reading reading = { .path = path, .record = record, .data = data };
      if (!read_file (&reading, error))
        return false;
    }
  return true;
}
