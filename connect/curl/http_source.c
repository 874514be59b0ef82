#include "connect/curl/http_source.h"

#include "base/quantity.h"
#include "base/text.h"
#include "connect/curl/http_connection.h"
#include "connect/curl/http_words.h"

#include <string.h>

static void
column_clear (void *data)
{
  http_path_free (((HttpColumn *) data)->path);
}

void
http_source_clear (HttpSource *source)
{
  http_path_free (source->rows);
  http_path_free (source->paging.from);
  http_path_free (source->paging.more);
  g_clear_pointer (&source->columns, g_array_unref);
  json_decref (source->json);
  *source = (HttpSource) { 0 };
}

static HttpPath *
read_path (const char *text, const char *place)
{
  const char *problem = NULL;
  HttpPath *path = http_path_parse (text, &problem);
  if (path == NULL)
    connect_mistake (place, "is no path: %s", problem);
  return path;
}

/* ---- pages ---- */

static void
read_size (const Json *size, const char *path, HttpPaging *paging)
{
  static const char *const known[] = { "query", "value", NULL };
  g_autofree char *place = http_place (path, "size");
  if (size == NULL)
    return;
  if (!json_is_object (size))
    {
      connect_mistake (place, "must be an object");
      return;
    }
  connect_known (size, place, known);
  paging->size = connect_text (size, place, "query", true);
  paging->size_value = connect_number (size, place, "value", 0);
  g_autofree char *value = http_place (place, "value");
  if (paging->size_value < 1)
    connect_mistake (value, "must be how many rows a page has, 1 at least");
}

/* "cursor", "number", "offset": where the next request says what. */
static void
read_counted (const Json *json, const char *path, HttpPaging *paging)
{
  static const char *const of_cursor[] = { "from", "query", "body", "more", NULL };
  static const char *const of_count[] = { "query", "body", "first", "size", "missing_is_end", NULL };
  if (!json_is_object (json))
    {
      connect_mistake (path, "must be an object");
      return;
    }
  bool is_cursor = paging->kind == PAGES_CURSOR;
  connect_known (json, path, is_cursor ? of_cursor : of_count);
  paging->body = connect_text (json, path, "body", false);
  paging->query = connect_text (json, path, "query", paging->body == NULL);
  if (paging->body != NULL && paging->query != NULL)
    connect_mistake (path, "has \"query\" and \"body\": it must be one");
  if (is_cursor)
    {
      const char *from = connect_text (json, path, "from", true);
      g_autofree char *place = http_place (path, "from");
      const char *more = connect_text (json, path, "more", false);
      g_autofree char *more_place = http_place (path, "more");
      paging->from = from != NULL ? read_path (from, place) : NULL;
      paging->more = more != NULL ? read_path (more, more_place) : NULL;
      return;
    }
  paging->first = connect_number (json, path, "first", paging->kind == PAGES_NUMBER ? 1 : 0);
  paging->missing_is_end = connect_truth (json, path, "missing_is_end", false);
  read_size (json_object_get (json, "size"), path, paging);
}

static void
read_pages (const Json *json, HttpPaging *paging)
{
  static const struct
  {
    const char *word;
    PagesKind kind;
  } forms[] = { { "next", PAGES_NEXT },
                { "link_header", PAGES_HEADER },
                { "cursor", PAGES_CURSOR },
                { "number", PAGES_NUMBER },
                { "offset", PAGES_OFFSET } };
  static const char *const known[] = { "next", "link_header", "cursor", "number", "offset", NULL };
  if (json == NULL)
    return;
  connect_known (json, "from.pages", known);
  if (!json_is_object (json) || json_object_size (json) != 1)
    {
      connect_mistake ("from.pages", "must be an object with one of \"next\", \"link_header\", \"cursor\", \"number\", \"offset\"");
      return;
    }
  for (size_t i = 0; i < G_N_ELEMENTS (forms); i++)
    if (json_object_get (json, forms[i].word) != NULL)
      paging->kind = forms[i].kind;
  if (paging->kind == PAGES_NEXT)
    {
      const char *next = connect_text (json, "from.pages", "next", true);
      paging->from = next != NULL ? read_path (next, "from.pages.next") : NULL;
    }
  else if (paging->kind == PAGES_HEADER && !connect_truth (json, "from.pages", "link_header", true))
    paging->kind = PAGES_ONE;
  else if (paging->kind >= PAGES_CURSOR)
    {
      const char *word = forms[paging->kind - PAGES_NEXT].word;
      g_autofree char *path = http_place ("from.pages", word);
      read_counted (json_object_get (json, word), path, paging);
    }
}

