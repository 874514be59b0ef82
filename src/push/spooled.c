#include "src/push/spooled.h"

#include "base/error.h"
#include "base/fsutil.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define BUFFER (256 * 1024)
#define PROGRESS_EVERY 10000 /* rows */

/* Bytes on their way to the file. */
typedef struct
{
  Spooled *spooled;
  GString *buffer;
  Sha256 *sha;
} Writing;

static bool
flush (Writing *writing, GError **error)
{
  const GString *buffer = writing->buffer;
  sha256_update (writing->sha, buffer->str, buffer->len);
  if (!fs_write_all (writing->spooled->fd, buffer->str, buffer->len, "a spool file", error))
    return false;
  writing->spooled->bytes += (int64_t) buffer->len;
  g_string_truncate (writing->buffer, 0);
  return true;
}

static bool
add (Writing *writing, const void *bytes, size_t length, GError **error)
{
  g_string_append_len (writing->buffer, bytes, (gssize) length);
  return writing->buffer->len < BUFFER || flush (writing, error);
}

/* The server writes names without quotes. */
static bool
add_header (Writing *writing, const Json *columns, GError **error)
{
  for (size_t i = 0; i < json_array_size (columns); i++)
    {
      const char *name = json_string_value (json_object_get (json_array_get (columns, i), "name"));
      g_auto (GStrv) pieces = g_strsplit (name, "\"", -1);
      g_autofree char *quoted = g_strjoinv ("\"\"", pieces);
      g_string_append_printf (writing->buffer, "%s\"%s\"", i > 0 ? "," : "", quoted);
    }
  return add (writing, "\n", 1, error);
}

/* A COPY gives each row by itself. */
static bool
copy_rows (Db *db, Writing *writing, void (*progress) (int64_t rows, void *data), void *data, GError **error)
{
  for (;;)
    {
      const void *bytes;
      size_t length;
      if (!db_read_next (db, &bytes, &length, error))
        return false;
      if (bytes == NULL)
        return flush (writing, error);
      if (!add (writing, bytes, length, error))
        return db_read_cancel (db), false;
      if (++writing->spooled->rows % PROGRESS_EVERY == 0 && progress != NULL)
        progress (writing->spooled->rows, data);
    }
}

bool
spooled_begin (Db *db, GError **error)
{
  return db_exec (db,
                  "begin isolation level repeatable read read only;"
                  " set local datestyle = 'ISO, YMD'; set local timezone = 'UTC'; set local intervalstyle = 'iso_8601';"
                  " set local extra_float_digits = 1; set local bytea_output = 'hex'; set local statement_timeout = 0;"
                  " set local idle_in_transaction_session_timeout = 0; set local search_path = pg_catalog",
                  error);
}

bool
spooled_make (Db *db, const char *sql, const Json *columns, const char *folder, void (*progress) (int64_t rows, void *data),
              void *data, Spooled *ret_spooled, GError **error)
{
  g_autoptr (GString) buffer = g_string_sized_new (BUFFER);
  g_autoptr (Sha256) sha = sha256_new ();
  Writing writing = { ret_spooled, buffer, sha };
  *ret_spooled = (Spooled) { .fd = fs_open_scratch (folder, error) };
  if (ret_spooled->fd < 0)
    return false;
  g_autofree char *copy = g_strdup_printf ("copy (%s) to stdout (format csv, force_quote *)", sql);
  if (!add_header (&writing, columns, error) || !db_read_begin (db, copy, error)
      || !copy_rows (db, &writing, progress, data, error))
    return spooled_clear (ret_spooled), false;
  sha256_finish (sha, ret_spooled->sha256);
  if (lseek (ret_spooled->fd, 0, SEEK_SET) == 0)
    return true;
  weir_system_error (error, errno, "could not read a spool file");
  return spooled_clear (ret_spooled), false;
}

void
spooled_clear (Spooled *spooled)
{
  if (spooled->fd >= 0)
    close (spooled->fd);
  *spooled = (Spooled) { .fd = -1 };
}
