#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/autoptr.h"
#include "pipeline/records/reader.h"
#include "pipeline/records/reader_split.h"
#include "tests/support/effort.h"
#include "tests/unit/pipeline/reading.h"

#include <string.h>

#define MORE_THAN_ALL (1024 * 1024) /* of bytes a piece */

static const ReaderLimits small_limits = { 32, 8, 3 };
static const ReaderLimits middling_limits = { 128 * 1024, 128 * 1024, 100 };

static const char *const delimiters[] = { ",", ";", "\t", "|", ":", "^", "~", " ", ", ", "" };
static const char quotes[] = { '"', '\'', 0 };
static const Escape escapes[] = { ESCAPE_DOUBLED, ESCAPE_BACKSLASH };
static const char *const newlines[] = { "\n", "\r\n", "\r" };

/* ---- files written at random, with right quoting ---- */

typedef struct
{
  GString *text;
  bool null;
} Cell;

typedef struct
{
  GArray *cells;
  size_t begin; /* in the text of the file */
  size_t end;
} WrittenRow;

typedef struct
{
  GString *text;
  GArray *rows;
} Written;

static void
cell_clear (gpointer data)
{
  g_string_free (((Cell *) data)->text, TRUE);
}

static void
row_clear (gpointer data)
{
  g_array_unref (((WrittenRow *) data)->cells);
}

static void
written_clear (Written *written)
{
  g_string_free (written->text, TRUE);
  g_array_unref (written->rows);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Written, written_clear)

static bool
contains (const char *text, const char *part)
{
  return part[0] != '\0' && strstr (text, part) != NULL;
}

/* Whether a blank is at one of its ends. */
static bool
has_outer_blank (const char *text)
{
  return strchr (" \t", text[0]) != NULL || g_str_has_prefix (text, "\xC2\xA0") || g_str_has_suffix (text, " ")
         || g_str_has_suffix (text, "\t") || g_str_has_suffix (text, "\xC2\xA0");
}

static Cell
random_cell (GRand *random, const Dialect *dialect)
{
  static const char *const bits[] = { "a",  "b",  "#",    " ",  "\t",   "7",        ",",        ";",
                                      "|",  ":",  "^",    "~",  ", ",   "\"",       "'",        "\"\"",
                                      "\n", "\r", "\r\n", "\\", "\\\\", "\xC3\xA4", "\xC2\xA0", "\xF0\x9F\x98\x80" };
  GString *text = g_string_new (NULL);
  int length = g_rand_int_range (random, 0, 4) == 0 ? 0 : g_rand_int_range (random, 1, 12);
  for (int i = 0; i < length; i++)
    {
      gsize before = text->len;
      g_string_append (text, bits[g_rand_int_range (random, 0, G_N_ELEMENTS (bits))]);
      /* Nothing says these without quotes. */
      if (dialect->quote == 0 && (strpbrk (text->str, "\r\n#") != NULL || contains (text->str, dialect->delimiter)))
        g_string_append_c (g_string_truncate (text, before), 'x');
    }
  while (dialect->quote == 0 && dialect->trim && text->len > 0 && has_outer_blank (text->str))
    g_string_truncate (text, text->len / 2);
  if (!g_utf8_validate (text->str, (gssize) text->len, NULL))
    g_string_assign (text, "x");
  /* An unquoted empty line would be a blank one. */
  if (dialect->delimiter[0] == 0 && dialect->quote == 0 && text->len == 0)
    g_string_append_c (text, 'x');
  bool null = text->len == 0 && (dialect->quote == 0 || (dialect->delimiter[0] != 0 && g_rand_boolean (random)));
  return (Cell) { text, null };
}

/* Blanks that belong to no cell. */
static void
write_blanks (GRand *random, const Dialect *dialect, GString *out)
{
  static const char *const blanks[] = { " ", "\t", "\xC2\xA0", "   ", " \t\xC2\xA0 " };
  const char *some = blanks[g_rand_int_range (random, 0, G_N_ELEMENTS (blanks))];
  for (; *some != '\0'; some++)
    if (*some != dialect->delimiter[0])
      g_string_append_c (out, *some);
}

