/* What a name with bytes that are no text may have been. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pipeline/records/bad_text.h"

#include <string.h>

#define BAD BAD_TEXT_SIGN

static void
a_damaged_name_may_be_what_fits_around_the_damage (void **state)
{
  (void) state;
  static const struct
  {
    const char *damaged, *text;
    bool may;
  } cases[] = {
    { "Gr" BAD BAD "e",
      "Gr\xC3\xB6\xC3\x9F"
      "e",
      true },
    { "Gr" BAD BAD "e",
      "Gr\xC3\xB6"
      "e",
      true }, /* half a character of two bytes each */
    { "Gr" BAD BAD "e", "Gre", false },
    { "Gr" BAD "e",
      "Gr\xC3\xB6\xC3\x9F"
      "e",
      false },
    { "Gr" BAD "e", "Groe", false }, /* ASCII is never damaged */
    { BAD "t" BAD, "\xC3\xA9t\xC3\xA9", true },
    { BAD "t" BAD, "\xC3\xA9t\xC3\xA9s", false },
    { BAD "t" BAD, "\xC3\xA9t", false },
    { "nam" BAD, "nam\xC3\xA9", true },
    { "nam" BAD, "nam", false },
    { "nam" BAD, "nom\xC3\xA9", false },
    { "name", "name", false },
    { "a" BAD BAD BAD, "a\xE2\x82\xAC", true },
    { "a" BAD BAD "b" BAD,
      "a\xC3\xA9\xC3\xA9"
      "b\xC3\xA9",
      true },
    { "a" BAD, "a" BAD, true },
    { "a" BAD, "a" BAD BAD, false },
    { "a" BAD BAD, "a" BAD, true },
    { BAD BAD "\xC3\xA9" BAD, "\xC3\xA9\xC3\xA9\xC3\xA9", true },
    { BAD BAD "\xC3\xA9" BAD, "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", true },
    { BAD BAD "\xC3\xA9" BAD, "\xC3\xA9\xC3\xA9", false },
    { BAD BAD "\xC3\xA9" BAD, "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", false },
    { "a" BAD BAD, "a", false },
    { BAD "a" BAD,
      "\xC3\xA9"
      "a",
      false },
    { BAD, "", false },
    { "", "", false },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    if (bad_text_may_be (cases[i].damaged, cases[i].text) != cases[i].may)
      fail_msg ("%s and %s", cases[i].damaged, cases[i].text);
}

/* "piece" so many times, and "end". */
static char *
repeat (const char *piece, size_t times, const char *end)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (size_t i = 0; i < times; i++)
    g_string_append (text, piece);
  g_string_append (text, end);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Each group may have taken one letter or two: trying all ways would take longer than anybody waits. */
static void
many_damaged_places_take_no_time (void **state)
{
  (void) state;
  static const struct
  {
    const char *piece;
    size_t pieces;
    const char *end;
    size_t letters;
    bool may;
  } cases[] = {
    { BAD BAD "\xC3\xA9\xC3\xA9\xC3\xA9", 28, "y", 140, false }, /* it ends with z */
    { BAD BAD "\xC3\xA9\xC3\xA9\xC3\xA9", 28, "z", 140, true },
    { BAD BAD "\xC3\xA9\xC3\xA9\xC3\xA9", 28, "z", 112, true },
    { BAD BAD "\xC3\xA9\xC3\xA9\xC3\xA9", 28, "z", 111, false },
    { BAD BAD "\xC3\xA9\xC3\xA9\xC3\xA9", 28, "z", 141, false },
    { BAD BAD BAD "\xC3\xA9", 85, "y", 300, false },
    { BAD BAD BAD "\xC3\xA9", 85, "z", 300, true },
    { BAD, 341, "z", 341, true },
    { BAD, 341, "z", 1, true },
    { BAD, 341, "z", 0, false },
    { BAD, 342, "z", 341, false }, /* too long to be compared */
    { BAD, 341, "z", 512, false },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *damaged = repeat (cases[i].piece, cases[i].pieces, cases[i].end);
      g_autofree char *text = repeat ("\xC3\xA9", cases[i].letters, "z");
      if (bad_text_may_be (damaged, text) != cases[i].may)
        fail_msg ("case %zu", i);
    }
}

static void
what_is_readable_is_kept (void **state)
{
  (void) state;
  static const struct
  {
    const char *raw, *text; /* NULL: too little of it */
  } cases[] = {
    { "id,na\x81me", "id,na" BAD "me" },
    { "\xFF\xFEid,name", BAD BAD "id,name" },
    { "\xC3\xA9t\xC3", "\xC3\xA9t" BAD },
    { "a\xFF", NULL },
    { "ab\xFF", "ab" BAD },
    { "--,--,\xFF", NULL },
    { "id", "id" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Record record = { .line = 1, .raw = cases[i].raw, .raw_length = strlen (cases[i].raw) };
      g_autoptr (GString) text = bad_text_replace (&record);
      if (g_strcmp0 (text != NULL ? text->str : NULL, cases[i].text) != 0)
        fail_msg ("case %zu: %s", i, text != NULL ? text->str : "nothing");
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (a_damaged_name_may_be_what_fits_around_the_damage),
    cmocka_unit_test (many_damaged_places_take_no_time),
    cmocka_unit_test (what_is_readable_is_kept),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
