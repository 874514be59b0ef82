#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/autoptr.h"
#include "base/error.h"
#include "pipeline/reader.h"

#include <string.h>
#include <fcntl.h>
#include <sys/mman.h>

static const size_t piece_sizes[] = { 1, 2, 3, 7, 4095, 4096, 4097, 65535, 65536, 65537 };

static const ReaderLimits small_limits = { 32, 8, 3 };
static const ReaderLimits middling_limits = { 65536, 65536, 100 };

static const Dialect comma = { ',', '"', false, 0, ENCODING_UTF8, 0, "LF" };
static const Dialect comma_header = { ',', '"', true, 0, ENCODING_UTF8, 0, "LF" };
static const Dialect semicolon_single = { ';', '\'', false, 0, ENCODING_UTF8, 0, "LF" };
static const Dialect tab_unquoted = { '\t', 0, false, 0, ENCODING_UTF8, 0, "LF" };
static const Dialect one_column = { 0, '"', false, 0, ENCODING_UTF8, 0, "LF" };
static const Dialect preamble = { ',', '"', true, 2, ENCODING_UTF8, 0, "LF" };

static int
memory_file (const char *bytes, size_t length)
{
  int fd = memfd_create ("reader", MFD_CLOEXEC);
  assert_true (fd >= 0);
  for (size_t done = 0; done < length;)
    {
      ssize_t written = write (fd, bytes + done, length - done);
      assert_true (written > 0);
      done += (size_t) written;
    }
  return fd;
}

/* "3 <a><b>-" is line 3 with the cells a, b and NULL; "3 !stray_quote stray quote at byte 2 {a"b}" is a problem and its raw bytes.
 */
static void
describe_record (GString *text, const Record *record)
{
  g_string_append_printf (text, "%" G_GINT64_FORMAT " ", record->line);
  for (size_t i = 0; i < record->n_fields; i++)
    {
      const Field *field = &record->fields[i];
      assert_non_null (field->text);
      if (field->null)
        g_string_append_c (text, '-');
      else
        g_string_append_printf (text, "<%.*s>", (int) field->length, field->text);
    }
  if (record->problem != NULL)
    {
      assert_int_equal (record->n_fields, 0);
      g_string_append_printf (text, "!%s %s {%.*s}", record->reason, record->problem, (int) record->raw_length, record->raw);
    }
  g_string_append_c (text, '\n');
}

static char *
describe_all (Reader *reader)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  const Record *record = NULL;
  if (reader_header (reader, &record, &error) && record != NULL)
    {
      g_string_append (text, "header ");
      describe_record (text, record);
    }
  while (error == NULL && reader_next (reader, &record, &error) && record != NULL)
    describe_record (text, record);
  if (error != NULL)
    g_string_append_printf (text, "error %s line %" G_GINT64_FORMAT ": %s\n", weir_error_get_reason (error),
                            weir_error_get_line (error), error->message);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

typedef struct
{
  const char *what;
  const Dialect *dialect;
  const ReaderLimits *limits; /* NULL: the default */
  const char *input;
  size_t length; /* 0: strlen */
  const char *expected;
} Case;

