#include "pipeline/sniff/sniff_kind.h"

#include <glib.h>
#include <stdint.h>
#include <string.h>

/* What a character may be in a cell. The sniffer asks of each cell for each delimiter that it tries: one look at its characters tells
 * most of what the matchers would look for. */
enum
{
  MARK_DIGIT = 1 << 0,
  MARK_TAB = 1 << 1,
  MARK_ODD = 1 << 2,       /* separates, or is no text */
  MARK_SEPARATES = 1 << 3, /* where no blank is behind it */
  MARK_QUOTE = 1 << 4,
  MARK_BRACKET = 1 << 5,
  MARK_FIGURES = 1 << 6,  /* stands between digits in figures */
  MARK_NO_EMAIL = 1 << 7, /* is in no address */
  MARK_NO_URL = 1 << 8,
};

static const uint16_t marks_of[256] = {
  ['\0'] = MARK_ODD | MARK_FIGURES,
  ['0'] = MARK_DIGIT,
  ['1'] = MARK_DIGIT,
  ['2'] = MARK_DIGIT,
  ['3'] = MARK_DIGIT,
  ['4'] = MARK_DIGIT,
  ['5'] = MARK_DIGIT,
  ['6'] = MARK_DIGIT,
  ['7'] = MARK_DIGIT,
  ['8'] = MARK_DIGIT,
  ['9'] = MARK_DIGIT,
  ['\t'] = MARK_TAB | MARK_NO_EMAIL | MARK_NO_URL,
  ['\n'] = MARK_NO_EMAIL | MARK_NO_URL,
  [' '] = MARK_NO_EMAIL | MARK_NO_URL,
  [';'] = MARK_ODD | MARK_NO_EMAIL | MARK_NO_URL,
  ['|'] = MARK_ODD | MARK_NO_EMAIL | MARK_NO_URL,
  ['^'] = MARK_ODD | MARK_NO_EMAIL | MARK_NO_URL,
  ['~'] = MARK_ODD | MARK_NO_EMAIL,
  [','] = MARK_SEPARATES | MARK_NO_EMAIL | MARK_NO_URL,
  [':'] = MARK_SEPARATES | MARK_NO_EMAIL,
  ['"'] = MARK_QUOTE | MARK_NO_EMAIL | MARK_NO_URL,
  ['\''] = MARK_QUOTE | MARK_NO_EMAIL | MARK_NO_URL,
  ['('] = MARK_BRACKET | MARK_FIGURES,
  [')'] = MARK_BRACKET | MARK_FIGURES,
  ['['] = MARK_BRACKET,
  [']'] = MARK_BRACKET,
  ['{'] = MARK_BRACKET,
  ['}'] = MARK_BRACKET,
  ['+'] = MARK_FIGURES,
  ['-'] = MARK_FIGURES,
  ['.'] = MARK_FIGURES,
  ['/'] = MARK_FIGURES,
  ['%'] = MARK_FIGURES,
};

/* Every matcher takes what it can from *at and says whether that is what it is for. */
typedef struct
{
  const char *at;
  const char *end;
} Cursor;

static size_t
take_digits (Cursor *cursor)
{
  const char *from = cursor->at;
  while (cursor->at < cursor->end && g_ascii_isdigit (*cursor->at))
    cursor->at++;
  return (size_t) (cursor->at - from);
}

static bool
take_char (Cursor *cursor, const char *set)
{
  for (; cursor->at < cursor->end && *set != '\0'; set++)
    if (*cursor->at == *set)
      return cursor->at++, true;
  return false;
}

/* ASCII letters in any case. */
static bool
take_word (Cursor *cursor, const char *word)
{
  const char *at = cursor->at;
  for (; *word != '\0'; word++, at++)
    {
      int differ = at < cursor->end ? *at ^ *word : -1;
      if (differ != 0 && (differ != 0x20 || !g_ascii_isalpha (*word)))
        return false;
    }
  cursor->at = at;
  return true;
}

