#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/error.h"
#include "pipeline/text/source.h"

#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define BYTES(literal) literal, sizeof literal - 1

static const size_t sizes[] = { 1, 2, 3, 7, 4095, 4096, 4097, 65535, 65536, 65537 };

/* ---- help ---- */

/* An unnamed file with these bytes. */
static int
make_file (const GString *bytes)
{
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("weir-source-XXXXXX", &path, NULL);
  assert_true (fd >= 0);
  unlink (path);
  assert_int_equal (write (fd, bytes->str, bytes->len), bytes->len);
  return fd;
}

static GString *
pack_gzip (const char *bytes, size_t length)
{
  z_stream stream = { 0 };
  assert_int_equal (deflateInit2 (&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  GString *packed = g_string_new (NULL);
  g_string_set_size (packed, deflateBound (&stream, length));
  stream.next_in = (z_const Bytef *) bytes;
  stream.avail_in = (uInt) length;
  stream.next_out = (Bytef *) packed->str;
  stream.avail_out = (uInt) packed->len;
  assert_int_equal (deflate (&stream, Z_FINISH), Z_STREAM_END);
  g_string_set_size (packed, stream.total_out);
  deflateEnd (&stream);
  return packed;
}

/* Without the size of the text, so that the window is as wide as asked for: 2 to the power of window_log; 0: as usual. */
static GString *
pack_zstd_window (const char *bytes, size_t length, int window_log)
{
  ZSTD_CCtx *context = ZSTD_createCCtx ();
  ZSTD_CCtx_setParameter (context, ZSTD_c_checksumFlag, 1);
  ZSTD_CCtx_setParameter (context, ZSTD_c_windowLog, window_log);
  GString *packed = g_string_new (NULL);
  g_string_set_size (packed, ZSTD_compressBound (length));
  ZSTD_outBuffer out = { packed->str, packed->len, 0 };
  ZSTD_inBuffer in = { bytes, length, 0 };
  while (in.pos < in.size)
    assert_false (ZSTD_isError (ZSTD_compressStream2 (context, &out, &in, ZSTD_e_continue)));
  assert_int_equal (ZSTD_compressStream2 (context, &out, &in, ZSTD_e_end), 0);
  g_string_set_size (packed, out.pos);
  ZSTD_freeCCtx (context);
  return packed;
}

static GString *
pack_zstd (const char *bytes, size_t length)
{
  return pack_zstd_window (bytes, length, 0);
}

typedef GString *(*Pack) (const char *, size_t);

static const struct
{
  Pack pack;
  Compression compression;
  const char *word;
} packers[] = {
  { pack_gzip, COMPRESSION_GZIP, "gzip" },
  { pack_zstd, COMPRESSION_ZSTD, "zstd" },
};

/* All of the text, asked for by "size" bytes; NULL with an error. */
static GString *
read_all (Source *source, size_t size, GError **error)
{
  g_autofree char *buffer = g_malloc (size);
  g_autoptr (GString) text = g_string_new (NULL);
  for (;;)
    {
      size_t got = 0;
      if (!source_read (source, buffer, size, &got, error))
        return NULL;
      assert_true (got <= size);
      if (got == 0)
        break;
      g_string_append_len (text, buffer, (gssize) got);
    }
  size_t again = 1;
  assert_true (source_read (source, buffer, size, &again, NULL));
  assert_int_equal (again, 0);
  return g_steal_pointer (&text);
}

/* The same whatever the size of the pieces, from memory and from a file, and once more after a rewind; the digest is that of the
 * file. */
static void
check_text (const GString *bytes, Compression compression, Encoding encoding, const char *expected, size_t length, const char *what)
{
  char digest[SHA256_HEX_SIZE], whole[SHA256_HEX_SIZE];
  sha256_bytes (bytes->str, bytes->len, whole);
  int fd = make_file (bytes);
  for (size_t i = 0; i < 2 * G_N_ELEMENTS (sizes); i++)
    {
      size_t size = sizes[i / 2];
      /* a byte at a time takes a while, and shows nothing more in a long text */
      if (size < 4095 && length > 250000)
        continue;
      g_autoptr (Sha256) sha = sha256_new ();
      g_autoptr (Source) source =
          i % 2 == 0 ? source_new_bytes (bytes->str, bytes->len, compression, encoding, &source_default_limits, sha)
                     : source_new (fd, compression, encoding, &source_default_limits, sha);
      for (int pass = 0; pass < 2; pass++)
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (GString) text = read_all (source, size, &error);
          if (text == NULL)
            fail_msg ("%s by %zu: %s", what, size, error->message);
          else if (text->len != length || memcmp (text->str, expected, length) != 0)
            fail_msg ("%s by %zu: %zu bytes, not the %zu expected", what, size, text->len, length);
          assert_int_equal (source_offset (source), bytes->len);
          sha256_finish (sha, digest);
          assert_string_equal (digest, whole);
          source_rewind (source);
        }
    }
  close (fd);
}

/* Refused whatever the size of the pieces, with this reason, and these words in the message. */
static void
check_refusal (const GString *bytes, Compression compression, const SourceLimits *limits, const char *reason, const char *words)
{
  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (Source) source = source_new_bytes (bytes->str, bytes->len, compression, ENCODING_UTF8, limits, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GString) text = read_all (source, sizes[i], &error);
      if (text != NULL)
        fail_msg ("\"%s\": taken by %zu", words, sizes[i]);
      assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_INPUT));
      assert_string_equal (reason_word (weir_error_get_reason (error)), reason);
      if (strstr (error->message, words) == NULL)
        fail_msg ("\"%s\" is not in: %s", words, error->message);
    }
}

