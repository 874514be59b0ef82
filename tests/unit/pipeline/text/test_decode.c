#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/error.h"
#include "pipeline/text/decode.h"

#include <string.h>

#define BYTES(literal) literal, sizeof literal - 1

/* The encoding of a whole file that must be taken. */
static Encoding
encoding_of (const char *bytes, size_t length, const Encoding *declared, int *ret_bom, char **ret_evidence)
{
  g_auto (Decoding) decoding = { 0 };
  g_autoptr (GError) error = NULL;
  if (!decode_head (&(SourceHead) { bytes, length, true }, declared, "x.csv", &decoding, &error))
    fail_msg ("%s: %s", bytes, error->message);
  *ret_bom = decoding.bom;
  if (ret_evidence != NULL)
    *ret_evidence = g_steal_pointer (&decoding.evidence);
  return decoding.encoding;
}

static void
the_bytes_tell_the_encoding (void **state)
{
  (void) state;
  static const struct
  {
    const char *bytes;
    size_t length;
    Encoding encoding;
    int bom;
    const char *evidence; /* part of it */
  } cases[] = {
    { BYTES (""), ENCODING_UTF8, 0, "nothing but ASCII" },
    { BYTES ("a,b\n"), ENCODING_UTF8, 0, "nothing but ASCII" },
    { BYTES ("M\xC3\xBCller,\xE2\x82\xAC\n"), ENCODING_UTF8, 0, "valid UTF-8 with 2 characters beyond ASCII" },
    { BYTES ("\xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82\n"), ENCODING_UTF8, 0, "6 characters" },
    /* marks */
    { BYTES ("\xEF\xBB\xBF"), ENCODING_UTF8, 3, "byte order mark of UTF-8" },
    { BYTES ("\xEF\xBB\xBF"
             "a,b\n"),
      ENCODING_UTF8, 3, "byte order mark of UTF-8" },
    { BYTES ("\xEF\xBB\xBF"
             "caf\xE9\n"),
      ENCODING_UTF8, 3, "byte order mark of UTF-8" },
    { BYTES ("a,\xEF\xBB\xBF\n"), ENCODING_UTF8, 0, "valid UTF-8" },
    { BYTES ("\xFF\xFE"), ENCODING_UTF16LE, 2, "little endian" },
    { BYTES ("\xFF\xFE"
             "a\0,\0b\0\n\0"),
      ENCODING_UTF16LE, 2, "little endian" },
    { BYTES ("\xFE\xFF\0a\0,\0b\0\n"), ENCODING_UTF16BE, 2, "big endian" },
    { BYTES ("\xFF\xFE\x3F\x04\x40\x04"), ENCODING_UTF16LE, 2, "little endian" },
    /* UTF-16 without a mark */
    { BYTES ("n\0a\0m\0e\0,\0b\0\n\0"), ENCODING_UTF16LE, 0, "no byte order mark, but 100 %" },
    { BYTES ("\0n\0a\0m\0e\0,\0b\0\n"), ENCODING_UTF16BE, 0, "no byte order mark" },
    { BYTES ("n\0a\0m\0e\0;\0i\0d\0\r\0\n\0M\0\xFC\0l\0l\0e\0r\0;\0001\0\r\0\n\0"), ENCODING_UTF16LE, 0, "%" },
    { BYTES ("n\0a\0m\0e\0,\0b\0\n\0001\0,\0\xDE\0"
             "2"),
      ENCODING_UTF16LE, 0, "%" },
    /* Cyrillic and Chinese, where ASCII is only between the cells */
    { BYTES ("\x18\x04\x3C\x04\x4F\x04,\0\x13\x04\x3E\x04\x34\x04\n\0\x10\x04\x3D\x04\x3D\x04"
             "0\x04,\0001\0\n\0"),
      ENCODING_UTF16LE, 0, "%" },
    { BYTES ("\x59\xD3\x54\x0D\0,\x5E\x74\0\n\x4E\x0A\x6D\x77\0,\0"
             "1\0\n"),
      ENCODING_UTF16BE, 0, "%" },
    /* Windows-1252 */
    { BYTES ("caf\xE9,x\n"), ENCODING_WINDOWS_1252, 0, "1 byte 0xE9 is no UTF-8" },
    { BYTES ("M\xFCller,Stra\xDF"
             "e,\xD6l\n"),
      ENCODING_WINDOWS_1252, 0, "3 bytes such as 0xFC 0xDF 0xD6 are no UTF-8" },
    { BYTES ("price,\x80 5\n\xA3 7\n"), ENCODING_WINDOWS_1252, 0, "0x80" },
    { BYTES ("\x93quoted\x94,it\x92s\n"), ENCODING_WINDOWS_1252, 0, "0x93" },
    { BYTES ("12 \xB0"
             "C,5 m\xB2,\xBD\n"),
      ENCODING_WINDOWS_1252, 0, "0xB0" },
    { BYTES ("\xC5ngstr\xF6m,\xC9"
             "cole,\xE0 Paris\n"),
      ENCODING_WINDOWS_1252, 0, "0xC5" },
    { BYTES ("\xDE\xF3r\xF0ur,\xFE\xFD\xF0ing\n"), ENCODING_WINDOWS_1252, 0, "0xDE" },
    { BYTES ("\x93"
             "CAF\xC9\x94,1\n"),
      ENCODING_WINDOWS_1252, 0, "0x93" }, /* C9 94 would be a character */
    { BYTES ("CR\xC9"
             "ATION,GAR\xC7ON\n"),
      ENCODING_WINDOWS_1252, 0, "0xC9" },
    { BYTES ("Espa\xF1"
             "a,\xBFQu\xE9?,1\xBA\n"),
      ENCODING_WINDOWS_1252, 0, "0xF1" },
    /* UTF-8 but for a few bytes */
    { BYTES ("M\xC3\xBCller,Stra\xC3\x9F"
             "e,caf\xE9\n"),
      ENCODING_UTF8, 0,
      "mostly UTF-8 with 2 characters beyond ASCII; 1 byte is neither that nor like Windows-1252, the first is byte 20" },
    { BYTES ("\xE4\xB8\x8A\xE6\xB5\xB7,\xFF\n"), ENCODING_UTF8, 0, "2 characters" },
    { BYTES ("\xC3\xBC\xFF\xC3\xBC\xFE\xC3\xBC,a\n"), ENCODING_UTF8, 0, "2 bytes" },
    /* neither: rejects of their lines */
    { BYTES ("\xFF,\xFE\n"), ENCODING_UTF8, 0, "2 bytes" },
    { BYTES ("a,\x81\n"), ENCODING_UTF8, 0, "1 byte" },
    { BYTES ("a,b\x90\x8D\n"), ENCODING_UTF8, 0, "2 bytes" },
    { BYTES ("\xCF\xF0\xE8\xE2\xE5\xF2,\xEC\xE8\xF0\n"), ENCODING_UTF8, 0, "rejected" }, /* windows-1251 */
    { BYTES ("\xC4\xE3\xBA\xC3,\xCA\xC0\xBD\xE7\n"), ENCODING_UTF8, 0, "rejected" },     /* GBK */
    { BYTES ("g\xB3\xF3wna,\xBF\xF3\xB3ty,W\xB3"
             "adys\xB3"
             "aw\n"),
      ENCODING_UTF8, 0, "rejected" },                                           /* windows-1250 */
    { BYTES ("caf\x8E,f\x9Fr,M\x8Anner\n"), ENCODING_UTF8, 0, "rejected" },     /* Macintosh */
    { BYTES ("M\x81ller,caf\x82s,M\x84nner\n"), ENCODING_UTF8, 0, "rejected" }, /* DOS */
    { BYTES ("caf\xC3,x\n"), ENCODING_UTF8, 0, "rejected" },                    /* UTF-8 cut by bytes */
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      int bom = -1;
      g_autofree char *evidence = NULL;
      Encoding encoding = encoding_of (cases[i].bytes, cases[i].length, NULL, &bom, &evidence);
      if (encoding != cases[i].encoding || bom != cases[i].bom || strstr (evidence, cases[i].evidence) == NULL)
        fail_msg ("case %zu is %s, mark of %d bytes: %s", i, encoding_word (encoding), bom, evidence);
    }
}