static void
write_cell (GRand *random, const Dialect *dialect, const Cell *cell, GString *out)
{
  const char *text = cell->text->str, quote[] = { dialect->quote, 0 }, comment[] = { dialect->comment, 0 };
  bool must = (!cell->null && text[0] == '\0') || strpbrk (text, "\r\n") != NULL || contains (text, quote)
              || contains (text, comment) || contains (text, dialect->delimiter) || (dialect->trim && has_outer_blank (text));
  bool quoted = dialect->quote != 0 && !cell->null && (must || g_rand_boolean (random));
  bool backslash = dialect->escape == ESCAPE_BACKSLASH, padded = (quoted || dialect->trim) && g_rand_boolean (random);
  if (padded)
    write_blanks (random, dialect, out);
  g_string_append (out, quoted ? quote : "");
  for (const char *at = text; *at != '\0'; at++)
    {
      /* A backslash stands for itself unless another, or a quote, follows. */
      bool ambiguous = *at == '\\' && (at[1] == '\\' || at[1] == dialect->quote || at[1] == '\0' || g_rand_boolean (random));
      if (quoted && (*at == dialect->quote || (backslash && ambiguous)))
        g_string_append_c (out, backslash ? '\\' : dialect->quote);
      g_string_append_c (out, *at);
    }
  g_string_append (out, quoted ? quote : "");
  if (padded)
    write_blanks (random, dialect, out);
}

static WrittenRow
write_row (GRand *random, const Dialect *dialect, GString *out)
{
  WrittenRow row = { .cells = g_array_new (FALSE, FALSE, sizeof (Cell)), .begin = out->len };
  g_array_set_clear_func (row.cells, cell_clear);
  int n_cells = dialect->delimiter[0] == 0 ? 1 : g_rand_int_range (random, 2, 6);
  for (int i = 0; i < n_cells; i++)
    {
      Cell cell = random_cell (random, dialect);
      g_array_append_val (row.cells, cell);
      g_string_append (out, i > 0 ? dialect->delimiter : "");
      write_cell (random, dialect, &cell, out);
    }
  g_string_append (out, dialect->trailing_delimiter ? dialect->delimiter : "");
  row.end = out->len;
  return row;
}

/* The first row has at least "first" bytes. */
static Written
write_random (GRand *random, const Dialect *dialect, const char *newline, int n_rows, size_t first)
{
  Written written = { g_string_new (NULL), g_array_new (FALSE, FALSE, sizeof (WrittenRow)) };
  g_array_set_clear_func (written.rows, row_clear);
  for (size_t i = 0; i < first; i++)
    g_string_append_c (written.text, 'x');
  g_string_append (written.text, first > 0 ? newline : "");
  for (int i = 0; i < n_rows; i++)
    {
      if (dialect->comment != 0 && g_rand_boolean (random))
        g_string_append_printf (written.text, "%c it's \"%s", dialect->comment, newline);
      WrittenRow row = write_row (random, dialect, written.text);
      g_array_append_val (written.rows, row);
      if (i + 1 < n_rows || g_rand_boolean (random))
        g_string_append (written.text, newline);
    }
  return written;
}

/* The text in the dialect's encoding, with a mark or without. */
static int
encoded_file (const Dialect *dialect, const GString *text, bool mark)
{
  g_autoptr (GString) marked = g_string_new (mark ? "\xEF\xBB\xBF" : "");
  g_string_append_len (marked, text->str, (gssize) text->len);
  gsize length = 0;
  g_autofree char *bytes =
      g_convert (marked->str, (gssize) marked->len, encoding_word (dialect->encoding), "UTF-8", NULL, &length, NULL);
  assert_non_null (bytes);
  return memory_file (bytes, length);
}

/* ---- property: what is written is read back, whatever the dialect and the pieces ---- */

static int64_t
count_line_ends (const char *text, size_t length)
{
  int64_t ends = 0;
  for (size_t i = 0; i < length; i++)
    ends += text[i] == '\n' || (text[i] == '\r' && (i + 1 == length || text[i + 1] != '\n'));
  return ends;
}

static void
expect_row (const Record *record, const WrittenRow *row, const char *text)
{
  assert_non_null (record);
  if (record->problem != NULL)
    fail_msg ("%s: %.*s", record->problem, (int) (row->end - row->begin), text + row->begin);
  assert_int_equal (record->line, count_line_ends (text, row->begin) + 1);
  assert_int_equal (record->raw_length, row->end - row->begin);
  assert_memory_equal (record->raw, text + row->begin, row->end - row->begin);
  assert_int_equal (record->n_fields, row->cells->len);
  for (guint i = 0; i < row->cells->len; i++)
    {
      const Cell *cell = &g_array_index (row->cells, Cell, i);
      assert_int_equal (record->fields[i].null, cell->null);
      assert_int_equal (record->fields[i].length, cell->text->len);
      assert_memory_equal (record->fields[i].text, cell->text->str, cell->text->len);
    }
}

