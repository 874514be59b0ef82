/* The functions behind the rows of types.c, by the file that has them. For types*.c only: everything else goes through the table.
 */
#ifndef WEIR_PIPELINE_TYPES_TYPES_ROWS_H
#define WEIR_PIPELINE_TYPES_TYPES_ROWS_H

#include "pipeline/types/types.h"

/* The first of a value's canonical bytes. They are kept in the warehouse as part of row hashes: never change one. */
#define CANONICAL_BOOLEAN 'b'
#define CANONICAL_NUMBER 'n'
#define CANONICAL_INSTANT 'i'
#define CANONICAL_CLOCK 'c'
#define CANONICAL_UUID 'u'
#define CANONICAL_JSON 'j'
#define CANONICAL_TEXT 't'

/* types_number.c */
bool parse_bigint (const char *cell, size_t length, const char *format, Value *ret_value);
bool recognize_bigint (const char *cell, size_t length);
void encode_bigint (const Value *value, GByteArray *out);
void canonical_bigint (const Value *value, GByteArray *out);
void write_bigint (const Value *value, GString *out);
bool parse_numeric (const char *cell, size_t length, const char *format, Value *ret_value);
void encode_numeric (const Value *value, GByteArray *out);
void canonical_decimal (const Value *value, GByteArray *out); /* numeric and double precision: from the cell's text */
void write_decimal (const Value *value, GString *out);

/* types_double.c */
bool parse_double (const char *cell, size_t length, const char *format, Value *ret_value);
void encode_double (const Value *value, GByteArray *out);

/* types_time.c */
bool parse_date (const char *cell, size_t length, const char *format, Value *ret_value);
void encode_date (const Value *value, GByteArray *out);
void canonical_date (const Value *value, GByteArray *out);
void write_date (const Value *value, GString *out);
bool recognize_time (const char *cell, size_t length);
bool parse_time (const char *cell, size_t length, const char *format, Value *ret_value);
void canonical_time (const Value *value, GByteArray *out);
void write_time (const Value *value, GString *out);
bool parse_timestamp (const char *cell, size_t length, const char *format, Value *ret_value);
bool parse_timestamptz (const char *cell, size_t length, const char *format, Value *ret_value);
void encode_instant (const Value *value, GByteArray *out);
void canonical_instant (const Value *value, GByteArray *out);
void write_timestamp (const Value *value, GString *out);
void write_timestamptz (const Value *value, GString *out);

/* types_json.c */
bool parse_jsonb (const char *cell, size_t length, const char *format, Value *ret_value);
void encode_jsonb (const Value *value, GByteArray *out);
void canonical_jsonb (const Value *value, GByteArray *out);

static inline bool
is_digit (char c)
{
  return c >= '0' && c <= '9';
}

static inline void
append_byte (GByteArray *out, uint8_t byte)
{
  g_byte_array_append (out, &byte, 1);
}

static inline void
append_bytes (GByteArray *out, const void *bytes, size_t length)
{
  g_byte_array_append (out, bytes, (guint) length);
}

static inline void
append_int32 (GByteArray *out, int32_t n)
{
  uint32_t big_endian = GUINT32_TO_BE ((uint32_t) n);
  append_bytes (out, &big_endian, sizeof big_endian);
}

static inline void
append_int64 (GByteArray *out, int64_t n)
{
  uint64_t big_endian = GUINT64_TO_BE ((uint64_t) n);
  append_bytes (out, &big_endian, sizeof big_endian);
}

#endif
