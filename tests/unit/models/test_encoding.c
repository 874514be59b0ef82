#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "models/encoding.h"

#include <glib.h>

static void
finds_encodings_by_their_words (void **state)
{
  (void) state;
  static const struct
  {
    const char *word, *expected;
  } cases[] = {
    { "UTF-8", "UTF-8" },
    { "utf8", "UTF-8" },
    { "us-ascii", "UTF-8" },
    { "UTF-16LE", "UTF-16LE" },
    { "utf-16", "UTF-16LE" },
    { "UTF16", "UTF-16LE" },
    { "utf-16be", "UTF-16BE" },
    { "windows-1252", "windows-1252" },
    { "CP1252", "windows-1252" },
    { "Latin1", "windows-1252" },
    { "latin-1", "windows-1252" },
    { "ISO-8859-1", "windows-1252" },
    { "Windows-1250", "windows-1250" },
    { "cp1250", "windows-1250" },
    { "ISO_8859-2", "iso-8859-2" },
    { "latin2", "iso-8859-2" },
    { "iso-8859-15", "iso-8859-15" },
    { "KOI8-R", "koi8-r" },
    { "cp850", "ibm850" },
    { "GBK", "gb18030" },
    { "Big5", "big5" },
    { "cp949", "euc-kr" },
    { "Shift-JIS", "shift_jis" },
    { "sjis", "shift_jis" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Encoding found = ENCODING_UTF16BE;
      if (!encoding_find (cases[i].word, &found) || !g_str_equal (encoding_word (found), cases[i].expected))
        fail_msg ("\"%s\" is %s", cases[i].word, encoding_word (found));
      assert_true (encoding_is_installed (found));
    }
}

/* And none of them is called as another is. */
static void
finds_all_of_its_words (void **state)
{
  (void) state;
  int i = 0;
  for (const char *const *word = encoding_words (); *word != NULL; word++, i++)
    {
      Encoding found = ENCODING_UTF8;
      assert_true (encoding_find (*word, &found));
      assert_int_equal (found, i);
      assert_int_equal (encoding_charset (found) != NULL, found >= ENCODING_OTHER);
    }
  assert_true (i > ENCODING_OTHER);
}

static void
never_takes_or_suggests_another_number (void **state)
{
  (void) state;
  static const struct
  {
    const char *word, *nearest;
  } cases[] = {
    { "", NULL },
    { "-", NULL },
    { "utf", NULL },
    { "UTF-32", NULL },
    { "utf-7", NULL },
    { "windows-1255", NULL },
    { "windows-1259", NULL },
    { "windws-1250", "windows-1250" },
    { "iso-8895-2", NULL },
    { "iso8859-12", NULL },
    { "koi-8", NULL },
    { "euc-jr", NULL },
    { "utf-8x", "UTF-8" },
    { "ibn850", "ibm850" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Encoding found = ENCODING_UTF16BE;
      const char *nearest = encoding_nearest (cases[i].word);
      if (encoding_find (cases[i].word, &found) || g_strcmp0 (nearest, cases[i].nearest) != 0)
        fail_msg ("\"%s\" is %s, near %s", cases[i].word, encoding_word (found), nearest);
      assert_int_equal (found, ENCODING_UTF16BE);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (finds_encodings_by_their_words),
    cmocka_unit_test (finds_all_of_its_words),
    cmocka_unit_test (never_takes_or_suggests_another_number),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
