#include "connect/curl/http_rows_private.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fsutil.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define NO_NAME "unnamed" /* no column is called "" */
#define MOST_COLUMNS 1600 /* of a table (PostgreSQL's MaxHeapAttributeNumber) */

const char *const http_type_words[] = { NULL, "boolean", "bigint", "numeric", "text", "jsonb" };

static void
column_free (void *data)
{
  Column *column = data;
  g_free (column->name);
  g_free (column);
}

Column *
http_rows_column (HttpRows *rows, const char *name)
{
  guint at = GPOINTER_TO_UINT (g_hash_table_lookup (rows->by_name, name));
  if (at > 0)
    return rows->columns->pdata[at - 1];
  Column *column = g_new0 (Column, 1);
  column->name = g_strdup (name);
  column->is_dated = true;
  g_ptr_array_add (rows->columns, column);
  g_hash_table_insert (rows->by_name, column->name, GUINT_TO_POINTER (rows->columns->len));
  return column;
}

/* What earlier windows had: so that a window whose rows lack a member, or have nothing but whole numbers in it, has the same columns as they. */
static void
remember (HttpRows *rows, const Json *columns)
{
  const char *name;
  const Json *value;
  json_object_foreach ((Json *) columns, name, value)
    {
      if (rows->source->columns->len > 0 && g_hash_table_lookup (rows->by_name, name) == NULL)
        continue;
      Column *column = http_rows_column (rows, name);
      column->is_seen = true;
      for (Type type = TYPE_BOOLEAN; type <= TYPE_JSONB; type++)
        if (g_strcmp0 (json_string_value (value), http_type_words[type]) == 0)
          column->type = type;
    }
}

HttpRows *
http_rows_new (const HttpSource *source, const Request *request, GError **error)
{
  g_autoptr (HttpRows) rows = g_new0 (HttpRows, 1);
  rows->source = source;
  rows->request = request;
  rows->columns = g_ptr_array_new_with_free_func (column_free);
  rows->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  rows->line = g_string_new (NULL);
  rows->text = g_string_new (NULL);
  rows->sha = sha256_new ();
  bool is_log = g_strcmp0 (request->mode, "log") == 0;
  rows->bookmark = request->bookmark != NULL ? request->bookmark
                   : is_log                  ? json_string_value (json_array_get (request->key, 0))
                                             : NULL;
  for (guint i = 0; i < source->columns->len; i++)
    http_rows_column (rows, g_array_index (source->columns, HttpColumn, i).name);
  remember (rows, json_object_get (request->position, "columns"));
  AUTO_FD int fd = fs_open_scratch (g_get_tmp_dir (), error);
  if (fd < 0)
    return NULL;
  rows->file = fdopen (fd, "w+");
  if (rows->file == NULL)
    return weir_system_error (error, errno, "could not open a temporary file in \"%s\"", g_get_tmp_dir ()), NULL;
  fd_steal (&fd);
  return g_steal_pointer (&rows);
}

void
http_rows_free (HttpRows *rows)
{
  if (rows == NULL)
    return;
  if (rows->file != NULL)
    fclose (rows->file);
  g_hash_table_unref (rows->by_name);
  g_ptr_array_unref (rows->columns);
  g_string_free (rows->line, TRUE);
  g_string_free (rows->text, TRUE);
  moment_clear (&rows->greatest);
  moment_clear (&rows->mark.greatest);
  sha256_free (rows->sha);
  g_free (rows);
}

int64_t
http_rows_count (const HttpRows *rows)
{
  return rows->count;
}

int64_t
http_rows_size (const HttpRows *rows)
{
  return rows->size;
}

const Moment *
http_rows_greatest (const HttpRows *rows)
{
  return &rows->greatest;
}

const char *
http_rows_bookmark (const HttpRows *rows)
{
  return rows->bookmark;
}

/* ---- what the values are ---- */

static Type
type_of (Slice value)
{
  switch (slice_kind (value))
    {
    case SLICE_NULL:
      return TYPE_NULL;
    case SLICE_BOOLEAN:
      return TYPE_BOOLEAN;
    case SLICE_INTEGER:
    case SLICE_NUMBER:
      return slice_is_bigint (value) ? TYPE_BIGINT : TYPE_NUMERIC;
    case SLICE_STRING:
      return TYPE_TEXT;
    default:
      return TYPE_JSONB;
    }
}

static Type
join (Type a, Type b)
{
  if (a == b || b == TYPE_NULL)
    return a;
  if (a == TYPE_NULL)
    return b;
  if (a == TYPE_JSONB || b == TYPE_JSONB)
    return TYPE_JSONB;
  return MIN (a, b) == TYPE_BIGINT && MAX (a, b) == TYPE_NUMERIC ? TYPE_NUMERIC : TYPE_TEXT;
}

