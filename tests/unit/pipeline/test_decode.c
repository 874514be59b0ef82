#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/error.h"
#include "pipeline/decode.h"

#include <string.h>

#define BYTES(literal) literal, sizeof literal - 1

static void
takes_utf8_with_and_without_a_mark (void **state)
{
  (void) state;
  static const struct
  {
    const char *bytes;
    size_t length;
    int bom;
  } cases[] = {
    { BYTES (""), 0 },
    { BYTES ("a"), 0 },
    { BYTES ("\xEF\xBB\xBF"), 3 },
    { BYTES ("\xEF\xBB\xBF"
             "a,b\n"),
      3 },
    { BYTES ("\xEF\xBB"), 0 },
    { BYTES ("a,\xEF\xBB\xBF\n"), 0 },
    /* bytes that are no UTF-8 are the reader's business */
    { BYTES ("caf\xE9,x\n"), 0 },
    { BYTES ("\xFF,\xFE\n"), 0 },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Encoding encoding = ENCODING_UTF8;
      int bom = -1;
      assert_true (decode_head (cases[i].bytes, cases[i].length, "x.csv", &encoding, &bom, NULL));
      assert_int_equal (encoding, ENCODING_UTF8);
      assert_int_equal (bom, cases[i].bom);
    }
}

static void
refuses_with_reason_and_hint (void **state)
{
  (void) state;
  static const struct
  {
    const char *what;
    const char *bytes;
    size_t length;
    const char *reason;
    const char *told; /* in message or hint */
    int64_t line;
  } cases[] = {
    { "UTF-16 little-endian",
      BYTES ("\xFF\xFE"
             "a\0,\0b\0\n\0"),
      "encoding", "iconv -f UTF-16 -t UTF-8 'my file.csv'", 0 },
    { "UTF-16 big-endian",
      BYTES ("\xFE\xFF"
             "\0a\0,\0b"),
      "encoding", "iconv -f UTF-16 ", 0 },
    { "a UTF-16 mark alone", BYTES ("\xFF\xFE"), "encoding", "iconv -f UTF-16 ", 0 },
    { "UTF-32 little-endian", BYTES ("\xFF\xFE\0\0a\0\0\0"), "encoding", "iconv -f UTF-32 ", 0 },
    { "UTF-32 big-endian", BYTES ("\0\0\xFE\xFF\0\0\0a"), "encoding", "iconv -f UTF-32 ", 0 },
    { "UTF-16LE without a mark", BYTES ("n\0a\0m\0e\0,\0b\0\n\0"), "encoding", "iconv -f UTF-16LE ", 0 },
    { "UTF-16BE without a mark", BYTES ("\0n\0a\0m\0e\0,\0b\0\n"), "encoding", "iconv -f UTF-16BE ", 0 },
    { "UTF-32LE without a mark", BYTES ("n\0\0\0a\0\0\0,\0\0\0b\0\0\0"), "encoding", "iconv -f UTF-32LE ", 0 },
    { "UTF-32BE without a mark", BYTES ("\0\0\0n\0\0\0a\0\0\0,\0\0\0b"), "encoding", "iconv -f UTF-32BE ", 0 },
    { "one NUL byte", BYTES ("a,b\nc\r\nd\0e,f,g,h,i,j,k,l,m\n"), "nul_byte", "line 3", 3 },
    { "only NUL bytes", BYTES ("\0\0\0\0\0\0\0\0"), "nul_byte", "line 1", 1 },
    { "gzip", BYTES ("\x1F\x8B\x08\0abcdefgh"), "nul_byte", "gunzip", 0 },
    { "a spreadsheet", BYTES ("PK\x03\x04\x14\0abcdefgh"), "nul_byte", "as CSV", 0 },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Encoding encoding = ENCODING_UTF8;
      int bom = 0;
      g_autoptr (GError) error = NULL;
      if (decode_head (cases[i].bytes, cases[i].length, "my file.csv", &encoding, &bom, &error))
        fail_msg ("%s was taken", cases[i].what);
      assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_INPUT));
      assert_string_equal (weir_error_get_reason (error), cases[i].reason);
      assert_int_equal (weir_error_get_line (error), cases[i].line);
      g_autofree char *told = weir_error_format (error);
      if (strstr (told, cases[i].told) == NULL)
        fail_msg ("%s: \"%s\" is not in: %s", cases[i].what, cases[i].told, told);
      assert_non_null (strstr (told, "my file.csv"));
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (takes_utf8_with_and_without_a_mark),
    cmocka_unit_test (refuses_with_reason_and_hint),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