static const Case cases[] = {
  { "nothing", &comma, NULL, "", 0, "" },
  { "a byte order mark alone", &comma, NULL, "\xEF\xBB\xBF", 0, "" },
  { "blank lines only", &comma, NULL, "\n\r\n\r  \n\t\n", 0, "" },
  { "plain", &comma, NULL, "a,b\nc,d\n", 0, "1 <a><b>\n2 <c><d>\n" },
  { "no line end at the end", &comma, NULL, "a,b\nc,d", 0, "1 <a><b>\n2 <c><d>\n" },
  { "CRLF", &comma, NULL, "a,b\r\nc,d\r\n", 0, "1 <a><b>\n2 <c><d>\n" },
  { "lone CR", &comma, NULL, "a,b\rc,d\r", 0, "1 <a><b>\n2 <c><d>\n" },
  { "mixed line ends", &comma, NULL, "a\rb\r\nc\nd", 0, "1 <a>\n2 <b>\n3 <c>\n4 <d>\n" },
  { "CR CR LF is a line and a blank line", &comma, NULL, "a\r\r\nb\n", 0, "1 <a>\n3 <b>\n" },
  { "LF CR is a line and a blank line", &comma, NULL, "a\n\rb\n", 0, "1 <a>\n3 <b>\n" },
  { "a byte order mark is no cell", &comma, NULL,
    "\xEF\xBB\xBF"
    "a,b\n",
    0, "1 <a><b>\n" },
  { "a byte order mark in the middle is text", &comma, NULL,
    "a\n\xEF\xBB\xBF"
    "b\n",
    0,
    "1 <a>\n2 <\xEF\xBB\xBF"
    "b>\n" },
  { "empty and quoted empty", &comma, NULL, ",\"\",\n", 0, "1 -<>-\n" },
  { "empty cells at the end of the file", &comma, NULL, "a,", 0, "1 <a>-\n" },
  { "quoted empty at the end of the file", &comma, NULL, "a,\"\"", 0, "1 <a><>\n" },
  { "blanks are kept", &comma, NULL, " a , b\t\n", 0, "1 < a >< b\t>\n" },
  { "blanks in quotes are kept", &comma, NULL, "\" a \",\"b\t\"\n", 0, "1 < a ><b\t>\n" },
  { "blank lines between", &comma, NULL, "\n\na,b\n\n  \nc,d\n\n", 0, "3 <a><b>\n6 <c><d>\n" },
  { "only tabs in a file with tabs", &tab_unquoted, NULL, "a\tb\n\t\n", 0, "1 <a><b>\n2 --\n" },
  { "doubled quotes", &comma, NULL, "\"a \"\"b\"\" c\",\"\"\"\"\n", 0, "1 <a \"b\" c><\">\n" },
  { "delimiter in quotes", &comma, NULL, "\"a,b\",c\n", 0, "1 <a,b><c>\n" },
  { "line ends in quotes stay", &comma, NULL, "\"a\nb\r\nc\rd\",e\r\nf,g\n", 0, "1 <a\nb\r\nc\rd><e>\n5 <f><g>\n" },
  { "a blank line in quotes stays", &comma, NULL, "\"a\n\n\nb\",c\nd,e\n", 0, "1 <a\n\n\nb><c>\n5 <d><e>\n" },
  { "a quoted cell ends the file", &comma, NULL, "a,\"b\nc\"", 0, "1 <a><b\nc>\n" },
  { "single quotes and semicolons", &semicolon_single, NULL, "'a;b';\"c\"\n'it''s';d\n", 0, "1 <a;b><\"c\">\n2 <it's><d>\n" },
  { "no quotes at all", &tab_unquoted, NULL, "5\" pipe\t'x'\n\"a\tb\"\n", 0, "1 <5\" pipe><'x'>\n2 <\"a><b\">\n" },
  { "one column", &one_column, NULL, "a,b;c\n\n \n\"\"\n", 0, "1 <a,b;c>\n3 < >\n4 <>\n" },
  { "lines of several bytes a character", &comma, NULL, "\xC3\xA4,\xE2\x82\xAC\n\xF0\x9F\x98\x80,x\n", 0,
    "1 <\xC3\xA4><\xE2\x82\xAC>\n2 <\xF0\x9F\x98\x80><x>\n" },

  { "blank after a closing quote", &comma, NULL, "\"a\" ,b\nc,d\n", 0,
    "1 !stray_quote stray quote at byte 3 {\"a\" ,b}\n2 <c><d>\n" },
  { "text after a closing quote", &comma, NULL, "x,\"a\"b\r\nc,d\r\n", 0,
    "1 !stray_quote stray quote at byte 5 {x,\"a\"b}\n2 <c><d>\n" },
  { "quote in the middle of a cell", &comma, NULL, "a\"b,c\nd,e\n", 0,
    "1 !stray_quote stray quote at byte 2 {a\"b,c}\n2 <d><e>\n" },
  { "stray quote behind a byte order mark", &comma, NULL,
    "\xEF\xBB\xBF"
    "a\"\nb\n",
    0, "1 !stray_quote stray quote at byte 5 {a\"}\n2 <b>\n" },
  { "stray quote at the end of the file", &comma, NULL, "a,b\"", 0, "1 !stray_quote stray quote at byte 4 {a,b\"}\n" },
  { "unclosed quote", &comma, NULL, "\"a,b\nc,d\ne,f\n", 0,
    "1 !unclosed_quote unclosed quote: not closed by the end of the file {\"a,b}\n2 <c><d>\n3 <e><f>\n" },
  { "unclosed quote in the last line", &comma, NULL, "a,b\nc,\"d", 0,
    "1 <a><b>\n2 !unclosed_quote unclosed quote: not closed by the end of the file {c,\"d}\n" },
  { "a quote that the next record's runs into", &comma, NULL, "1,\"a\n2,\"b\",c\n3,d\n", 0,
    "1 !unclosed_quote unclosed quote: line 2 has a quote that does not close it {1,\"a}\n2 <2><b><c>\n3 <3><d>\n" },
  { "unclosed over blank lines", &comma, NULL, "\"a\n\n\nb\n", 0,
    "1 !unclosed_quote unclosed quote: not closed by the end of the file {\"a}\n4 <b>\n" },
  { "every line unclosed", &comma, NULL, "\"a\n\"b\n\"c\n", 0,
    "1 !unclosed_quote unclosed quote: line 2 has a quote that does not close it {\"a}\n"
    "2 !unclosed_quote unclosed quote: line 3 has a quote that does not close it {\"b}\n"
    "3 !unclosed_quote unclosed quote: not closed by the end of the file {\"c}\n" },
  { "two unclosed quotes make one record", &comma, NULL, "a,\"b\nc,\"\nd,e\n", 0, "1 <a><b\nc,>\n3 <d><e>\n" },

  { "bad UTF-8", &comma, NULL, "a,b\nc,\xE9t\xE9\nd,e\n", 0,
    "1 <a><b>\n2 !invalid_utf8 invalid UTF-8 at byte 3 {c,\xE9t\xE9}\n3 <d><e>\n" },
  { "a character cut off at the end", &comma, NULL, "a,\xC3", 0, "1 !invalid_utf8 invalid UTF-8 at byte 3 {a,\xC3}\n" },
  { "bad UTF-8 behind a byte order mark", &comma, NULL,
    "\xEF\xBB\xBF"
    "\xFF\n",
    0, "1 !invalid_utf8 invalid UTF-8 at byte 4 {\xFF}\n" },
  { "bad UTF-8 in a later line of a record", &comma, NULL, "\"a\r\nb\xFF\"\nc\n", 0,
    "1 !invalid_utf8 invalid UTF-8 at byte 2 of line 2 {\"a\r\nb\xFF\"}\n3 <c>\n" },
  { "overlong and surrogate forms", &comma, NULL, "\xC0\xAF\n\xED\xA0\x80\n", 0,
    "1 !invalid_utf8 invalid UTF-8 at byte 1 {\xC0\xAF}\n2 !invalid_utf8 invalid UTF-8 at byte 1 {\xED\xA0\x80}\n" },

  { "a NUL byte", &comma, NULL, "a,b\nc,\0d\n", 9, "1 <a><b>\nerror nul_byte line 2: there is a NUL byte on line 2\n" },
  { "a NUL byte in a quoted cell", &comma, NULL, "\"a\n\0\"\n", 6, "error nul_byte line 2: there is a NUL byte on line 2\n" },
  { "a NUL byte ends the file", &comma, NULL, "a\n\0", 3, "1 <a>\nerror nul_byte line 2: there is a NUL byte on line 2\n" },
  { "a NUL byte in the preamble", &preamble, NULL, "x\0\ny\na,b\n", 9, "error nul_byte line 1: there is a NUL byte on line 1\n" },

  { "just long enough", &comma, &small_limits, "a\n1234567,1234567,123456789012345\nb\n", 0,
    "1 <a>\n2 !field_too_long field 3 is longer than 8 bytes {1234567,1234567,123456789012345}\n3 <b>\n" },
  { "one byte too long", &comma, &small_limits, "a\n12345678,1234567,12345678,12345\r\nb\n", 0,
    "1 <a>\n2 !record_too_long the line is longer than 32 bytes {12345678,1234567,12345678,12345}\n3 <b>\n" },
  { "far too long", &comma, &small_limits, "a\n1234567890123456789012345678901234567890123456789012345678901234567890\r\nb\n", 0,
    "1 <a>\n2 !record_too_long the line is longer than 32 bytes {12345678901234567890123456789012}\n3 <b>\n" },
  { "too long at the end of the file", &comma, &small_limits, "a\n123456789012345678901234567890123456789", 0,
    "1 <a>\n2 !record_too_long the line is longer than 32 bytes {12345678901234567890123456789012}\n" },
  { "too long, ended by a lone CR", &comma, &small_limits, "123456789012345678901234567890123456789\rb\r", 0,
    "1 !record_too_long the line is longer than 32 bytes {12345678901234567890123456789012}\n2 <b>\n" },
  { "a NUL byte behind the limit", &comma, &small_limits, "12345678901234567890123456789012345678901234567890\0a\nb\n", 55,
    "error nul_byte line 1: there is a NUL byte on line 1\n" },
  { "a record of lines too long together", &comma, &small_limits, "\"a\nb,c\n123456789012345678901234567890\n\"\nd\n", 0,
    "1 !unclosed_quote unclosed quote: not closed within 32 bytes {\"a}\n2 <b><c>\n"
    "3 !field_too_long field 1 is longer than 8 bytes {123456789012345678901234567890}\n"
    "4 !unclosed_quote unclosed quote: not closed by the end of the file {\"}\n5 <d>\n" },
  { "too many fields", &comma, &small_limits, "a,b,c\na,b,c,d\n", 0,
    "1 <a><b><c>\n2 !too_many_fields more than 3 fields {a,b,c,d}\n" },
  { "a field too long over lines", &comma, &small_limits, "x,\"12345\n6789\"\na\n", 0,
    "1 !field_too_long field 2 is longer than 8 bytes {x,\"12345\n6789\"}\n3 <a>\n" },

  { "a header", &comma_header, NULL, "name,\"e mail\",\n1,2,3\n", 0, "header 1 <name><e mail>-\n2 <1><2><3>\n" },
  { "a header behind blank lines", &comma_header, NULL, "\n  \nname\n1\n", 0, "header 3 <name>\n4 <1>\n" },
  { "a header of two lines", &comma_header, NULL, "\"na\nme\",b\n1,2\n", 0, "header 1 <na\nme><b>\n3 <1><2>\n" },
  { "a header and nothing else", &comma_header, NULL, "name,email", 0, "header 1 <name><email>\n" },
  { "no header", &comma_header, NULL, "\n\n", 0, "" },
  { "a bad header", &comma_header, NULL, "\na\"b\n1\n", 0,
    "error stray_quote line 2: the header on line 2 cannot be read: stray quote at byte 2\n" },
  { "a preamble", &preamble, NULL, "\"never closed\n\na,b\n1,2\n", 0, "header 3 <a><b>\n4 <1><2>\n" },
  { "a preamble longer than the file", &preamble, NULL, "x\n", 0, "" },
  { "a preamble with a long line", &preamble, &small_limits, "123456789012345678901234567890123456789\nx\na,b\n1,2\n", 0,
    "header 3 <a><b>\n4 <1><2>\n" },
};

