#include "connect/curl/http_request.h"

#include <string.h>

/* A number goes back with the digits that it came with: JSON as values would make another one of it. */
#define CURSOR_HERE "\001cursor"
#define CURSOR_HERE_TEXT "\"\\u0001cursor\""

void
http_request_clear (HttpRequest *request)
{
  g_clear_pointer (&request->url, g_uri_unref);
  g_strfreev (request->headers);
  g_free (request->body);
  *request = (HttpRequest) { NULL };
}

/* The parameter that says which page is wanted, and the size of pages. */
static bool
is_paged (const HttpPaging *paging, const char *name)
{
  return (paging->query != NULL && strcmp (paging->query, name) == 0) || (paging->size != NULL && strcmp (paging->size, name) == 0);
}

static void
add (GPtrArray *query, const char *name, char *value)
{
  g_ptr_array_add (query, g_strdup (name));
  g_ptr_array_add (query, value);
}

static void
add_value (GPtrArray *query, const char *name, const Json *value, const HttpWords *words)
{
  char *text = json_is_string (value) ? http_words_fill (json_string_value (value), words) : weir_json_text (value);
  if (text != NULL)
    add (query, name, text);
}

/* Names and values in turns, ends with NULL. */
static GPtrArray *
query_of (const HttpSource *source, const HttpWords *words, const HttpPages *pages)
{
  const HttpPaging *paging = &source->paging;
  GPtrArray *query = g_ptr_array_new_with_free_func (g_free);
  const char *name;
  const Json *value, *item;
  json_object_foreach ((Json *) source->query, name, value)
    {
      size_t i;
      if (is_paged (paging, name) && (pages->page > 1 || paging->kind != PAGES_CURSOR))
        continue;
      if (!json_is_array (value))
        add_value (query, name, value, words);
      json_array_foreach ((Json *) value, i, item)
        add_value (query, name, item, words);
    }
  if (paging->kind == PAGES_CURSOR && paging->query != NULL && pages->cursor != NULL)
    add (query, paging->query, g_strdup (pages->cursor));
  if (paging->kind >= PAGES_NUMBER && paging->query != NULL)
    add (query, paging->query, g_strdup_printf ("%" G_GINT64_FORMAT, pages->number));
  if (paging->size != NULL)
    add (query, paging->size, g_strdup_printf ("%" G_GINT64_FORMAT, paging->size_value));
  g_ptr_array_add (query, NULL);
  return query;
}

/* The text with its words; NULL with an error. Owned by the caller. */
static char *
fill (const char *text, const char *what, const HttpWords *words, GError **error)
{
  char *filled = http_words_fill (text, words);
  if (filled == NULL)
    connect_fail (error, CONNECT_CONFIGURATION, NULL, "Say \"window\": {\"first\": ...} in \"from\".",
                  "%s asks for a window, and none is known", what);
  return filled;
}

static bool
add_headers (const Json *said, const HttpWords *words, GStrv *ret, GError **error)
{
  g_autoptr (GPtrArray) headers = g_ptr_array_new_with_free_func (g_free);
  const char *name;
  const Json *value;
  json_object_foreach ((Json *) said, name, value)
    {
      g_autofree char *filled = fill (json_string_value (value), "\"headers\"", words, error);
      if (filled == NULL)
        return false;
      g_ptr_array_add (headers, g_strconcat (name, ": ", filled, NULL));
    }
  g_ptr_array_add (headers, NULL);
  g_ptr_array_set_free_func (headers, NULL);
  *ret = (GStrv) g_ptr_array_free (g_steal_pointer (&headers), FALSE);
  return true;
}

/* The member of that name, "variables.after"; what is on the way and no object becomes one. Takes the value. */
static void
set_member (Json *body, const char *name, Json *value)
{
  g_auto (GStrv) parts = g_strsplit (name, ".", -1);
  Json *at = body;
  for (guint i = 0; parts[i + 1] != NULL; i++)
    {
      if (!json_is_object (json_object_get (at, parts[i])))
        json_object_set_new (at, parts[i], json_object ());
      at = json_object_get (at, parts[i]);
    }
  json_object_set_new (at, parts[g_strv_length (parts) - 1], value);
}

static bool
add_body (const HttpSource *source, const HttpWords *words, const HttpPages *pages, char **ret, GError **error)
{
  const HttpPaging *paging = &source->paging;
  if (!source->is_post)
    return true;
  if (source->body == NULL)
    return *ret = g_strdup (""), true;
  g_autoptr (Json) body = http_words_fill_json (source->body, words);
  if (body == NULL)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, "Say \"window\": {\"first\": ...} in \"from\".",
                         "\"body\" asks for a window, and none is known");
  if (paging->body != NULL && paging->kind >= PAGES_NUMBER)
    set_member (body, paging->body, json_integer (pages->number));
  else if (paging->body != NULL && pages->cursor != NULL)
    set_member (body, paging->body, weir_json_string (pages->cursor_is_number ? CURSOR_HERE : pages->cursor));
  g_autofree char *text = weir_json_text (body);
  if (pages->cursor_is_number)
    {
      GString *exact = g_string_new (text);
      g_string_replace (exact, CURSOR_HERE_TEXT, pages->cursor, 1);
      *ret = g_string_free (exact, FALSE);
    }
  else
    *ret = g_steal_pointer (&text);
  return true;
}

bool
http_request_make (const HttpConnection *connection, const HttpSource *source, const HttpWords *words, const HttpPages *pages,
                   HttpRequest *ret, GError **error)
{
  g_autofree char *path = fill (source->path != NULL ? source->path : "", "\"path\"", words, error);
  *ret = (HttpRequest) { NULL };
  if (path == NULL || !add_headers (source->headers, words, &ret->headers, error)
      || !add_body (source, words, pages, &ret->body, error))
    return false;
  if (pages->next != NULL)
    {
      ret->url = g_uri_ref (pages->next);
      return true;
    }
  g_autoptr (GPtrArray) query = query_of (source, words, pages);
  g_autofree char *url = http_url_build (connection->base, path, (const char *const *) query->pdata);
  const char *problem;
  ret->url = http_url_parse (url, &problem);
  return ret->url != NULL || connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "the request's address %s", problem);
}
