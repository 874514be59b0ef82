/* SQL identifiers from header cells: one a line. */
#include "tests/fuzz/fuzz.h"

#include "models/name.h"
#include "pipeline/layout/ident.h"

#include <string.h>

static void
require_good (const char *name)
{
  REQUIRE (name[0] != '\0' && strlen (name) <= NAME_MAX_BYTES);
  REQUIRE (g_utf8_validate (name, -1, NULL));
  REQUIRE (!g_ascii_isdigit (name[0]) && strpbrk (name, " \t\r\n\"'.-") == NULL);
  REQUIRE (!name_is_taken_in_staging (name));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *given = g_strndup ((const char *) data, size);
  g_autofree char *text = g_utf8_make_valid (given, -1);
  g_auto (GStrv) cells = g_strsplit (text, "\n", 200);
  size_t count = g_strv_length (cells);
  g_auto (GStrv) names = ident_from_headers ((const char *const *) cells, count);
  REQUIRE (g_strv_length (names) == count);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (size_t i = 0; i < count; i++)
    {
      require_good (names[i]);
      REQUIRE (g_hash_table_add (seen, names[i]));
    }
  /* What is spelled as a name has it, whatever stands before and behind it. */
  for (size_t i = 0; i < count; i++)
    {
      g_autofree char *own = name_of_column (cells[i], i);
      REQUIRE (cells[i][0] == '\0' || strcmp (own, cells[i]) != 0 || g_hash_table_contains (seen, own));
      for (size_t j = 0; j < count; j++)
        REQUIRE (strcmp (names[j], cells[i]) != 0 || strcmp (cells[j], cells[i]) == 0 || strcmp (own, cells[i]) != 0);
    }
  g_autofree char *table = name_of_table (text);
  REQUIRE (name_is_usable (table));
  return 0;
}
