#include "pipeline/records/annotation.h"

#include "base/text.h"

#include <glib.h>
#include <string.h>

bool
annotation_is (const char *header)
{
  return g_str_has_prefix (header, "_weir_");
}

/* The text behind the word, with quotes around it or without; NULL: it does not begin so. */
static const char *
pass_word (const char *text, const char *end, const char *word)
{
  size_t length = strlen (word), quotes = end > text && (*text == '"' || *text == '\'') ? 1 : 0;
  if ((size_t) (end - text) < length + 2 * quotes || memcmp (text + quotes, word, length) != 0
      || (quotes > 0 && text[length + 1] != *text))
    return NULL;
  return text + length + 2 * quotes;
}

bool
annotation_find (const char *text, size_t length, char ret_delimiter[3], bool *ret_trim)
{
  const char *end = text + length;
  text += text_mark (text, length);
  const char *at = pass_word (text, end, ANNOTATION_LINE);
  if (at == NULL || at == end || g_ascii_isalnum (*at) || strchr ("_\"'\r\n", *at) != NULL)
    return false;
  *ret_trim = end - at > 3 && at[0] == ' ' && at[2] == ' ' && pass_word (at + 3, end, ANNOTATION_REASON) != NULL;
  bool one = *ret_trim || pass_word (at + 1, end, ANNOTATION_REASON) != NULL;
  bool two = !one && end - at > 2 && pass_word (at + 2, end, ANNOTATION_REASON) != NULL;
  at += *ret_trim;
  ret_delimiter[0] = at[0];
  ret_delimiter[1] = two ? at[1] : '\0';
  ret_delimiter[2] = '\0';
  return true;
}

char *
annotation_delimiter (const Dialect *dialect)
{
  const char *blank = dialect->trim ? " " : "";
  return g_strconcat (blank, dialect->delimiter, blank, NULL);
}