static size_t
input_length (const Case *test)
{
  return test->length > 0 ? test->length : strlen (test->input);
}

static void
reads_every_case_alike_with_every_piece_size (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    for (size_t j = 0; j < G_N_ELEMENTS (piece_sizes); j++)
      {
        const Case *test = &cases[i];
        AUTO_FD int fd = memory_file (test->input, input_length (test));
        const ReaderLimits *limits = test->limits != NULL ? test->limits : &reader_default_limits;
        g_autoptr (Reader) reader = reader_new_sized (fd, test->dialect, limits, NULL, piece_sizes[j]);
        g_autofree char *seen = describe_all (reader);
        if (!g_str_equal (seen, test->expected))
          fail_msg ("%s, by %zu bytes:\n%sinstead of\n%s", test->what, piece_sizes[j], seen, test->expected);
      }
}

static void
reads_memory_like_a_file (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *test = &cases[i];
      const ReaderLimits *limits = test->limits != NULL ? test->limits : &reader_default_limits;
      g_autoptr (Reader) reader = reader_new_bytes (test->input, input_length (test), true, test->dialect, limits);
      g_autofree char *seen = describe_all (reader);
      assert_string_equal (seen, test->expected);
    }
}

static void
hashes_every_byte_once_per_pass (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *test = &cases[i];
      if (strstr (test->expected, "error") != NULL)
        continue;
      char expected[SHA256_HEX_SIZE], seen[SHA256_HEX_SIZE];
      sha256_bytes (test->input, input_length (test), expected);
      AUTO_FD int fd = memory_file (test->input, input_length (test));
      g_autoptr (Sha256) sha = sha256_new ();
      g_autoptr (Reader) reader =
          reader_new_sized (fd, test->dialect, test->limits != NULL ? test->limits : &reader_default_limits, sha, 3);
      for (int pass = 0; pass < 2; pass++)
        {
          g_autofree char *records = describe_all (reader);
          assert_string_equal (records, test->expected);
          assert_int_equal (reader_offset (reader), input_length (test));
          sha256_finish (sha, seen);
          assert_string_equal (seen, expected);
          assert_true (reader_rewind (reader, NULL));
        }
    }
}

