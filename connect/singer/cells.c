#include "connect/singer/cells.h"

#include <string.h>

#define DAY_LENGTH 10     /* of 2026-11-29 */
#define FRACTION_DIGITS 6 /* of a second, in PostgreSQL */

static bool
has_shape (const char *at, size_t length, const char *shape)
{
  size_t n = strlen (shape);
  for (size_t i = 0; i < n; i++)
    if (i >= length || (shape[i] == '0' ? !g_ascii_isdigit (at[i]) : at[i] != shape[i]))
      return false;
  return true;
}

/* How long the fraction at "at" is, with its point; 0: there is none. */
static size_t
fraction_length (const char *at, size_t length)
{
  size_t n = 1;
  while (n < length && g_ascii_isdigit (at[n]))
    n++;
  return length > 1 && (at[0] == '.' || at[0] == ',') && n > 1 ? n : 0;
}

/* Z, +05, +05:30 or +0530. */
static bool
is_zone (const char *at, size_t length)
{
  if (length == 1)
    return *at == 'Z' || *at == 'z';
  if (length < 3 || (*at != '+' && *at != '-'))
    return false;
  return (length == 3 && has_shape (at + 1, 2, "00")) || (length == 5 && has_shape (at + 1, 4, "0000"))
         || (length == 6 && has_shape (at + 1, 5, "00:00"));
}

/* A clock with seconds or without, and a fraction: how much of the text it is; 0: it is none. */
static size_t
clock_length (const char *at, size_t length)
{
  if (!has_shape (at, length, "00:00"))
    return 0;
  return has_shape (at, length, "00:00:00") ? 8 : 5;
}

static void
put_fraction (const char *at, size_t length, GString *into)
{
  g_string_append_c (into, '.');
  g_string_append_len (into, at + 1, (gssize) MIN (length - 1, FRACTION_DIGITS));
}

static void
put_zone (const char *at, size_t length, GString *into)
{
  if (length <= 1)
    g_string_append (into, "+00");
  else
    g_string_append_len (into, at, (gssize) length);
}

/* A moment of RFC 3339 and its like as PostgreSQL writes it; false: it is written otherwise. */
static bool
put_moment (const char *at, size_t length, GString *into)
{
  if (!has_shape (at, length, "0000-00-00"))
    return false;
  size_t done = DAY_LENGTH;
  g_autoptr (GString) moment = g_string_new_len (at, DAY_LENGTH);
  g_string_append_c (moment, ' ');
  if (length == done)
    {
      g_string_append_printf (into, "%s00:00:00+00", moment->str);
      return true;
    }
  if (strchr ("Tt ", at[done]) == NULL || at[done] == '\0')
    return false;
  done++;
  size_t clock = clock_length (at + done, length - done);
  if (clock == 0)
    return false;
  g_string_append_len (moment, at + done, (gssize) clock);
  g_string_append (moment, clock == 5 ? ":00" : "");
  done += clock;
  size_t fraction = fraction_length (at + done, length - done);
  if (fraction > 0)
    put_fraction (at + done, fraction, moment);
  done += fraction;
  done += done < length && at[done] == ' ';
  if (done < length && !is_zone (at + done, length - done))
    return false;
  put_zone (at + done, length - done, moment);
  g_string_append_len (into, moment->str, (gssize) moment->len);
  return true;
}

/* 2026-11-29T00:00:00Z is a day, too. */
static bool
put_day (const char *at, size_t length, GString *into)
{
  if (length <= DAY_LENGTH || !has_shape (at, length, "0000-00-00"))
    return false;
  g_autoptr (GString) moment = g_string_new (NULL);
  if (!put_moment (at, length, moment) || strncmp (moment->str + DAY_LENGTH, " 00:00:00", 9) != 0
      || strspn (moment->str + DAY_LENGTH + 9, ".0+:") != moment->len - DAY_LENGTH - 9)
    return false;
  g_string_append_len (into, at, DAY_LENGTH);
  return true;
}

/* A time of day in UTC needs no zone. */
static bool
put_clock (const char *at, size_t length, GString *into)
{
  size_t clock = clock_length (at, length), fraction = fraction_length (at + clock, length - clock);
  const char *zone = at + clock + fraction;
  size_t rest = length - clock - fraction;
  bool is_utc = rest == 0 || (is_zone (zone, rest) && (rest == 1 || strspn (zone + 1, "0:") >= rest - 1));
  if (clock == 0 || !is_utc)
    return false;
  g_string_append_len (into, at, (gssize) clock);
  if (fraction > 0)
    put_fraction (at + clock, fraction, into);
  return true;
}

static void
put_text (CellType type, Slice value, GString *into, Mended *mended)
{
  size_t before = into->len;
  mended->halves += slice_text (value, into);
  g_autofree char *text = NULL;
  size_t length = into->len - before;
  if (type != CELL_TIMESTAMPTZ && type != CELL_DATE && type != CELL_TIME)
    return;
  text = g_strndup (into->str + before, length);
  g_string_truncate (into, before);
  bool done = strlen (text) == length
              && (type == CELL_TIMESTAMPTZ ? put_moment (text, length, into)
                  : type == CELL_DATE      ? put_day (text, length, into)
                                           : put_clock (text, length, into));
  if (!done)
    g_string_append_len (into, text, (gssize) length);
}

