#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/error.h"
#include "pipeline/sniff/sniff.h"
#include "pipeline/text/decode.h"

#include <string.h>
#include <unistd.h>

#define HEAD 1000

/* An unnamed file of "ascii" bytes of ASCII with the text behind them. */
static int
make_file (size_t ascii, const char *text, size_t length)
{
  g_autoptr (GString) bytes = g_string_new (NULL);
  while (bytes->len < ascii)
    g_string_append_c (bytes, bytes->len % 10 == 9 ? '\n' : 'a');
  g_string_append_len (bytes, text, (gssize) length);
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("weir-rest-XXXXXX", &path, NULL);
  assert_true (fd >= 0);
  unlink (path);
  assert_int_equal (write (fd, bytes->str, bytes->len), bytes->len);
  return fd;
}

static void
the_first_accents_decide_wherever_they_are (void **state)
{
  (void) state;
#define TEXT(literal) literal, sizeof literal - 1
  static const struct
  {
    const char *text;
    size_t length;
    Encoding encoding;
  } cases[] = {
    { TEXT (""), ENCODING_UTF8 },
    { TEXT ("abc"), ENCODING_UTF8 },
    { TEXT ("\xE9,x\n"), ENCODING_WINDOWS_1252 }, /* behind a letter, or at the beginning of a piece */
    { TEXT ("caf\xE9\nM\xFCller\n"), ENCODING_WINDOWS_1252 },
    { TEXT ("\xC3\xA9,caf\xC3\xA9\n"), ENCODING_UTF8 },
    { TEXT ("caf\xC3\xA9,\xE9t\xC3\xA9\n"), ENCODING_UTF8 },
    { TEXT (",\xFF,\n"), ENCODING_UTF8 },
    { TEXT ("caf\xE9\n\0"), ENCODING_UTF8 }, /* the reader says where the NUL byte is */
  };
  static const size_t places[] = { HEAD + 8, 65535, 65536, 65537, 131071, 131072, 200008 };
  for (size_t i = 0; i < G_N_ELEMENTS (cases) * G_N_ELEMENTS (places); i++)
    {
      size_t one = i / G_N_ELEMENTS (places), place = places[i % G_N_ELEMENTS (places)];
      int fd = make_file (place, cases[one].text, cases[one].length);
      char head[HEAD];
      assert_int_equal (pread (fd, head, HEAD, 0), HEAD);
      g_auto (Decoding) decoding = { ENCODING_UTF8, 0, g_strdup ("as before") };
      assert_true (decode_rest (fd, &(SourceHead) { head, HEAD }, &decoding, NULL));
      close (fd);
      /* A lone accent is known by the letter before it: in the ninth place of ten there is a line end. */
      bool lone = one == 2 && place % 10 == 0;
      if (decoding.encoding != (lone ? ENCODING_UTF8 : cases[one].encoding))
        fail_msg ("case %zu behind %zu bytes is %s: %s", one, place, encoding_word (decoding.encoding), decoding.evidence);
      assert_int_equal (strcmp (decoding.evidence, "as before") == 0, decoding.encoding == ENCODING_UTF8);
      assert_int_equal (strstr (decoding.evidence, "Windows-1252") != NULL, decoding.encoding != ENCODING_UTF8);
    }
}

/* Other encodings, too: one that is read, and one that is only named. */
static void
other_encodings_come_late_too (void **state)
{
  (void) state;
  static const struct
  {
    const char *charset, *text, *word, *likelier;
  } cases[] = {
    { "CP1251", "Москва,Санкт-Петербург,Иванов,Смирнова,количество,цена", "windows-1251", NULL },
    { "CP932", "東京都,大阪府,名古屋市,札幌市", "UTF-8", "shift_jis" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize length = 0;
      g_autofree char *text = g_convert (cases[i].text, -1, cases[i].charset, "UTF-8", NULL, &length, NULL);
      int fd = make_file (70000, text, length);
      char head[HEAD];
      assert_int_equal (pread (fd, head, HEAD, 0), HEAD);
      g_auto (Decoding) decoding = { ENCODING_UTF8, 0, g_strdup ("as before"), NULL };
      assert_true (decode_rest (fd, &(SourceHead) { head, HEAD }, &decoding, NULL));
      close (fd);
      assert_string_equal (encoding_word (decoding.encoding), cases[i].word);
      assert_int_equal (g_strcmp0 (decoding.likelier, cases[i].likelier), 0);
      assert_non_null (strstr (decoding.evidence, "nothing but ASCII up to byte 70,000 of the text; there "));
    }
}

static void
nothing_is_read_where_the_head_has_said_it (void **state)
{
  (void) state;
  static const struct
  {
    SourceHead head;
    Encoding encoding;
  } said[] = {
    { { TEXT ("abc"), .whole = true }, ENCODING_UTF8 },
    { { TEXT ("caf\xC3\xA9") }, ENCODING_UTF8 },
    { { TEXT ("a\0b\0") }, ENCODING_UTF16LE },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (said); i++)
    {
      Decoding decoding = { .encoding = said[i].encoding };
      assert_true (decode_rest (-1, &said[i].head, &decoding, NULL)); /* no file at all */
      assert_int_equal (decoding.encoding, said[i].encoding);
      assert_null (decoding.evidence);
    }
}

/* The dialect and its evidence say the same. */
static void
the_evidence_is_of_what_was_found (void **state)
{
  (void) state;
  static const struct
  {
    const char *text, *evidence;
    Encoding encoding;
  } cases[] = {
    { "caf\xE9\nM\xFCller\n",
      "encoding windows-1252: nothing but ASCII up to byte 300,003 of the text; there 2 bytes such as 0xE9 0xFC are no UTF-8, but "
      "letters and signs of Windows-1252",
      ENCODING_WINDOWS_1252 },
    { "caf\xC3\xA9\n", "encoding UTF-8: nothing but ASCII at its beginning", ENCODING_UTF8 },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      int fd = make_file (300000, cases[i].text, strlen (cases[i].text));
      Dialect dialect;
      g_auto (SniffEvidence) evidence = { 0 };
      assert_true (sniff_file (fd, &(SniffInput) { "x.csv" }, &dialect, &evidence, NULL));
      close (fd);
      assert_int_equal (dialect.encoding, cases[i].encoding);
      assert_string_equal (evidence.encoding, cases[i].evidence);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (the_first_accents_decide_wherever_they_are),
    cmocka_unit_test (other_encodings_come_late_too),
    cmocka_unit_test (the_evidence_is_of_what_was_found),
    cmocka_unit_test (nothing_is_read_where_the_head_has_said_it),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
