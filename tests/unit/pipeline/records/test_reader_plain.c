/* The fast way of the reader against the slow one: the same records of whatever text; and what is left to the slow one. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/autoptr.h"
#include "pipeline/records/reader_plain.h"
#include "tests/support/effort.h"
#include "tests/unit/pipeline/reading.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define SEEDS (guint32) effort (600, 2000)

/* ---- which records are plain ---- */

static const Dialect comma = { .delimiter = ",", .quote = '"' };
static const Dialect apostrophe = { .delimiter = ";", .quote = '\'' };
static const Dialect unquoted = { .delimiter = "\t" };
static const Dialect one_column = { .delimiter = "", .quote = '"' };
static const Dialect commented = { .delimiter = ",", .quote = '"', .comment = '#' };
static const Dialect trailing = { .delimiter = ",", .quote = '"', .trailing_delimiter = true };
static const ReaderLimits limits = { 40, 10, 4, READER_MAX_LINES, 0 };
static const ReaderLimits two_lines = { 40, 10, 4, 2, 0 };

typedef struct
{
  const char *text;
  const char *record; /* as describe_record says it, less its line; NULL: it is not plain */
  const Dialect *dialect;
  size_t behind; /* bytes of the text that are behind the record */
  int64_t lines; /* 0: 1 */
  const ReaderLimits *limits;
} Example;

static const Example examples[] = {
  /* as nearly all are */
  { "a,b\nc", "<a><b>\n", &comma, 1, 0, &limits },
  { "a,,b\r\nc", "<a>-<b>\n", &comma, 1, 0, &limits },
  { ",\rc", "--\n", &comma, 1, 0, &limits },
  { "a\n\n", "<a>\n", &comma, 1, 0, &limits },
  { " a ,b\n", "< a ><b>\n", &comma, 0, 0, &limits },
  { " ,\n", "< >-\n", &comma, 0, 0, &limits },
  { "a\tb\"\n", "<a><b\">\n", &unquoted, 0, 0, &limits },
  { "a,b\n", "<a,b>\n", &one_column, 0, 0, &limits },
  { "#a\n", "<#a>\n", &comma, 0, 0, &limits },
  { "a,#\n", "<a><#>\n", &commented, 0, 0, &limits },
  /* quotes */
  { "\"a,b\",\"\"\nc", "<a,b><>\n", &comma, 1, 0, &limits },
  { "\"a\"\"b\",\"\"\"\"\r\n", "<a\"b><\">\n", &comma, 0, 0, &limits },
  { "'it''s';\"\n", "<it's><\">\n", &apostrophe, 0, 0, &limits },
  { "\"a\nb\",c\nd", "<a\nb><c>\n", &comma, 1, 2, &limits },
  { "\"a\r\nb\rc\",d\n", "<a\r\nb\rc><d>\n", &comma, 0, 3, &limits },
  { "\"a\nb\",c\n", "<a\nb><c>\n", &comma, 0, 2, &two_lines },
  { "\"a\nb\nc\",d\n", NULL, &comma, 0, 0, &two_lines },
  { "\"a\nb\nc\nd\",e\n", NULL, &comma, 0, 0, &limits },
  { "\"a\n\",\"\n\nb\"\n", NULL, &comma, 0, 0, &limits },
  { "a\"b,c\n", NULL, &comma, 0, 0, &limits },
  { "\"a\"b,c\n", NULL, &comma, 0, 0, &limits },
  { "\"a\" ,c\n", NULL, &comma, 0, 0, &limits },
  { " \"a\",c\n", NULL, &comma, 0, 0, &limits },
  { "it's;b\n", NULL, &apostrophe, 0, 0, &limits },
  { "a,\"b\nc", NULL, &comma, 0, 0, &limits },
  /* the end of what is there */
  { "", NULL, &comma, 0, 0, &limits },
  { "a,b", NULL, &comma, 0, 0, &limits },
  { "a,b\r", NULL, &comma, 0, 0, &limits },
  { "a,\"b\"", NULL, &comma, 0, 0, &limits },
  { "\"a\r", NULL, &comma, 0, 0, &limits },
  /* no record, or not only */
  { "\na\n", NULL, &comma, 0, 0, &limits },
  { "\r\n", NULL, &comma, 0, 0, &limits },
  { " \t\n", NULL, &comma, 0, 0, &limits },
  { "#a,b\n", NULL, &commented, 0, 0, &limits },
  { "\xEF\xBB\xBF"
    "a,b\n",
    NULL, &comma, 0, 0, &limits },
  /* bytes beyond ASCII */
  { "\xC3\xA4,\xE2\x82\xAC\n", "<\xC3\xA4><\xE2\x82\xAC>\n", &comma, 0, 0, &limits },
  { "\xEF\xBC\xA1,b\n", "<\xEF\xBC\xA1><b>\n", &comma, 0, 0, &limits },
  { "a,b\n\xFF", "<a><b>\n", &comma, 1, 0, &limits },
  { "a,\xFF\n", NULL, &comma, 0, 0, &limits },
  { "a,\xC3\nb", NULL, &comma, 0, 0, &limits },
  /* limits */
  { "1,2,3,4\n", "<1><2><3><4>\n", &comma, 0, 0, &limits },
  { "1,2,3,4,5\n", NULL, &comma, 0, 0, &limits },
  { "1234567890,2\n", "<1234567890><2>\n", &comma, 0, 0, &limits },
  { "12345678901,2\n", NULL, &comma, 0, 0, &limits },
  { "123456789,123456789,123456789,123456789\n", "<123456789><123456789><123456789><123456789>\n", &comma, 0, 0, &limits },
  { "123456789,123456789,123456789,123456789\r\n", NULL, &comma, 0, 0, &limits },
  /* a delimiter at the end of each */
  { "a,b,\n", "<a><b>\n", &trailing, 0, 0, &limits },
  { "a,b\n", NULL, &trailing, 0, 0, &limits },
  { "a, \n", NULL, &trailing, 0, 0, &limits },
};

