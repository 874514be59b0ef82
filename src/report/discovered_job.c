#include "src/report/discovered.h"

#include "base/error.h"
#include "models/name.h"

#include <string.h>

static const char *
text_of (const Json *object, const char *name)
{
  const char *text = json_string_value (json_object_get (object, name));
  return text != NULL ? text : "";
}

/* The last name of a dotted one that ends with a quoted one, without its quotes: of public."a.""b" a."b. NULL: it does not end so. Owned by the caller. */
static char *
quoted_name (const char *stream)
{
  const char *last = stream;
  bool is_within = false;
  for (const char *at = stream; *at != '\0'; at++)
    {
      is_within ^= *at == '"';
      last = *at == '.' && !is_within ? at + 1 : last;
    }
  size_t length = strlen (last);
  if (is_within || length < 2 || last[0] != '"' || last[length - 1] != '"')
    return NULL;
  g_autoptr (GString) name = g_string_new_len (last + 1, (gssize) length - 2);
  g_string_replace (name, "\"\"", "\"", 0);
  return g_strdup (name->str);
}

/* The table of a stream: of "public.orders" and "out/orders.csv" orders. Owned by the caller. */
static char *
table_of (const char *stream, bool is_file)
{
  g_autofree char *quoted = is_file ? NULL : quoted_name (stream), *base = g_path_get_basename (stream);
  if (quoted != NULL)
    return name_of_table (quoted);
  char *dot = strrchr (base, '.');
  if (dot != NULL && is_file)
    *dot = '\0';
  const char *name = dot != NULL && !is_file ? dot + 1 : base;
  return name_of_table (name);
}

/* The table of a pattern of files: what all of their names have, of "out/orders_*.csv" orders; else their folder's, or the connection's. Owned by the caller. */
static char *
table_of_pattern (const char *pattern, const char *connection)
{
  g_autofree char *name = g_path_get_basename (pattern), *folder = g_path_get_dirname (pattern),
                  *last = g_path_get_basename (folder);
  char *dot = strrchr (name, '.'), *open, *close;
  if (dot != NULL)
    *dot = '\0';
  while ((open = strchr (name, '[')) != NULL && (close = strchr (open, ']')) != NULL)
    memset (open, ' ', (size_t) (close + 1 - open));
  g_autofree char *folded = name_fold (g_strdelimit (name, "*?_", ' '));
  if (folded[0] != '\0')
    return name_of_table (folded);
  return name_of_table (strcmp (last, ".") != 0 && strcmp (last, "/") != 0 ? last : connection);
}

/* A column by which changes are known: one that says so before another. NULL: none. */
static const char *
find_bookmark (const Json *stream)
{
  static const char *const words[] = { "updat", "modif", "chang", NULL };
  const Json *bookmarks = json_object_get (stream, "bookmarks");
  for (size_t i = 0; words[i] != NULL; i++)
    for (size_t j = 0; j < json_array_size (bookmarks); j++)
      {
        const char *name = json_string_value (json_array_get (bookmarks, j));
        g_autofree char *lower = name != NULL ? g_ascii_strdown (name, -1) : NULL;
        if (lower != NULL && strstr (lower, words[i]) != NULL)
          return name;
      }
  return NULL;
}

static void
propose_rows (Json *job, const Json *stream)
{
  Json *key = json_object_get (stream, "key");
  const char *bookmark = find_bookmark (stream);
  bool has_key = json_array_size (key) > 0;
  json_object_set_new (job, "mode", json_string (!has_key ? "dump" : bookmark != NULL ? "sync" : "full"));
  if (has_key)
    json_object_set (job, "key", key);
  if (has_key && bookmark != NULL)
    json_object_set_new (job, "bookmark", json_string (bookmark));
  json_object_set_new (job, "every", json_string (has_key && bookmark != NULL ? "1 hour" : "daily 02:15"));
}

/* All streams of a tap are one job. */
static void
propose_tap (Json *job, const Json *streams)
{
  Json *tables = json_object ();
  for (size_t i = 0; i < json_array_size (streams); i++)
    {
      const char *name = text_of (json_array_get (streams, i), "name");
      g_autofree char *table = table_of (name, false);
      json_object_set_new (tables, name, json_string (table));
    }
  json_object_set_new (job, "streams", tables);
  json_object_set_new (job, "every", json_string ("1 hour"));
}

static bool
refuse_many (const char *connection, const Json *streams, GError **error)
{
  const Json *first = json_array_get (streams, 0);
  const char *name = text_of (first, "name"), *dot = strrchr (name, '.');
  bool is_file = g_str_equal (text_of (first, "kind"), "file");
  g_autofree char *quoted = strchr (name, '"') != NULL ? g_shell_quote (name) : g_strdup_printf ("\"%s\"", name);
  g_autofree char *hint = is_file ? g_strdup_printf ("Of one file, or of all by a pattern: weir discover %s \"*%s\" --job",
                                                     connection, dot != NULL ? dot : "")
                                  : g_strdup_printf ("weir discover %s %s --job", connection, quoted);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = hint }, "\"%s\" has %zu streams: which one is the job to pull?",
                    connection, json_array_size (streams));
}

Json *
discovered_propose (const Settings *settings, const char *connection, const char *pattern, const Json *streams, char **ret_name,
                    GError **error)
{
  const Json *found = json_object_get (settings->connections, connection), *stream = json_array_get (streams, 0);
  bool is_tap = g_str_equal (text_of (found, "type"), "singer"), is_file = g_str_equal (text_of (stream, "kind"), "file");
  bool is_table = g_str_equal (text_of (stream, "kind"), "table") || g_str_equal (text_of (stream, "kind"), "view");
  if (json_array_size (streams) == 0)
    return weir_error (error, WEIR_ERROR_MODEL, "\"%s\" has nothing that could be pulled", connection), NULL;
  if (!is_tap && pattern == NULL && json_array_size (streams) > 1)
    return refuse_many (connection, streams, error), NULL;
  Json *job = json_pack ("{s:s, s:{s:s}}", "$schema", "../schema/job.schema.json", "from", "connection", connection);
  const char *name = pattern != NULL ? pattern : text_of (stream, "name");
  *ret_name = is_tap && json_array_size (streams) > 1 ? g_strdup (connection)
              : pattern != NULL                       ? table_of_pattern (pattern, connection)
                                                      : table_of (name, is_file);
  if (is_tap)
    return propose_tap (job, streams), job;
  json_object_set_new (json_object_get (job, "from"), is_table ? "table" : "path", json_string (name));
  json_object_set_new (job, "to_table", json_string (*ret_name));
  if (is_file)
    json_object_set_new (job, "every", json_string ("1 hour"));
  else
    propose_rows (job, stream);
  return job;
}
