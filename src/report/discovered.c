#include "src/report/discovered.h"

#include "base/error.h"
#include "base/text.h"
#include "src/report/show.h"

#include <stdio.h>
#include <string.h>

static const char *
text_of (const Json *object, const char *name)
{
  const char *text = json_string_value (json_object_get (object, name));
  return text != NULL ? text : "";
}

/* ---- asking ---- */

/* "orders" means "public.orders", where that is the only one; names end with NULL. */
static const char *
find_within (const GPtrArray *names, const char *stream)
{
  const char *found = NULL;
  g_autofree char *end = g_strconcat (".", stream, NULL);
  for (guint i = 0; i + 1 < names->len; i++)
    if (g_str_has_suffix (names->pdata[i], end))
      {
        if (found != NULL)
          return NULL;
        found = names->pdata[i];
      }
  return found;
}

/* Those of this name. A new reference; NULL with MODEL and the nearest name. */
static Json *
pick_stream (const Json *streams, const char *connection, const char *stream, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (size_t i = 0; i < json_array_size (streams); i++)
    {
      Json *one = json_array_get (streams, i);
      g_ptr_array_add (names, (gpointer) text_of (one, "name"));
      if (g_str_equal (text_of (one, "name"), stream))
        return json_pack ("[O]", one);
    }
  g_ptr_array_add (names, NULL);
  const char *nearest = find_within (names, stream);
  if (nearest == NULL)
    nearest = text_nearest (stream, (const char *const *) names->pdata);
  if (nearest != NULL)
    return weir_error (error, WEIR_ERROR_MODEL, "\"%s\" has no stream \"%s\", did you mean \"%s\"?", connection, stream, nearest),
           NULL;
  g_autofree char *hint = g_strdup_printf ("weir discover %s", connection);
  weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = hint }, "\"%s\" has no stream \"%s\"", connection, stream);
  return NULL;
}

bool
discover_is_pattern (const Settings *settings, const char *connection, const char *stream)
{
  static const char *const kinds[] = { "sftp", "share", NULL };
  const char *type = text_of (json_object_get (settings->connections, connection), "type");
  return stream != NULL && strpbrk (stream, "*?[/") != NULL && g_strv_contains (kinds, type);
}

Json *
discover_streams (const Asking *asking, const char *connection, const char *stream, GError **error)
{
  g_auto (Connected) connected = { 0 };
  g_autoptr (Json) request = json_object ();
  bool is_pattern = discover_is_pattern (asking->settings, connection, stream);
  if (is_pattern)
    json_object_set_new (request, "from", json_pack ("{s:o}", "path", weir_json_string (stream)));
  else if (stream != NULL)
    json_object_set_new (request, "stream", weir_json_string (stream));
  if (!ask_connector (asking, connection, "discover", request, &connected, error)
      || !connected_error (&connected, connection, connection, error))
    return NULL;
  for (size_t i = 0; i < json_array_size (connected.notes); i++)
    fprintf (stderr, "note: %s\n", json_string_value (json_array_get (connected.notes, i)));
  if (is_pattern && json_array_size (connected.streams) > 0)
    return json_incref (connected.streams);
  return stream != NULL ? pick_stream (connected.streams, connection, stream, error) : json_incref (connected.streams);
}

/* ---- showing ---- */

/* A cell: texts of a stranger are made printable. */
static void
add_text (GPtrArray *cells, const char *text)
{
  g_ptr_array_add (cells, text[0] != '\0' ? text_printable (text, strlen (text), 200) : NULL);
}

static void
add_number (GPtrArray *cells, const Json *value)
{
  g_ptr_array_add (cells, json_is_integer (value) ? text_count (json_integer_value (value)) : NULL);
}

/* The words of an array: "id, day". */
static void
add_words (GPtrArray *cells, const Json *words)
{
  g_autoptr (GString) all = g_string_new (NULL);
  for (size_t i = 0; i < json_array_size (words); i++)
    if (json_is_string (json_array_get (words, i)))
      g_string_append_printf (all, "%s%s", all->len > 0 ? ", " : "", json_string_value (json_array_get (words, i)));
  add_text (cells, all->str);
}

static void
show_streams (const Json *streams)
{
  static const char *const headers[] = { "stream", "kind", "rows", "columns", "key", "bookmarks", NULL };
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  for (size_t i = 0; i < json_array_size (streams); i++)
    {
      const Json *stream = json_array_get (streams, i), *columns = json_object_get (stream, "columns");
      add_text (cells, text_of (stream, "name"));
      add_text (cells, text_of (stream, "kind"));
      add_number (cells, json_object_get (stream, "rows"));
      g_ptr_array_add (cells, columns != NULL ? g_strdup_printf ("%zu", json_array_size (columns)) : NULL);
      add_words (cells, json_object_get (stream, "key"));
      add_words (cells, json_object_get (stream, "bookmarks"));
    }
  show_table (headers, cells);
}

static void
show_files (const Json *streams)
{
  static const char *const headers[] = { "file", "bytes", "changed", NULL };
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  for (size_t i = 0; i < json_array_size (streams); i++)
    {
      const Json *stream = json_array_get (streams, i);
      add_text (cells, text_of (stream, "name"));
      add_number (cells, json_object_get (stream, "size"));
      add_text (cells, text_of (stream, "mtime"));
    }
  show_table (headers, cells);
}

static bool
has_word (const Json *words, const char *word)
{
  for (size_t i = 0; i < json_array_size (words); i++)
    if (g_strcmp0 (json_string_value (json_array_get (words, i)), word) == 0)
      return true;
  return false;
}

static void
show_columns (const Json *stream)
{
  static const char *const headers[] = { "column", "type", "at the source", "nullable", "key", "bookmark", NULL };
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  const Json *columns = json_object_get (stream, "columns");
  for (size_t i = 0; i < json_array_size (columns); i++)
    {
      const Json *column = json_array_get (columns, i), *nullable = json_object_get (column, "nullable");
      const char *name = text_of (column, "name");
      bool is_key = json_is_true (json_object_get (column, "key")) || has_word (json_object_get (stream, "key"), name);
      add_text (cells, name);
      add_text (cells, text_of (column, "type"));
      add_text (cells, text_of (column, "source_type"));
      add_text (cells, json_is_boolean (nullable) ? (json_is_true (nullable) ? "yes" : "no") : "");
      add_text (cells, is_key ? "yes" : "");
      add_text (cells, has_word (json_object_get (stream, "bookmarks"), name) ? "yes" : "");
    }
  show_table (headers, cells);
}

void
discovered_show (const Json *streams, bool columns)
{
  const Json *first = json_array_get (streams, 0);
  bool has_columns = json_array_size (json_object_get (first, "columns")) > 0;
  if (json_array_size (streams) == 0)
    puts ("There is nothing that could be pulled.");
  else if (columns && has_columns)
    show_columns (first);
  else if (g_str_equal (text_of (first, "kind"), "file"))
    show_files (streams);
  else
    show_streams (streams);
}