/* A text that does not pack too well. */
static GString *
make_text (size_t length)
{
  GString *text = g_string_new (NULL);
  uint32_t number = 1;
  while (text->len < length)
    {
      number = number * 1664525 + 1013904223;
      g_string_append_printf (text, "%u,caf\xC3\xA9,%x\n", number >> 8, number);
    }
  g_string_truncate (text, length);
  return text;
}

/* ---- UTF-8 ---- */

static void
utf8_comes_as_it_is_without_its_mark (void **state)
{
  (void) state;
  static const struct
  {
    const char *bytes;
    size_t length;
    size_t passed_over;
  } cases[] = {
    { BYTES (""), 0 },
    { BYTES ("a"), 0 },
    { BYTES ("a,b\n"), 0 },
    { BYTES ("\xEF\xBB\xBF"), 3 },
    { BYTES ("\xEF\xBB\xBFx\n"), 3 },
    { BYTES ("\xEF\xBB\xBF\xEF\xBB\xBFx"), 3 }, /* only the first is one */
    { BYTES ("\xEF\xBB"), 0 },
    { BYTES ("\xEF\xBBx\n"), 0 },
    { BYTES ("x\xEF\xBB\xBFx"), 0 },
    { BYTES ("caf\xE9 \xFF \xC3\n\0\r"), 0 }, /* invalid bytes and NUL are the reader's business */
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const GString bytes = { (char *) cases[i].bytes, cases[i].length, 0 };
      const char *expected = cases[i].bytes + cases[i].passed_over;
      check_text (&bytes, COMPRESSION_NONE, ENCODING_UTF8, expected, cases[i].length - cases[i].passed_over, "UTF-8");
    }
  g_autoptr (GString) text = make_text (200000);
  check_text (text, COMPRESSION_NONE, ENCODING_UTF8, text->str, text->len, "long UTF-8");
}

/* ---- other encodings ---- */

