#include "pipeline/records/bad_text.h"

#include "base/text.h"
#include "pipeline/records/reader_record.h"

#include <string.h>

#define SIGN_LENGTH strlen (BAD_TEXT_SIGN)

Reason
bad_text_describe (const Record *record, size_t offset, const Dialect *dialect, char *buffer, size_t size)
{
  int64_t line = 0;
  size_t byte = record_byte_in_line (record, offset, &line), place = byte;
  const char *word = encoding_word (dialect->encoding);
  bool utf8 = dialect->encoding == ENCODING_UTF8;
  if (!utf8) /* our bytes are not the file's: characters are */
    place = (size_t) g_utf8_strlen (record->raw + offset + 1 - byte, (gssize) byte - 1) + 1;
  else if (line == 1)
    place += (size_t) dialect->bom;
  g_autofree char *of_line = line == record->line ? g_strdup ("") : g_strdup_printf (" of line %" G_GINT64_FORMAT, line);
  if (dialect->encoding == ENCODING_WINDOWS_1252)
    g_snprintf (buffer, size, "byte 0x%02X, character %zu%s, is no %s", (uint8_t) record->raw[offset], place, of_line, word);
  else
    g_snprintf (buffer, size, "invalid %s at %s %zu%s", word, utf8 ? "byte" : "character", place, of_line);
  return utf8 ? REASON_INVALID_UTF8 : REASON_INVALID_ENCODING;
}

GString *
bad_text_replace (const Record *record)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *at = record->raw, *end = at + record->raw_length;
  size_t bad = 0, signs = 0, good = 0;
  for (; !text_is_utf8 (at, (size_t) (end - at), &bad); at += bad + 1, signs++)
    {
      g_string_append_len (text, at, (gssize) bad);
      g_string_append (text, BAD_TEXT_SIGN);
    }
  g_string_append_len (text, at, end - at);
  for (const char *next = text->str; *next != '\0'; next = g_utf8_next_char (next))
    good += g_unichar_isalnum (g_utf8_get_char (next));
  return good > signs ? g_steal_pointer (&text) : NULL;
}

/* Whether the sign at "at" may stand for nothing: one of a run that is not its first. */
static bool
is_spare (const char *damaged, size_t at)
{
  return at >= SIGN_LENGTH && g_str_has_prefix (damaged + at, BAD_TEXT_SIGN)
         && g_str_has_prefix (damaged + at - SIGN_LENGTH, BAD_TEXT_SIGN);
}

/* Moves each place that was reached over the letter or sign "next". False: none can be. */
static bool
pass_letter (const char *damaged, size_t length, const char *next, bool reached[])
{
  const size_t bytes = (size_t) (g_utf8_next_char (next) - next);
  bool any = false;
  for (size_t at = length; at-- > 0;) /* from the end, for they move there */
    {
      if (!reached[at])
        continue;
      reached[at] = false;
      if (g_str_has_prefix (damaged + at, BAD_TEXT_SIGN) && ((unsigned char) *next & 0x80) != 0)
        any = reached[at + SIGN_LENGTH] = true;
      else if (strncmp (damaged + at, next, bytes) == 0)
        any = reached[at + bytes] = true;
    }
  for (size_t at = 0; at < length; at++)
    if (reached[at] && is_spare (damaged, at))
      reached[at + SIGN_LENGTH] = true;
  return any;
}

bool
bad_text_may_be (const char *damaged, const char *text)
{
  const char *sign = strstr (damaged, BAD_TEXT_SIGN);
  const size_t length = strlen (damaged);
  if (sign == NULL || length > BAD_TEXT_LONGEST || strlen (text) > BAD_TEXT_LONGEST
      || strncmp (damaged, text, (size_t) (sign - damaged)) != 0)
    return false;
  bool reached[BAD_TEXT_LONGEST + 1] = { false }; /* the places in "damaged" up to which it may be the text so far */
  reached[sign - damaged] = true;
  for (text += sign - damaged; *text != '\0'; text = g_utf8_next_char (text))
    {
      reached[length] = false; /* there is more of the text */
      if (!pass_letter (damaged, length, text, reached))
        return false;
    }
  return reached[length];
}
