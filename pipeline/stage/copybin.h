/* PostgreSQL's binary COPY format, written row by row (documentation of COPY, "Binary Format").
 *
 *   copy_begin (&copy, sink, data);
 *   per row:  uint8_t *at = copy_row (&copy, n, room);  then n times at = copy_null (at), at = copy_value (at, ...), ...;
 *             copy_row_end (&copy, at, error)
 *   copy_end (&copy, error);  copy_clear (&copy)
 *
 * A row says once how much room it may take, and is written there without further questions. Bytes are handed to the sink in pieces of
 * about 32 KiB: small enough that client and server work at the same time. */
#ifndef WEIR_PIPELINE_STAGE_COPYBIN_H
#define WEIR_PIPELINE_STAGE_COPYBIN_H

#include "base/bytes.h"
#include "base/db.h"
#include "base/uid.h"
#include "pipeline/types/types_put.h"

typedef bool (*CopySink) (const void *bytes, size_t length, void *data, GError **error);

typedef struct
{
  uint8_t *bytes;
  size_t length, size; /* of them, and of the memory */
  CopySink sink;
  void *data;
  int64_t rows;
} CopyWriter;

void copy_begin (CopyWriter *copy, CopySink sink, void *data);
/* The same for the COPY that is open on the connection. */
void copy_begin_on (CopyWriter *copy, Db *db);
void copy_clear (CopyWriter *copy);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CopyWriter, copy_clear)

/* The place of the first field of a row that takes "room" bytes at most, copy_room of each field together. */
uint8_t *copy_row (CopyWriter *copy, int fields, size_t room);
bool copy_row_end (CopyWriter *copy, uint8_t *end, GError **error);

static inline size_t
copy_room (size_t bytes)
{
  return sizeof (int32_t) + bytes;
}

static inline uint8_t *
copy_null (uint8_t *at)
{
  return put_int32 (at, -1);
}

static inline uint8_t *
copy_value (uint8_t *at, const Type *type, const Value *value)
{
  uint8_t *end = type_put_encoded (type, value, at + sizeof (int32_t));
  put_int32 (at, (int32_t) (end - at) - (int32_t) sizeof (int32_t));
  return end;
}

/* Text, bytea. */
static inline uint8_t *
copy_bytes (uint8_t *at, const void *bytes, size_t length)
{
  return put_bytes (put_int32 (at, (int32_t) length), bytes, length);
}

static inline uint8_t *
copy_int64 (uint8_t *at, int64_t value)
{
  return put_int64 (put_int32 (at, sizeof value), value);
}

static inline uint8_t *
copy_bool (uint8_t *at, bool value)
{
  return put_byte (put_int32 (at, 1), value);
}

static inline uint8_t *
copy_uid (uint8_t *at, Uid uid)
{
  return put_bytes (put_int32 (at, sizeof uid.bytes), uid.bytes, sizeof uid.bytes);
}

/* The trailer, and what is left in the buffer. */
bool copy_end (CopyWriter *copy, GError **error);

#endif
