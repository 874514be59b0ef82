/* PostgreSQL's binary COPY format, written row by row (documentation of COPY, "Binary Format").
 *
 *   copy_begin (&copy, sink, data);
 *   per row:  copy_row (&copy, n);  then n times copy_null, copy_value, copy_int64, ...;  copy_row_end (&copy, error)
 *   copy_end (&copy, error);  copy_clear (&copy)
 *
 * Bytes are handed to the sink in pieces of about 32 KiB: small enough that client and server work at the same time. */
#ifndef WEIR_PIPELINE_STAGE_COPYBIN_H
#define WEIR_PIPELINE_STAGE_COPYBIN_H

#include "base/uid.h"
#include "pipeline/types/types.h"

typedef bool (*CopySink) (const void *bytes, size_t length, void *data, GError **error);

typedef struct
{
  GByteArray *bytes;
  CopySink sink;
  void *data;
  int64_t rows;
} CopyWriter;

void copy_begin (CopyWriter *copy, CopySink sink, void *data);
void copy_clear (CopyWriter *copy);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CopyWriter, copy_clear)

void copy_row (CopyWriter *copy, int fields);
void copy_null (CopyWriter *copy);
void copy_value (CopyWriter *copy, const Type *type, const Value *value);
void copy_bytes (CopyWriter *copy, const void *bytes, size_t length); /* text, bytea */
void copy_text (CopyWriter *copy, const char *text);                  /* NULL is NULL */
void copy_int64 (CopyWriter *copy, int64_t value);
void copy_bool (CopyWriter *copy, bool value);
void copy_uid (CopyWriter *copy, Uid uid);
bool copy_row_end (CopyWriter *copy, GError **error);

/* The trailer, and what is left in the buffer. */
bool copy_end (CopyWriter *copy, GError **error);

#endif
