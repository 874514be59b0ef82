#include "pipeline/stage/copybin.h"

#define PIECE (32 * 1024)
#define ROW_HEADER sizeof (int16_t)

static const char header[] = "PGCOPY\n\377\r\n\0" /* signature */
                             "\0\0\0\0\0\0\0\0";  /* flags, length of the extension */

void
copy_begin (CopyWriter *copy, CopySink sink, void *data)
{
  *copy = (CopyWriter) { .bytes = g_malloc (2 * PIECE), .size = 2 * PIECE, .sink = sink, .data = data };
  copy->length = (size_t) (put_bytes (copy->bytes, header, sizeof header - 1) - copy->bytes);
}

static bool
send_piece (const void *bytes, size_t length, void *data, GError **error)
{
  return db_copy_write (data, bytes, length, error);
}

void
copy_begin_on (CopyWriter *copy, Db *db)
{
  copy_begin (copy, send_piece, db);
}

void
copy_clear (CopyWriter *copy)
{
  g_clear_pointer (&copy->bytes, g_free);
}

/* Room for that much behind what is there, and for the trailer. */
static void
make_room (CopyWriter *copy, size_t room)
{
  if (copy->size - copy->length >= room)
    return;
  copy->size = copy->length + room;
  copy->bytes = g_realloc (copy->bytes, copy->size);
}

uint8_t *
copy_row (CopyWriter *copy, int fields, size_t room)
{
  make_room (copy, ROW_HEADER + room + ROW_HEADER);
  copy->rows++;
  return put_int16 (copy->bytes + copy->length, (int16_t) fields);
}

static bool
flush (CopyWriter *copy, GError **error)
{
  bool taken = copy->sink (copy->bytes, copy->length, copy->data, error);
  copy->length = 0;
  return taken;
}

bool
copy_row_end (CopyWriter *copy, uint8_t *end, GError **error)
{
  copy->length = (size_t) (end - copy->bytes);
  return copy->length < PIECE || flush (copy, error);
}

bool
copy_end (CopyWriter *copy, GError **error)
{
  copy->length = (size_t) (put_int16 (copy->bytes + copy->length, -1) - copy->bytes);
  return flush (copy, error);
}