static void
other_encodings_become_utf8 (void **state)
{
  (void) state;
  static const struct
  {
    Encoding encoding;
    const char *bytes;
    size_t length;
    const char *text;
    size_t text_length;
  } cases[] = {
    { ENCODING_WINDOWS_1252, BYTES (""), BYTES ("") },
    { ENCODING_WINDOWS_1252, BYTES ("caf\xE9,\x80 5\n"), BYTES ("caf\xC3\xA9,\xE2\x82\xAC 5\n") },
    { ENCODING_WINDOWS_1252, BYTES ("\x93x\x94\x85\x9F\xA0\xFF"),
      BYTES ("\xE2\x80\x9Cx\xE2\x80\x9D\xE2\x80\xA6\xC5\xB8\xC2\xA0\xC3\xBF") },
    { ENCODING_WINDOWS_1252, BYTES ("\x81,\x8D,\x8F,\x90,\x9D"), BYTES ("\x81,\x8D,\x8F,\x90,\x9D") },
    { ENCODING_WINDOWS_1252, BYTES ("a\0b"), BYTES ("a\0b") },
    { ENCODING_UTF16LE, BYTES ("\xFF\xFE"), BYTES ("") },
    { ENCODING_UTF16LE,
      BYTES ("\xFF\xFE"
             "a\0,\0\xE9\0\n\0"),
      BYTES ("a,\xC3\xA9\n") },
    { ENCODING_UTF16LE,
      BYTES ("a\0\xFF\xFE"
             "b\0"),
      BYTES ("a\xEF\xBB\xBF"
             "b") },
    { ENCODING_UTF16LE, BYTES ("\x3D\xD8\x00\xDE\xAC\x20\x42\x30"), BYTES ("\xF0\x9F\x98\x80\xE2\x82\xAC\xE3\x81\x82") },
    { ENCODING_UTF16LE, BYTES ("\0\xD8\0\xDC\xFF\xDB\xFF\xDF"), BYTES ("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF") },
    /* half a pair, twice the first half, the halves in the wrong order */
    { ENCODING_UTF16LE,
      BYTES ("\x3D\xD8"
             "a\0"),
      BYTES ("\xFF"
             "a") },
    { ENCODING_UTF16LE, BYTES ("\x3D\xD8\x3D\xD8\x00\xDE"), BYTES ("\xFF\xF0\x9F\x98\x80") },
    { ENCODING_UTF16LE, BYTES ("\x00\xDE\x3D\xD8"), BYTES ("\xFF\xFF") },
    { ENCODING_UTF16LE,
      BYTES ("\x3D\xD8"
             "a"),
      BYTES ("\xFF\xFF") },
    { ENCODING_UTF16LE, BYTES ("a\0b"), BYTES ("a\xFF") },
    { ENCODING_UTF16LE, BYTES ("\0\0"), BYTES ("\0") },
    { ENCODING_UTF16BE, BYTES ("\xFE\xFF\0a\0,\0\xE9\0\n"), BYTES ("a,\xC3\xA9\n") },
    { ENCODING_UTF16BE, BYTES ("\xD8\x3D\xDE\x00\x20\xAC\x30\x42"), BYTES ("\xF0\x9F\x98\x80\xE2\x82\xAC\xE3\x81\x82") },
    { ENCODING_UTF16BE, BYTES ("\xD8\x3D\0a\xDE\0\0"),
      BYTES ("\xFF"
             "a\xFF\xFF") },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *what = g_strdup_printf ("case %zu", i);
      const GString bytes = { (char *) cases[i].bytes, cases[i].length, 0 };
      check_text (&bytes, COMPRESSION_NONE, cases[i].encoding, cases[i].text, cases[i].text_length, what);
      g_autoptr (GString) text = source_transcode (cases[i].bytes, cases[i].length, true, cases[i].encoding);
      assert_int_equal (text->len, cases[i].text_length);
      assert_memory_equal (text->str, cases[i].text, text->len);
    }
}

static Encoding
encoding_of (const char *word)
{
  Encoding encoding = ENCODING_UTF8;
  assert_true (encoding_find (word, &encoding));
  return encoding;
}