static void
check_random_file (GRand *random, Dialect dialect, const char *newline)
{
  static const Encoding encodings[] = { ENCODING_UTF8, ENCODING_UTF16LE, ENCODING_UTF16BE };
  dialect.comment = g_rand_boolean (random) ? '#' : 0;
  dialect.trailing_delimiter = dialect.delimiter[0] != 0 && g_rand_boolean (random);
  dialect.trim = strlen (dialect.delimiter) == 1 && dialect.delimiter[0] != ' ' && g_rand_boolean (random);
  dialect.encoding = encodings[g_rand_int_range (random, 0, G_N_ELEMENTS (encodings))];
  g_auto (Written) written = write_random (random, &dialect, newline, g_rand_int_range (random, 1, 20), 0);
  AUTO_FD int fd = encoded_file (&dialect, written.text, g_rand_boolean (random));
  g_autoptr (Reader) reader = reader_new_sized (fd, &dialect, &middling_limits, NULL, (size_t) g_rand_int_range (random, 1, 40));
  const Record *record = NULL;
  for (guint i = 0; i < written.rows->len; i++)
    {
      assert_true (reader_next (reader, &record, NULL));
      expect_row (record, &g_array_index (written.rows, WrittenRow, i), written.text->str);
    }
  assert_true (reader_next (reader, &record, NULL));
  assert_null (record);
}

typedef void (*DialectCheck) (GRand *random, Dialect dialect, const char *newline);

static void
for_every_dialect (GRand *random, DialectCheck check)
{
  for (size_t i = 0; i < G_N_ELEMENTS (delimiters); i++)
    for (size_t j = 0; j < G_N_ELEMENTS (quotes); j++)
      for (size_t k = 0; k < G_N_ELEMENTS (escapes); k++)
        for (size_t l = 0; l < G_N_ELEMENTS (newlines); l++)
          {
            Dialect dialect = { .quote = quotes[j], .escape = escapes[k] };
            g_strlcpy (dialect.delimiter, delimiters[i], sizeof dialect.delimiter);
            check (random, dialect, newlines[l]);
          }
}

static void
reads_back_random_cells (void **state)
{
  (void) state;
  g_autoptr (GRand) random = g_rand_new_with_seed (20261120);
  for (int i = 0; i < 12; i++)
    for_every_dialect (random, check_random_file);
}

/* ---- property: the pieces make no difference ---- */

static void
expect_alike (const Dialect *dialect, const ReaderLimits *limits, int fd, size_t piece, const char *expected)
{
  g_autoptr (Reader) reader = reader_new_sized (fd, dialect, limits, NULL, piece);
  g_autofree char *seen = describe_all (reader);
  if (!g_str_equal (seen, expected))
    fail_msg ("delimiter \"%s\", quote %c, by %zu bytes:\n%sinstead of\n%s", dialect->delimiter, dialect->quote, piece, seen,
              expected);
}

/* Rows at every edge of large pieces; for small ones, every row is. */
static void
check_pieces (GRand *random, Dialect dialect, const char *newline)
{
  for (int large = 0; large < 2; large++)
    {
      g_auto (Written) written = write_random (random, &dialect, newline, 20, large ? 65450 : 0);
      AUTO_FD int fd = encoded_file (&dialect, written.text, false);
      g_autoptr (Reader) whole = reader_new_sized (fd, &dialect, &middling_limits, NULL, MORE_THAN_ALL);
      g_autofree char *expected = describe_all (whole);
      for (size_t i = 0; i < G_N_ELEMENTS (piece_sizes); i++)
        if ((piece_sizes[i] > 4000) == large)
          expect_alike (&dialect, &middling_limits, fd, piece_sizes[i], expected);
    }
}

static void
reads_every_dialect_alike_with_every_piece_size (void **state)
{
  (void) state;
  g_autoptr (GRand) random = g_rand_new_with_seed (4096);
  for_every_dialect (random, check_pieces);
}

