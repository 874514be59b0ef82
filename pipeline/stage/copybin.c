#include "pipeline/stage/copybin.h"

#include <string.h>

#define PIECE (32 * 1024)

static void
put (CopyWriter *copy, const void *bytes, size_t length)
{
  g_byte_array_append (copy->bytes, bytes, (guint) length);
}

static void
put_int16 (CopyWriter *copy, int value)
{
  uint16_t wire = GUINT16_TO_BE ((uint16_t) value);
  put (copy, &wire, sizeof wire);
}

static void
put_int32 (CopyWriter *copy, int32_t value)
{
  uint32_t wire = GUINT32_TO_BE ((uint32_t) value);
  put (copy, &wire, sizeof wire);
}

void
copy_begin (CopyWriter *copy, CopySink sink, void *data)
{
  *copy = (CopyWriter) { .bytes = g_byte_array_sized_new (PIECE * 2), .sink = sink, .data = data };
  put (copy, "PGCOPY\n\377\r\n", 11); /* with its NUL */
  put_int32 (copy, 0);                /* flags */
  put_int32 (copy, 0);                /* header extension */
}

void
copy_clear (CopyWriter *copy)
{
  g_clear_pointer (&copy->bytes, g_byte_array_unref);
}

void
copy_row (CopyWriter *copy, int fields)
{
  put_int16 (copy, fields);
  copy->rows++;
}

void
copy_null (CopyWriter *copy)
{
  put_int32 (copy, -1);
}

void
copy_value (CopyWriter *copy, const Type *type, const Value *value)
{
  guint start = copy->bytes->len;
  put_int32 (copy, 0);
  type->encode (value, copy->bytes);
  uint32_t length = GUINT32_TO_BE (copy->bytes->len - start - 4);
  memcpy (copy->bytes->data + start, &length, sizeof length);
}

void
copy_bytes (CopyWriter *copy, const void *bytes, size_t length)
{
  put_int32 (copy, (int32_t) length);
  put (copy, bytes, length);
}

void
copy_text (CopyWriter *copy, const char *text)
{
  if (text == NULL)
    copy_null (copy);
  else
    copy_bytes (copy, text, strlen (text));
}

void
copy_int64 (CopyWriter *copy, int64_t value)
{
  uint64_t wire = GUINT64_TO_BE ((uint64_t) value);
  copy_bytes (copy, &wire, sizeof wire);
}

void
copy_bool (CopyWriter *copy, bool value)
{
  uint8_t wire = value;
  copy_bytes (copy, &wire, 1);
}

void
copy_uid (CopyWriter *copy, Uid uid)
{
  copy_bytes (copy, uid.bytes, sizeof uid.bytes);
}

static bool
flush (CopyWriter *copy, GError **error)
{
  bool taken = copy->sink (copy->bytes->data, copy->bytes->len, copy->data, error);
  g_byte_array_set_size (copy->bytes, 0);
  return taken;
}

bool
copy_row_end (CopyWriter *copy, GError **error)
{
  return copy->bytes->len < PIECE || flush (copy, error);
}

bool
copy_end (CopyWriter *copy, GError **error)
{
  put_int16 (copy, -1);
  return flush (copy, error);
}
