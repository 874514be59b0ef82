#include "connect/curl/http_read.h"

#include "base/fault.h"
#include "base/text.h"
#include "connect/curl/http_page.h"
#include "connect/curl/http_request.h"

#include <string.h>

#define STATUS_EMPTY 204
#define STATUS_NOT_FOUND 404
#define STEADY_READINGS 5

bool
http_reader_open (HttpReader *reader, const Request *request, const Json *from, const char *stream, GError **error)
{
  *reader = (HttpReader) { .request = request };
  bool is_fine = http_connection_read (request->connection, &reader->connection);
  is_fine = http_source_read (from, reader->connection.streams, stream, &reader->source) && is_fine;
  if (request->where != NULL)
    connect_mistake ("where", "an HTTP source has no conditions: what a server selects by is said in \"from\", in \"query\"");
  is_fine = http_plan_make (request, &reader->source, g_get_real_time (), &reader->plan) && is_fine;
  if (!is_fine || connect_has_mistakes ())
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "the configuration is not as it should be");
  reader->name = stream != NULL ? stream : reader->source.path != NULL ? reader->source.path : "the URL of the connection";
  reader->session = http_session_new (&reader->connection, request);
  reader->rows = http_rows_new (&reader->source, request, error);
  return reader->rows != NULL;
}

void
http_reader_clear (HttpReader *reader)
{
  http_rows_free (reader->rows);
  http_session_free (reader->session);
  http_plan_clear (&reader->plan);
  http_source_clear (&reader->source);
  http_connection_clear (&reader->connection);
}

static bool
take_row (Slice row, void *data, GError **error)
{
  HttpReader *reader = data;
  return http_rows_add (reader->rows, row, error);
}

static bool
check_most (const HttpReader *reader, GError **error)
{
  const HttpConnection *connection = &reader->connection;
  const char *hint = "Ask for less at once (\"window\": {\"step\": ...}), or raise \"most\" of the connection.";
  if (reader->pages > connection->most_pages)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, hint, "%s: there are more than %" PRIi64 " pages", reader->name,
                         connection->most_pages);
  g_autofree char *most = text_size (connection->most_bytes);
  return reader->bytes <= connection->most_bytes
         || connect_fail (error, CONNECT_CONFIGURATION, NULL, hint, "%s: the pages have more than %s together", reader->name, most);
}

/* Of one JSON value it is seen where it was cut; of lines it is not. */
static void
tell_no_end (HttpReader *reader, const HttpReply *reply)
{
  bool has_rows = reply->status != STATUS_EMPTY && reply->status != STATUS_NOT_FOUND;
  if (!has_rows || !reply->has_no_end || reader->told_no_end || !http_page_is_lines (&reader->source, reply))
    return;
  connect_note (
      "the server says neither how long its lines are together nor where they end: an answer that was cut is not told from a "
      "whole one");
  reader->told_no_end = true;
}

/* One page, whose rows are taken. */
static bool
read_page (HttpReader *reader, HttpPages *pages, const HttpWords *words, bool *ret_has_next, GError **error)
{
  g_autofree char *what = g_strdup_printf ("page %" PRIi64 " of %s", pages->page, reader->name);
  bool is_later = pages->page > 1;
  g_auto (HttpRequest) asked = { NULL };
  g_auto (HttpReply) reply = { 0 };
  if (!http_request_make (&reader->connection, &reader->source, words, pages, &asked, error))
    return false;
  HttpCall call = {
    .url = asked.url, .headers = (const char *const *) asked.headers, .body = asked.body, .what = what, .is_later = is_later
  };
  if (is_later && reader->source.paging.kind >= PAGES_NUMBER)
    call.missing_hint = "If that is how the server says that there are no more pages: \"missing_is_end\": true in \"pages\".";
  long lets_through = is_later && reader->source.paging.missing_is_end ? STATUS_NOT_FOUND : 0;
  if (!http_session_fetch (reader->session, &call, lets_through, &reply, error))
    return false;
  if (!is_later)
    reader->date = reply.date != 0 ? reply.date : g_get_real_time ();
  tell_no_end (reader, &reply);
  reader->pages++;
  reader->bytes += (int64_t) reply.body->len;
  HttpPage page;
  if (!check_most (reader, error) || !http_page_read (&reader->source, &reply, what, is_later, take_row, reader, &page, error))
    return false;
  fault_point ("http-page");
  connect_progress (http_rows_count (reader->rows), reader->bytes, -1);
  page.url = reply.url;
  page.link = reply.link;
  return http_pages_turn (pages, &page, ret_has_next, error);
}