/* ---- columns and rows ---- */

static void
read_columns (const Json *json, GArray *columns)
{
  const char *name;
  const Json *value;
  if (json != NULL && (!json_is_object (json) || json_object_size (json) == 0))
    connect_mistake ("from.columns", "must be an object with a path for each column");
  json_object_foreach ((Json *) json, name, value)
    {
      g_autofree char *place = http_place ("from.columns", name);
      (void) value;
      const char *path = connect_text (json, "from.columns", name, true);
      HttpColumn column = { .name = name, .path = path != NULL ? read_path (path, place) : NULL };
      g_array_append_val (columns, column);
    }
}

static void
read_rows (const Json *json, HttpSource *source)
{
  const Json *rows = json_object_get (json, "rows");
  const char *format = connect_text (json, "from", "format", false);
  if (rows != NULL && !json_is_string (rows))
    connect_mistake ("from.rows", "must be a text: the path to the array of rows, \"\" for the whole answer");
  source->rows = read_path (json_is_string (rows) ? json_string_value (rows) : "", "from.rows");
  source->is_lines = g_strcmp0 (format, "lines") == 0;
  if (format != NULL && !source->is_lines && strcmp (format, "json") != 0)
    connect_mistake ("from.format", "must be \"json\" or \"lines\"");
  if (source->is_lines && (source->paging.kind == PAGES_NEXT || source->paging.kind == PAGES_CURSOR))
    connect_mistake ("from.pages", "cannot be found in lines: \"link_header\", \"number\" or \"offset\"");
}

/* ---- windows ---- */

static void
read_window (const Json *json, HttpSource *source)
{
  static const char *const known[] = { "format", "first", "step", NULL };
  if (json == NULL)
    return;
  if (!json_is_object (json))
    {
      connect_mistake ("from.window", "must be an object");
      return;
    }
  connect_known (json, "from.window", known);
  const char *format = connect_text (json, "from.window", "format", false);
  for (int i = 0; format != NULL && moment_format_words[i] != NULL; i++)
    if (strcmp (moment_format_words[i], format) == 0)
      {
        source->format = (MomentFormat) i;
        format = NULL;
      }
  if (format != NULL)
    connect_mistake ("from.window.format", "must be \"datetime\", \"date\", \"epoch\" or \"milliseconds\"");
  source->first = connect_text (json, "from.window", "first", false);
  const char *step = connect_text (json, "from.window", "step", false);
  int64_t seconds = 0;
  if (step != NULL && (!quantity_read_period (step, &seconds) || seconds < 1 || seconds > INT64_C (10000) * 86400))
    connect_mistake ("from.window.step", "must be a time, as \"1 day\"");
  source->step = step != NULL ? seconds * MOMENT_SECOND : 0;
  if (source->format == FORMAT_DATE && source->step % MOMENT_DAY != 0)
    connect_mistake ("from.window.step", "must be whole days, as the format is \"date\"");
}

/* Which of the words of windows the request says, anywhere. */
static void
find_words (const Json *json, const char *path, HttpSource *source)
{
  if (json_is_string (json))
    {
      g_autofree char *unknown = NULL;
      unsigned words = http_words_of (json_string_value (json), &unknown);
      source->uses_start |= (words & HTTP_WORD_START) != 0;
      source->uses_end |= (words & HTTP_WORD_END) != 0;
      source->uses_day |= (words & HTTP_WORD_DAY) != 0;
      if (unknown != NULL)
        connect_mistake (path, "there is no {%s}: {window.start}, {window.end} or {window.day}", unknown);
      return;
    }
  const char *name;
  const Json *value;
  json_object_foreach ((Json *) json, name, value)
    {
      g_autofree char *place = http_place (path, name);
      find_words (value, place, source);
    }
  size_t i;
  json_array_foreach ((Json *) json, i, value)
    find_words (value, path, source);
}

/* ---- the request ---- */