static void
declared_encodings_become_utf8 (void **state)
{
  (void) state;
  static const struct
  {
    const char *encoding;
    const char *bytes;
    size_t length;
    const char *text;
    size_t text_length;
  } cases[] = {
    { "windows-1250", BYTES (""), BYTES ("") },
    { "windows-1250", BYTES ("Dvo\xF8\xE1k,Plze\xF2\n"), BYTES ("Dvo\xC5\x99\xC3\xA1k,Plze\xC5\x88\n") },
    { "windows-1250", BYTES ("a\x81,\x83"), BYTES ("a\xFF,\xFF") },
    { "windows-1250", BYTES ("a\0b"), BYTES ("a\0b") },
    { "windows-1251", BYTES ("\xCC\xE8\xF0"), BYTES ("\xD0\x9C\xD0\xB8\xD1\x80") },
    { "koi8-r", BYTES ("\xED\xC9\xD2"), BYTES ("\xD0\x9C\xD0\xB8\xD1\x80") },
    { "iso-8859-15", BYTES ("5 \xA4"), BYTES ("5 \xE2\x82\xAC") },
    { "ibm850", BYTES ("M\x81ller"), BYTES ("M\xC3\xBCller") },
    { "euc-kr", BYTES ("\xBC\xAD\xBF\xEF,1\n"), BYTES ("\xEC\x84\x9C\xEC\x9A\xB8,1\n") },
    /* a second byte that is a backslash, a bar */
    { "shift_jis", BYTES ("\x95\x5C,\\~"), BYTES ("\xE8\xA1\xA8,\\~") },
    { "big5", BYTES ("\xA5\x7C|"), BYTES ("\xE5\x9B\x9B|") },
    { "gb18030", BYTES ("\xB1\xB1,\x90\x30\x81\x30"), BYTES ("\xE5\x8C\x97,\xF0\x90\x80\x80") },
    /* cut off by a delimiter, a line end, the end */
    { "shift_jis", BYTES ("\x95,a"), BYTES ("\xFF,a") },
    { "euc-kr", BYTES ("\xBC\n\xBF\xEF"), BYTES ("\xFF\n\xEC\x9A\xB8") },
    { "euc-kr", BYTES ("a\xBC"), BYTES ("a\xFF") },
    { "gb18030", BYTES ("\x90\x30\x81"),
      BYTES ("\xFF"
             "0\xFF") },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *what = g_strdup_printf ("%s, case %zu", cases[i].encoding, i);
      const GString bytes = { (char *) cases[i].bytes, cases[i].length, 0 };
      check_text (&bytes, COMPRESSION_NONE, encoding_of (cases[i].encoding), cases[i].text, cases[i].text_length, what);
    }
}

/* Twos and fours of bytes of all kinds, in every encoding: ASCII is itself, the pieces make no difference, the room suffices, and
 * what iconv takes is taken whole. */
static void
all_declared_encodings_are_steady (void **state)
{
  (void) state;
  g_autoptr (GString) bytes = g_string_new (NULL);
  for (unsigned first = 1; first < 256; first++)
    for (unsigned second = 0x21; second < 256; second += first < 0x80 ? 0x40 : 7)
      {
        g_string_append_c (bytes, (char) first);
        g_string_append_c (bytes, (char) second);
        g_string_append_c (bytes, '\n');
        if (first < 0x80 || second >= 0x40 || first % 4 != 0)
          continue;
        char four[] = { (char) first, (char) second, (char) (0x81 + second), '0', 0 };
        g_string_append (bytes, four);
      }
  for (size_t word = ENCODING_OTHER; encoding_words ()[word] != NULL; word++)
    {
      Encoding encoding = (Encoding) word;
      g_autoptr (GString) whole = source_transcode (bytes->str, bytes->len, true, encoding);
      g_autofree char *ascii = g_strdup ("\t\r\n !\"#$%&'()*+,-./0123456789:;<=>?@AZ[\\]^_`az{|}~");
      g_autoptr (GString) same = source_transcode (ascii, strlen (ascii), true, encoding);
      assert_string_equal (same->str, ascii);
      assert_true (whole->len <= 3 * bytes->len);
      for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++)
        {
          g_autoptr (Source) source =
              source_new_bytes (bytes->str, bytes->len, COMPRESSION_NONE, encoding, &source_default_limits, NULL);
          /* a byte at a time takes a while, and shows nothing where a byte is a character */
          g_autoptr (GString) text =
              sizes[i] < 4095 && encoding < encoding_of ("macintosh") ? NULL : read_all (source, sizes[i], NULL);
          if (text != NULL && !g_string_equal (text, whole))
            fail_msg ("%s by %zu differs", encoding_words ()[word], sizes[i]);
        }
    }
}

