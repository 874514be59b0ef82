#include "connect/curl/http_rows_private.h"

#include "base/error.h"

#include <errno.h>
#include <string.h>

/* A column that the job names belongs to the file also where no row of this window has it. */
static void
need (HttpRows *rows, const char *name, const char *path, bool is_obligatory)
{
  const Column *column = http_rows_column (rows, name);
  if (column->is_seen || rows->count == 0)
    return;
  if (is_obligatory)
    connect_mistake (path, "no row has \"%s\"", name);
  else
    connect_note ("no row has \"%s\", which \"columns\" names", name);
}

static void
add_needed (HttpRows *rows)
{
  const Request *request = rows->request;
  const char *name;
  const Json *value;
  size_t i;
  json_array_foreach ((Json *) request->key, i, value)
    if (json_is_string (value))
      need (rows, json_string_value (value), "key", true);
  /* Where the window is all that is asked for, rows need not say when they were changed. */
  const HttpSource *source = rows->source;
  if (request->bookmark != NULL && !source->uses_end && !source->uses_day && source->step == 0)
    need (rows, request->bookmark, "bookmark", true);
  json_object_foreach ((Json *) request->columns, name, value)
    need (rows, name, "columns", false);
}

static bool
declare (HttpRows *rows, GError **error)
{
  guint n = rows->columns->len;
  if (n == 0)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, "Say \"key\", or \"columns\" in \"from\".",
                         "no row came, and the job names no column: there is nothing to make a table of");
  g_autofree ConnectColumn *columns = g_new0 (ConnectColumn, n);
  for (guint i = 0; i < n; i++)
    {
      Column *column = rows->columns->pdata[i];
      bool key = connect_has (rows->request->key, column->name);
      columns[i] = (ConnectColumn) {
        .name = column->name, .type = http_type_words[column->type], .source_type = "json", .nullable = !key, .key = key
      };
      const char *said = json_string_value (json_object_get (json_object_get (rows->request->columns, column->name), "type"));
      column->is_raw = said != NULL ? g_str_has_prefix (said, "json") : column->type == TYPE_JSONB;
    }
  return spool_columns (columns, n, error);
}

static bool
put (HttpRows *rows, const Column *column, Slice value, GError **error)
{
  if (value.bytes == NULL || slice_kind (value) == SLICE_NULL)
    return spool_null (error);
  if (column->is_raw || slice_kind (value) != SLICE_STRING)
    return spool_text (value.bytes, value.length, error);
  g_string_truncate (rows->text, 0);
  slice_text (value, rows->text);
  return spool_text (rows->text->str, rows->text->len, error);
}

/* The cells of a row, by the columns. */
static void
find_cells (HttpRows *rows, Slice row, Slice *cells)
{
  Slice name, value;
  guint i = 0;
  memset (cells, 0, rows->columns->len * sizeof *cells);
  for (SliceWalk walk = slice_walk (row); slice_next (&walk, &name, &value); i++)
    {
      guint at = i;
      if (name.bytes != NULL)
        at = GPOINTER_TO_UINT (g_hash_table_lookup (rows->by_name, http_rows_member (rows, name))) - 1;
      cells[at] = value;
    }
}

bool
http_rows_write (HttpRows *rows, GError **error)
{
  g_autofree char *line = NULL;
  size_t room = 0;
  add_needed (rows);
  if (!declare (rows, error))
    return false;
  if (rows->replaced > 0)
    connect_note ("%" PRIu64 " characters that PostgreSQL cannot hold (U+0000, halves of surrogate pairs) are U+FFFD now",
                  rows->replaced);
  g_autofree Slice *cells = g_new0 (Slice, rows->columns->len);
  rewind (rows->file);
  errno = 0;
  for (ssize_t length; (length = getline (&line, &room, rows->file)) > 0;)
    {
      find_cells (rows, slice_of (line, (size_t) length), cells);
      for (guint i = 0; i < rows->columns->len; i++)
        if (!put (rows, rows->columns->pdata[i], cells[i], error))
          return false;
      if (!spool_row_end (error))
        return false;
    }
  if (ferror (rows->file) || spool_rows () != rows->count)
    return weir_system_error (error, errno != 0 ? errno : EIO, "could not read a temporary file in \"%s\"", g_get_tmp_dir ());
  return true;
}

/* ---- what is told of columns ---- */

Json *
http_rows_memory (const HttpRows *rows)
{
  Json *memory = json_object ();
  for (guint i = 0; i < rows->columns->len; i++)
    {
      const Column *column = rows->columns->pdata[i];
      if (column->is_seen)
        json_object_set_new (memory, column->name, weir_json_string (http_type_words[column->type]));
    }
  return memory;
}

Json *
http_rows_describe (const HttpRows *rows)
{
  Json *columns = json_array ();
  for (guint i = 0; i < rows->columns->len; i++)
    {
      const Column *column = rows->columns->pdata[i];
      const char *type = http_type_words[column->type];
      json_array_append_new (columns, json_pack ("{s:o, s:s, s:b, s:b, s:s}", "name", weir_json_string (column->name), "type",
                                                 type != NULL ? type : "text", "nullable", 1, "key", 0, "source_type", "json"));
    }
  return columns;
}

Json *
http_rows_keys (const HttpRows *rows)
{
  static const char *const names[] = { "id", "_id", "uuid", "guid", "key", NULL };
  Json *keys = json_array ();
  for (size_t n = 0; names[n] != NULL && json_array_size (keys) == 0; n++)
    for (guint i = 0; i < rows->columns->len; i++)
      {
        const Column *column = rows->columns->pdata[i];
        if (g_ascii_strcasecmp (column->name, names[n]) == 0 && (column->type == TYPE_BIGINT || column->type == TYPE_TEXT))
          json_array_append_new (keys, weir_json_string (column->name));
      }
  return keys;
}

Json *
http_rows_bookmarks (const HttpRows *rows)
{
  static const char *const words[] = { "updated", "modified", "changed", "lastupdate", "last_update", "timestamp", NULL };
  Json *bookmarks = json_array ();
  for (guint i = 0; i < rows->columns->len; i++)
    {
      const Column *column = rows->columns->pdata[i];
      g_autofree char *name = g_ascii_strdown (column->name, -1);
      bool is_time = column->type == TYPE_TEXT ? column->is_dated : column->type == TYPE_BIGINT;
      for (size_t n = 0; is_time && words[n] != NULL; n++)
        if (strstr (name, words[n]) != NULL)
          {
            json_array_append_new (bookmarks, weir_json_string (column->name));
            break;
          }
    }
  return bookmarks;
}