static void
a_mark_wins_over_a_declaration_and_that_over_evidence (void **state)
{
  (void) state;
  static const struct
  {
    const char *bytes;
    size_t length;
    Encoding declared;
    Encoding encoding;
    int bom;
  } cases[] = {
    { BYTES ("caf\xE9\n"), ENCODING_UTF8, ENCODING_UTF8, 0 },
    { BYTES ("caf\xC3\xA9\n"), ENCODING_WINDOWS_1252, ENCODING_WINDOWS_1252, 0 },
    { BYTES ("\xCF\xF0\xE8\xE2\xE5\xF2\n"), ENCODING_WINDOWS_1252, ENCODING_WINDOWS_1252, 0 },
    { BYTES ("ab"), ENCODING_UTF16BE, ENCODING_UTF16BE, 0 },
    { BYTES ("\0\0\x4E\x0A"), ENCODING_UTF16BE, ENCODING_UTF16BE, 0 },
    { BYTES ("\xEF\xBB\xBF"
             "caf\xC3\xA9\n"),
      ENCODING_WINDOWS_1252, ENCODING_UTF8, 3 },
    { BYTES ("\xFE\xFF\0a"), ENCODING_UTF16LE, ENCODING_UTF16BE, 2 },
    { BYTES ("\xFF\xFE"
             "a\0"),
      ENCODING_UTF8, ENCODING_UTF16LE, 2 },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      int bom = -1;
      assert_int_equal (encoding_of (cases[i].bytes, cases[i].length, &cases[i].declared, &bom, NULL), cases[i].encoding);
      assert_int_equal (bom, cases[i].bom);
    }
}

