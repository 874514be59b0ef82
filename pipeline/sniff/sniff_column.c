#include "pipeline/sniff/sniff_column.h"

#include <glib.h>
#include <string.h>

/* ---- one cell ---- */

bool
sniff_is_equal (const Field *a, const Field *b)
{
  return a->length == b->length && memcmp (a->text, b->text, a->length) == 0;
}

bool
sniff_has_sign (const Field *field, int sign)
{
  static const char signs[SNIFF_SIGNS] = { '0', '/', '=', '\\', '@', '<', '>', ' ' };
  if (signs[sign] != '0')
    return memchr (field->text, signs[sign], field->length) != NULL;
  for (size_t i = 0; i < field->length; i++)
    if (g_ascii_isdigit (field->text[i]))
      return true;
  return false;
}

bool
sniff_is_capital (const Field *field)
{
  g_autofree char *text = g_strndup (field->text, field->length);
  return g_unichar_isupper (g_utf8_get_char (text));
}

size_t
sniff_key (const Field *field)
{
  const char *colon = memchr (field->text, ':', field->length);
  size_t key = colon != NULL ? (size_t) (colon - field->text) + 1 : 0;
  return key > 1 && key + 1 < field->length && field->text[key] == ' ' && !g_ascii_isdigit (colon[-1]) ? key : 0;
}

bool
sniff_is_whole (const Field *field)
{
  for (size_t i = 0; i < field->length; i++)
    if (!g_ascii_isdigit (field->text[i]))
      return false;
  return field->length > 0;
}

static int64_t
read_digits (const char *text, size_t length)
{
  int64_t number = 0;
  for (size_t i = 0; i < length; i++)
    {
      if (!g_ascii_isdigit (text[i]))
        return -1;
      number = number * 10 + (text[i] - '0');
    }
  return number;
}

int64_t
sniff_period (const Field *field)
{
  const char *text = field->text;
  size_t length = field->length;
  for (; length > 0 && *text == ' '; length--)
    text++;
  while (length > 0 && text[length - 1] == ' ')
    length--;
  bool dated = length == 7 && text[4] == '-';
  if (length != 4 && !dated)
    return 0;
  int64_t year = read_digits (text, 4), month = dated ? read_digits (text + 5, 2) : 0;
  return year >= 1900 && year <= 2100 && month >= 0 && month <= 12 ? year * 12 + month : 0;
}

/* ---- how cells are built ---- */

static bool
is_word_byte (char byte)
{
  return g_ascii_isalnum (byte) || (byte & 0x80) != 0;
}

/* The next piece of a cell: 'a' for a word, '9' for one with a digit in it, else the sign itself; '\0' at the end. */
static char
next_piece (const Field *field, size_t *at)
{
  if (*at == field->length)
    return '\0';
  if (!is_word_byte (field->text[*at]))
    return field->text[(*at)++];
  char piece = 'a';
  for (; *at < field->length && is_word_byte (field->text[*at]); (*at)++)
    piece = g_ascii_isdigit (field->text[*at]) ? '9' : piece;
  return piece;
}

static bool
is_built_alike (const Field *a, const Field *b)
{
  size_t at_a = 0, at_b = 0;
  char piece = '\0';
  do
    {
      piece = next_piece (a, &at_a);
      if (piece != next_piece (b, &at_b))
        return false;
    }
  while (piece != '\0');
  return true;
}

/* ---- the cells below ---- */

/* Of the first "most" bytes, how many are the cell's, too. */
static size_t
common_prefix (const Field *field, const char *text, size_t most)
{
  size_t i = 0;
  while (i < most && i < field->length && field->text[i] == text[i])
    i++;
  return i;
}

void
sniff_column_take (SniffColumn *column, const Field *field, const Field *first)
{
  if (field->length == 0)
    return;
  bool only = column->cells++ == 0;
  if (only)
    column->text = g_strndup (field->text, field->length);
  column->length = only || column->length == field->length ? field->length : 0;
  column->beginning = common_prefix (field, column->text, only ? field->length : column->beginning);
  column->prefix = common_prefix (first, column->text, column->beginning);
  column->periods += sniff_period (field) > 0;
  column->wholes += sniff_is_whole (field);
  column->alike += is_built_alike (field, first);
  column->capitals += sniff_is_capital (field);
  column->recurs = column->recurs || sniff_is_equal (field, first);
  for (int sign = 0; sign < SNIFF_SIGNS; sign++)
    column->signs[sign] += sniff_has_sign (field, sign);
}

void
sniff_column_clear (SniffColumn *column)
{
  g_clear_pointer (&column->text, g_free);
}