static void
rewinds_from_the_middle (void **state)
{
  (void) state;
  /* given a reader that stopped within the file, and read ahead of the place */
  static const char input[] = "h,i\n1,\"2\n3\"\n4,5\n";
  AUTO_FD int fd = memory_file (input, strlen (input));
  g_autoptr (Reader) reader = reader_new_sized (fd, &comma_header, &reader_default_limits, NULL, 5);
  const Record *record = NULL;
  assert_true (reader_next (reader, &record, NULL));
  assert_int_equal (record->line, 2);
  /* when it goes back */
  assert_true (reader_rewind (reader, NULL));
  /* then it reads everything again */
  g_autofree char *seen = describe_all (reader);
  assert_string_equal (seen, "header 1 <h><i>\n2 <1><2\n3>\n4 <4><5>\n");
}

static void
leaves_the_descriptor_where_it_is (void **state)
{
  (void) state;
  AUTO_FD int fd = memory_file ("a\nb\n", 4);
  assert_int_equal (lseek (fd, 2, SEEK_SET), 2);
  g_autoptr (Reader) reader = reader_new (fd, &comma, &reader_default_limits, NULL);
  g_autofree char *seen = describe_all (reader);
  assert_string_equal (seen, "1 <a>\n2 <b>\n");
  assert_int_equal (lseek (fd, 0, SEEK_CUR), 2);
}

