#include "connect/curl/shape.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fsutil.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FLUSH_BYTES (256 << 10)
#define MARK "\xef\xbb\xbf"

Shape
shape_read (const Json *to)
{
  Shape shape = { .delimiter = ',', .quotes_all = true };
  const char *format = connect_text (to, "to", "format", false), *delimiter = connect_text (to, "to", "delimiter", false);
  const char *quote = connect_text (to, "to", "quote", false);
  if (format != NULL && strcmp (format, "csv") != 0)
    connect_mistake ("to.format", "must be \"csv\"");
  if (delimiter != NULL && (strlen (delimiter) != 1 || strchr (",;|\t", delimiter[0]) == NULL))
    connect_mistake ("to.delimiter", "must be one of , ; | and the tab");
  else if (delimiter != NULL)
    shape.delimiter = delimiter[0];
  if (quote != NULL && strcmp (quote, "all") != 0 && strcmp (quote, "needed") != 0)
    connect_mistake ("to.quote", "must be \"all\" or \"needed\"");
  shape.quotes_all = g_strcmp0 (quote, "needed") != 0;
  shape.header = connect_truth (to, "to", "header", true);
  shape.bom = connect_truth (to, "to", "bom", false);
  return shape;
}

void
shaped_clear (Shaped *shaped)
{
  if (shaped->fd >= 0)
    close (shaped->fd);
  shaped->fd = -1;
}

/* An empty text is in quotes always: without them it is NULL. */
static bool
needs_quotes (const Shape *shape, const char *cell, size_t length)
{
  if (shape->quotes_all || length == 0 || cell[0] == ' ' || cell[length - 1] == ' ')
    return true;
  for (size_t i = 0; i < length; i++)
    if (cell[i] == shape->delimiter || cell[i] == '"' || cell[i] == '\n' || cell[i] == '\r')
      return true;
  return false;
}

static void
append_quoted (GString *line, const char *cell, size_t length)
{
  g_string_append_c (line, '"');
  for (const char *at = cell, *end = cell + length; at < end;)
    {
      const char *quote = memchr (at, '"', (size_t) (end - at));
      const char *stop = quote != NULL ? quote + 1 : end;
      g_string_append_len (line, at, (gssize) (stop - at));
      if (quote != NULL)
        g_string_append_c (line, '"');
      at = stop;
    }
  g_string_append_c (line, '"');
}

void
shape_append (const Shape *shape, const char *const *cells, const size_t *lengths, size_t n, GString *line)
{
  for (size_t i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append_c (line, shape->delimiter);
      if (cells[i] == NULL)
        continue;
      if (needs_quotes (shape, cells[i], lengths[i]))
        append_quoted (line, cells[i], lengths[i]);
      else
        g_string_append_len (line, cells[i], (gssize) lengths[i]);
    }
  g_string_append_c (line, '\n');
}

/* ---- rows that are gone ---- */

bool
shape_hides_gone (const Json *delivery)
{
  const Json *columns = json_object_get (delivery, "columns"), *last = NULL;
  if (json_array_size (columns) > 1)
    last = json_array_get (columns, json_array_size (columns) - 1);
  return g_strcmp0 (json_string_value (json_object_get (delivery, "mode")), "upsert") == 0
         && json_is_true (json_object_get (delivery, "whole"))
         && g_strcmp0 (json_string_value (json_object_get (last, "name")), "weir_gone") == 0;
}

bool
shape_is_gone (const char *cell)
{
  return g_strcmp0 (cell, "t") == 0;
}

/* ---- the file ---- */

static bool
is_as_spooled (const Shape *shape)
{
  return shape->delimiter == ',' && shape->header && shape->quotes_all && !shape->bom;
}

/* The spool file itself. */
static bool
take_spool (const Request *request, Shaped *ret, GError **error)
{
  struct stat look;
  ret->fd = fcntl (spool_fd (), F_DUPFD_CLOEXEC, 3);
  if (ret->fd < 0 || fstat (ret->fd, &look) != 0 || lseek (ret->fd, 0, SEEK_SET) != 0 || !fs_sha256 (ret->fd, ret->sha256))
    return weir_system_error (error, errno, "could not read the rows that are to be delivered");
  const char *told = json_string_value (json_object_get (request->delivery, "sha256"));
  if (told != NULL && g_ascii_strcasecmp (told, ret->sha256) != 0)
    return connect_fail (error, CONNECT_TRANSIENT, NULL, NULL, "the rows in the spool file are not those of the request");
  ret->size = look.st_size;
  ret->rows = json_integer_value (json_object_get (request->delivery, "rows"));
  return true;
}

