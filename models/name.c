#include "models/name.h"

#include "base/digest.h"

#include <string.h>

#define HASH_DIGITS 8

/* Adds the character, or one _ for the run of others before it unless that run is at the beginning. */
static void
append_folded (GString *folded, const char *bytes, size_t length, bool *gap)
{
  if (*gap && folded->len > 0)
    g_string_append_c (folded, '_');
  *gap = false;
  g_string_append_len (folded, bytes, (gssize) length);
}

/* The same as below, without what only other letters need. */
static char *
fold_ascii (const char *text)
{
  GString *folded = g_string_new (NULL);
  bool gap = false;
  for (; *text != '\0'; text++)
    if (g_ascii_isalnum (*text) || *text == '_')
      append_folded (folded, (const char[]) { g_ascii_tolower (*text) }, 1, &gap);
    else
      gap = true;
  return g_string_free (folded, FALSE);
}

char *
name_fold (const char *text)
{
  if (g_str_is_ascii (text))
    return fold_ascii (text);
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *composed = g_utf8_normalize (valid, -1, G_NORMALIZE_NFC);
  GString *folded = g_string_new (NULL);
  bool gap = false;
  for (const char *at = composed; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      if (!g_unichar_isalnum (c) && !g_unichar_ismark (c) && c != '_')
        {
          gap = true;
          continue;
        }
      /* Not g_utf8_strdown: that follows the locale, and a Turkish one would give other names. */
      char bytes[6];
      int length = g_unichar_to_utf8 (g_unichar_tolower (c), bytes);
      append_folded (folded, bytes, (size_t) length, &gap);
    }
  return g_string_free (folded, FALSE);
}

char *
name_limit (char *name, size_t room, const char *text)
{
  if (strlen (name) + room <= NAME_MAX_BYTES)
    return name;
  g_autofree char *whole = name;
  const char *end = whole + NAME_MAX_BYTES - HASH_DIGITS - room;
  /* A continuation byte at the end means that a character would be cut. */
  while ((*end & 0xC0) == 0x80)
    end--;
  char sha256[SHA256_HEX_SIZE];
  sha256_bytes (text, strlen (text), sha256);
  return g_strdup_printf ("%.*s%.*s", (int) (end - whole), whole, HASH_DIGITS, sha256);
}

char *
name_of_column (const char *text, size_t position)
{
  g_autofree char *folded = name_fold (text);
  if (folded[0] == '\0')
    return g_strdup_printf ("column_%zu", position + 1);
  bool digit = g_unichar_isdigit (g_utf8_get_char (folded));
  char *name = g_strdup_printf ("%s%s%s", digit ? "_" : "", folded, name_is_taken_in_staging (folded) ? "_" : "");
  return name_limit (name, 0, text);
}

char *
name_of_table (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *ascii = g_str_to_ascii (valid, "C");
  g_autofree char *folded = name_fold (ascii);
  if (folded[0] != '\0')
    return name_limit (g_strdup_printf ("%s%s", g_ascii_isdigit (folded[0]) ? "_" : "", folded), 0, text);
  char sha256[SHA256_HEX_SIZE];
  sha256_bytes (text, strlen (text), sha256);
  return g_strdup_printf ("table_%.*s", HASH_DIGITS, sha256);
}

bool
name_is_same (const char *name, const char *other)
{
  g_autofree char *one = name_fold (name), *two = name_fold (other);
  return strcmp (one, two) == 0;
}

bool
name_is_stored_as (const char *name, const char *identifier)
{
  g_autofree char *made = name_of_column (name, 0);
  return strcmp (name, identifier) == 0 || strcmp (made, identifier) == 0;
}

bool
name_is_usable (const char *name)
{
  size_t length = strlen (name);
  return length > 0 && length <= NAME_MAX_BYTES && !g_ascii_isdigit (name[0])
         && strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

bool
name_is_taken_in_staging (const char *identifier)
{
  static const char *const names[] = { "_line", "_id", "_hash", "tableoid", "xmin", "cmin", "xmax", "cmax", "ctid", NULL };
  return g_strv_contains (names, identifier);
}

char *
name_singular (const char *table)
{
  static const struct
  {
    const char *plural;
    size_t drop;
    const char *add;
  } endings[] = {
    { "ies", 3, "y" }, { "sses", 2, "" }, { "xes", 2, "" }, { "ches", 2, "" }, { "shes", 2, "" },
    { "ss", 0, "" },   { "us", 0, "" },   { "is", 0, "" },  { "s", 1, "" },
  };
  size_t length = strlen (table);
  for (size_t i = 0; i < G_N_ELEMENTS (endings); i++)
    if (length > strlen (endings[i].plural) && g_str_has_suffix (table, endings[i].plural))
      return g_strdup_printf ("%.*s%s", (int) (length - endings[i].drop), table, endings[i].add);
  return g_strdup (table);
}