/* On any bytes at all; and reading ends, at the end. */
static void
check_noise (GRand *random, Dialect dialect, const char *newline)
{
  static const char alphabet[] = { 'a', ',', '"', ' ', '\'', '\\', '#', '\xC3', '\xA4' };
  dialect.comment = g_rand_boolean (random) ? '#' : 0;
  dialect.trailing_delimiter = g_rand_boolean (random);
  dialect.trim = g_rand_boolean (random);
  g_autoptr (GString) input = g_string_new (NULL);
  for (int n = g_rand_int_range (random, 1, 100); n > 0; n--)
    {
      int pick = g_rand_int_range (random, 0, sizeof alphabet + 4);
      if (pick < (int) sizeof alphabet)
        g_string_append_c (input, alphabet[pick]);
      else
        g_string_append (input, pick % 2 == 0 ? newline : dialect.delimiter);
    }
  const ReaderLimits *limits = g_rand_boolean (random) ? &small_limits : &middling_limits;
  AUTO_FD int fd = memory_file (input->str, input->len);
  g_autoptr (Reader) whole = reader_new_sized (fd, &dialect, limits, NULL, MORE_THAN_ALL);
  g_autofree char *expected = describe_all (whole);
  if (strstr (expected, "error") == NULL)
    assert_int_equal (reader_offset (whole), input->len);
  expect_alike (&dialect, limits, fd, (size_t) g_rand_int_range (random, 1, 20), expected);
}

static void
reads_noise_alike_with_every_piece_size (void **state)
{
  (void) state;
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  for (int i = 0; i < effort (10, 30); i++)
    for_every_dialect (random, check_noise);
}

/* ---- property: where libcsv can do it, the splitter does the same ---- */

static void
describe_field (void *text, size_t length, void *data)
{
  if (text == NULL)
    g_string_append_c (data, '-');
  else
    g_string_append_printf (data, "<%.*s>", (int) length, (char *) text);
}

/* The first record of the text, as describe_all would say it. */
static char *
split_first (const Dialect *dialect, const char *text)
{
  g_autoptr (Splitter) splitter = splitter_new (dialect, strlen (text));
  GString *seen = g_string_new ("1 ");
  bool done = false;
  for (const char *line = text; *line != '\0' && !done;)
    {
      size_t text_end = strcspn (line, "\n");
      const Line cut = { 0, text_end, text_end + (line[text_end] == '\n' ? 1 : 0) };
      size_t stray = splitter_feed (splitter, line, &cut, describe_field, seen, &done);
      if (stray > 0 && line == text)
        {
          g_string_printf (seen, "1 !stray_quote stray quote at byte %zu ", stray);
          return g_string_free (seen, FALSE);
        }
      if (stray > 0)
        break;
      line += cut.end;
    }
  if (!done)
    g_string_assign (seen, "1 !unclosed_quote ");
  return g_string_free (seen, FALSE);
}

static void
check_splitter (GRand *random, Dialect dialect, const char *newline)
{
  if (strlen (dialect.delimiter) > 1 || dialect.escape != ESCAPE_DOUBLED || newline[0] == '\r')
    return;
  const char alphabet[] = { 'a', ',', '"', ' ', '\'', '\\', '\n', dialect.delimiter[0], dialect.delimiter[0] };
  g_autoptr (GString) text = g_string_new ("x");
  g_string_append (text, dialect.delimiter);
  for (int n = g_rand_int_range (random, 1, 30); n > 0; n--)
    {
      char byte = alphabet[g_rand_int_range (random, 0, sizeof alphabet)];
      g_string_append_c (text, byte != 0 ? byte : 'a');
    }
  g_autoptr (Reader) reader = reader_new_bytes (text->str, text->len, true, &dialect, &middling_limits);
  const Record *record = NULL;
  assert_true (reader_next (reader, &record, NULL));
  g_autoptr (GString) expected = g_string_new (NULL);
  describe_record (expected, record);
  g_autofree char *seen = split_first (&dialect, text->str);
  if (strncmp (expected->str, seen, strlen (seen)) != 0)
    fail_msg ("%s\nis split to\n%s\ninstead of\n%s", text->str, seen, expected->str);
}

static void
splits_as_libcsv_does (void **state)
{
  (void) state;
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  for (int i = 0; i < effort (60, 200); i++)
    for_every_dialect (random, check_splitter);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (reads_back_random_cells),
    cmocka_unit_test (reads_every_dialect_alike_with_every_piece_size),
    cmocka_unit_test (reads_noise_alike_with_every_piece_size),
    cmocka_unit_test (splits_as_libcsv_does),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
