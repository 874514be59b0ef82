/* Known names: which cells are one of them. What is told of a cell before its identifier is made must not change that. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "models/name.h"
#include "pipeline/sniff/sniff_known.h"

#include <string.h>

#define LONG "a header that is much longer than any identifier of a column may be in SQL, and more"

static const char *const some[] = { "Email", "date of birth", "2nd", "\xC3\x89tat", "_id", "caf\xC3\xA9", "a", NULL };
static const char *const with_long[] = { "Email", LONG, NULL };

static const char *const accented[] = { "\xC3\x89tat", NULL };

static const struct
{
  const char *const *names;
  const char *cell;
  bool known;
} cases[] = {
  { some, "email", true },
  { some, " E-MAIL ", false },
  { some, " EMAIL", true },
  { some, "date_of_birth", true },
  { some, "Date of  birth!", true },
  { some, "date of birth and more words", false },
  { some, "-- a", true },
  { some, "2ND", true },
  { some, "_2nd", true },
  { some, "\xC3\xA9tat", true },
  { accented, "E\xCC\x81tat", true }, /* E and the accent by itself */
  { some,
    "\xC2\xA0"
    "email",
    true },
  { some, "_id", true },
  { some, "_ID_", true },
  { some, "cafe\xCC\x81", true },
  { some, "cafe", false },
  { some, "", false },
  { some, "  ", false },
  { some, "ann@example.com", false },
  { with_long, LONG, true },
  { with_long, "a header that is much longer than any identifier of a column may be in SQL, and less", false },
  { with_long, "A HEADER that is much longer than any identifier of a column may be in SQL, and more",
    false }, /* of another text */
};

static void
cells_are_known_by_their_identifiers (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SniffKnown) known = sniff_known_new (cases[i].names);
      if (sniff_is_known (known, cases[i].cell, strlen (cases[i].cell)) != cases[i].known)
        fail_msg ("\"%s\" is %sknown", cases[i].cell, cases[i].known ? "not " : "");
      assert_false (sniff_is_known (NULL, cases[i].cell, strlen (cases[i].cell)));
    }
}

static void
nothing_is_told_wrong_beforehand (void **state)
{
  (void) state;
  static const char *const bits[] = { "e",        "E",        "mail",         "a",      "2", "nd",   "_", " ", "-",
                                      "\xC3\xA9", "\xC3\x89", "\xCC\x81",     "id",     ".", "date", "t", "K", "x",
                                      "@",        "\xC2\xA0", "\xE2\x84\xAA", "column", "1", "caf" };
  g_autoptr (SniffKnown) known = sniff_known_new (some);
  g_autoptr (GRand) random = g_rand_new_with_seed (20);
  int found = 0;
  for (int i = 0; i < 60000; i++)
    {
      g_autoptr (GString) cell = g_string_new (NULL);
      for (int n = g_rand_int_range (random, 1, 5); n > 0; n--)
        g_string_append (cell, bits[g_rand_int_range (random, 0, G_N_ELEMENTS (bits))]);
      g_autofree char *text = g_strstrip (g_strdup (cell->str));
      g_autofree char *identifier = name_of_column (text, 0);
      const bool expected = text[0] != '\0' && g_hash_table_contains (known->identifiers, identifier);
      found += expected;
      if (sniff_is_known (known, cell->str, cell->len) != expected)
        fail_msg ("\"%s\" is %sknown", cell->str, expected ? "not " : "");
    }
  assert_true (found > 100);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (cells_are_known_by_their_identifiers),
    cmocka_unit_test (nothing_is_told_wrong_beforehand),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