/* Every character of the plane that it has, there and back: none is refused, none is cut short for want of room. */
static void
declared_encodings_take_what_iconv_writes (void **state)
{
  (void) state;
  for (size_t word = ENCODING_OTHER; encoding_words ()[word] != NULL; word++)
    {
      Encoding encoding = (Encoding) word;
      g_autoptr (GString) bytes = g_string_new (NULL);
      GIConv back = g_iconv_open (encoding_charset (encoding), "UTF-8");
      for (gunichar character = 0x80; character < 0x30000; character++)
        {
          if (character == 0xD800)
            character = 0xE000;
          char utf8[8], out[8], *from = utf8, *to = out;
          size_t left = (size_t) g_unichar_to_utf8 (character, utf8), room = sizeof out;
          if (g_iconv (back, &from, &left, &to, &room) == 0)
            g_string_append_len (bytes, out, to - out);
          g_iconv (back, NULL, NULL, NULL, NULL);
        }
      g_iconv_close (back);
      assert_true (bytes->len >= 80);
      g_autofree char *expected =
          g_convert (bytes->str, (gssize) bytes->len, "UTF-8", encoding_charset (encoding), NULL, NULL, NULL);
      g_autoptr (GString) text = source_transcode (bytes->str, bytes->len, true, encoding);
      if (g_strcmp0 (text->str, expected) != 0 || strchr (text->str, '\xFF') != NULL)
        fail_msg ("%s", encoding_words ()[word]);
    }
}

/* Every length of text puts characters of two and four bytes over every edge of a piece. */
static void
characters_over_the_edges_of_pieces_are_whole (void **state)
{
  (void) state;
  g_autoptr (GString) bytes = g_string_new (NULL);
  g_autoptr (GString) expected = g_string_new (NULL);
  for (size_t i = 0; i < 50000; i++)
    {
      g_string_append_len (bytes, i % 3 == 0 ? "x\0" : "\x3D\xD8\x00\xDE", i % 3 == 0 ? 2 : 4);
      g_string_append (expected, i % 3 == 0 ? "x" : "\xF0\x9F\x98\x80");
    }
  check_text (bytes, COMPRESSION_NONE, ENCODING_UTF16LE, expected->str, expected->len, "pairs");
  g_autoptr (GString) packed = pack_zstd (bytes->str, bytes->len);
  check_text (packed, COMPRESSION_ZSTD, ENCODING_UTF16LE, expected->str, expected->len, "packed pairs");
}

/* Every character there is, against GLib. */
static void
all_characters_of_utf16_are_right (void **state)
{
  (void) state;
  g_autoptr (GString) expected = g_string_new (NULL);
  g_autoptr (GString) little = g_string_new (NULL);
  for (gunichar character = 1; character <= 0x10FFFF; character++)
    {
      if (character == 0xD800)
        character = 0xE000;
      g_string_append_unichar (expected, character);
      uint32_t rest = character - 0x10000;
      uint32_t units[] = { character < 0x10000 ? character : 0xD800 + (rest >> 10), 0xDC00 + (rest & 0x3FF) };
      for (size_t i = 0; i < (character < 0x10000 ? 1 : 2); i++)
        {
          g_string_append_c (little, (char) (units[i] & 0xFF));
          g_string_append_c (little, (char) (units[i] >> 8));
        }
    }
  g_autoptr (GString) text = source_transcode (little->str, little->len, true, ENCODING_UTF16LE);
  assert_true (g_string_equal (text, expected));
  check_text (little, COMPRESSION_NONE, ENCODING_UTF16LE, expected->str, expected->len, "all");
}

static void
half_a_character_at_the_end_of_a_head_is_left_out (void **state)
{
  (void) state;
  static const char bytes[] = "\xFF\xFE"
                              "a\0\x3D\xD8\x00\xDE";
  static const struct
  {
    size_t length;
    const char *text;
  } cases[] = {
    { 2, "" }, { 3, "" }, { 4, "a" }, { 5, "a" }, { 6, "a" }, { 7, "a" }, { 8, "a\xF0\x9F\x98\x80" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) text = source_transcode (bytes, cases[i].length, false, ENCODING_UTF16LE);
      assert_string_equal (text->str, cases[i].text);
    }
}

/* ---- compression ---- */

static void
packed_text_comes_as_it_was (void **state)
{
  (void) state;
  static const size_t lengths[] = { 0, 1, 100, 70000, 400000 };
  for (size_t i = 0; i < G_N_ELEMENTS (packers) * G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (GString) text = make_text (lengths[i / 2]);
      g_autoptr (GString) packed = packers[i % 2].pack (text->str, text->len);
      assert_int_equal (source_compression (packed->str, packed->len), packers[i % 2].compression);
      check_text (packed, packers[i % 2].compression, ENCODING_UTF8, text->str, text->len, packers[i % 2].word);
    }
}

