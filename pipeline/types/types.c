#include "pipeline/types/types.h"

#include "base/uid.h"
#include "pipeline/types/types_decimal.h"
#include "pipeline/types/types_format.h"
#include "pipeline/types/types_rows.h"

#include <string.h>

static bool
is_word (const char *cell, size_t length, const char *word)
{
  return strlen (word) == length && g_ascii_strncasecmp (cell, word, length) == 0;
}

static bool
recognize_boolean (const char *cell, size_t length, const CellFormat *format G_GNUC_UNUSED, Value *ret_value)
{
  ret_value->length = 0;
  ret_value->boolean = is_word (cell, length, "true");
  return ret_value->boolean || is_word (cell, length, "false");
}

/* Whether the format names two words, "yes/no", and these are different. */
static bool
has_two_words (const char *format)
{
  const char *slash = strchr (format, '/');
  return slash != NULL && slash != format && slash[1] != '\0' && strchr (slash + 1, '/') == NULL
         && !is_word (format, (size_t) (slash - format), slash + 1);
}

static bool
parse_words (const char *cell, size_t length, const CellFormat *format, Value *ret_value)
{
  bool yes = length == format->n_true && g_ascii_strncasecmp (cell, format->text, length) == 0;
  ret_value->boolean = yes;
  return yes || is_word (cell, length, format->text + format->n_true + 1);
}

bool
parse_boolean (const char *cell, size_t length, const CellFormat *format, Value *ret_value)
{
  ret_value->length = 0;
  if (format->text != NULL)
    return parse_words (cell, length, format, ret_value);
  static const char *const words[][2] = { { "false", "true" }, { "f", "t" },    { "no", "yes" },
                                          { "n", "y" },        { "off", "on" }, { "0", "1" } };
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    for (int truth = 0; truth <= 1; truth++)
      if (is_word (cell, length, words[i][truth]))
        return ret_value->boolean = truth != 0, true;
  return false;
}

static uint8_t *
encode_boolean (const Value *value, uint8_t *out)
{
  return put_byte (out, value->boolean ? 1 : 0);
}

static uint8_t *
canonical_boolean (const Value *value, uint8_t *out)
{
  out = put_byte (out, CANONICAL_BOOLEAN);
  return put_byte (out, value->boolean ? 1 : 0);
}

static void
write_boolean (const Value *value, GString *out)
{
  g_string_append (out, value->boolean ? "true" : "false");
}

bool
parse_uuid (const char *cell, size_t length, const CellFormat *format G_GNUC_UNUSED, Value *ret_value)
{
  Uid uid;
  if (length != UID_TEXT_SIZE - 1 || cell[8] != '-' || !uid_parse (cell, length, &uid))
    return false;
  memcpy (ret_value->uuid, uid.bytes, sizeof ret_value->uuid);
  ret_value->length = 0;
  return true;
}

static uint8_t *
encode_uuid (const Value *value, uint8_t *out)
{
  return put_bytes (out, value->uuid, sizeof value->uuid);
}

static uint8_t *
canonical_uuid (const Value *value, uint8_t *out)
{
  out = put_byte (out, CANONICAL_UUID);
  return put_bytes (out, value->uuid, sizeof value->uuid);
}

static void
write_uuid (const Value *value, GString *out)
{
  Uid uid;
  char text[UID_TEXT_SIZE];
  memcpy (uid.bytes, value->uuid, sizeof uid.bytes);
  uid_format (uid, text);
  g_string_append (out, text);
}

bool
parse_text (const char *cell, size_t length, const CellFormat *format G_GNUC_UNUSED, Value *ret_value)
{
  ret_value->text = cell;
  ret_value->length = length;
  return true;
}

static uint8_t *
encode_text (const Value *value, uint8_t *out)
{
  return put_bytes (out, value->text, value->length);
}

static uint8_t *
canonical_text (const Value *value, uint8_t *out)
{
  out = put_byte (out, CANONICAL_TEXT);
  return put_bytes (out, value->text, value->length);
}

const Type types[TYPE_COUNT] = {
  { TYPE_BOOLEAN, "boolean", 16, parse_boolean, recognize_boolean, encode_boolean, canonical_boolean, write_boolean },
  { TYPE_BIGINT, "bigint", 20, parse_bigint, recognize_bigint, encode_bigint, canonical_bigint, write_bigint },
  { TYPE_NUMERIC, "numeric", 1700, parse_numeric, NULL, encode_numeric, canonical_decimal, write_decimal },
  { TYPE_DOUBLE, "double precision", 701, parse_double, NULL, encode_double, canonical_decimal, write_decimal },
  { TYPE_DATE, "date", 1082, parse_date, NULL, encode_date, canonical_date, write_date },
  { TYPE_TIME, "time", 1083, parse_time, recognize_time, encode_instant, canonical_time, write_time },
  { TYPE_TIMESTAMP, "timestamp", 1114, parse_timestamp, NULL, encode_instant, canonical_instant, write_timestamp },
  { TYPE_TIMESTAMPTZ, "timestamptz", 1184, parse_timestamptz, NULL, encode_instant, canonical_instant, write_timestamptz },
  { TYPE_UUID, "uuid", 2950, parse_uuid, NULL, encode_uuid, canonical_uuid, write_uuid },
  { TYPE_JSONB, "jsonb", 3802, parse_jsonb, NULL, encode_jsonb, canonical_jsonb, NULL },
  { TYPE_TEXT, "text", 25, parse_text, NULL, encode_text, canonical_text, NULL },
};

