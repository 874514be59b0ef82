#include "pipeline/layout/ident.h"

#include "models/name.h"
#include "pipeline/records/annotation.h"

#include <stdbool.h>
#include <string.h>

/* "a", "a", "a_2" gives a, a_2, a_2_2: whoever comes first keeps the plain name. */
static char *
unique_name (const char *text, size_t position, GHashTable *seen)
{
  g_autofree char *base = name_of_column (text, position);
  char *name = g_strdup (base);
  for (size_t n = 2; g_hash_table_contains (seen, name); n++)
    {
      g_autofree char *suffix = g_strdup_printf ("_%zu", n);
      g_autofree char *start = name_limit (g_strdup (base), strlen (suffix), base);
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
