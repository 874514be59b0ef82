#include "base/text.h"

#include <fnmatch.h>
#include <string.h>

/* Looked at by blocks of this size, without a branch between: compilers make vector code of that. A byte counts them. */
#define BLOCK 192

/* The length of the leading run of bytes 0x01 to 0x7F, by eights: files are mostly ASCII. It may stop up to seven bytes early. */
static size_t
ascii_prefix (const char *bytes, size_t length)
{
  const uint64_t ones = UINT64_C (0x0101010101010101);
  const uint64_t highs = UINT64_C (0x8080808080808080);
  size_t done = 0;
  while (length - done >= sizeof (uint64_t))
    {
      uint64_t eight;
      memcpy (&eight, bytes + done, sizeof eight);
      if ((((eight - ones) | eight) & highs) != 0)
        break;
      done += sizeof eight;
    }
  return done;
}

/* The length of the character at "at", which is beyond ASCII; 0: there is none. */
static size_t
character_length (const char *at, const char *end)
{
  const unsigned char *bytes = (const unsigned char *) at;
  if (bytes[0] >= 0xC2 && bytes[0] <= 0xDF && end - at > 1 && (bytes[1] & 0xC0) == 0x80)
    return 2; /* as of most letters beyond ASCII */
  const gunichar character = g_utf8_get_char_validated (at, end - at);
  return character < (gunichar) -2 ? (size_t) g_utf8_skip[(uint8_t) *at] : 0;
}

bool
text_is_utf8 (const char *bytes, size_t length, size_t *ret_offset)
{
  const char *at = bytes, *end = bytes + length;
  for (size_t step = 1; step > 0; at += step)
    {
      at += ascii_prefix (at, (size_t) (end - at));
      while ((at < end) && (signed char) *at > 0) /* char has no sign on some machines */
        at++;
      if (at == end)
        return true;
      step = *at == '\0' ? 0 : character_length (at, end);
    }
  if (ret_offset != NULL)
    *ret_offset = (size_t) (at - bytes);
  return false;
}

size_t
text_ascii_length (const char *bytes, size_t length)
{
  size_t at = 0;
  for (unsigned char high = 0; length - at >= BLOCK; at += BLOCK)
    {
      for (size_t i = 0; i < BLOCK; i++)
        high |= (unsigned char) bytes[at + i];
      if (high >= 0x80)
        break;
    }
  while (at < length && (bytes[at] & 0x80) == 0)
    at++;
  return at;
}

size_t
text_mark (const char *bytes, size_t length)
{
  return length >= 3 && memcmp (bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

static int64_t
count_byte (const char *bytes, size_t length, char byte)
{
  int64_t count = 0;
  size_t at = 0;
  for (; length - at >= BLOCK; at += BLOCK)
    {
      unsigned char of_block = 0;
      for (size_t i = 0; i < BLOCK; i++)
        of_block += bytes[at + i] == byte;
      count += of_block;
    }
  for (; at < length; at++)
    count += bytes[at] == byte;
  return count;
}

int64_t
text_count_line_ends (const char *bytes, size_t length)
{
  const char *end = bytes + length;
  int64_t ends = count_byte (bytes, length, '\n');
  for (const char *at = bytes; at < end && (at = memchr (at, '\r', (size_t) (end - at))) != NULL; at++)
    ends += at + 1 == end || at[1] != '\n';
  return ends;
}

/* The distance of Damerau and Levenshtein in its restricted form (optimal string alignment): two letters in each other's place are
 * one edit, the commonest slip of a hand. ASCII case ignored. */
static size_t
edit_distance (const char *a, const char *b)
{
  size_t a_length = strlen (a), b_length = strlen (b), width = b_length + 1;
  g_autofree size_t *d = g_new (size_t, (a_length + 1) * width);
  for (size_t i = 0; i <= a_length; i++)
    d[i * width] = i;
  for (size_t j = 0; j <= b_length; j++)
    d[j] = j;
  for (size_t i = 1; i <= a_length; i++)
    for (size_t j = 1; j <= b_length; j++)
      {
        char x = g_ascii_tolower (a[i - 1]), y = g_ascii_tolower (b[j - 1]);
        size_t least = MIN (d[(i - 1) * width + j], d[i * width + j - 1]) + 1;
        least = MIN (least, d[(i - 1) * width + j - 1] + (x != y));
        if (i > 1 && j > 1 && x == g_ascii_tolower (b[j - 2]) && y == g_ascii_tolower (a[i - 2]))
          least = MIN (least, d[(i - 2) * width + j - 2] + 1);
        d[i * width + j] = least;
      }
  return d[a_length * width + b_length];
}

int
text_compare (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

const char *
text_nearest (const char *word, const char *const *words)
{
  size_t best_distance = MAX (strlen (word) / 3, 1) + 1;
  const char *best = NULL;
  for (; *words != NULL; words++)
    {
      size_t distance = edit_distance (word, *words);
      if (distance < best_distance)
        {
          best_distance = distance;
          best = *words;
        }
    }
  return best;
}

char *
text_count (int64_t n)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GINT64_FORMAT, n);
  GString *text = g_string_new (NULL);
  size_t length = strlen (digits);
  for (size_t i = 0; i < length; i++)
    {
      g_string_append_c (text, digits[i]);
      size_t left = length - i - 1;
      if (left > 0 && left % 3 == 0 && digits[i] != '-')
        g_string_append_c (text, ',');
    }
  return g_string_free (text, FALSE);
}

/* "3 min 20 s"; "3 min". */
static char *
join_units (int64_t whole, const char *unit, int rest, const char *of_it)
{
  return rest == 0 ? g_strdup_printf ("%" G_GINT64_FORMAT " %s", whole, unit)
                   : g_strdup_printf ("%" G_GINT64_FORMAT " %s %d %s", whole, unit, rest, of_it);
}

char *
text_duration (int64_t milliseconds)
{
  int64_t hundredths = (milliseconds + 5) / 10;
  if (hundredths < 1000)
    return g_strdup_printf ("%d.%02d s", (int) (hundredths / 100), (int) (hundredths % 100));
  int64_t tenths = (milliseconds + 50) / 100;
  if (tenths < 600)
    return g_strdup_printf ("%d.%d s", (int) (tenths / 10), (int) (tenths % 10));
  int64_t seconds = (milliseconds + 500) / 1000;
  if (seconds < 3600)
    return join_units (seconds / 60, "min", (int) (seconds % 60), "s");
  int64_t minutes = (seconds + 30) / 60;
  return join_units (minutes / 60, "h", (int) (minutes % 60), "min");
}

char *
text_time (int64_t ns)
{
  int64_t seconds = ns / 1000000000 - (ns % 1000000000 < 0);
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);
  return g_date_time_format (time, "%Y-%m-%d %H:%M:%S");
}