static void
expect_example (const Example *example)
{
  const size_t length = strlen (example->text);
  g_autofree char *bytes = g_malloc0 (length + SCAN_BLOCK);
  g_autofree char *arena = g_malloc (limits.record_bytes);
  Field fields[4];
  Record record = { 0 };
  memcpy (bytes, example->text, length);
  PlainReader plain = plain_new (example->dialect, example->limits, fields, arena);
  const size_t taken = plain_take (&plain, &(LineText) { bytes, length, 7, 1 }, &record);
  plain_clear (&plain);
  if ((taken > 0) != (example->record != NULL))
    fail_msg ("%s %s", example->text, taken > 0 ? "is taken" : "is not taken");
  if (taken == 0)
    return;
  g_autoptr (GString) seen = g_string_new (NULL);
  describe_record (seen, &record);
  assert_string_equal (seen->str + strlen ("7 "), example->record);
  assert_int_equal (taken, length - example->behind);
  assert_int_equal (record.lines, MAX (example->lines, 1));
  assert_ptr_equal (record.raw, bytes);
  assert_true (bytes[record.raw_length] == '\n' || bytes[record.raw_length] == '\r');
}

static void
takes_what_is_plain_alone (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (examples); i++)
    expect_example (&examples[i]);
}

static void
copies_only_what_has_doubled_quotes (void **state)
{
  (void) state;
  char bytes[128] = "a,\"b\",\"c\"\"d\"\n", arena[40];
  Field fields[4];
  Record record = { 0 };
  PlainReader plain = plain_new (&comma, &limits, fields, arena);
  assert_int_equal (plain_take (&plain, &(LineText) { bytes, strlen (bytes), 1, 1 }, &record), strlen (bytes));
  assert_ptr_equal (record.fields[0].text, bytes);
  assert_ptr_equal (record.fields[1].text, bytes + 3);
  assert_ptr_equal (record.fields[2].text, arena);
  plain_clear (&plain);
}

/* ---- the looks ---- */

