/* HTTP sources: check and discover (docs/http.md); http_read.c has the reading. */
#include "connect/curl/http_read.h"
#include "connect/curl/kinds.h"

/* The URL of the connection: whether somebody answers there, and lets us in. */
static bool
check_base (const Request *request, GError **error)
{
  g_auto (HttpConnection) connection = { 0 };
  if (!http_connection_read (request->connection, &connection))
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "the configuration is not as it should be");
  g_autoptr (HttpSession) session = http_session_new (&connection, request);
  g_auto (HttpReply) reply = { 0 };
  if (!http_session_fetch (session, &(HttpCall) { .url = connection.base, .what = "the URL of the connection" }, 404, &reply,
                           error))
    return false;
  connect_checked ("connect", true, "it answers: HTTP %ld", reply.status);
  return true;
}

/* A path that is misspelt looks as one whose member is missing this time: only a person knows. */
static void
note_slips (const HttpReader *reader, const Json *columns)
{
  g_autoptr (Json) known = http_rows_memory (reader->rows);
  if (reader->lacks_next)
    connect_note ("the first page of %s has nothing where \"pages\" looks for the next one: no other would be read", reader->name);
  bool are_said = reader->source.columns->len > 0;
  for (size_t i = 0; are_said && i < json_array_size (columns); i++)
    {
      const char *name = json_string_value (json_object_get (json_array_get (columns, i), "name"));
      if (!json_is_string (json_object_get (known, name)))
        connect_note ("the first page of %s has no value for the column \"%s\": is its path right?", reader->name, name);
    }
}

static bool
http_check (const Request *request, GError **error)
{
  if (request->from == NULL)
    return check_base (request, error);
  g_auto (HttpReader) reader = { 0 };
  bool is_piece;
  if (!http_reader_open (&reader, request, request->from, request->stream, error)
      || !http_reader_piece (&reader, true, &is_piece, error))
    return false;
  g_autoptr (Json) columns = http_rows_describe (reader.rows);
  if (http_rows_count (reader.rows) > 0)
    note_slips (&reader, columns);
  connect_checked ("connect", true, "it answers");
  connect_checked ("read", true, "the first page of %s: %" PRIi64 " rows, %zu columns", reader.name, http_rows_count (reader.rows),
                   json_array_size (columns));
  return true;
}

/* One page of a stream, and what it shows. */
static bool
look (const Request *request, const Json *from, const char *name, GError **error)
{
  g_auto (HttpReader) reader = { 0 };
  bool is_piece;
  if (!http_reader_open (&reader, request, from, name, error) || !http_reader_piece (&reader, true, &is_piece, error))
    return false;
  g_autoptr (Json) stream = json_pack ("{s:o, s:s, s:n, s:o, s:o, s:o}", "name", weir_json_string (reader.name), "kind", "resource",
                                       "rows", "columns", http_rows_describe (reader.rows), "key", http_rows_keys (reader.rows),
                                       "bookmarks", http_rows_bookmarks (reader.rows));
  connect_stream (stream);
  return true;
}

static bool
http_discover (const Request *request, GError **error)
{
  const Json *streams = json_object_get (request->connection, "streams");
  const char *name;
  const Json *value;
  if (request->from != NULL)
    return look (request, request->from, request->stream, error);
  if (json_object_size (streams) == 0)
    {
      if (!check_base (request, error))
        return false;
      connect_note ("an HTTP server does not say what it has: name it in \"streams\" of the connection, or ask for a job");
      return true;
    }
  json_object_foreach ((Json *) streams, name, value)
    {
      g_autoptr (GError) local = NULL;
      if (look (request, NULL, name, &local))
        continue;
      if (connect_has_mistakes () || connect_is_stopping () || g_error_matches (local, CONNECT_ERROR, CONNECT_CREDENTIALS))
        return g_propagate_error (error, g_steal_pointer (&local)), false;
      connect_note ("%s: %s", name, local->message);
    }
  return true;
}

const Kind kind_http = { "http", .check = http_check, .discover = http_discover, .read = http_read };