static void
take_currency (Cursor *cursor)
{
  static const char *const words[] = { "$", "€", "£", "¥", "EUR", "USD", "GBP", "CHF", "%" };
  Cursor before = *cursor;
  take_char (cursor, " ");
  bool digit = cursor->at < cursor->end && g_ascii_isdigit (*cursor->at);
  for (size_t i = 0; i < G_N_ELEMENTS (words) && !digit; i++)
    if (take_word (cursor, words[i]))
      {
        take_char (cursor, " ");
        return;
      }
  *cursor = before;
}

/* Digits, in groups of three or not, with a decimal point or comma. */
static bool
take_amount (Cursor *cursor)
{
  size_t digits = take_digits (cursor);
  char separator = cursor->at < cursor->end ? *cursor->at : '\0';
  while (digits > 0 && digits <= 3 && (separator == ',' || separator == '.' || separator == '\'') && cursor->end - cursor->at >= 4
         && *cursor->at == separator)
    {
      Cursor group = { cursor->at + 1, cursor->end };
      if (take_digits (&group) != 3)
        break;
      *cursor = group;
    }
  if (take_char (cursor, digits > 0 ? ".," : "."))
    digits += take_digits (cursor);
  if (digits == 0)
    return false;
  Cursor exponent = *cursor;
  if (take_char (&exponent, "eE") && (take_char (&exponent, "+-"), take_digits (&exponent) > 0))
    *cursor = exponent;
  return true;
}

static bool
is_number (Cursor cursor)
{
  bool bracket = take_char (&cursor, "(");
  take_char (&cursor, "+-");
  take_currency (&cursor);
  take_char (&cursor, "+-");
  if (!take_amount (&cursor))
    return false;
  take_currency (&cursor);
  return (!bracket || take_char (&cursor, ")")) && cursor.at == cursor.end;
}

static bool
take_month (Cursor *cursor)
{
  static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec" };
  bool letter = cursor->at < cursor->end && g_ascii_isalpha (*cursor->at);
  for (size_t i = 0; i < G_N_ELEMENTS (months) && letter; i++)
    if (take_word (cursor, months[i]))
      {
        while (cursor->at < cursor->end && g_ascii_isalpha (*cursor->at))
          cursor->at++;
        return true;
      }
  return false;
}

static bool
take_date (Cursor *cursor)
{
  if (take_month (cursor)) /* May 5, 2020 */
    return take_char (cursor, " .-") && take_digits (cursor) > 0 && take_char (cursor, ", -") && (take_char (cursor, " "), true)
           && take_digits (cursor) >= 2;
  size_t first = take_digits (cursor);
  char separator = cursor->at < cursor->end ? *cursor->at : '\0';
  if (first == 0 || first == 3 || first > 4 || !take_char (cursor, "-/. "))
    return false;
  char separators[2] = { separator, '\0' };
  size_t second = take_digits (cursor);
  if (second == 0 ? !take_month (cursor) : second > 2 || separator == ' ')
    return false;
  if (!take_char (cursor, separators))
    return false;
  size_t third = take_digits (cursor);
  return first == 4 ? third >= 1 && third <= 2 : third == 2 || third == 4;
}

static bool
take_time (Cursor *cursor)
{
  size_t hours = take_digits (cursor);
  if (hours == 0 || hours > 2 || !take_char (cursor, ":") || take_digits (cursor) != 2)
    return false;
  if (take_char (cursor, ":") && take_digits (cursor) != 2)
    return false;
  Cursor fraction = *cursor;
  bool comma = take_char (&fraction, ",");
  if (comma ? take_digits (&fraction) >= 3 : take_char (&fraction, ".") && take_digits (&fraction) > 0)
    *cursor = fraction;
  Cursor half = *cursor;
  take_char (&half, " ");
  if (take_word (&half, "am") || take_word (&half, "pm"))
    *cursor = half;
  return true;
}