static void
leaves_out_what_a_head_cuts_off (void **state)
{
  (void) state;
  static const struct
  {
    const char *head;
    const char *expected;
  } heads[] = {
    { "a,b\nc,d", "1 <a><b>\n" },        { "a,b\nc,d\n", "1 <a><b>\n2 <c><d>\n" }, { "a,b\nc,\"d\ne", "1 <a><b>\n" },
    { "a,b\nc,\"d\ne\n", "1 <a><b>\n" }, { "a,b\nc,\"d\"", "1 <a><b>\n" },         { "a", "" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_autoptr (Reader) reader = reader_new_bytes (heads[i].head, strlen (heads[i].head), false, &comma, &reader_default_limits);
      g_autofree char *seen = describe_all (reader);
      assert_string_equal (seen, heads[i].expected);
    }
}

static void
bounds_the_lines_of_a_record (void **state)
{
  (void) state;
  /* given an unclosed quote followed by more lines than a record may have */
  g_autoptr (GString) input = g_string_new ("1,\"open\n");
  for (int i = 0; i < READER_MAX_LINES; i++)
    g_string_append (input, "2,b\n");
  g_autoptr (Reader) reader = reader_new_bytes (input->str, input->len, true, &comma, &reader_default_limits);
  const Record *record = NULL;
  /* then its first line is a problem */
  assert_true (reader_next (reader, &record, NULL));
  assert_int_equal (record->line, 1);
  assert_string_equal (record->reason, "unclosed_quote");
  assert_int_equal (record->raw_length, strlen ("1,\"open"));
  /* and every other line is read */
  int64_t read = 0;
  while (reader_next (reader, &record, NULL) && record != NULL)
    {
      assert_null (record->problem);
      assert_int_equal (record->line, ++read + 1);
    }
  assert_int_equal (read, READER_MAX_LINES);
}

static void
takes_a_record_of_as_many_lines_as_it_may_have (void **state)
{
  (void) state;
  for (int more = 0; more < 2; more++)
    {
      g_autoptr (GString) input = g_string_new ("\"");
      for (int i = 1; i < READER_MAX_LINES + more; i++)
        g_string_append_c (input, '\n');
      g_string_append (input, "\",b\n");
      g_autoptr (Reader) reader = reader_new_bytes (input->str, input->len, true, &comma, &reader_default_limits);
      const Record *record = NULL;
      assert_true (reader_next (reader, &record, NULL));
      assert_int_equal (record->n_fields, more == 0 ? 2 : 0);
      assert_string_equal (more == 0 ? "" : record->problem, more == 0 ? "" : "unclosed quote: not closed within 10000 lines");
    }
}

/* ---- property: what is written with right quoting is read back, whatever the dialect and the pieces ---- */

typedef struct
{
  GString *text;
  bool null;
} Cell;

static void
cell_clear (gpointer data)
{
  g_string_free (((Cell *) data)->text, TRUE);
}

static void
random_cell (GRand *random, const Dialect *dialect, Cell *ret_cell)
{
  static const char *const bits[] = { "a",  "b", " ",    "\t", "7",  ",",    ";",        "|",
                                      "\"", "'", "\"\"", "\n", "\r", "\r\n", "\xC3\xA4", "\xF0\x9F\x98\x80",
                                      "\\" };
  GString *text = g_string_new (NULL);
  int length = g_rand_int_range (random, 0, 4) == 0 ? 0 : g_rand_int_range (random, 1, 12);
  for (int i = 0; i < length; i++)
    {
      const char *bit = bits[g_rand_int_range (random, 0, G_N_ELEMENTS (bits))];
      bool special = strpbrk (bit, "\r\n") != NULL || (dialect->delimiter != 0 && bit[0] == dialect->delimiter);
      g_string_append (text, special && dialect->quote == 0 ? "x" : bit);
    }
  *ret_cell = (Cell) { text, text->len == 0 && (dialect->quote == 0 || g_rand_boolean (random)) };
  if (dialect->delimiter == 0 && text->len == 0)
    {
      /* An unquoted empty line would be a blank one. */
      ret_cell->null = false;
      if (dialect->quote == 0)
        g_string_append (text, "x");
    }
}

static void
write_cell (GRand *random, const Dialect *dialect, const Cell *cell, GString *out)
{
  const char *text = cell->text->str;
  bool must = (!cell->null && cell->text->len == 0) || strpbrk (text, "\r\n") != NULL
              || (dialect->quote != 0 && strchr (text, dialect->quote) != NULL)
              || (dialect->delimiter != 0 && strchr (text, dialect->delimiter) != NULL);
  bool quoted = dialect->quote != 0 && !cell->null && (must || g_rand_boolean (random));
  if (quoted)
    g_string_append_c (out, dialect->quote);
  for (const char *at = text; *at != '\0'; at++)
    {
      if (quoted && *at == dialect->quote)
        g_string_append_c (out, *at);
      g_string_append_c (out, *at);
    }
  if (quoted)
    g_string_append_c (out, dialect->quote);
}

static int64_t
count_line_ends (const char *text, size_t length)
{
  int64_t ends = 0;
  for (size_t i = 0; i < length; i++)
    ends += text[i] == '\n' || (text[i] == '\r' && (i + 1 == length || text[i + 1] != '\n'));
  return ends;
}

static void
expect_row (const Record *record, const GArray *row, const char *input, size_t begin, size_t end)
{
  assert_non_null (record);
  assert_null (record->problem);
  assert_int_equal (record->line, count_line_ends (input, begin) + 1);
  assert_int_equal (record->raw_length, end - begin);
  assert_memory_equal (record->raw, input + begin, end - begin);
  assert_int_equal (record->n_fields, row->len);
  for (guint i = 0; i < row->len; i++)
    {
      const Cell *cell = &g_array_index (row, Cell, i);
      assert_int_equal (record->fields[i].null, cell->null);
      assert_int_equal (record->fields[i].length, cell->text->len);
      assert_memory_equal (record->fields[i].text, cell->text->str, cell->text->len);
    }
}

static void
check_random_file (GRand *random)
{
  static const char delimiters[] = { ',', ';', '\t', '|', 0 };
  static const char quotes[] = { '"', '\'', 0 };
  static const char *const newlines[] = { "\n", "\r\n", "\r" };
  Dialect dialect = dialect_default;
  dialect.header = false;
  dialect.delimiter = delimiters[g_rand_int_range (random, 0, G_N_ELEMENTS (delimiters))];
  dialect.quote = quotes[g_rand_int_range (random, 0, G_N_ELEMENTS (quotes))];
  const char *newline = newlines[g_rand_int_range (random, 0, G_N_ELEMENTS (newlines))];
  int n_rows = g_rand_int_range (random, 1, 30);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (size_t)); /* begin and end of each row */
  g_autoptr (GString) input = g_string_new (g_rand_boolean (random) ? "\xEF\xBB\xBF" : "");
  for (int i = 0; i < n_rows; i++)
    {
      GArray *row = g_array_new (FALSE, FALSE, sizeof (Cell));
      g_array_set_clear_func (row, cell_clear);
      g_ptr_array_add (rows, row);
      g_array_append_val (ends, input->len);
      int n_cells = dialect.delimiter == 0 ? 1 : g_rand_int_range (random, 2, 6);
      for (int j = 0; j < n_cells; j++)
        {
          Cell cell;
          random_cell (random, &dialect, &cell);
          g_array_append_val (row, cell);
          if (j > 0)
            g_string_append_c (input, dialect.delimiter);
          write_cell (random, &dialect, &cell, input);
        }
      g_array_append_val (ends, input->len);
      if (i + 1 < n_rows || g_rand_boolean (random))
        g_string_append (input, newline);
    }
  AUTO_FD int fd = memory_file (input->str, input->len);
  size_t piece = (size_t) g_rand_int_range (random, 1, 40);
  g_autoptr (Reader) reader = reader_new_sized (fd, &dialect, &middling_limits, NULL, piece);
  const Record *record = NULL;
  for (int i = 0; i < n_rows; i++)
    {
      assert_true (reader_next (reader, &record, NULL));
      expect_row (record, rows->pdata[i], input->str, g_array_index (ends, size_t, 2 * i), g_array_index (ends, size_t, 2 * i + 1));
    }
  assert_true (reader_next (reader, &record, NULL));
  assert_null (record);
}

