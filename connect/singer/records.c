#include "connect/singer/records.h"

#include "base/error.h"
#include "base/fsutil.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Before each row, and before each value. */
typedef struct
{
  int64_t version;
  uint32_t n, bytes;
} RowHead;

typedef struct
{
  uint32_t column, length;
} ValueHead;

struct Records
{
  FILE *file;
  GString *row;
  RowHead head;
  int64_t count, bytes;
};

Records *
records_new (GError **error)
{
  int fd = fs_open_scratch (g_get_tmp_dir (), error);
  if (fd < 0)
    return NULL;
  Records *rows = g_new0 (Records, 1);
  rows->row = g_string_new (NULL);
  rows->file = fdopen (fd, "w+");
  if (rows->file != NULL)
    return rows;
  weir_system_error (error, errno, "could not open a file in \"%s\"", g_get_tmp_dir ());
  close (fd);
  records_free (rows);
  return NULL;
}

void
records_free (Records *rows)
{
  if (rows == NULL)
    return;
  if (rows->file != NULL)
    fclose (rows->file);
  g_string_free (rows->row, TRUE);
  g_free (rows);
}

void
records_begin (Records *rows, int64_t version)
{
  rows->head = (RowHead) { .version = version };
  g_string_truncate (rows->row, 0);
}

void
records_value (Records *rows, guint column, Slice value)
{
  ValueHead head = { column, (uint32_t) value.length };
  g_string_append_len (rows->row, (const char *) &head, sizeof head);
  g_string_append_len (rows->row, value.bytes, head.length);
  rows->head.n++;
}

bool
records_end (Records *rows, GError **error)
{
  rows->head.bytes = (uint32_t) rows->row->len;
  bool ok = fwrite (&rows->head, sizeof rows->head, 1, rows->file) == 1
            && (rows->row->len == 0 || fwrite (rows->row->str, rows->row->len, 1, rows->file) == 1);
  rows->count++;
  rows->bytes += (int64_t) rows->row->len;
  return ok || weir_system_error (error, errno, "could not keep rows in \"%s\"", g_get_tmp_dir ());
}

int64_t
records_count (const Records *rows)
{
  return rows->count;
}

int64_t
records_bytes (const Records *rows)
{
  return rows->bytes;
}

bool
records_rewind (Records *rows, GError **error)
{
  if (fflush (rows->file) != 0 || fseek (rows->file, 0, SEEK_SET) != 0)
    return weir_system_error (error, errno, "could not keep rows in \"%s\"", g_get_tmp_dir ());
  return true;
}

bool
records_next (Records *rows, Slice *cells, size_t n, int64_t *ret_version, bool *ret_end, GError **error)
{
  memset (cells, 0, n * sizeof *cells);
  RowHead head;
  *ret_end = fread (&head, sizeof head, 1, rows->file) != 1;
  if (*ret_end)
    return !ferror (rows->file) || weir_system_error (error, errno, "could not read rows from \"%s\"", g_get_tmp_dir ());
  g_string_set_size (rows->row, head.bytes);
  if (head.bytes > 0 && fread (rows->row->str, head.bytes, 1, rows->file) != 1)
    return weir_system_error (error, errno, "could not read rows from \"%s\"", g_get_tmp_dir ());
  const char *at = rows->row->str;
  for (uint32_t i = 0; i < head.n; i++)
    {
      ValueHead value;
      memcpy (&value, at, sizeof value);
      at += sizeof value;
      if (value.column < n)
        cells[value.column] = (Slice) { at, value.length };
      at += value.length;
    }
  *ret_version = head.version;
  return true;
}
