#include "pipeline/sniff/sniff_known.h"

#include "models/name.h"

#include <string.h>

#define LEAST_LIMITED (NAME_MAX_BYTES - 3) /* bytes of an identifier that may have been cut off: no character is cut in two */

SniffKnown *
sniff_known_new (const char *const *names)
{
  SniffKnown *known = g_new0 (SniffKnown, 1);
  known->identifiers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (; names[known->names] != NULL; known->names++)
    {
      char *identifier = name_of_column (names[known->names], 0);
      known->longest = MAX (known->longest, strlen (identifier));
      if ((identifier[0] & 0x80) == 0)
        known->firsts[(unsigned char) identifier[0]] = true;
      g_hash_table_add (known->identifiers, identifier);
    }
  return known;
}

void
sniff_known_free (SniffKnown *known)
{
  if (known == NULL)
    return;
  g_hash_table_unref (known->identifiers);
  g_free (known);
}

/* Whether its first letter or digit and the number of them may be those of a name. That is quickly told; to make the identifiers of all
 * cells was half of what sniffing a small file took. */
static bool
may_be_known (const SniffKnown *known, const char *cell, size_t length)
{
  size_t letters = 0, first = 0;
  bool plain = true; /* the first is no letter beyond ASCII, nor changed by what follows it */
  for (size_t i = 0; i < length; i++)
    {
      const bool letter = g_ascii_isalnum (cell[i]) || cell[i] == '_';
      first = letter && letters == 0 ? i : first;
      plain = plain && ((cell[i] & 0x80) == 0 || (letters > 0 && i > first + 1));
      letters += letter;
    }
  if (letters > known->longest && known->longest < LEAST_LIMITED)
    return false;
  if (!plain || letters == 0)
    return true;
  return known->firsts[g_ascii_isdigit (cell[first]) ? '_' : (unsigned char) g_ascii_tolower (cell[first])];
}

bool
sniff_is_known (const SniffKnown *known, const char *cell, size_t length)
{
  if (known == NULL || !may_be_known (known, cell, length))
    return false;
  g_autofree char *text = g_strndup (cell, length);
  g_strstrip (text);
  if (text[0] == '\0')
    return false;
  g_autofree char *identifier = name_of_column (text, 0);
  return g_hash_table_contains (known->identifiers, identifier);
}
