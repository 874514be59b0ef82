/* The functions behind the rows of types.c, by the file that has them. For types*.c only: everything else goes through the table.
 */
#ifndef WEIR_PIPELINE_TYPES_TYPES_ROWS_H
#define WEIR_PIPELINE_TYPES_TYPES_ROWS_H

#include "base/bytes.h"
#include "pipeline/types/types.h"
#include "pipeline/types/types_put.h"

/* The first of a value's canonical bytes. They are kept in the warehouse as part of row hashes: never change one. */
#define CANONICAL_BOOLEAN 'b'
#define CANONICAL_NUMBER 'n'
#define CANONICAL_INSTANT 'i'
#define CANONICAL_CLOCK 'c'
#define CANONICAL_UUID 'u'
#define CANONICAL_JSON 'j'

/* What is no number, but a value of a type of numbers: a decimal without a digit. */
typedef enum
{
  SPECIAL_NAN = 1,
  SPECIAL_INFINITY,
  SPECIAL_MINUS_INFINITY,
} Special;

static inline bool
is_special (const Decimal *decimal)
{
  return decimal->n_whole + decimal->n_fraction == 0;
}

/* Days; of instants the first and last number of 64 bits. */
#define DATE_INFINITY INT32_MAX
#define DATE_MINUS_INFINITY INT32_MIN

/* types.c */
bool parse_boolean (const char *cell, size_t length, const CellFormat *format, Value *ret_value);
bool parse_uuid (const char *cell, size_t length, const CellFormat *format, Value *ret_value);
bool parse_text (const char *cell, size_t length, const CellFormat *format, Value *ret_value);

/* types_exact_json.c */
bool exact_jsonb (const char *cell, size_t length, const CellFormat *format, Value *ret_value);

/* types_number.c */
bool parse_bigint (const char *cell, size_t length, const CellFormat *format, Value *ret_value);
bool recognize_bigint (const char *cell, size_t length, const CellFormat *format, Value *ret_value);
uint8_t *encode_bigint (const Value *value, uint8_t *out);
uint8_t *canonical_bigint (const Value *value, uint8_t *out);
void write_bigint (const Value *value, GString *out);
bool parse_numeric (const char *cell, size_t length, const CellFormat *format, Value *ret_value);
uint8_t *encode_numeric (const Value *value, uint8_t *out);
uint8_t *canonical_decimal (const Value *value, uint8_t *out); /* numeric and double precision: from the cell's text */
void write_decimal (const Value *value, GString *out);

/* types_double.c */
bool parse_double (const char *cell, size_t length, const CellFormat *format, Value *ret_value);
uint8_t *encode_double (const Value *value, uint8_t *out);

/* types_time.c */
bool parse_date (const char *cell, size_t length, const CellFormat *format, Value *ret_value);
uint8_t *encode_date (const Value *value, uint8_t *out);
uint8_t *canonical_date (const Value *value, uint8_t *out);
void write_date (const Value *value, GString *out);
bool recognize_time (const char *cell, size_t length, const CellFormat *format, Value *ret_value);
bool parse_time (const char *cell, size_t length, const CellFormat *format, Value *ret_value);
uint8_t *canonical_time (const Value *value, uint8_t *out);
void write_time (const Value *value, GString *out);
bool parse_timestamp (const char *cell, size_t length, const CellFormat *format, Value *ret_value);
bool parse_timestamptz (const char *cell, size_t length, const CellFormat *format, Value *ret_value);
uint8_t *encode_instant (const Value *value, uint8_t *out);
uint8_t *canonical_instant (const Value *value, uint8_t *out);
void write_timestamp (const Value *value, GString *out);
void write_timestamptz (const Value *value, GString *out);

/* types_json.c */
bool parse_jsonb (const char *cell, size_t length, const CellFormat *format, Value *ret_value);
uint8_t *encode_jsonb (const Value *value, uint8_t *out);
uint8_t *canonical_jsonb (const Value *value, uint8_t *out);

static inline bool
is_digit (char c)
{
  return c >= '0' && c <= '9';
}

#endif