static void
reads_back_random_cells (void **state)
{
  (void) state;
  g_autoptr (GRand) random = g_rand_new_with_seed (20261120);
  for (int i = 0; i < 2000; i++)
    check_random_file (random);
}

/* ---- property: on any bytes at all, the result does not depend on the pieces, ends, and accounts for every line ---- */

static void
reads_noise_alike_with_every_piece_size (void **state)
{
  (void) state;
  static const char alphabet[] = { 'a', ',', '"', '\n', '\r', ' ', '\'', '\xC3', '\xA4' };
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  for (int i = 0; i < 3000; i++)
    {
      char input[120];
      size_t length = (size_t) g_rand_int_range (random, 1, sizeof input);
      for (size_t j = 0; j < length; j++)
        input[j] = alphabet[g_rand_int_range (random, 0, sizeof alphabet)];
      const ReaderLimits *limits = g_rand_boolean (random) ? &small_limits : &middling_limits;
      AUTO_FD int fd = memory_file (input, length);
      g_autoptr (Reader) whole = reader_new (fd, &comma, limits, NULL);
      g_autofree char *expected = describe_all (whole);
      size_t piece = (size_t) g_rand_int_range (random, 1, 20);
      g_autoptr (Reader) pieces = reader_new_sized (fd, &comma, limits, NULL, piece);
      g_autofree char *seen = describe_all (pieces);
      assert_string_equal (seen, expected);
      assert_int_equal (reader_offset (pieces), length);
    }
}