char *
text_size (int64_t bytes)
{
  if (bytes < 1000)
    return g_strdup_printf ("%d B", (int) bytes);

  static const char units[] = "kMGTPE";
  const char *unit = units;
  /* In tenths of the unit, so that 999,950 becomes 1.0 MB and not 1000.0 kB. */
  int64_t scale = 100;
  while (unit[1] != '\0' && bytes / scale + (bytes % scale >= scale / 2) >= 10000)
    {
      scale *= 1000;
      unit++;
    }
  int64_t tenths = bytes / scale + (bytes % scale >= scale / 2);
  return g_strdup_printf ("%d.%d %cB", (int) (tenths / 10), (int) (tenths % 10), *unit);
}

bool
text_matches_glob (const char *name, const char *pattern)
{
  return fnmatch (pattern, name, 0) == 0;
}

/* Whether the character shows as what it is: no control, nothing that begins a line or turns the direction of what follows, and
 * nothing that cannot be seen but for the joiners, which scripts need. */
static bool
is_plain (gunichar character)
{
  GUnicodeType type = g_unichar_type (character);
  bool joiner = character == 0x200C || character == 0x200D;
  return type != G_UNICODE_CONTROL && type != G_UNICODE_LINE_SEPARATOR && type != G_UNICODE_PARAGRAPH_SEPARATOR
         && (type != G_UNICODE_FORMAT || joiner);
}

/* The length of the printable character at "bytes", or 0. */
static size_t
printable_character (const char *bytes, size_t length)
{
  gunichar character = g_utf8_get_char_validated (bytes, (gssize) MIN (length, 6));
  if (character == (gunichar) -1 || character == (gunichar) -2 || !is_plain (character))
    return 0;
  return (size_t) g_unichar_to_utf8 (character, NULL);
}

char *
text_printable (const char *bytes, size_t length, size_t limit)
{
  GString *text = g_string_new (NULL);
  size_t position = 0;
  while (position < length)
    {
      size_t size = printable_character (bytes + position, length - position);
      if (position + MAX (size, 1) > limit)
        break;
      if (size > 0)
        g_string_append_len (text, bytes + position, (gssize) size);
      else
        g_string_append_printf (text, "\\x%02X", (unsigned char) bytes[position]);
      position += MAX (size, 1);
    }
  if (position < length)
    g_string_append (text, "...");
  return g_string_free (text, FALSE);
}

char *
text_lines_printable (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      char *shown = text_printable (*line, strlen (*line), SIZE_MAX);
      g_free (*line);
      *line = shown;
    }
  return g_strjoinv ("\n", lines);
}

/* Appends the text between two quotes, the quote inside doubled. */
static void
append_quoted (GString *target, const char *text, char quote)
{
  g_string_append_c (target, quote);
  for (; *text != '\0'; text++)
    {
      if (*text == quote)
        g_string_append_c (target, quote);
      g_string_append_c (target, *text);
    }
  g_string_append_c (target, quote);
}

static void
append_element (GString *text, const char *word)
{
  bool is_plain = word[0] != '\0' && strpbrk (word, "{},\"\\ \t\n\r\v\f") == NULL && g_ascii_strcasecmp (word, "null") != 0;
  if (is_plain)
    {
      g_string_append (text, word);
      return;
    }
  g_string_append_c (text, '"');
  for (; *word != '\0'; word++)
    {
      if (*word == '"' || *word == '\\')
        g_string_append_c (text, '\\');
      g_string_append_c (text, *word);
    }
  g_string_append_c (text, '"');
}

char *
text_array (const GPtrArray *words)
{
  GString *text = g_string_new ("{");
  for (guint i = 0; i < words->len; i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      if (words->pdata[i] != NULL)
        append_element (text, words->pdata[i]);
      else
        g_string_append (text, "NULL");
    }
  return g_string_free (g_string_append_c (text, '}'), FALSE);
}

char *
text_quote_ident (const char *name)
{
  GString *quoted = g_string_new (NULL);
  append_quoted (quoted, name, '"');
  return g_string_free (quoted, FALSE);
}

char *
text_quote_literal (const char *value)
{
  if (strchr (value, '\\') == NULL)
    {
      GString *quoted = g_string_new (NULL);
      append_quoted (quoted, value, '\'');
      return g_string_free (quoted, FALSE);
    }

  g_auto (GStrv) parts = g_strsplit (value, "\\", -1);
  g_autofree char *escaped = g_strjoinv ("\\\\", parts);
  GString *quoted = g_string_new ("E");
  append_quoted (quoted, escaped, '\'');
  return g_string_free (quoted, FALSE);
}
