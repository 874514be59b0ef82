#include "pipeline/sniff/sniff_kind.h"

#include <glib.h>
#include <string.h>

/* strchr, for sets of a few bytes without NUL: it is called for so many of them that a call costs most. */
static inline bool
is_in (const char *set, char byte)
{
  while (*set != '\0' && *set != byte)
    set++;
  return *set != '\0';
}

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
  bool taken = cursor->at < cursor->end && is_in (set, *cursor->at);
  cursor->at += taken;
  return taken;
}

static bool
take_word (Cursor *cursor, const char *word)
{
  if (cursor->at == cursor->end || ((*cursor->at ^ *word) & ~0x20) != 0)
    return false; /* as nearly always: not even its first letter, in whatever case */
  size_t length = strlen (word);
  if ((size_t) (cursor->end - cursor->at) < length || g_ascii_strncasecmp (cursor->at, word, length) != 0)
    return false;
  cursor->at += length;
  return true;
}

static void
take_currency (Cursor *cursor)
{
  static const char *const words[] = { "$", "€", "£", "¥", "EUR", "USD", "GBP", "CHF", "%" };
  Cursor before = *cursor;
  take_char (cursor, " ");
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
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
  for (size_t i = 0; i < G_N_ELEMENTS (months); i++)
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

static bool
has_any (Cursor cursor, const char *set)
{
  for (; cursor.at < cursor.end; cursor.at++)
    if (is_in (set, *cursor.at))
      return true;
  return false;
}

static bool
is_email (Cursor cursor)
{
  const char *at = memchr (cursor.at, '@', (size_t) (cursor.end - cursor.at));
  if (at == NULL || at == cursor.at || has_any (cursor, " ,;|:^~\t\n\"'"))
    return false;
  size_t rest = (size_t) (cursor.end - at) - 1;
  return memchr (at + 1, '.', rest) != NULL && memchr (at + 1, '@', rest) == NULL;
}

static bool
is_url (Cursor cursor)
{
  Cursor whole = cursor;
  if (!take_word (&cursor, "www.") && !take_word (&cursor, "http://") && !take_word (&cursor, "https://")
      && !take_word (&cursor, "ftp://"))
    return false;
  return cursor.at < cursor.end && !has_any (whole, " ,;|^\t\n\"'");
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
    else if (*cursor.at != '\0' && !is_in ("+-./()%", *cursor.at))
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
  int round = 0, square = 0, curly = 0;
  for (; cursor.at < cursor.end; cursor.at++)
    {
      round += (*cursor.at == '(') - (*cursor.at == ')');
      square += (*cursor.at == '[') - (*cursor.at == ']');
      curly += (*cursor.at == '{') - (*cursor.at == '}');
    }
  return round == 0 && square == 0 && curly == 0;
}

/* A comma or a colon is one of words when a blank follows it and none is before, a quote and a bracket in pairs. */
static CellKind
kind_of_words (Cursor cursor)
{
  char first = *cursor.at, last = cursor.end[-1], before = ' ';
  if ((cursor.end - cursor.at > 1 && first == last && (first == '"' || first == '\'')) || has_any (cursor, "\t"))
    return KIND_BROKEN;
  if (first == '\0' || last == '\0' || is_in ("\"/,;:|", first) || is_in ("\",;|", last) || !is_balanced (cursor))
    return KIND_ODD;
  int quotes = 0;
  for (; cursor.at < cursor.end; before = *cursor.at++)
    {
      char next = cursor.at + 1 < cursor.end ? cursor.at[1] : ' ';
      bool separates = (*cursor.at == ',' || *cursor.at == ':') && (before == ' ' || (next != ' ' && next != '\n'));
      quotes += *cursor.at == '"' || *cursor.at == '\'';
      if (*cursor.at == '\0' || is_in (";|^~", *cursor.at) || separates || quotes > 2)
        return KIND_ODD;
    }
  return KIND_TEXT;
}

/* What bytes of a cell may mean to the questions about it: one look at each byte answers most of them. */
enum
{
  SEEN_DIGIT = 1,
  SEEN_AT = 2,
  SEEN_MARK = 4, /* one of those that kind_of_words asks for */
};

static const unsigned char meanings[256] = {
  ['0'] = SEEN_DIGIT, ['1'] = SEEN_DIGIT, ['2'] = SEEN_DIGIT, ['3'] = SEEN_DIGIT, ['4'] = SEEN_DIGIT, ['5'] = SEEN_DIGIT,
  ['6'] = SEEN_DIGIT, ['7'] = SEEN_DIGIT, ['8'] = SEEN_DIGIT, ['9'] = SEEN_DIGIT, ['@'] = SEEN_AT,    ['\0'] = SEEN_MARK,
  ['\t'] = SEEN_MARK, ['"'] = SEEN_MARK,  ['\''] = SEEN_MARK, [','] = SEEN_MARK,  [';'] = SEEN_MARK,  [':'] = SEEN_MARK,
  ['|'] = SEEN_MARK,  ['^'] = SEEN_MARK,  ['~'] = SEEN_MARK,  ['/'] = SEEN_MARK,  ['('] = SEEN_MARK,  [')'] = SEEN_MARK,
  ['['] = SEEN_MARK,  [']'] = SEEN_MARK,  ['{'] = SEEN_MARK,  ['}'] = SEEN_MARK,
};

static unsigned
look_at_bytes (Cursor cursor)
{
  unsigned seen = 0;
  for (; cursor.at < cursor.end; cursor.at++)
    seen |= meanings[(unsigned char) *cursor.at];
  return seen;
}

/* Of a cell that is not empty, without blanks around it. */
static CellKind
kind_of_trimmed (Cursor cell)
{
  Cursor rest = cell;
  const unsigned seen = look_at_bytes (cell);
  if (cell.end - cell.at < 64 && (seen & SEEN_DIGIT) != 0)
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
  if ((seen & SEEN_AT) != 0 && is_email (cell))
    return KIND_EMAIL;
  if (is_url (cell))
    return KIND_URL;
  return (seen & SEEN_MARK) != 0 ? kind_of_words (cell) : KIND_TEXT;
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