static void
reads_across_the_edges_of_real_pieces (void **state)
{
  (void) state;
  /* given rows with quotes, CRLF and wide characters that move over the edge of a piece one byte at a time */
  static const char row[] = "\"x \"\"y\"\"\r\nz\",\xE2\x82\xAC,\"\"\r\n";
  for (size_t shift = 0; shift < strlen (row); shift++)
    {
      g_autoptr (GString) input = g_string_new (NULL);
      while (input->len < 65536 - 2 * strlen (row) + shift)
        g_string_append_c (input, 'a');
      g_string_append (input, "\r\n");
      for (int i = 0; i < 4; i++)
        g_string_append (input, row);
      AUTO_FD int fd = memory_file (input->str, input->len);
      g_autoptr (Reader) reader = reader_new (fd, &comma, &reader_default_limits, NULL);
      const Record *record = NULL;
      assert_true (reader_next (reader, &record, NULL));
      assert_int_equal (record->raw_length, 65536 - 2 * strlen (row) + shift);
      for (int i = 0; i < 4; i++)
        {
          assert_true (reader_next (reader, &record, NULL));
          g_autoptr (GString) text = g_string_new (NULL);
          describe_record (text, record);
          g_autofree char *expected = g_strdup_printf ("%d <x \"y\"\r\nz><\xE2\x82\xAC><>\n", 2 + 2 * i);
          assert_string_equal (text->str, expected);
        }
      assert_true (reader_next (reader, &record, NULL));
      assert_null (record);
    }
}