static void
put_number (CellType type, Slice value, GString *into)
{
  size_t length = value.length;
  if (*value.bytes == 'N')
    g_string_append (into, "NaN");
  else if (*value.bytes == 'I' || (*value.bytes == '-' && value.bytes[1] == 'I'))
    g_string_append (into, *value.bytes == '-' ? "-infinity" : "infinity");
  else
    {
      /* 7.0 is an integer for JSON Schema. */
      const char *point = type == CELL_BIGINT ? memchr (value.bytes, '.', length) : NULL;
      bool is_whole = point != NULL && value.bytes + length - point > 1;
      for (const char *at = point; is_whole && ++at < value.bytes + length;)
        is_whole = *at == '0';
      g_string_append_len (into, value.bytes, is_whole ? point - value.bytes : (gssize) length);
    }
}

void
cell_of_value (CellType type, Slice value, GString *into, Mended *mended)
{
  unsigned kind = slice_kind (value);
  if ((kind & SLICE_NESTED) != 0 || (type == CELL_JSONB && kind == SLICE_STRING))
    mended->words += slice_mend (value, into);
  else if (kind == SLICE_STRING)
    put_text (type, value, into, mended);
  else if ((kind & SLICE_NUMERIC) != 0)
    put_number (type, value, into);
  else
    g_string_append_len (into, value.bytes, (gssize) value.length);
}

void
put_json_text (const char *text, size_t length, GString *into)
{
  g_autofree char *valid = NULL;
  if (!g_utf8_validate_len (text, length, NULL))
    {
      valid = g_utf8_make_valid (text, (gssize) length);
      text = valid;
      length = strlen (valid);
    }
  g_string_append_c (into, '"');
  for (size_t i = 0; i < length; i++)
    {
      unsigned char c = (unsigned char) text[i];
      if (c == '"' || c == '\\')
        g_string_append_printf (into, "\\%c", c);
      else if (c == '\n')
        g_string_append (into, "\\n");
      else if (c < 0x20 || c == 0x7f)
        g_string_append_printf (into, "\\u%04x", c);
      else
        g_string_append_c (into, (char) c);
    }
  g_string_append_c (into, '"');
}

/* A number as JSON has it, or null for what is none there. */
static bool
put_json_number (const char *cell, size_t length, bool as_text, GString *into, Mended *mended)
{
  static const char *const none[] = { "NaN", "Infinity", "-Infinity", "infinity", "-infinity", "nan", NULL };
  g_autofree char *text = g_strndup (cell, length);
  if (g_strv_contains (none, text))
    {
      mended->words++;
      g_string_append (into, "null");
      return true;
    }
  Slice number = slice_lenient (cell, length);
  if (number.bytes == NULL || (slice_kind (number) & SLICE_NUMERIC) == 0)
    return false;
  if (as_text)
    put_json_text (cell, length, into);
  else
    g_string_append_len (into, cell, (gssize) length);
  return true;
}

/* 2026-11-29 08:00:00.5+00 as RFC 3339 has it. What it cannot say (infinity, a time before Christ) is null. */
static void
put_json_moment (const char *cell, size_t length, GString *into, Mended *mended)
{
  g_autoptr (GString) moment = g_string_new (NULL);
  if (memchr (cell, 'B', length) != NULL || !put_moment (cell, length, moment))
    {
      mended->words++;
      g_string_append (into, "null");
      return;
    }
  moment->str[DAY_LENGTH] = 'T';
  const char *zone = strpbrk (moment->str + DAY_LENGTH, "+-");
  g_string_append_printf (into, "\"%s%s\"", moment->str, zone != NULL && strlen (zone) == 3 ? ":00" : "");
}

bool
cell_says (const char *cell, size_t length, const char *truth)
{
  return cell != NULL && (length == 1 || length == strlen (truth)) && memcmp (cell, truth, length) == 0;
}

bool
value_of_cell (const char *type, const char *cell, size_t length, bool decimals_as_text, GString *into, Mended *mended)
{
  if (cell == NULL)
    return g_string_append (into, "null"), true;
  if (strcmp (type, "boolean") == 0)
    {
      bool is_true = cell_says (cell, length, "true");
      g_string_append (into, is_true ? "true" : "false");
      return is_true || cell_says (cell, length, "false");
    }
  bool is_numeric = strcmp (type, "numeric") == 0;
  if (is_numeric || strcmp (type, "bigint") == 0 || strcmp (type, "double precision") == 0)
    return put_json_number (cell, length, is_numeric && decimals_as_text, into, mended);
  if (strcmp (type, "timestamptz") == 0 || strcmp (type, "timestamp") == 0)
    return put_json_moment (cell, length, into, mended), true;
  if (strcmp (type, "date") == 0 && !(length == DAY_LENGTH && has_shape (cell, length, "0000-00-00")))
    {
      mended->words++;
      return g_string_append (into, "null"), true;
    }
  if (strcmp (type, "jsonb") == 0)
    {
      Slice value = slice_lenient (cell, length);
      /* One message is one line. */
      for (size_t i = 0; i < value.length; i++)
        if (value.bytes[i] != '\n' && value.bytes[i] != '\r')
          g_string_append_c (into, value.bytes[i]);
      return value.bytes != NULL;
    }
  put_json_text (cell, length, into);
  return true;
}
