#include "pipeline/layout/ident.h"

#include "models/name.h"
#include "pipeline/records/annotation.h"

#include <stdbool.h>
#include <string.h>

/* Which names are not to be given. */
typedef struct
{
  GHashTable *seen;          /* in this header */
  const IdentReserved *kept; /* NULL: no others */
} Names;

static bool
is_free (const Names *names, const char *name, bool numbered)
{
  GHashTable *others = names->kept == NULL ? NULL : numbered ? names->kept->plain : names->kept->numbered;
  return !g_hash_table_contains (names->seen, name) && (others == NULL || !g_hash_table_contains (others, name));
}

/* "A", "a ", "a!" gives a, a_2, a_3: whoever comes first has the plain name. */
static char *
unique_name (const char *text, size_t position, const Names *names)
{
  g_autofree char *base = name_of_column (text, position);
  char *name = g_strdup (base);
  for (size_t n = 2; !is_free (names, name, n > 2); n++)
    {
      g_autofree char *suffix = g_strdup_printf ("_%zu", n);
      g_autofree char *start = name_limit (g_strdup (base), strlen (suffix), base);
      g_free (name);
      name = g_strconcat (start, suffix, NULL);
    }
  return name;
}

/* What a header says is its name is nobody else's, however often weir has to make one. */
static void
fill_exact (char **names, const char *const *texts, size_t count, const Names *taken)
{
  for (size_t i = 0; i < count; i++)
    {
      if (names[i] != NULL || texts[i][0] == '\0')
        continue;
      g_autofree char *name = name_of_column (texts[i], i);
      if (strcmp (name, texts[i]) == 0 && is_free (taken, name, false))
        g_hash_table_add (taken->seen, names[i] = g_steal_pointer (&name));
    }
}

void
ident_fill (char **names, const char *const *texts, size_t count, const IdentReserved *kept)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  const Names taken = { seen, kept };
  for (size_t i = 0; i < count; i++)
    if (names[i] != NULL)
      g_hash_table_add (seen, names[i]);
  fill_exact (names, texts, count, &taken);
  size_t annotations = 0; /* no columns of the file: they take no place */
  for (size_t i = 0; i < count; i++)
    {
      if (names[i] == NULL)
        g_hash_table_add (seen, names[i] = unique_name (texts[i], i - annotations, &taken));
      annotations += annotation_is (texts[i]);
    }
}

GStrv
ident_from_headers (const char *const *texts, size_t count)
{
  GStrv names = g_new0 (char *, count + 1);
  ident_fill (names, texts, count, NULL);
  return names;
}