static ScanMarks
look_byte_by_byte (const char *wanted, const char *block)
{
  ScanMarks marks = { 0, 0 };
  for (int i = 0; i < SCAN_BLOCK; i++)
    {
      marks.hits |= (uint64_t) (memchr (wanted, block[i], SCAN_BYTES) != NULL) << i;
      marks.high |= (uint64_t) ((block[i] & 0x80) != 0) << i;
    }
  return marks;
}

static void
expect_looks (const Scan *scan, const char *wanted, const char *block)
{
  const ScanMarks expected = look_byte_by_byte (wanted, block), behind = look_byte_by_byte (wanted, block + SCAN_BLOCK);
  const ScanLook looks[] = { scan->look, scan_look_plain, scan_has_avx2 () ? scan_look_avx2 : scan_look_plain };
  for (size_t i = 0; i < G_N_ELEMENTS (looks); i++)
    {
      ScanMarks seen[2];
      looks[i](scan, block, 2, seen);
      assert_true (seen[0].hits == expected.hits && seen[0].high == expected.high);
      assert_true (seen[1].hits == behind.hits && seen[1].high == behind.high);
    }
}

/* Each byte, beside each other, at each place of a block, at each address. */
static void
sees_every_byte_at_every_place (void **state)
{
  (void) state;
  static const char wanted[][SCAN_BYTES + 1] = { ",\"\n\r", ";'\n\r", "\t\n\n\r", "~|\n\r" };
  g_autofree char *bytes = g_malloc0 (3 * SCAN_BLOCK);
  for (size_t i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      Scan scan;
      scan_init (&scan, wanted[i]);
      for (int byte = 0; byte < 256; byte++)
        for (int place = 0; place < SCAN_BLOCK; place++)
          {
            char *block = bytes + place, before = block[place];
            block[place] = (char) byte;
            expect_looks (&scan, wanted[i], block);
            block[place] = before;
            bytes[place] = (char) (byte + place); /* so that neighbours are of all kinds */
          }
    }
}

/* ---- property: both ways give the same ---- */

/* Whatever is told of a record, and of the reader behind it. */
static void
describe_whole (GString *text, Reader *reader, const Record *record, const GError *error)
{
  if (error != NULL)
    g_string_append_printf (text, "error %s", error->message);
  if (record != NULL)
    {
      describe_record (text, record);
      g_string_append_printf (text, "{%.*s} of %d, behind %d and %d, %d, ", (int) record->raw_length, record->raw,
                              (int) record->lines, (int) record->blank, (int) record->comments, record->open);
    }
  const ReaderLines lines = reader_lines (reader);
  g_string_append_printf (text, "passed %d %d %d %d", (int) lines.preamble, (int) lines.blank, (int) lines.comments,
                          (int) lines.first_comment);
  if (record == NULL && error == NULL)
    g_string_append_printf (text, ", in all %d", (int) lines.total);
}

static bool
step (Reader *reader, GString *text)
{
  g_autoptr (GError) error = NULL;
  const Record *record = NULL;
  bool good = reader_next (reader, &record, &error);
  g_string_truncate (text, 0);
  describe_whole (text, reader, record, error);
  return good && record != NULL;
}

static void
expect_both_alike (int fd, const Dialect *dialect, const ReaderLimits *of, size_t piece, size_t width)
{
  g_autoptr (Reader) fast = reader_new_sized (fd, dialect, of, NULL, piece);
  g_autoptr (Reader) slow = reader_new_sized (fd, dialect, of, NULL, 65536);
  g_autoptr (GString) seen = g_string_new (NULL), expected = g_string_new (NULL);
  reader_read_slowly (slow);
  for (int pass = 0; pass < 3; pass++)
    {
      bool more = true;
      for (int records = pass == 0 ? 2 : INT_MAX; more && records > 0; records--) /* the first ends in the middle of the file */
        {
          more = step (slow, expected);
          assert_int_equal (step (fast, seen), more);
          assert_string_equal (seen->str, expected->str);
        }
      reader_rewind (fast);
      reader_rewind (slow);
      reader_set_width (fast, width);
      reader_set_width (slow, width);
    }
}

#define ONE_OF(random, ...)                                                                                                        \
  ((const char *const[]) { __VA_ARGS__ })[g_rand_int_range (random, 0, G_N_ELEMENTS (((const char *const[]) { __VA_ARGS__ })))]