static void
a_mark_in_packed_text_is_passed_over (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (packers); i++)
    {
      g_autoptr (GString) utf8 = packers[i].pack (BYTES ("\xEF\xBB\xBFx\n"));
      check_text (utf8, packers[i].compression, ENCODING_UTF8, BYTES ("x\n"), "UTF-8");
      g_autoptr (GString) utf16 = packers[i].pack (BYTES ("\xFF\xFEx\0\n\0"));
      check_text (utf16, packers[i].compression, ENCODING_UTF16LE, BYTES ("x\n"), "UTF-16");
    }
}

static void
several_pieces_are_one_text (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (packers); i++)
    {
      g_autoptr (GString) packed = packers[i].pack (BYTES ("a,b\n"));
      g_autoptr (GString) empty = packers[i].pack (BYTES (""));
      g_autoptr (GString) last = packers[i].pack (BYTES ("c,d\n"));
      g_string_append_len (packed, empty->str, (gssize) empty->len);
      g_string_append_len (packed, last->str, (gssize) last->len);
      check_text (packed, packers[i].compression, ENCODING_UTF8, BYTES ("a,b\nc,d\n"), packers[i].word);
    }
  g_autoptr (GString) skippable = g_string_new_len (BYTES ("\x50\x2A\x4D\x18\x03\0\0\0xyz"));
  assert_int_equal (source_compression (skippable->str, skippable->len), COMPRESSION_ZSTD);
  g_autoptr (GString) frame = pack_zstd (BYTES ("a\n"));
  g_string_append_len (skippable, frame->str, (gssize) frame->len);
  check_text (skippable, COMPRESSION_ZSTD, ENCODING_UTF8, BYTES ("a\n"), "a skippable frame");
}

static void
zeros_may_follow_gzip (void **state)
{
  (void) state;
  g_autoptr (GString) packed = pack_gzip (BYTES ("a\n"));
  for (size_t i = 0; i < 5000; i++)
    g_string_append_c (packed, '\0');
  check_text (packed, COMPRESSION_GZIP, ENCODING_UTF8, BYTES ("a\n"), "zeros");
  g_string_append_c (packed, 'x');
  check_refusal (packed, COMPRESSION_GZIP, &source_default_limits, "compressed_data", "something else follows");
  g_autoptr (GString) frame = pack_zstd (BYTES ("a\n"));
  g_string_append_len (frame, BYTES ("\0\0\0\0\0\0\0\0"));
  check_refusal (frame, COMPRESSION_ZSTD, &source_default_limits, "compressed_data", "something else follows");
}

static void
what_is_cut_off_is_refused_wherever (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (packers); i++)
    {
      g_autoptr (GString) text = make_text (500);
      g_autoptr (GString) packed = packers[i].pack (text->str, text->len);
      g_autoptr (GString) two = g_string_new_len (packed->str, (gssize) packed->len);
      g_string_append_len (two, packed->str, (gssize) packed->len);
      for (size_t length = 0; length < two->len; length++)
        if (length != packed->len)
          {
            const GString cut = { two->str, length, 0 };
            /* One or two bytes behind a member may be anything. */
            bool stub = length > packed->len && length < packed->len + 4;
            check_refusal (&cut, packers[i].compression, &source_default_limits, "compressed_data", stub ? "" : "cut off");
          }
    }
}

static void
garbage_behind_is_refused (void **state)
{
  (void) state;
  static const char *const garbage[] = { "x",          "\n",   "\x1F",          "\x1F\x8C", "\x28", "\x28\xB5xyzxyz",
                                         "a,b\nc,d\n", "\x50", "PK\x03\x04...." };
  for (size_t i = 0; i < G_N_ELEMENTS (packers) * G_N_ELEMENTS (garbage); i++)
    {
      g_autoptr (GString) packed = packers[i % 2].pack (BYTES ("a,b\n"));
      g_string_append (packed, garbage[i / 2]);
      bool told = strchr ("x\na", garbage[i / 2][0]) != NULL; /* the first byte is none that could go on */
      check_refusal (packed, packers[i % 2].compression, &source_default_limits, "compressed_data",
                     told ? "something else follows" : packers[i % 2].word);
    }
}

