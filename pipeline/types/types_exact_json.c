/* JSON of a source that has it as jsonb: of any kind, with numbers of any size. Only its grammar is looked at (RFC 8259), and what jsonb cannot
 * hold: a NUL, half a character of two. */
#include "pipeline/types/types_rows.h"

#include <string.h>

#define MOST_DEPTH 1000
#define MOST_DIGITS 100000     /* of a number; jsonb has 131,072 before the point */
#define MOST_EXPONENT_DIGITS 3 /* jsonb writes numbers out in full */

typedef struct
{
  const char *at, *end;
  int depth;
} Scan;

static void
skip_blanks (Scan *scan)
{
  while (scan->at < scan->end && strchr (" \t\n\r", *scan->at) != NULL && *scan->at != '\0')
    scan->at++;
}

static bool
take (Scan *scan, char byte)
{
  return scan->at < scan->end && *scan->at == byte && (scan->at++, true);
}

static bool
take_word (Scan *scan, const char *word)
{
  size_t length = strlen (word);
  if ((size_t) (scan->end - scan->at) < length || memcmp (scan->at, word, length) != 0)
    return false;
  return scan->at += length, true;
}

/* Returns how many. */
static size_t
skip_digits (Scan *scan)
{
  const char *from = scan->at;
  while (scan->at < scan->end && is_digit (*scan->at))
    scan->at++;
  return (size_t) (scan->at - from);
}

static bool
scan_number (Scan *scan)
{
  (void) take (scan, '-');
  bool zero = scan->at < scan->end && *scan->at == '0';
  size_t whole = skip_digits (scan), fraction = 0;
  if (whole == 0 || (zero && whole > 1))
    return false;
  if (take (scan, '.') && (fraction = skip_digits (scan)) == 0)
    return false;
  if (scan->at < scan->end && (*scan->at == 'e' || *scan->at == 'E'))
    {
      scan->at++;
      (void) (take (scan, '-') || take (scan, '+'));
      size_t digits = skip_digits (scan);
      if (digits == 0 || digits > MOST_EXPONENT_DIGITS)
        return false;
    }
  return whole + fraction <= MOST_DIGITS;
}

/* The four digits of \uXXXX. */
static bool
scan_unit (Scan *scan, unsigned *ret_unit)
{
  *ret_unit = 0;
  for (int i = 0; i < 4; i++, scan->at++)
    {
      if (scan->at >= scan->end || !g_ascii_isxdigit (*scan->at))
        return false;
      *ret_unit = *ret_unit * 16 + (unsigned) g_ascii_xdigit_value (*scan->at);
    }
  return true;
}

static bool
scan_escape (Scan *scan)
{
  unsigned unit, low;
  if (scan->at >= scan->end)
    return false;
  char kind = *scan->at++;
  if (kind != 'u')
    return kind != '\0' && strchr ("\"\\/bfnrt", kind) != NULL;
  if (!scan_unit (scan, &unit) || unit == 0 || (unit >= 0xDC00 && unit <= 0xDFFF))
    return false;
  if (unit < 0xD800 || unit > 0xDBFF)
    return true;
  return take (scan, '\\') && take (scan, 'u') && scan_unit (scan, &low) && low >= 0xDC00 && low <= 0xDFFF;
}

static bool
scan_string (Scan *scan)
{
  if (!take (scan, '"'))
    return false;
  while (scan->at < scan->end && *scan->at != '"')
    {
      if ((unsigned char) *scan->at < 0x20)
        return false;
      if (*scan->at++ == '\\' && !scan_escape (scan))
        return false;
    }
  return take (scan, '"');
}

static bool scan_value (Scan *scan);

/* Behind its bracket, up to the one that closes it. */
static bool
scan_members (Scan *scan, char close, bool named)
{
  skip_blanks (scan);
  if (take (scan, close))
    return true;
  do
    {
      skip_blanks (scan);
      if (named && (!scan_string (scan) || (skip_blanks (scan), !take (scan, ':'))))
        return false;
      if (!scan_value (scan))
        return false;
      skip_blanks (scan);
    }
  while (take (scan, ','));
  return take (scan, close);
}

// NOLINTNEXTLINE(misc-no-recursion): its depth has a limit
static bool
scan_value (Scan *scan)
{
  skip_blanks (scan);
  if (scan->at >= scan->end || ++scan->depth > MOST_DEPTH)
    return false;
  bool good = take (scan, '{')   ? scan_members (scan, '}', true)
              : take (scan, '[') ? scan_members (scan, ']', false)
              : *scan->at == '"'
                  ? scan_string (scan)
                  : take_word (scan, "true") || take_word (scan, "false") || take_word (scan, "null") || scan_number (scan);
  scan->depth--;
  return good;
}

bool
exact_jsonb (const char *cell, size_t length, const CellFormat *format G_GNUC_UNUSED, Value *ret_value)
{
  Scan scan = { cell, cell + length, 0 };
  if (!scan_value (&scan))
    return false;
  skip_blanks (&scan);
  ret_value->text = cell;
  ret_value->length = length;
  return scan.at == scan.end;
}