static void
append_cell (GRand *random, const Dialect *dialect, GString *text, bool odd)
{
  const char quote[] = { dialect->quote, 0 };
  int kind = g_rand_int_range (random, 0, odd ? 20 : 10);
  if (kind == 10)
    g_string_append (text,
                     ONE_OF (random, "it's", "5\" disk", "a\"", "\"b\" ", " \"b\"", "\"b\"c", "\xFF", "\xC3", "\xC2\xA0", "#"));
  else if (kind == 11)
    g_string_append (text, ONE_OF (random, "\"", "'", "\\", "\"\"\"", "a\nb", "\r", " ", "\t", "\xEF\xBB\xBF", "\n\n"));
  else if (kind > 11)
    kind %= 10;
  if (kind < 4)
    g_string_append (text, ONE_OF (random, "a", "1.50", "2026-11-28", "J\xC3\xA4ger", "", " x ", "\xF0\x9F\x98\x80"));
  else if (kind == 4)
    g_string_append_printf (text, "%0*d", g_rand_int_range (random, 1, 150), 7);
  else if (kind < 10)
    g_string_append_printf (text, "%s%s%s%s%s", quote, ONE_OF (random, "", "a", "b c", "\xC3\xA4", ",;\t|", "\n", "x\r\ny", "\r"),
                            ONE_OF (random, "", quote, "x"), kind == 9 ? quote : "", quote);
}

static void
append_line (GRand *random, const Dialect *dialect, GString *text, bool odd)
{
  int kind = g_rand_int_range (random, 0, odd ? 12 : 60), cells = g_rand_int_range (random, 1, 7);
  if (kind == 0)
    g_string_append (text, ONE_OF (random, "", "", " ", "\t", " \t ", "\xEF\xBB\xBF", "\xEF\xBB\xBF "));
  else if (kind == 1)
    g_string_append (text, ONE_OF (random, "# a remark", "#", "# \"quoted", "#1,2;3", "\xEF\xBB\xBF#"));
  else if (kind == 2)
    g_string_append (text, "\xEF\xBB\xBF");
  for (int i = 0; kind > 1 && i < cells; i++)
    {
      g_string_append (text, i > 0 ? dialect->delimiter : "");
      append_cell (random, dialect, text, odd);
    }
  if (kind > 1 && dialect->trailing_delimiter && g_rand_int_range (random, 0, 10) > 0)
    g_string_append (text, dialect->delimiter);
}

/* 0, or something below "n". */
static int
rarely (GRand *random, int n)
{
  int pick = g_rand_int_range (random, -5, n);
  return MAX (pick, 0);
}

static Dialect
random_dialect (GRand *random)
{
  Dialect dialect = { .quote = ONE_OF (random, "\"", "\"", "'", "")[0],
                      .escape = g_rand_int_range (random, 0, 10) == 0 ? ESCAPE_BACKSLASH : ESCAPE_DOUBLED,
                      .comment = ONE_OF (random, "", "#")[0],
                      .trailing_delimiter = g_rand_int_range (random, 0, 4) == 0,
                      .skip_lines = rarely (random, 3) };
  g_strlcpy (dialect.delimiter, ONE_OF (random, ",", ",", ";", "\t", "|", "~", " ", ", ", ""), sizeof dialect.delimiter);
  return dialect;
}