/* Every byte changed: the text is refused, or (a date in gzip's header) the same. Never another text. */
static void
damage_is_found (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (packers); i++)
    {
      g_autoptr (GString) text = make_text (300);
      g_autoptr (GString) packed = packers[i].pack (text->str, text->len);
      for (size_t at = 0; at < packed->len; at++)
        {
          packed->str[at] ^= 0x15;
          g_autoptr (Source) source =
              source_new_bytes (packed->str, packed->len, packers[i].compression, ENCODING_UTF8, &source_default_limits, NULL);
          g_autoptr (GError) error = NULL;
          g_autoptr (GString) got = read_all (source, 4096, &error);
          if (got == NULL)
            assert_string_equal (reason_word (weir_error_get_reason (error)), "compressed_data");
          else if (!g_string_equal (got, text))
            fail_msg ("%s, byte %zu: another text", packers[i].word, at);
          packed->str[at] ^= 0x15;
        }
    }
}

static void
a_wide_window_is_refused (void **state)
{
  (void) state;
  g_autoptr (GString) text = make_text (1000);
  g_autoptr (GString) fits = pack_zstd_window (text->str, text->len, 25);
  check_text (fits, COMPRESSION_ZSTD, ENCODING_UTF8, text->str, text->len, "32 MiB");
  g_autoptr (GString) wide = pack_zstd_window (text->str, text->len, 26);
  check_refusal (wide, COMPRESSION_ZSTD, &source_default_limits, "compressed_data", "more than 32 MiB");
}

/* ---- limits ---- */

static void
text_over_the_limit_is_refused (void **state)
{
  (void) state;
  g_autoptr (GString) text = make_text (70000);
  static const Compression none = COMPRESSION_NONE;
  for (size_t i = 0; i <= G_N_ELEMENTS (packers); i++)
    {
      g_autoptr (GString) packed =
          i == 0 ? g_string_new_len (text->str, (gssize) text->len) : packers[i - 1].pack (text->str, text->len);
      Compression compression = i == 0 ? none : packers[i - 1].compression;
      SourceLimits limits = { (int64_t) text->len, 0 };
      g_autoptr (Source) source = source_new_bytes (packed->str, packed->len, compression, ENCODING_UTF8, &limits, NULL);
      g_autoptr (GString) all = read_all (source, 4096, NULL);
      assert_non_null (all);
      limits.bytes--;
      check_refusal (packed, compression, &limits, "file_too_large", "more than");
    }
}

/* "size" bytes at a time until the end or an error: how many bytes came. */
static size_t
drain (Source *source, GError **error)
{
  static char buffer[65536];
  size_t sum = 0, got = 1;
  while (got > 0 && source_read (source, buffer, sizeof buffer, &got, error))
    sum += got;
  return sum;
}

static void
a_bomb_stops (void **state)
{
  (void) state;
  size_t length = (size_t) 64 << 20;
  g_autofree char *nothing = g_malloc0 (length);
  memset (nothing, 'a', length);
  for (size_t i = 0; i < G_N_ELEMENTS (packers); i++)
    {
      g_autoptr (GString) packed = packers[i].pack (nothing, length);
      g_autoptr (Source) source =
          source_new_bytes (packed->str, packed->len, packers[i].compression, ENCODING_UTF8, &source_default_limits, NULL);
      g_autoptr (GError) error = NULL;
      assert_true (drain (source, &error) <= ((size_t) 17 << 20));
      assert_string_equal (reason_word (weir_error_get_reason (error)), "compression_bomb");
      const SourceLimits none = { 0, 0 };
      g_autoptr (Source) unlimited =
          source_new_bytes (packed->str, packed->len, packers[i].compression, ENCODING_UTF8, &none, NULL);
      assert_int_equal (drain (unlimited, NULL), length);
      /* Little of it is no bomb. */
      g_autoptr (GString) little = packers[i].pack (nothing, 8 << 20);
      g_autoptr (Source) small =
          source_new_bytes (little->str, little->len, packers[i].compression, ENCODING_UTF8, &source_default_limits, NULL);
      assert_int_equal (drain (small, NULL), 8 << 20);
    }
}

/* ---- heads ---- */

