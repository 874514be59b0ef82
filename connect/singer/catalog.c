#include "connect/singer/catalog.h"

#include "base/error.h"
#include "base/fsutil.h"
#include "base/text.h"
#include "connect/slice.h"

#include <string.h>

#define MOST_BYTES (256 << 20)
#define SHOWN_BYTES 200

static Json *
check_catalog (Json *taken, const char *what, GError **error)
{
  g_autoptr (Json) catalog = taken;
  if (json_is_array (json_object_get (catalog, "streams")))
    return g_steal_pointer (&catalog);
  return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "%s is no catalog: it has no list of \"streams\"", what), NULL;
}

/* What the tap writes, to its end. */
static bool
read_all (Peer *peer, GString *text, GError **error)
{
  const char *line;
  size_t length;
  while (peer_line (peer, &line, &length, error))
    {
      if (line == NULL)
        return true;
      if (text->len + length > MOST_BYTES)
        return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "the catalog of the tap is larger than %d MiB",
                             MOST_BYTES >> 20);
      g_string_append_len (text, line, (gssize) length);
      g_string_append_c (text, '\n');
    }
  return false;
}

static Json *
ask_tap (const SingerSettings *settings, GError **error)
{
  static const char *const words[] = { "--discover", NULL };
  g_autoptr (Peer) peer = settings_start (settings, words, false, error);
  g_autoptr (GString) text = g_string_new (NULL);
  if (peer == NULL || !read_all (peer, text, error))
    return NULL;
  if (!peer_end (peer, error))
    {
      g_prefix_error (error, "could not ask for the catalog: ");
      return NULL;
    }
  Slice whole = slice_lenient (text->str, text->len);
  if (whole.bytes == NULL)
    {
      g_autofree char *shown = redact (settings->redaction, text->str, text->len, SHOWN_BYTES);
      return connect_fail (error, CONNECT_CONFIGURATION, NULL,
                           "A tap without --discover needs a \"catalog\" in its connection; false where it takes none.",
                           "what the tap answers to --discover is no catalog: \"%s\"", shown),
             NULL;
    }
  return check_catalog (slice_build (whole), "what the tap answers to --discover", error);
}

static Json *
read_catalog (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  size_t length;
  if (!fs_read_file (path, MOST_BYTES, &text, &length, error))
    return weir_error_detail (error, "It is the \"catalog\" of the connection."), NULL;
  g_autofree char *what = g_strdup_printf ("\"%s\"", path);
  return check_catalog (slice_build (slice_lenient (text, length)), what, error);
}

Json *
catalog_get (const SingerSettings *settings, GError **error)
{
  if (settings->catalog == NULL)
    return ask_tap (settings, error);
  if (json_is_string (settings->catalog))
    return read_catalog (json_string_value (settings->catalog), error);
  return check_catalog (json_deep_copy (settings->catalog), "connection.catalog", error);
}

const char *
catalog_id (const Json *stream)
{
  const char *id = json_string_value (json_object_get (stream, "tap_stream_id"));
  return id != NULL ? id : json_string_value (json_object_get (stream, "stream"));
}

static Json *
names_none (const Json *streams, const char *name, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  size_t i;
  const Json *stream;
  json_array_foreach ((Json *) streams, i, stream)
    if (catalog_id (stream) != NULL)
      g_ptr_array_add (names, (void *) catalog_id (stream));
  g_ptr_array_add (names, NULL);
  const char *near = name != NULL ? text_nearest (name, (const char *const *) names->pdata) : NULL;
  if (names->len > 21)
    g_ptr_array_set_size (names, 20), g_ptr_array_add (names, (void *) "..."), g_ptr_array_add (names, NULL);
  g_autofree char *all = g_strjoinv (", ", (char **) names->pdata);
  if (name == NULL)
    connect_mistake ("from.stream", "is missing: the tap has %s", all);
  else
    connect_mistake ("from.stream",
                     near != NULL ? "the tap has no stream \"%s\"; did you mean \"%s\"?"
                                  : "the tap has no stream \"%s\"; it has %s",
                     name, near != NULL ? near : all);
  return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "the stream is not there"), NULL;
}

Json *
catalog_stream (const Json *catalog, const char *name, GError **error)
{
  Json *streams = json_object_get (catalog, "streams"), *stream, *found = NULL;
  size_t i, n = 0;
  json_array_foreach (streams, i, stream)
    if (name != NULL && g_strcmp0 (catalog_id (stream), name) == 0)
      return stream;
  json_array_foreach (streams, i, stream)
    if (catalog_id (stream) != NULL
        && (name == NULL || g_strcmp0 (json_string_value (json_object_get (stream, "stream")), name) == 0))
      {
        found = stream;
        n++;
      }
  return n == 1 ? found : names_none (streams, name, error);
}

/* The metadata object of this place; NULL: none. */
static Json *
find_metadata (const Json *stream, const char *column)
{
  size_t i;
  Json *item;
  json_array_foreach (json_object_get (stream, "metadata"), i, item)
    {
      const Json *crumbs = json_object_get (item, "breadcrumb");
      bool is_it = column == NULL
                       ? json_array_size (crumbs) == 0
                       : json_array_size (crumbs) == 2 && g_strcmp0 (json_string_value (json_array_get (crumbs, 1)), column) == 0;
      if (is_it && json_is_object (json_object_get (item, "metadata")))
        return json_object_get (item, "metadata");
    }
  return NULL;
}

const Json *
catalog_said (const Json *stream, const char *column, const char *keyword)
{
  const Json *said = json_object_get (find_metadata (stream, column), keyword);
  return json_is_null (said) ? NULL : said;
}

/* A copy of a list of texts; one text alone is a list, too. */
static Json *
names_of (const Json *list)
{
  Json *names = json_array ();
  size_t i;
  const Json *name;
  if (json_is_string (list))
    json_array_append (names, (Json *) list);
  json_array_foreach ((Json *) list, i, name)
    if (json_is_string (name))
      json_array_append (names, (Json *) name);
  return names;
}

Json *
catalog_key (const Json *stream)
{
  const Json *places[] = { catalog_said (stream, NULL, "table-key-properties"), json_object_get (stream, "key_properties"),
                           catalog_said (stream, NULL, "view-key-properties") };
  for (size_t i = 0; i < G_N_ELEMENTS (places); i++)
    if (json_array_size (places[i]) > 0)
      return names_of (places[i]);
  return json_array ();
}

Json *
catalog_bookmarks (const Json *stream)
{
  const Json *places[] = { catalog_said (stream, NULL, "valid-replication-keys"), catalog_said (stream, NULL, "replication-key"),
                           json_object_get (stream, "replication_key") };
  for (size_t i = 0; i < G_N_ELEMENTS (places); i++)
    if (json_array_size (places[i]) > 0 || json_is_string (places[i]))
      return names_of (places[i]);
  return json_array ();
}

bool
catalog_is_of (const Json *stream, const char *name)
{
  static const char *const members[] = { "tap_stream_id", "stream", "stream_alias", "table_name" };
  for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
    if (g_strcmp0 (json_string_value (json_object_get (stream, members[i])), name) == 0)
      return true;
  /* Taps of databases call a stream by its schema, too. */
  const char *schema = json_string_value (catalog_said (stream, NULL, "schema-name"));
  const char *table = json_string_value (json_object_get (stream, "table_name"));
  if (schema == NULL || table == NULL)
    return false;
  g_autofree char *both = g_strconcat (schema, "-", table, NULL);
  return strcmp (both, name) == 0;
}
