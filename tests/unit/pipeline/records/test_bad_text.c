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
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    if (bad_text_may_be (cases[i].damaged, cases[i].text) != cases[i].may)
      fail_msg ("%s and %s", cases[i].damaged, cases[i].text);
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
    cmocka_unit_test (what_is_readable_is_kept),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
