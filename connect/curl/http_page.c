#include "connect/curl/http_page.h"

#include "base/text.h"

#include <string.h>

#define FIRST_BYTES 80 /* of an answer that is no JSON */
#define MEMBERS_SHOWN 12

/* What a page is read with. */
typedef struct
{
  const HttpReply *reply;
  const char *what;
  bool is_later;
  bool (*take) (Slice row, void *data, GError **error);
  void *data;
} Reading;

static bool
fail_packed (const Reading *reading, GError **error)
{
  const char *packed = reading->reply->packed;
  g_autofree char *shown = text_printable (packed, strlen (packed), FIRST_BYTES);
  return connect_fail (error, CONNECT_CONFIGURATION, NULL,
                       "Do \"headers\" ask for it (Accept-Encoding)? Only gzip can be unpacked.",
                       "%s: the answer is packed as \"%s\", or is no JSON", reading->what, shown);
}

static bool
no_json (const Reading *reading, const char *bytes, size_t length, const SliceProblem *problem, GError **error)
{
  const char *type = reading->reply->type;
  if (reading->reply->packed != NULL)
    return fail_packed (reading, error);
  g_autofree char *first = text_printable (bytes, length, FIRST_BYTES);
  g_autofree char *shown_type =
      text_printable (type != NULL ? type : "no Content-Type", strlen (type != NULL ? type : "no Content-Type"), FIRST_BYTES);
  bool is_cut = problem->is_cut && length > 0 && (bytes[0] == '{' || bytes[0] == '[');
  if (is_cut)
    return connect_fail (error, CONNECT_TRANSIENT, NULL, NULL, "%s: the answer ends too early, after %zu bytes: %s", reading->what,
                         length, problem->what);
  return connect_fail (error, reading->is_later ? CONNECT_TRANSIENT : CONNECT_CONFIGURATION, NULL,
                       "Is that the address of JSON, and are we let in?",
                       "%s: the answer (%s) is no JSON: %s at byte %zu; it begins with \"%s\"", reading->what, shown_type,
                       problem->what, problem->offset, first);
}

static bool
take_all (const Reading *reading, Slice array, HttpPage *page, GError **error)
{
  Slice row;
  for (SliceWalk walk = slice_walk (array); slice_next (&walk, NULL, &row); page->n++)
    if (!reading->take (row, reading->data, error))
      return false;
  return true;
}

/* The names that are there, for the message about one that is not. Owned by the caller. */
static char *
names_of (Slice root)
{
  GString *names = g_string_new (NULL);
  Slice name, value;
  int n = 0;
  for (SliceWalk walk = slice_walk (root); slice_next (&walk, &name, &value) && n < MEMBERS_SHOWN; n++)
    if (name.bytes != NULL)
      {
        g_autofree char *shown = text_printable (name.bytes, name.length, FIRST_BYTES);
        g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", shown);
      }
  return g_string_free (names, FALSE);
}

static bool
read_json (const HttpSource *source, const Reading *reading, HttpPage *page, GError **error)
{
  const GString *body = reading->reply->body;
  SliceProblem problem;
  if (!slice_check (body->str, body->len, &problem))
    return no_json (reading, body->str, body->len, &problem, error);
  page->root = slice_of (body->str, body->len);
  ConnectClass error_class = reading->is_later ? CONNECT_TRANSIENT : CONNECT_CONFIGURATION;
  const char *path = json_string_value (json_object_get (source->json, "rows"));
  if (!http_path_find (source->rows, page->root, &page->rows))
    {
      g_autofree char *names = names_of (page->root);
      return connect_fail (error, error_class, NULL, NULL, "%s: the answer has no \"%s\" (\"from.rows\"); its members: %s",
                           reading->what, path, names[0] != '\0' ? names : "none");
    }
  SliceKind kind = slice_kind (page->rows);
  if (kind == SLICE_ARRAY)
    return take_all (reading, page->rows, page, error);
  if (kind == SLICE_NULL)
    return true;
  page->n = 1;
  return kind == SLICE_OBJECT ? reading->take (page->rows, reading->data, error)
                              : connect_fail (error, error_class, NULL, NULL, "%s: what is at \"%s\" is no array of rows",
                                              reading->what, path != NULL ? path : "");
}

static bool
read_lines (const Reading *reading, HttpPage *page, GError **error)
{
  const GString *body = reading->reply->body;
  const char *at = body->str + text_mark (body->str, body->len), *end = body->str + body->len;
  page->rows = slice_of (at, (size_t) (end - at));
  while (at < end)
    {
      const char *line_end = memchr (at, '\n', (size_t) (end - at));
      size_t length = (size_t) ((line_end != NULL ? line_end : end) - at);
      Slice row = slice_of (at, length);
      SliceProblem problem;
      if (row.length > 0)
        {
          if (!slice_check (row.bytes, row.length, &problem))
            return no_json (reading, row.bytes, row.length, &problem, error);
          page->n++;
          if (!reading->take (row, reading->data, error))
            return false;
        }
      at += length + 1;
    }
  return true;
}

static bool
says_lines (const char *type)
{
  return type != NULL && (strstr (type, "ndjson") != NULL || strstr (type, "jsonl") != NULL || strstr (type, "json-lines") != NULL);
}

bool
http_page_is_lines (const HttpSource *source, const HttpReply *reply)
{
  return source->is_lines || says_lines (reply->type);
}

bool
http_page_read (const HttpSource *source, const HttpReply *reply, const char *what, bool is_later,
                bool (*take) (Slice row, void *data, GError **error), void *data, HttpPage *ret_page, GError **error)
{
  const Reading reading = { reply, what, is_later, take, data };
  *ret_page = (HttpPage) { 0 };
  if (reply->status == 204 || reply->status == 404)
    return true;
  return http_page_is_lines (source, reply) ? read_lines (&reading, ret_page, error)
                                            : read_json (source, &reading, ret_page, error);
}
