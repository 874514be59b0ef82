#include "connect/private.h"

#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct SpoolReader
{
  FILE *file;
  GString *bytes; /* of the row, each cell with a NUL behind it */
  GArray *starts; /* of size_t: where each cell begins in "bytes"; NO_CELL: NULL */
  const char **cells;
  size_t *lengths;
  size_t n; /* columns */
  int64_t line;
};

#define NO_CELL SIZE_MAX

static bool
bad (const SpoolReader *reader, const char *what, GError **error)
{
  return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "line %" PRIi64 " of the spool file: %s", reader->line, what);
}

/* A cell in quotes, whose first one was read. */
static bool
read_quoted (SpoolReader *reader, GError **error)
{
  for (int c; (c = getc_unlocked (reader->file)) != EOF;)
    {
      if (c == '"')
        {
          int next = getc_unlocked (reader->file);
          if (next != '"')
            return ungetc (next, reader->file), true;
        }
      reader->line += c == '\n';
      g_string_append_c (reader->bytes, (char) c);
    }
  return bad (reader, "it ends within a value", error);
}

/* One record's cells. *ret_end: there is none. */
static bool
read_record (SpoolReader *reader, bool *ret_end, GError **error)
{
  g_string_truncate (reader->bytes, 0);
  g_array_set_size (reader->starts, 0);
  int c = getc_unlocked (reader->file);
  *ret_end = c == EOF;
  if (*ret_end)
    return !ferror (reader->file) || weir_system_error (error, errno, "could not read the spool file");
  reader->line++;
  for (;; c = getc_unlocked (reader->file))
    {
      size_t start = NO_CELL;
      if (c == '"')
        {
          start = reader->bytes->len;
          if (!read_quoted (reader, error))
            return false;
          c = getc_unlocked (reader->file);
          g_string_append_c (reader->bytes, '\0');
        }
      g_array_append_val (reader->starts, start);
      if (c == '\n')
        return true;
      if (c != ',')
        return bad (reader, "a value is not in quotes", error);
    }
}

static void
find_cells (SpoolReader *reader)
{
  size_t end = reader->bytes->len;
  for (size_t i = reader->n; i-- > 0;)
    {
      size_t start = g_array_index (reader->starts, size_t, i);
      reader->cells[i] = start == NO_CELL ? NULL : reader->bytes->str + start;
      reader->lengths[i] = start == NO_CELL ? 0 : end - start - 1;
      end = start == NO_CELL ? end : start;
    }
}

bool
spool_next (SpoolReader *reader, const char *const **ret_cells, const size_t **ret_lengths, size_t *ret_n, GError **error)
{
  bool is_end;
  if (!connect_go_on (error) || !read_record (reader, &is_end, error))
    return false;
  *ret_n = is_end ? 0 : reader->n;
  if (is_end)
    return true;
  if (reader->starts->len != reader->n)
    return bad (reader, "it has another number of values than the first line", error);
  find_cells (reader);
  *ret_cells = reader->cells;
  *ret_lengths = reader->lengths;
  return true;
}

static bool
read_header (SpoolReader *reader, const Json *columns, GError **error)
{
  bool is_end;
  if (!read_record (reader, &is_end, error))
    return false;
  if (is_end || reader->starts->len != json_array_size (columns))
    return bad (reader, "its names are not the columns of the delivery", error);
  reader->n = reader->starts->len;
  reader->cells = g_new0 (const char *, reader->n);
  reader->lengths = g_new0 (size_t, reader->n);
  find_cells (reader);
  for (size_t i = 0; i < reader->n; i++)
    if (g_strcmp0 (json_string_value (json_object_get (json_array_get (columns, i), "name")), reader->cells[i]) != 0)
      return bad (reader, "its names are not the columns of the delivery", error);
  return true;
}

SpoolReader *
spool_reader_open (const Json *columns, GError **error)
{
  g_autoptr (SpoolReader) reader = g_new0 (SpoolReader, 1);
  reader->bytes = g_string_new (NULL);
  reader->starts = g_array_new (FALSE, FALSE, sizeof (size_t));
  int fd = dup (SPOOL_FD);
  if (fd < 0 || lseek (fd, 0, SEEK_SET) < 0 || (reader->file = fdopen (fd, "r")) == NULL)
    {
      weir_system_error (error, errno, "could not read the spool file");
      if (fd >= 0)
        close (fd);
      return NULL;
    }
  return read_header (reader, columns, error) ? g_steal_pointer (&reader) : NULL;
}

void
spool_close (SpoolReader *reader)
{
  if (reader == NULL)
    return;
  if (reader->file != NULL)
    fclose (reader->file);
  g_string_free (reader->bytes, TRUE);
  g_array_unref (reader->starts);
  g_free (reader->cells);
  g_free (reader->lengths);
  g_free (reader);
}
