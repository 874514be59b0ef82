#include "connect/curl/http_words.h"

#include <string.h>

#define OPENING "{window."

void
http_words_clear (HttpWords *words)
{
  g_free (words->start);
  g_free (words->end);
  g_free (words->day);
  *words = (HttpWords) { NULL };
}

/* The word that begins at "at", with its braces; 0: it is another one. */
static unsigned
word_at (const char *at, size_t *ret_length)
{
  static const struct
  {
    const char *text;
    unsigned word;
  } all[] = { { "{window.start}", HTTP_WORD_START }, { "{window.end}", HTTP_WORD_END }, { "{window.day}", HTTP_WORD_DAY } };
  for (size_t i = 0; i < G_N_ELEMENTS (all); i++)
    if (g_str_has_prefix (at, all[i].text))
      {
        *ret_length = strlen (all[i].text);
        return all[i].word;
      }
  return 0;
}

unsigned
http_words_of (const char *text, char **ret_unknown)
{
  unsigned words = 0;
  for (const char *at = text; (at = strstr (at, OPENING)) != NULL;)
    {
      size_t length = strlen (OPENING);
      unsigned word = word_at (at, &length);
      if (word == 0 && *ret_unknown == NULL)
        *ret_unknown = g_strndup (at + 1, strcspn (at + 1, "}"));
      words |= word;
      at += length;
    }
  return words;
}

static const char *
value_of (unsigned word, const HttpWords *words)
{
  return word == HTTP_WORD_START ? words->start : word == HTTP_WORD_END ? words->end : words->day;
}

char *
http_words_fill (const char *text, const HttpWords *words)
{
  GString *filled = g_string_new (NULL);
  for (const char *at = text; *at != '\0';)
    {
      size_t length;
      unsigned word = word_at (at, &length);
      if (word == 0)
        {
          g_string_append_c (filled, *at++);
          continue;
        }
      if (value_of (word, words) == NULL)
        return g_string_free (filled, TRUE);
      g_string_append (filled, value_of (word, words));
      at += length;
    }
  return g_string_free (filled, FALSE);
}

static Json *
fill_text (const char *text, const HttpWords *words)
{
  size_t length;
  g_autofree char *filled = http_words_fill (text, words);
  if (filled == NULL)
    return NULL;
  bool is_word = word_at (text, &length) != 0 && length == strlen (text);
  bool is_number = filled[0] != '\0' && strlen (filled) < 18 && filled[strspn (filled, "0123456789")] == '\0';
  return is_word && is_number ? json_integer (g_ascii_strtoll (filled, NULL, 10)) : json_string (filled);
}

Json *
http_words_fill_json (const Json *json, const HttpWords *words)
{
  if (json_is_string (json))
    return fill_text (json_string_value (json), words);
  if (!json_is_object (json) && !json_is_array (json))
    return json_incref ((Json *) json);
  g_autoptr (Json) filled = json_is_object (json) ? json_object () : json_array ();
  const char *name;
  const Json *value;
  size_t i;
  json_object_foreach ((Json *) json, name, value)
    {
      Json *part = http_words_fill_json (value, words);
      if (part == NULL)
        return NULL;
      json_object_set_new (filled, name, part);
    }
  json_array_foreach ((Json *) json, i, value)
    {
      Json *part = http_words_fill_json (value, words);
      if (part == NULL)
        return NULL;
      json_array_append_new (filled, part);
    }
  return g_steal_pointer (&filled);
}