static bool
is_timestamp (Cursor cursor)
{
  if (!take_date (&cursor) || !take_char (&cursor, " T") || !take_time (&cursor))
    return false;
  take_char (&cursor, " ");
  if (take_char (&cursor, "Z") || take_word (&cursor, "UTC"))
    return cursor.at == cursor.end;
  if (take_char (&cursor, "+-") && (take_digits (&cursor) == 0 || (take_char (&cursor, ":") && take_digits (&cursor) == 0)))
    return false;
  return cursor.at == cursor.end;
}

static unsigned
marks_in (Cursor cursor)
{
  unsigned marks = 0;
  for (; cursor.at < cursor.end; cursor.at++)
    marks |= marks_of[(unsigned char) *cursor.at];
  return marks;
}

static bool
is_email (Cursor cursor, unsigned marks)
{
  if (marks & MARK_NO_EMAIL)
    return false;
  const char *at = memchr (cursor.at, '@', (size_t) (cursor.end - cursor.at));
  if (at == NULL || at == cursor.at)
    return false;
  size_t rest = (size_t) (cursor.end - at) - 1;
  return memchr (at + 1, '.', rest) != NULL && memchr (at + 1, '@', rest) == NULL;
}

static bool
is_url (Cursor cursor, unsigned marks)
{
  if ((marks & MARK_NO_URL)
      || (!take_word (&cursor, "www.") && !take_word (&cursor, "http://") && !take_word (&cursor, "https://")
          && !take_word (&cursor, "ftp://")))
    return false;
  return cursor.at < cursor.end;
}

static bool
is_figures (Cursor cursor)
{
  int digits = 0, blanks = 0;
  for (; cursor.at < cursor.end; cursor.at++)
    if (g_ascii_isdigit (*cursor.at))
      digits++;
    else if (*cursor.at == ' ')
      blanks++;
    else if (!(marks_of[(unsigned char) *cursor.at] & MARK_FIGURES))
      return false;
  return digits > (blanks > 0 ? 6 : 0);
}

static bool
is_one_of (Cursor cursor, const char *const *words, size_t count)
{
  for (size_t i = 0; i < count; i++)
    {
      Cursor rest = cursor;
      if (take_word (&rest, words[i]) && rest.at == rest.end)
        return true;
    }
  return false;
}

static bool
is_boolean (Cursor cursor)
{
  static const char *const words[] = { "true", "false", "yes", "no" };
  return is_one_of (cursor, words, G_N_ELEMENTS (words));
}

bool
sniff_is_null_word (const char *text, size_t length)
{
  static const char *const words[] = {
    "NA", "N/A", "null", "none", "nan", "nil", "\\N", "-", "--", "?", ".", "n.a.", "inf", "-inf"
  };
  return is_one_of ((Cursor) { text, text + length }, words, G_N_ELEMENTS (words));
}

/* Whether as many brackets of a kind are opened as are closed. */
static bool
is_balanced (Cursor cursor)
{
  static const char brackets[] = "()[]{}";
  int open[3] = { 0 };
  for (; cursor.at < cursor.end; cursor.at++)
    {
      if (!(marks_of[(unsigned char) *cursor.at] & MARK_BRACKET))
        continue;
      ptrdiff_t bracket = strchr (brackets, *cursor.at) - brackets;
      open[bracket / 2] += bracket % 2 == 0 ? 1 : -1;
    }
  return open[0] == 0 && open[1] == 0 && open[2] == 0;
}