static void
check_query (const Json *query)
{
  const char *name;
  const Json *value;
  if (query != NULL && !json_is_object (query))
    connect_mistake ("from.query", "must be an object");
  json_object_foreach ((Json *) query, name, value)
    {
      g_autofree char *place = http_place ("from.query", name);
      if (json_is_object (value) || json_is_null (value))
        connect_mistake (place, "must be a text, a number, true, false, or a list of these");
    }
}

static void
check_path (const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path != NULL ? path : "", "/", -1);
  if (path != NULL && strpbrk (path, "?#") != NULL)
    connect_mistake ("from.path", "has a ? or # in it: what is behind a ? belongs into \"query\"");
  for (guint i = 0; parts[i] != NULL; i++)
    if (strcmp (parts[i], "..") == 0 || strcmp (parts[i], ".") == 0)
      connect_mistake ("from.path", "must stay below the connection's URL");
}

static void
read_request (const Json *json, HttpSource *source)
{
  const char *method = connect_text (json, "from", "method", false);
  const Json *body = json_object_get (json, "body");
  source->path = connect_text (json, "from", "path", false);
  source->query = json_object_get (json, "query");
  source->headers = json_object_get (json, "headers");
  source->body = json_is_null (body) ? NULL : body;
  source->is_post = g_strcmp0 (method, "POST") == 0;
  check_path (source->path);
  check_query (source->query);
  http_check_headers (source->headers, "from.headers");
  if (method != NULL && !source->is_post && strcmp (method, "GET") != 0)
    connect_mistake ("from.method", "must be \"GET\" or \"POST\"");
  if (source->body != NULL && !source->is_post)
    connect_mistake ("from.body", "belongs to \"method\": \"POST\"");
  if (source->paging.body != NULL && !json_is_object (source->body))
    connect_mistake ("from.pages", "says \"body\", and there is no \"body\" that is an object");
  static const char *const members[] = { "path", "query", "headers", "body" };
  for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autofree char *place = http_place ("from", members[i]);
      find_words (json_object_get (json, members[i]), place, source);
    }
}

/* The stream with what "from" says in its place. NULL: there is no such stream. A new reference. */
static Json *
find_stream (const Json *from, const Json *streams, const char *stream)
{
  const char *said = json_is_object (from) ? connect_text (from, "from", "stream", false) : NULL;
  const char *name = said != NULL ? said : stream;
  const Json *found = name != NULL ? json_object_get (streams, name) : NULL;
  if (found != NULL && !json_is_object (found))
    connect_mistake ("connection.streams", "\"%s\" must be an object", name);
  if (name != NULL && found == NULL && (said != NULL || json_object_get (from, "path") == NULL))
    {
      g_autoptr (GPtrArray) names = g_ptr_array_new ();
      const char *other;
      const Json *value;
      json_object_foreach ((Json *) streams, other, value)
        {
          (void) value;
          g_ptr_array_add (names, (char *) other);
        }
      g_ptr_array_add (names, NULL);
      const char *near = text_nearest (name, (const char *const *) names->pdata);
      connect_mistake ("from.stream",
                       near != NULL ? "the connection has no stream \"%s\"; did you mean \"%s\"?"
                                    : "the connection has no stream \"%s\"",
                       name, near);
    }
  Json *whole = json_is_object (found) ? json_copy ((Json *) found) : json_object ();
  if (from != NULL)
    json_object_update (whole, (Json *) from);
  return whole;
}

bool
http_source_read (const Json *from, const Json *streams, const char *stream, HttpSource *ret_source)
{
  static const char *const known[] = { "stream", "path",  "query",   "method", "headers", "body",       "rows",
                                       "format", "pages", "columns", "window", "steady",  "connection", NULL };
  *ret_source = (HttpSource) { .columns = g_array_new (FALSE, FALSE, sizeof (HttpColumn)) };
  g_array_set_clear_func (ret_source->columns, column_clear);
  Json *json = ret_source->json = find_stream (from, streams, stream);
  connect_known (json, "from", known);
  read_pages (json_object_get (json, "pages"), &ret_source->paging);
  read_request (json, ret_source);
  read_rows (json, ret_source);
  read_columns (json_object_get (json, "columns"), ret_source->columns);
  read_window (json_object_get (json, "window"), ret_source);
  ret_source->is_steady = connect_truth (json, "from", "steady", false);
  return !connect_has_mistakes ();
}
