#include "pipeline/layout/ident.h"

#include "base/digest.h"
#include "models/name.h"
#include "pipeline/records/annotation.h"

#include <stdbool.h>
#include <string.h>

enum
{
  HASH_DIGITS = 8,
};

/* The identifier with room for a suffix: cut at a character, with digits of the whole text's SHA-256, where it is too long. Takes
 * "name". */
static char *
limit_length (char *name, size_t room, const char *text)
{
  if (strlen (name) + room <= IDENT_MAX)
    return name;
  g_autofree char *whole = name;
  const char *end = whole + IDENT_MAX - HASH_DIGITS - room;
  /* A continuation byte at the end means that a character would be cut. */
  while ((*end & 0xC0) == 0x80)
    end--;
  char sha256[SHA256_HEX_SIZE];
  sha256_bytes (text, strlen (text), sha256);
  return g_strdup_printf ("%.*s%.*s", (int) (end - whole), whole, HASH_DIGITS, sha256);
}

char *
ident_from_text (const char *text, size_t position)
{
  g_autofree char *folded = name_fold (text);
  if (folded[0] == '\0')
    return g_strdup_printf ("column_%zu", position + 1);
  bool digit = g_unichar_isdigit (g_utf8_get_char (folded));
  char *name = g_strdup_printf ("%s%s%s", digit ? "_" : "", folded, name_is_taken_in_staging (folded) ? "_" : "");
  return limit_length (name, 0, text);
}

/* "a", "a", "a_2" gives a, a_2, a_2_2: whoever comes first keeps the plain name. */
static char *
unique_name (const char *text, size_t position, GHashTable *seen)
{
  g_autofree char *base = ident_from_text (text, position);
  char *name = g_strdup (base);
  for (size_t n = 2; g_hash_table_contains (seen, name); n++)
    {
      g_autofree char *suffix = g_strdup_printf ("_%zu", n);
      g_autofree char *start = limit_length (g_strdup (base), strlen (suffix), base);
      g_free (name);
      name = g_strconcat (start, suffix, NULL);
    }
  return name;
}

void
ident_fill (char **names, const char *const *texts, size_t count)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (size_t i = 0; i < count; i++)
    if (names[i] != NULL)
      g_hash_table_add (seen, names[i]);
  size_t annotations = 0; /* no columns of the file: they take no place */
  for (size_t i = 0; i < count; i++)
    {
      if (names[i] == NULL)
        g_hash_table_add (seen, names[i] = unique_name (texts[i], i - annotations, seen));
      annotations += annotation_is (texts[i]);
    }
}

GStrv
ident_from_headers (const char *const *texts, size_t count)
{
  GStrv names = g_new0 (char *, count + 1);
  ident_fill (names, texts, count);
  return names;
}