/* The value's text, in "text". */
static const char *
plain (HttpRows *rows, Slice value)
{
  g_string_truncate (rows->text, 0);
  if (slice_kind (value) == SLICE_STRING)
    slice_text (value, rows->text);
  else
    g_string_append_len (rows->text, value.bytes, (gssize) value.length);
  return rows->text->str;
}

static void
see (HttpRows *rows, Column *column, Slice value)
{
  Type type = type_of (value);
  column->is_seen = true;
  column->type = join (column->type, type);
  bool is_bookmark = rows->bookmark != NULL && strcmp (rows->bookmark, column->name) == 0;
  if (type == TYPE_NULL || (!is_bookmark && (type != TYPE_TEXT || !column->is_dated)))
    return;
  g_auto (Moment) moment = { 0 };
  moment_read (plain (rows, value), &moment);
  column->is_dated = column->is_dated && moment.kind == MOMENT_INSTANT;
  if (is_bookmark && moment_is_before (&rows->greatest, &moment))
    moment_copy (&rows->greatest, &moment);
}

/* ---- a row ---- */

/* The job says the columns. */
static void
add_found (HttpRows *rows, Slice row)
{
  GArray *columns = rows->source->columns;
  for (guint i = 0; i < columns->len; i++)
    {
      Slice value;
      g_string_append_c (rows->line, i == 0 ? '[' : ',');
      if (!http_path_find (g_array_index (columns, HttpColumn, i).path, row, &value))
        {
          g_string_append (rows->line, "null");
          continue;
        }
      see (rows, rows->columns->pdata[i], value);
      rows->replaced += slice_compact (value, rows->line);
    }
  g_string_append_c (rows->line, ']');
}

const char *
http_rows_member (HttpRows *rows, Slice name)
{
  g_string_truncate (rows->text, 0);
  slice_text (name, rows->text);
  return rows->text->len > 0 ? rows->text->str : NO_NAME;
}

static bool
add_members (HttpRows *rows, Slice row, GError **error)
{
  Slice name, value;
  for (SliceWalk walk = slice_walk (row); slice_next (&walk, &name, &value);)
    {
      see (rows, http_rows_column (rows, http_rows_member (rows, name)), value);
      if (rows->columns->len > MOST_COLUMNS)
        return connect_fail (error, CONNECT_CONFIGURATION, NULL, "Name the ones that are wanted: \"columns\" in \"from\".",
                             "the rows have more than %d different members", MOST_COLUMNS);
    }
  rows->replaced += slice_compact (row, rows->line);
  return true;
}

/* Where the rows are no objects there is one column. */
static void
add_value (HttpRows *rows, Slice row)
{
  see (rows, http_rows_column (rows, "value"), row);
  g_string_append (rows->line, "{\"value\":");
  rows->replaced += slice_compact (row, rows->line);
  g_string_append_c (rows->line, '}');
}

bool
http_rows_add (HttpRows *rows, Slice row, GError **error)
{
  g_string_truncate (rows->line, 0);
  if (rows->source->columns->len > 0)
    add_found (rows, row);
  else if (slice_kind (row) != SLICE_OBJECT)
    add_value (rows, row);
  else if (!add_members (rows, row, error))
    return false;
  g_string_append_c (rows->line, '\n');
  if (fwrite (rows->line->str, 1, rows->line->len, rows->file) != rows->line->len)
    return weir_system_error (error, errno, "could not write a temporary file in \"%s\"", g_get_tmp_dir ());
  if (rows->source->is_steady)
    sha256_update (rows->sha, rows->line->str, rows->line->len);
  rows->count++;
  rows->size += (int64_t) rows->line->len;
  return true;
}

void
http_rows_mark (HttpRows *rows)
{
  sha256_reset (rows->sha);
  rows->mark.count = rows->count;
  rows->mark.size = rows->size;
  rows->mark.replaced = rows->replaced;
  moment_copy (&rows->mark.greatest, &rows->greatest);
}

void
http_rows_digest (HttpRows *rows, char ret_sha256[SHA256_HEX_SIZE])
{
  sha256_finish (rows->sha, ret_sha256);
}

/* Columns that it had stay: those of a file may be more than its rows need. */
bool
http_rows_take_back (HttpRows *rows, GError **error)
{
  if (fflush (rows->file) != 0 || ftruncate (fileno (rows->file), rows->mark.size) != 0
      || fseek (rows->file, rows->mark.size, SEEK_SET) != 0)
    return weir_system_error (error, errno, "could not write a temporary file in \"%s\"", g_get_tmp_dir ());
  rows->count = rows->mark.count;
  rows->size = rows->mark.size;
  rows->replaced = rows->mark.replaced;
  moment_copy (&rows->greatest, &rows->mark.greatest);
  return true;
}
