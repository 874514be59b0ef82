#include "pipeline/records/annotation.h"

#include "base/text.h"

#include <glib.h>
#include <string.h>

bool
annotation_is (const char *header)
{
  return g_str_has_prefix (header, "_weir_");
}

bool
annotation_is_safe (const char *header)
{
  return strcmp (header, ANNOTATION_SAFE) == 0;
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

/* The quote of the message's name, which follows the reason's and another delimiter. */
static void
find_quote (const char *at, const char *end, Annotation *annotation)
{
  g_autofree char *between = annotation_delimiter (
      &(Dialect) { .delimiter = { annotation->delimiter[0], annotation->delimiter[1] }, .trim = annotation->trim });
  size_t length = strlen (between);
  annotation->quote[0] = annotation->quote[1] = '\0';
  if (at == NULL || (size_t) (end - at) <= length || memcmp (at, between, length) != 0)
    return;
  at += length;
  if ((*at == '"' || *at == '\'') && pass_word (at, end, ANNOTATION_MESSAGE) != NULL)
    annotation->quote[0] = *at;
}

bool
annotation_find (const char *text, size_t length, Annotation *ret_annotation)
{
  const char *end = text + length;
  text += text_mark (text, length);
  const char *at = pass_word (text, end, ANNOTATION_LINE);
  if (at == NULL || at == end || g_ascii_isalnum (*at) || strchr ("_\"'\r\n", *at) != NULL)
    return false;
  const char *behind = end - at > 3 && at[0] == ' ' && at[2] == ' ' ? pass_word (at + 3, end, ANNOTATION_REASON) : NULL;
  ret_annotation->trim = behind != NULL;
  behind = behind != NULL ? behind : pass_word (at + 1, end, ANNOTATION_REASON);
  bool two = behind == NULL && end - at > 2 && (behind = pass_word (at + 2, end, ANNOTATION_REASON)) != NULL;
  at += ret_annotation->trim;
  ret_annotation->delimiter[0] = at[0];
  ret_annotation->delimiter[1] = two ? at[1] : '\0';
  ret_annotation->delimiter[2] = '\0';
  find_quote (behind, end, ret_annotation);
  return true;
}

char *
annotation_delimiter (const Dialect *dialect)
{
  const char *blank = dialect->trim ? " " : "";
  return g_strconcat (blank, dialect->delimiter, blank, NULL);
}
