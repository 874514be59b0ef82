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

bool
bad_text_may_be (const char *damaged, const char *text)
{
  const char *sign = strstr (damaged, BAD_TEXT_SIGN);
  if (sign == NULL || strncmp (damaged, text, (size_t) (sign - damaged)) != 0)
    return false;
  size_t signs = 0;
  text += sign - damaged;
  for (; g_str_has_prefix (sign, BAD_TEXT_SIGN); sign += SIGN_LENGTH)
    signs++;
  for (; signs > 0 && ((unsigned char) *text & 0x80) != 0; signs--)
    {
      text = g_utf8_next_char (text);
      if (strcmp (sign, text) == 0 || bad_text_may_be (sign, text))
        return true;
    }
  return false;
}