/* What people write for our types. Where PostgreSQL's own is narrower (integer, real, varchar), ours holds everything it can. */
static const struct
{
  const char *name;
  TypeId id;
} aliases[] = {
  { "bool", TYPE_BOOLEAN },
  { "int8", TYPE_BIGINT },
  { "int", TYPE_BIGINT },
  { "int2", TYPE_BIGINT },
  { "int4", TYPE_BIGINT },
  { "integer", TYPE_BIGINT },
  { "smallint", TYPE_BIGINT },
  { "decimal", TYPE_NUMERIC },
  { "dec", TYPE_NUMERIC },
  { "double", TYPE_DOUBLE },
  { "float", TYPE_DOUBLE },
  { "float4", TYPE_DOUBLE },
  { "float8", TYPE_DOUBLE },
  { "real", TYPE_DOUBLE },
  { "time without time zone", TYPE_TIME },
  { "timestamp without time zone", TYPE_TIMESTAMP },
  { "timestamp with time zone", TYPE_TIMESTAMPTZ },
  { "varchar", TYPE_TEXT },
  { "character varying", TYPE_TEXT },
};

const Type *
types_find (const char *name)
{
  for (size_t i = 0; i < TYPE_COUNT; i++)
    if (g_ascii_strcasecmp (types[i].name, name) == 0)
      return &types[i];
  for (size_t i = 0; i < G_N_ELEMENTS (aliases); i++)
    if (g_ascii_strcasecmp (aliases[i].name, name) == 0)
      return &types[aliases[i].id];
  return NULL;
}

const Type *
types_by_oid (uint32_t oid)
{
  const uint32_t varchar_oid = 1043;
  for (size_t i = 0; i < TYPE_COUNT; i++)
    if (types[i].oid == oid)
      return &types[i];
  return oid == varchar_oid ? &types[TYPE_TEXT] : NULL;
}

const char *const *
types_words (void)
{
  static const char *const words[TYPE_COUNT + 1] = { "boolean", "bigint", "numeric",   "double precision",
                                                     "date",    "time",   "timestamp", "timestamptz",
                                                     "uuid",    "jsonb",  "text" };
  return words;
}

bool
types_widens (TypeId from, TypeId to)
{
  if (from == to)
    return true;
  return (from == TYPE_BIGINT && to == TYPE_NUMERIC) || ((from == TYPE_BIGINT || from == TYPE_NUMERIC) && to == TYPE_TEXT);
}

/* A no-break space is two bytes, and its second alone is none of its letters. */
static size_t
blank_at_start (const char *cell, size_t length)
{
  if (length > 0 && (cell[0] == ' ' || cell[0] == '\t'))
    return 1;
  return length > 1 && memcmp (cell, "\xc2\xa0", 2) == 0 ? 2 : 0;
}

static size_t
blank_at_end (const char *cell, size_t length)
{
  if (length > 0 && (cell[length - 1] == ' ' || cell[length - 1] == '\t'))
    return 1;
  return length > 1 && memcmp (cell + length - 2, "\xc2\xa0", 2) == 0 ? 2 : 0;
}

void
types_trim (const char **cell, size_t *length)
{
  for (size_t blank; (blank = blank_at_start (*cell, *length)) > 0; *length -= blank)
    *cell += blank;
  for (size_t blank; (blank = blank_at_end (*cell, *length)) > 0;)
    *length -= blank;
}

const CellFormat cell_format_own = { .text = NULL };

void
cell_format_read (CellFormat *ret_format, TypeId type, const char *text)
{
  ret_format->text = text;
  if (text == NULL)
    return;
  switch (type)
    {
    case TYPE_BOOLEAN:
      ret_format->n_true = (size_t) (strchr (text, '/') - text);
      break;
    case TYPE_BIGINT:
    case TYPE_NUMERIC:
    case TYPE_DOUBLE:
      (void) decimal_style (text, &ret_format->decimal);
      break;
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ:
      moment_format_read (&ret_format->moment, text);
      break;
    case TYPE_UUID:
    case TYPE_JSONB:
    case TYPE_TEXT:
    case TYPE_COUNT:
      break;
    }
}

bool
type_parse (const Type *type, const char *cell, size_t length, const char *format, Value *ret_value)
{
  CellFormat read;
  cell_format_read (&read, type->id, format);
  return type->parse (cell, length, &read, ret_value);
}

bool
type_recognize (const Type *type, const char *cell, size_t length, const char *format, Value *ret_value)
{
  if (format != NULL || type->recognize == NULL)
    return type_parse (type, cell, length, format, ret_value);
  return type->recognize (cell, length, &cell_format_own, ret_value);
}

bool
types_format_fits (const char *type, const char *format)
{
  const Type *row = types_find (type);
  if (row == NULL || format == NULL)
    return false;
  DecimalStyle style;
  switch (row->id)
    {
    case TYPE_BOOLEAN:
      return has_two_words (format);
    case TYPE_BIGINT:
      return decimal_style (format, &style) && style.point == '\0';
    case TYPE_NUMERIC:
    case TYPE_DOUBLE:
      return decimal_style (format, &style);
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ:
      return format_fits_moment (row->id, format);
    default:
      return false;
    }
}