static void
says_what_cannot_be_read (void **state)
{
  (void) state;
  /* given a descriptor that is not open for reading */
  AUTO_FD int fd = open ("/dev/null", O_WRONLY | O_CLOEXEC);
  g_autoptr (Reader) reader = reader_new (fd, &comma, &reader_default_limits, NULL);
  const Record *record = NULL;
  g_autoptr (GError) error = NULL;
  /* then the error is the disk's, not the file's */
  assert_false (reader_next (reader, &record, &error));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_LOCAL));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (reads_every_case_alike_with_every_piece_size),
    cmocka_unit_test (reads_memory_like_a_file),
    cmocka_unit_test (hashes_every_byte_once_per_pass),
    cmocka_unit_test (rewinds_from_the_middle),
    cmocka_unit_test (leaves_the_descriptor_where_it_is),
    cmocka_unit_test (leaves_out_what_a_head_cuts_off),
    cmocka_unit_test (bounds_the_lines_of_a_record),
    cmocka_unit_test (takes_a_record_of_as_many_lines_as_it_may_have),
    cmocka_unit_test (reads_back_random_cells),
    cmocka_unit_test (reads_noise_alike_with_every_piece_size),
    cmocka_unit_test (reads_across_the_edges_of_real_pieces),
    cmocka_unit_test (says_what_cannot_be_read),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