static bool
read_pages (HttpReader *reader, const HttpWords *words, bool first_page_only, GError **error)
{
  g_auto (HttpPages) pages = { NULL };
  http_pages_begin (&pages, &reader->source.paging);
  for (bool has_next = true; has_next && (pages.page == 1 || !first_page_only);)
    if (!connect_go_on (error) || !read_page (reader, &pages, words, &has_next, error))
      return false;
  reader->lacks_next = pages.page == 2 && pages.is_lacking;
  return true;
}

/* Pages shift while they are read, and a row that moves over a border is not seen. Where that counts they are read until two readings in a row are the same. */
static bool
read_steadily (HttpReader *reader, const HttpWords *words, GError **error)
{
  char before[SHA256_HEX_SIZE] = "", digest[SHA256_HEX_SIZE];
  http_rows_mark (reader->rows);
  for (int i = 0; i < STEADY_READINGS; i++)
    {
      int64_t date = reader->date;
      if (i > 0 && !http_rows_take_back (reader->rows, error))
        return false;
      http_rows_mark (reader->rows);
      if (!read_pages (reader, words, false, error))
        return false;
      http_rows_digest (reader->rows, digest);
      reader->date = i > 0 ? date : reader->date;
      if (strcmp (digest, before) == 0)
        return true;
      memcpy (before, digest, sizeof before);
    }
  return connect_fail (error, CONNECT_TRANSIENT, NULL,
                       "Does the server keep rows in an order? Smaller windows, or a cursor, are steadier.",
                       "%s: the pages were read %d times, and were never the same twice", reader->name, STEADY_READINGS);
}

bool
http_reader_piece (HttpReader *reader, bool first_page_only, bool *ret_is_piece, GError **error)
{
  g_auto (HttpWords) words = { NULL };
  *ret_is_piece = http_plan_next (&reader->plan, &words);
  if (!*ret_is_piece)
    return true;
  bool is_steady = reader->source.is_steady && !first_page_only;
  return is_steady ? read_steadily (reader, &words, error) : read_pages (reader, &words, first_page_only, error);
}

/* Whether it is enough for one file. Pages are no units, so only the pieces of a window can be parted; and only where the position has moved. */
static bool
is_enough (const HttpReader *reader)
{
  const Request *request = reader->request;
  const HttpPlan *plan = &reader->plan;
  bool is_full = (request->limit_rows > 0 && http_rows_count (reader->rows) >= request->limit_rows)
                 || (request->limit_bytes > 0 && http_rows_size (reader->rows) >= request->limit_bytes) || spool_is_full (request);
  return is_full && plan->moves && http_plan_has_more (plan)
         && (plan->since.kind != MOMENT_INSTANT || plan->at > plan->since.value);
}

/* Where it ended, for the next time. A new reference. */
static Json *
position_of (const HttpReader *reader)
{
  const Request *request = reader->request;
  if (!reader->plan.moves)
    return request->window != NULL && request->position != NULL ? json_incref ((Json *) request->position) : NULL;
  g_auto (Moment) since = { 0 };
  http_plan_position (&reader->plan, http_rows_greatest (reader->rows), reader->date, http_rows_bookmark (reader->rows) != NULL,
                      &since);
  Json *position = json_object ();
  json_object_set_new (position, "since", moment_json (&since));
  json_object_set_new (position, "columns", http_rows_memory (reader->rows));
  return position;
}

bool
http_read (const Request *request, Done *done, GError **error)
{
  g_auto (HttpReader) reader = { 0 };
  if (!http_reader_open (&reader, request, request->from, request->stream, error))
    return false;
  const HttpSource *source = &reader.source;
  if (reader.plan.moves && !reader.plan.by_end && !source->uses_start)
    connect_note ("the request names no window ({window.start}): all rows are read each time");
  do
    {
      bool is_piece;
      if (!http_reader_piece (&reader, false, &is_piece, error))
        return false;
      if (!is_piece)
        break;
    }
  while (!is_enough (&reader));
  fault_point ("http-read");
  if (!http_rows_write (reader.rows, error))
    return false;
  done->position = position_of (&reader);
  done->complete = reader.plan.is_complete;
  done->more = reader.plan.moves && reader.plan.piece > 0 && http_plan_has_more (&reader.plan);
  return true;
}