/* Whatever the length of a head, the text it is cut from is known for what it is. */
static void
a_head_may_end_within_a_character (void **state)
{
  (void) state;
  static const struct
  {
    const char *bytes;
    size_t length;
    size_t from; /* as many bytes at least */
    Encoding encoding;
  } cases[] = {
    { BYTES ("x\xC3\xA9,\xE2\x82\xAC,\xF0\x9F\x98\x80\n"), 0, ENCODING_UTF8 },
    { BYTES ("caf\xE9,Stra\xDF"
             "e,M\xFCller"),
      5, ENCODING_WINDOWS_1252 },
    { BYTES ("a\0,\0b\0\n\0"
             "1\0,\0"
             "2\0\n\0"),
      4, ENCODING_UTF16LE },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    for (size_t length = cases[i].from; length <= cases[i].length; length++)
      {
        g_auto (Decoding) found = { 0 };
        assert_true (decode_head (&(SourceHead) { cases[i].bytes, length }, NULL, "x.csv", &found, NULL));
        if (found.encoding != cases[i].encoding || strstr (found.evidence, "rejected") != NULL)
          fail_msg ("case %zu, %zu bytes: %s, %s", i, length, encoding_word (found.encoding), found.evidence);
      }
  int bom = 0;
  g_autofree char *evidence = NULL;
  encoding_of (BYTES ("\xC3\xA9\xC3\xA9\xC3\xA9,\xE2\x82"), NULL, &bom, &evidence);
  assert_non_null (strstr (evidence, "3 characters beyond ASCII; 2 bytes are"));
}

/* One byte in a thousand without a meaning is a slip: its line is a reject, the rest is read. */
static void
a_slip_in_a_long_text_changes_nothing (void **state)
{
  (void) state;
  g_autoptr (GString) text = g_string_new (NULL);
  for (int i = 0; i < 1000; i++)
    g_string_append (text, "M\xFCller;caf\xE9;5 \x80\n");
  g_string_append (text, "x\x81y\n");
  int bom = 0;
  assert_int_equal (encoding_of (text->str, text->len, NULL, &bom, NULL), ENCODING_WINDOWS_1252);
}

static void
refuses_with_reason_and_hint (void **state)
{
  (void) state;
  static const Encoding utf8 = ENCODING_UTF8, windows = ENCODING_WINDOWS_1252;
  static const struct
  {
    const char *what;
    const char *bytes;
    size_t length;
    const char *reason;
    const char *told; /* in message or hint */
    int64_t line;
    const Encoding *declared;
  } cases[] = {
    { "UTF-32 little-endian", BYTES ("\xFF\xFE\0\0a\0\0\0"), "encoding", "iconv -f UTF-32 -t UTF-8 'my file.csv'", 0 },
    { "UTF-32 big-endian", BYTES ("\0\0\xFE\xFF\0\0\0a"), "encoding", "iconv -f UTF-32 ", 0 },
    { "UTF-32LE without a mark", BYTES ("n\0\0\0a\0\0\0,\0\0\0b\0\0\0"), "encoding", "iconv -f UTF-32LE ", 0 },
    { "UTF-32BE without a mark", BYTES ("\0\0\0n\0\0\0a\0\0\0,\0\0\0b"), "encoding", "iconv -f UTF-32BE ", 0 },
    { "one NUL byte", BYTES ("a,b\nc\r\nd\0e,f,g,h,i,j,k,l,m\n"), "nul_byte", "line 3", 3 },
    { "a NUL byte behind a mark",
      BYTES ("\xEF\xBB\xBF"
             "a\nb\0\n"),
      "nul_byte", "line 2", 2 },
    { "a NUL byte in a declared encoding", BYTES ("a\0b\0c\0"), "nul_byte", "line 1", 1, &utf8 },
    { "a NUL byte in declared Windows-1252", BYTES ("caf\xE9\n\0"), "nul_byte", "line 2", 2, &windows },
    { "only NUL bytes", BYTES ("\0\0\0\0\0\0\0\0"), "nul_byte", "line 1", 1 },
    { "lines that end with NUL", BYTES ("abc,de\n\0fgh,ij\n\0"), "nul_byte", "line 2", 2 },
    { "cells filled with NUL", BYTES ("ab\0\0cd\0\0\nef\0\0gh\0\0\n"), "nul_byte", "line 1", 1 },
    { "numbers of two bytes", BYTES ("\x01\0\x02\0\x03\0\x0A\0\x20\0\x80\x00"), "nul_byte", "line 1", 1 },
    { "gzip in gzip", BYTES ("\x1F\x8B\x08\0abcdefgh"), "nul_byte", "gunzip -c < 'my file.csv' > ", 0 },
    { "a spreadsheet", BYTES ("PK\x03\x04\x14\0abcdefgh"), "nul_byte", "as CSV", 0 },
    { "bzip2 without NUL", BYTES ("BZh91AY&SY\xE1\xC7\x8F\xFFx"), "nul_byte", "bunzip2", 0 },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_auto (Decoding) found = { 0 };
      const SourceHead head = { cases[i].bytes, cases[i].length, true };
      if (decode_head (&head, cases[i].declared, "my file.csv", &found, &error))
        fail_msg ("%s was taken for %s: %s", cases[i].what, encoding_word (found.encoding), found.evidence);
      assert_null (found.evidence);
      assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_INPUT));
      assert_string_equal (reason_word (weir_error_get_reason (error)), cases[i].reason);
      g_autofree char *told = weir_error_format (error);
      if (strstr (told, cases[i].told) == NULL)
        fail_msg ("%s: \"%s\" is not in: %s", cases[i].what, cases[i].told, told);
      assert_int_equal (weir_error_get_line (error), cases[i].line);
      assert_non_null (strstr (told, "my file.csv"));
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (the_bytes_tell_the_encoding),       cmocka_unit_test (a_mark_wins_over_a_declaration_and_that_over_evidence),
    cmocka_unit_test (a_head_may_end_within_a_character), cmocka_unit_test (a_slip_in_a_long_text_changes_nothing),
    cmocka_unit_test (refuses_with_reason_and_hint),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