typedef struct
{
  const Shape *shape;
  int fd;
  bool hides_gone;
  int64_t written; /* with what is in the buffer */
  GString *buffer;
  Sha256 *sha;
} Writer;

static bool
flush (Writer *writer, size_t most, GError **error)
{
  if (writer->buffer->len <= most)
    return true;
  sha256_update (writer->sha, writer->buffer->str, writer->buffer->len);
  bool ok = fs_write_all (writer->fd, writer->buffer->str, writer->buffer->len, "an unnamed file", error);
  g_string_truncate (writer->buffer, 0);
  return ok;
}

static void
write_head (Writer *writer, const Json *columns)
{
  if (writer->shape->bom)
    g_string_append (writer->buffer, MARK);
  size_t n = json_array_size (columns) - writer->hides_gone;
  g_autofree const char **names = g_new0 (const char *, n + 1);
  g_autofree size_t *lengths = g_new0 (size_t, n + 1);
  for (size_t i = 0; i < n; i++)
    {
      names[i] = json_string_value (json_object_get (json_array_get (columns, i), "name"));
      lengths[i] = names[i] != NULL ? strlen (names[i]) : 0;
    }
  if (writer->shape->header)
    shape_append (writer->shape, names, lengths, n, writer->buffer);
  writer->written = (int64_t) writer->buffer->len;
}

static bool
write_rows (Writer *writer, SpoolReader *reader, ShapeRow row, void *data, Shaped *ret, GError **error)
{
  for (;;)
    {
      const char *const *cells = NULL;
      const size_t *lengths = NULL;
      size_t n = 0;
      if (!spool_next (reader, &cells, &lengths, &n, error))
        return false;
      if (n == 0)
        return flush (writer, 0, error);
      if (writer->hides_gone && shape_is_gone (cells[--n]))
        continue;
      size_t before = writer->buffer->len;
      shape_append (writer->shape, cells, lengths, n, writer->buffer);
      int64_t length = (int64_t) (writer->buffer->len - before);
      if (row != NULL && !row (cells, n, writer->written, length, data, error))
        return false;
      writer->written += length;
      ret->rows++;
      if (!flush (writer, FLUSH_BYTES, error) || !connect_go_on (error))
        return false;
    }
}

static bool
write_shaped (const Shape *shape, const Json *delivery, ShapeRow row, void *data, Shaped *ret, GError **error)
{
  const Json *columns = json_object_get (delivery, "columns");
  g_autoptr (SpoolReader) reader = spool_reader_open (columns, error);
  if (reader == NULL)
    return false;
  ret->fd = fs_open_scratch (g_get_tmp_dir (), error);
  if (ret->fd < 0)
    return false;
  g_autoptr (GString) buffer = g_string_new (NULL);
  g_autoptr (Sha256) sha = sha256_new ();
  Writer writer = { .shape = shape, .fd = ret->fd, .hides_gone = shape_hides_gone (delivery), .buffer = buffer, .sha = sha };
  write_head (&writer, columns);
  ret->head = writer.written;
  if (!write_rows (&writer, reader, row, data, ret, error))
    return false;
  ret->size = writer.written;
  sha256_finish (sha, ret->sha256);
  return lseek (ret->fd, 0, SEEK_SET) == 0 || weir_system_error (error, errno, "could not read an unnamed file");
}

bool
shape_make (const Shape *shape, const Request *request, ShapeRow row, void *data, Shaped *ret, GError **error)
{
  *ret = (Shaped) { .fd = -1 };
  if (row == NULL && is_as_spooled (shape) && !shape_hides_gone (request->delivery))
    return take_spool (request, ret, error);
  return write_shaped (shape, request->delivery, row, data, ret, error);
}