static void
check_seed (guint32 seed)
{
  static const ReaderLimits some[] = { { 4096, 1024, 64, 0, 0 }, { 4096, 1024, 64, 2, 0 }, { 96, 80, 4, 0, 0 } };
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  const Dialect dialect = random_dialect (random);
  const ReaderLimits *of = &some[rarely (random, 3)];
  const char *newline = ONE_OF (random, "\n", "\n", "\r\n", "\r", NULL);
  bool odd = g_rand_boolean (random);
  g_autoptr (GString) text = g_string_new (ONE_OF (random, "", "", "\xEF\xBB\xBF"));
  for (int n = g_rand_int_range (random, 1, 40); n > 0; n--)
    {
      append_line (random, &dialect, text, odd);
      if (n > 1 || g_rand_boolean (random))
        g_string_append (text, newline != NULL ? newline : ONE_OF (random, "\n", "\r\n", "\r"));
    }
  if (g_rand_int_range (random, 0, 20) == 0)
    text->str[g_rand_int_range (random, 0, (gint32) text->len)] = '\0';
  AUTO_FD int fd = memory_file (text->str, text->len);
  size_t pieces[] = { 65536, (size_t) g_rand_int_range (random, 1, 200), (size_t) g_rand_int_range (random, 200, 5000) };
  for (size_t i = 0; i < G_N_ELEMENTS (pieces); i++)
    expect_both_alike (fd, &dialect, of, pieces[i], (size_t) g_rand_int_range (random, 0, 5));
}

static void
reads_random_files_alike (void **state)
{
  (void) state;
  const char *seed = g_getenv ("WEIR_SEED");
  for (guint32 i = 0; seed == NULL && i < SEEDS; i++)
    check_seed (i);
  if (seed != NULL)
    check_seed ((guint32) g_ascii_strtoull (seed, NULL, 10));
}

/* Rows of so many bytes that one of them ends just where the marks do that are made at once, and such that none does. */
static void
reads_rows_across_the_marks_alike (void **state)
{
  (void) state;
  static const ReaderLimits of = { 65536, 65536, 1600, 0, 0 };
  for (int bytes = SCAN_BLOCK - 2; bytes <= SCAN_BLOCK; bytes++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      for (int i = 0; i < 3 * PLAIN_BLOCKS; i++)
        g_string_append_printf (text, "%d,%0*d,\"%d\"\n", i % 10, bytes - 7, i, i % 10);
      assert_int_equal (text->len, 3 * PLAIN_BLOCKS * bytes);
      AUTO_FD int fd = memory_file (text->str, text->len);
      expect_both_alike (fd, &comma, &of, 4 * PLAIN_BLOCKS * SCAN_BLOCK, 3);
    }
}

/* ---- the files that are there ---- */

static void
check_file (const char *path)
{
  static const char *const delimiters[] = { ",", ";", "\t", "|", "" };
  static const ReaderLimits of = { 65536, 65536, 1600, 0, 0 }; /* small, for the memory of many readers takes its time */
  g_autofree char *bytes = NULL;
  gsize length = 0;
  assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  AUTO_FD int fd = memory_file (bytes, length);
  for (size_t i = 0; i < G_N_ELEMENTS (delimiters); i++)
    for (int quote = 0; quote < 2; quote++)
      {
        Dialect dialect = { .quote = "\"'"[quote], .comment = quote == 0 ? '#' : 0 };
        g_strlcpy (dialect.delimiter, delimiters[i], sizeof dialect.delimiter);
        /* More than is looked at at once, and less. */
        expect_both_alike (fd, &dialect, &of, quote == 0 ? 3 * PLAIN_BLOCKS * SCAN_BLOCK + 1 : 4096, 3);
      }
}

static int
check_folder (const char *path)
{
  int files = 0;
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  assert_non_null (folder);
  for (const char *name; (name = g_dir_read_name (folder)) != NULL;)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      if (g_file_test (file, G_FILE_TEST_IS_REGULAR))
        files++, check_file (file);
    }
  return files;
}

static void
reads_files_alike (void **state)
{
  (void) state;
  static const char *const folders[] = { "tests/golden/corpus", "tests/fuzz/corpus/parse", "tests/fuzz/corpus/sniff",
                                         "example_data/inserts" };
  const char *source = g_getenv ("WEIR_SOURCE");
  for (size_t i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_build_filename (source != NULL ? source : ".", folders[i], NULL);
      assert_true (check_folder (path) > 0);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (takes_what_is_plain_alone),         cmocka_unit_test (copies_only_what_has_doubled_quotes),
    cmocka_unit_test (sees_every_byte_at_every_place),    cmocka_unit_test (reads_random_files_alike),
    cmocka_unit_test (reads_rows_across_the_marks_alike), cmocka_unit_test (reads_files_alike),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