static void
compression_is_told_by_its_first_bytes (void **state)
{
  (void) state;
  static const struct
  {
    const char *bytes;
    size_t length;
    Compression compression;
  } cases[] = {
    { BYTES (""), COMPRESSION_NONE },
    { BYTES ("\x1F"), COMPRESSION_NONE },
    { BYTES ("\x1F\x8B"), COMPRESSION_GZIP },
    { BYTES ("\x28\xB5\x2F\xFD"), COMPRESSION_ZSTD },
    { BYTES ("\x28\xB5\x2F"), COMPRESSION_NONE },
    { BYTES ("\x5F\x2A\x4D\x18"), COMPRESSION_ZSTD },
    { BYTES ("\x60\x2A\x4D\x18"), COMPRESSION_NONE },
    { BYTES ("a,b\n"), COMPRESSION_NONE },
    { BYTES ("BZh9"), COMPRESSION_NONE },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_int_equal (source_compression (cases[i].bytes, cases[i].length), cases[i].compression);
}

static void
a_head_is_the_beginning_unpacked (void **state)
{
  (void) state;
  g_autoptr (GString) text = g_string_new ("\xEF\xBB\xBF");
  g_autoptr (GString) rest = make_text (100000);
  g_string_append_len (text, rest->str, (gssize) rest->len);
  size_t lengths[] = { 10, 65536, text->len - 1, text->len, text->len + 1, 2 * text->len };
  for (size_t i = 0; i < 3 * G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (GString) packed =
          i % 3 == 2 ? g_string_new_len (text->str, (gssize) text->len) : packers[i % 3].pack (text->str, text->len);
      int fd = make_file (packed);
      size_t size = lengths[i / 3];
      g_autofree char *bytes = g_malloc (size);
      SourceHead head = { 0 };
      assert_true (source_head (fd, bytes, size, &head, NULL));
      close (fd);
      assert_int_equal (head.compression, i % 3 == 2 ? COMPRESSION_NONE : packers[i % 3].compression);
      assert_int_equal (head.length, MIN (size, text->len));
      assert_int_equal (head.whole, size >= text->len);
      assert_memory_equal (head.bytes, text->str, head.length);
    }
}

static void
a_broken_head_is_refused (void **state)
{
  (void) state;
  g_autoptr (GString) packed = pack_gzip (BYTES ("a,b\n"));
  g_string_truncate (packed, packed->len - 1);
  int fd = make_file (packed);
  char bytes[100];
  SourceHead head = { 0 };
  g_autoptr (GError) error = NULL;
  assert_false (source_head (fd, bytes, sizeof bytes, &head, &error));
  close (fd);
  assert_string_equal (reason_word (weir_error_get_reason (error)), "compressed_data");
}

static void
what_cannot_be_read_is_a_local_error (void **state)
{
  (void) state;
  int ends[2];
  assert_int_equal (pipe (ends), 0);
  g_autoptr (Source) source = source_new (ends[0], COMPRESSION_NONE, ENCODING_UTF8, &source_default_limits, NULL);
  g_autoptr (GError) error = NULL;
  assert_null (read_all (source, 100, &error));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_LOCAL));
  close (ends[0]);
  close (ends[1]);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (utf8_comes_as_it_is_without_its_mark),
    cmocka_unit_test (other_encodings_become_utf8),
    cmocka_unit_test (declared_encodings_become_utf8),
    cmocka_unit_test (all_declared_encodings_are_steady),
    cmocka_unit_test (declared_encodings_take_what_iconv_writes),
    cmocka_unit_test (characters_over_the_edges_of_pieces_are_whole),
    cmocka_unit_test (all_characters_of_utf16_are_right),
    cmocka_unit_test (half_a_character_at_the_end_of_a_head_is_left_out),
    cmocka_unit_test (packed_text_comes_as_it_was),
    cmocka_unit_test (a_mark_in_packed_text_is_passed_over),
    cmocka_unit_test (several_pieces_are_one_text),
    cmocka_unit_test (zeros_may_follow_gzip),
    cmocka_unit_test (what_is_cut_off_is_refused_wherever),
    cmocka_unit_test (garbage_behind_is_refused),
    cmocka_unit_test (damage_is_found),
    cmocka_unit_test (a_wide_window_is_refused),
    cmocka_unit_test (text_over_the_limit_is_refused),
    cmocka_unit_test (a_bomb_stops),
    cmocka_unit_test (compression_is_told_by_its_first_bytes),
    cmocka_unit_test (a_head_is_the_beginning_unpacked),
    cmocka_unit_test (a_broken_head_is_refused),
    cmocka_unit_test (what_cannot_be_read_is_a_local_error),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
