/* jsonb: objects and arrays only, for a bare 5 or "x" is a number or a text. */
#include "base/json.h"
#include "pipeline/types/types_rows.h"

#define JSONB_VERSION 1
#define EXPONENT_MAX_DIGITS 3 /* jsonb writes numbers out in full: 1e9999999 would be a cell of 10 MB */

/* How many digits the number at "at" has before its exponent, and in it. The text is JSON. */
static const char *
skip_number (const char *at, const char *end, size_t *ret_digits, size_t *ret_exponent_digits)
{
  bool exponent = false;
  *ret_digits = *ret_exponent_digits = 0;
  for (; at < end; at++)
    {
      if (is_digit (*at))
        exponent ? ++*ret_exponent_digits : ++*ret_digits;
      else if (*at == 'e' || *at == 'E')
        exponent = true;
      else if (*at != '.' && *at != '+' && *at != '-')
        break;
    }
  return at;
}

static const char *
skip_string (const char *at, const char *end)
{
  for (at++; at < end && *at != '"'; at++)
    if (*at == '\\')
      at++;
  return at + 1;
}

/* Whether jsonb, whose numbers are numeric, keeps every number of the text. The text is JSON. */
static bool
keeps_numbers (const char *at, const char *end)
{
  while (at < end)
    {
      if (*at == '"')
        at = skip_string (at, end);
      else if (is_digit (*at))
        {
          size_t digits;
          size_t exponent_digits;
          at = skip_number (at, end, &digits, &exponent_digits);
          if (digits > NUMERIC_MAX_DIGITS || exponent_digits > EXPONENT_MAX_DIGITS)
            return false;
        }
      else
        at++;
    }
  return true;
}

/* The one parser that allocates: jansson builds the document, which is dropped at once. */
bool
parse_jsonb (const char *cell, size_t length, const CellFormat *format G_GNUC_UNUSED, Value *ret_value)
{
  bool object = length >= 2 && cell[0] == '{' && cell[length - 1] == '}';
  bool array = length >= 2 && cell[0] == '[' && cell[length - 1] == ']';
  if (!object && !array)
    return false;
  g_autoptr (Json) document = json_loadb (cell, length, JSON_REJECT_DUPLICATES, NULL);
  if (document == NULL || !keeps_numbers (cell, cell + length))
    return false;
  ret_value->text = cell;
  ret_value->length = length;
  return true;
}

uint8_t *
encode_jsonb (const Value *value, uint8_t *out)
{
  out = put_byte (out, JSONB_VERSION);
  return put_bytes (out, value->text, value->length);
}

uint8_t *
canonical_jsonb (const Value *value, uint8_t *out)
{
  out = put_byte (out, CANONICAL_JSON);
  return put_bytes (out, value->text, value->length);
}
