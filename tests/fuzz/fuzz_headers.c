/* SQL identifiers from header cells, one a line, and which columns they are in a later file. */
#include "tests/fuzz/fuzz.h"

#include "models/name.h"
#include "pipeline/layout/ident.h"
#include "pipeline/layout/naming.h"

#include <string.h>

static void
require_good (const char *name)
{
  REQUIRE (name[0] != '\0' && strlen (name) <= NAME_MAX_BYTES);
  REQUIRE (g_utf8_validate (name, -1, NULL));
  REQUIRE (!g_ascii_isdigit (name[0]) && strpbrk (name, " \t\r\n\"'.-") == NULL);
  REQUIRE (!name_is_taken_in_staging (name));
}

/* What the columns of one file are called: blanks at the ends of headers are left out before. */
static GStrv
name_columns (char **cells, const Pins *pins)
{
  g_autoptr (GError) error = NULL;
  GStrv names = naming_columns ((const char *const *) cells, g_strv_length (cells), NULL, pins, &error);
  REQUIRE (names != NULL && error == NULL && g_strv_length (names) == g_strv_length (cells));
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (size_t i = 0; names[i] != NULL; i++)
    {
      require_good (names[i]);
      REQUIRE (g_hash_table_add (seen, names[i]));
    }
  return names;
}

static bool
is_twice (char **cells, const char *cell)
{
  int times = 0;
  for (char **other = cells; *other != NULL; other++)
    times += strcmp (*other, cell) == 0;
  return times > 1;
}

/* The next file has the same columns in another order: each that has a header of its own is the one that it was. */
static void
require_lasting_names (char **cells)
{
  for (char **cell = cells; *cell != NULL; cell++)
    g_strstrip (*cell);
  g_autoptr (Pins) pins = pins_new ();
  g_auto (GStrv) first = name_columns (cells, pins);
  size_t count = g_strv_length (cells);
  g_auto (GStrv) reversed = g_new0 (char *, count + 1);
  for (size_t i = 0; i < count; i++)
    {
      pins_add (pins, first[i])->header = strcmp (first[i], cells[i]) != 0 ? g_strdup (cells[i]) : NULL;
      reversed[i] = g_strdup (cells[count - 1 - i]);
    }
  g_auto (GStrv) again = name_columns (cells, pins), second = name_columns (reversed, pins);
  for (size_t i = 0; i < count; i++)
    {
      REQUIRE (strcmp (again[i], first[i]) == 0);
      REQUIRE (cells[i][0] == '\0' || is_twice (cells, cells[i]) || strcmp (second[count - 1 - i], first[i]) == 0);
    }
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
  require_lasting_names (cells);
  g_autofree char *table = name_of_table (text);
  REQUIRE (name_is_usable (table));
  return 0;
}