/* A comma or a colon is one of words when a blank follows it and none is before, a quote and a bracket in pairs. */
static CellKind
kind_of_words (Cursor cursor, unsigned marks)
{
  char first = *cursor.at, last = cursor.end[-1], before = ' ';
  if (!(marks & (MARK_TAB | MARK_ODD | MARK_SEPARATES | MARK_QUOTE | MARK_BRACKET)) && first != '/')
    return KIND_TEXT;
  if ((cursor.end - cursor.at > 1 && first == last && (first == '"' || first == '\'')) || (marks & MARK_TAB))
    return KIND_BROKEN;
  if (strchr ("\"/,;:|", first) != NULL || strchr ("\",;|", last) != NULL || !is_balanced (cursor))
    return KIND_ODD;
  int quotes = 0;
  for (; cursor.at < cursor.end; before = *cursor.at++)
    {
      char next = cursor.at + 1 < cursor.end ? cursor.at[1] : ' ';
      bool separates = (*cursor.at == ',' || *cursor.at == ':') && (before == ' ' || (next != ' ' && next != '\n'));
      quotes += *cursor.at == '"' || *cursor.at == '\'';
      if ((marks_of[(unsigned char) *cursor.at] & MARK_ODD) || separates || quotes > 2)
        return KIND_ODD;
    }
  return KIND_TEXT;
}

/* Of a cell that is not empty, without blanks around it. */
static CellKind
kind_of_trimmed (Cursor cell)
{
  Cursor rest = cell;
  unsigned marks = marks_in (cell);
  if (cell.end - cell.at < 64 && (marks & MARK_DIGIT))
    {
      if (is_number (cell))
        return KIND_NUMBER;
      if (take_date (&rest) && rest.at == rest.end)
        return KIND_DATE;
      if (rest = cell, take_time (&rest) && rest.at == rest.end)
        return KIND_TIME;
      if (is_timestamp (cell))
        return KIND_TIMESTAMP;
      if (is_figures (cell))
        return KIND_FIGURES;
    }
  if (is_boolean (cell))
    return KIND_BOOLEAN;
  if (is_email (cell, marks))
    return KIND_EMAIL;
  return is_url (cell, marks) ? KIND_URL : kind_of_words (cell, marks);
}

/* The quotes of a word processor are around a value, and no part of it: â922â. */
static void
take_curly_quotes (Cursor *cell)
{
  Cursor inner = *cell;
  if (cell->end - cell->at > 6 && take_word (&inner, "\xE2\x80\x9C") && memcmp (cell->end - 3, "\xE2\x80\x9D", 3) == 0)
    *cell = (Cursor) { inner.at, cell->end - 3 };
}

CellKind
sniff_kind (const char *text, size_t length)
{
  Cursor cell = { text, text + length };
  while (cell.at < cell.end && *cell.at == ' ')
    cell.at++;
  while (cell.at < cell.end && cell.end[-1] == ' ')
    cell.end--;
  if (cell.at == cell.end)
    return length == 0 ? KIND_EMPTY : KIND_ODD;
  bool padded = (size_t) (cell.end - cell.at) < length;
  take_curly_quotes (&cell);
  CellKind kind = kind_of_trimmed (cell);
  return padded && kind == KIND_TEXT ? KIND_PADDED : kind;
}
bool
sniff_kind_is_typed (CellKind kind)
{
  return kind > KIND_EMPTY && kind < KIND_TEXT;
}

bool
sniff_kind_fits (CellKind cell, CellKind column)
{
  if (cell == column)
    return true;
  if (column == KIND_NUMBER || column == KIND_FIGURES)
    return cell == KIND_NUMBER || cell == KIND_FIGURES;
  if (column == KIND_DATE || column == KIND_TIMESTAMP)
    return cell == KIND_DATE || cell == KIND_TIMESTAMP;
  return false;
}

const char *
sniff_kind_word (CellKind kind)
{
  static const char *const words[N_KINDS] = {
    [KIND_EMPTY] = "nothing",    [KIND_NUMBER] = "numbers",
    [KIND_FIGURES] = "figures",  [KIND_DATE] = "dates",
    [KIND_TIME] = "times",       [KIND_TIMESTAMP] = "timestamps",
    [KIND_BOOLEAN] = "booleans", [KIND_EMAIL] = "e-mail addresses",
    [KIND_URL] = "links",        [KIND_TEXT] = "text",
    [KIND_PADDED] = "text",      [KIND_ODD] = "text",
    [KIND_BROKEN] = "text",
  };
  return words[kind];
}
