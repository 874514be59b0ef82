/* No file loses a line: random tables with whatever people leave in files, read as LOAD does. Each line is in one record, or of the
 * header, above the table, a comment or blank, and there are as many of each kind as is said. Made with fixed seeds; WEIR_SEED=N tries
 * that one alone and prints its file. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/text.h"
#include "tests/support/effort.h"
#include "tests/unit/pipeline/table.h"

#include <stdio.h>
#include <zlib.h>

#define MOST_COLUMNS 6

/* ---- a file ---- */

typedef struct
{
  GRand *rand;
  GString *text;
  char delimiter[2];
  const char *newline; /* NULL: another for each line */
  int columns;
  int kinds[MOST_COLUMNS];
} Maker;

static int
below (Maker *maker, int n)
{
  return g_rand_int_range (maker->rand, 0, n);
}

static const char *
one_of (Maker *maker, const char *const *texts, int n)
{
  return texts[below (maker, n)];
}

#define ONE_OF(maker, ...)                                                                                                         \
  one_of (maker, (const char *const[]) { __VA_ARGS__ }, (int) G_N_ELEMENTS (((const char *const[]) { __VA_ARGS__ })))

static void
end_line (Maker *maker)
{
  g_string_append (maker->text, maker->newline != NULL ? maker->newline : ONE_OF (maker, "\n", "\r\n", "\r"));
}

static void
append_cell (Maker *maker, int kind)
{
  GString *text = maker->text;
  switch (kind)
    {
    case 0:
      g_string_append_printf (text, "%d", below (maker, 5000));
      break;
    case 1:
      g_string_append_printf (text, "%d.%02d", below (maker, 90), below (maker, 100));
      break;
    case 2:
      g_string_append_printf (text, "2026-%02d-%02d", 1 + below (maker, 12), 1 + below (maker, 28));
      break;
    case 3:
      g_string_append (text, ONE_OF (maker, "Ann", "Bob", "", "Cyd Lee", "#4 Oak St", "n/a", "Jos\xC3\xA9"));
      break;
    default:
      g_string_append (text,
                       ONE_OF (maker, "\"a, b; c\"", "\"two\nlines\"", "\"said \"\"so\"\"\"", "\"\"", "plain", "\"x\r\n\ny\""));
    }
}

static void
append_row (Maker *maker, int columns)
{
  for (int i = 0; i < columns; i++)
    {
      g_string_append (maker->text, i > 0 ? maker->delimiter : "");
      append_cell (maker, i < maker->columns ? maker->kinds[i] : below (maker, 5));
    }
  end_line (maker);
}

static void
append_word_row (Maker *maker, const char *word, int columns)
{
  for (int i = 0; i < columns; i++)
    g_string_append_printf (maker->text, "%s%s%s", i > 0 ? maker->delimiter : "", word != NULL ? word : "",
                            word != NULL ? "" : (const char *[]) { "id", "name", "n", "price", "day", "city" }[i % 6]);
  end_line (maker);
}

static void
append_line (Maker *maker, const char *line)
{
  g_string_append (maker->text, line);
  end_line (maker);
}

static void
append_second_table (Maker *maker)
{
  int columns = 1 + below (maker, MOST_COLUMNS), rows = below (maker, 6);
  append_line (maker, ONE_OF (maker, "", "", "Summary", "----"));
  append_word_row (maker, "sum", below (maker, 2) * columns);
  for (int i = 0; i < rows; i++)
    append_row (maker, columns);
}

/* What people leave in files, anywhere. */
static void
append_pollution (Maker *maker)
{
  int columns = maker->columns;
  switch (below (maker, 14))
    {
    case 0:
      append_line (maker, ONE_OF (maker, "# a comment", "#", "# 1,2;3|4", "#x,y", "## made by x"));
      break;
    case 1:
      g_string_append_c (maker->text, '#');
      append_row (maker, columns + below (maker, 2));
      break;
    case 2:
      append_line (maker, ONE_OF (maker, "Report of May", "Total: 5", "Total,,5", "printed today, by Ann", "-----", "=;=;="));
      break;
    case 3:
    case 4:
      append_line (maker, ONE_OF (maker, "", "", "  ", "\t", " \t "));
      break;
    case 5:
      append_row (maker, MAX (columns - 1 - below (maker, 2), 1));
      break;
    case 6:
      append_row (maker, columns + 1 + below (maker, 2));
      break;
    case 7:
      append_line (maker, ONE_OF (maker, "5,\"open", "a \"quote\" b,1", "\"x\"y,2", "\"", "1;\"a\";\"b"));
      break;
    case 8:
      append_word_row (maker, NULL, columns);
      break;
    case 9:
      append_word_row (maker, ONE_OF (maker, "test", "x", ""), columns);
      break;
    case 10:
      append_second_table (maker);
      break;
    case 11:
      append_line (maker, ONE_OF (maker, "5,\xFF\xFE", "\xEF\xBB\xBFid,name,n", "a\xC3", "\x81,\x8F"));
      break;
    case 12:
      append_line (maker, ONE_OF (maker, "9,\"da", "n \"the\" man\",4", "sep=;", "a,\"b\nc \"d\" e\",f"));
      break;
    default:
      append_row (maker, columns);
      break;
    }
}

static GString *
make_file (guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  Maker maker = { .rand = rand, .text = g_string_new (NULL) };
  maker.delimiter[0] = ",,;\t|"[below (&maker, 5)];
  maker.newline = (const char *[]) { "\n", "\n", "\r\n", "\r", NULL }[below (&maker, 5)];
  maker.columns = 1 + below (&maker, MOST_COLUMNS);
  for (int i = 0; i < maker.columns; i++)
    maker.kinds[i] = below (&maker, 5);
  int often = 2 + below (&maker, 30), rows = below (&maker, 60);
  for (int i = below (&maker, 4); i > 0; i--)
    append_pollution (&maker);
  if (below (&maker, 4) > 0)
    append_word_row (&maker, NULL, maker.columns);
  for (int i = 0; i < rows; i++)
    {
      append_row (&maker, maker.columns);
      if (below (&maker, often) == 0)
        append_pollution (&maker);
    }
  for (int i = below (&maker, 4); i > 0; i--)
    append_pollution (&maker);
  if (below (&maker, 3) == 0 && maker.text->len > 0)
    g_string_truncate (maker.text, maker.text->len - 1);
  return maker.text;
}

/* ---- its lines ---- */

typedef struct
{
  const char *text;
  size_t length;
  bool told; /* in a record */
} TextLine;

static GArray *
split_lines (const char *text, size_t length)
{
  GArray *lines = g_array_new (FALSE, FALSE, sizeof (TextLine));
  for (size_t at = 0; at < length;)
    {
      TextLine line = { text + at, 0, false };
      while (at + line.length < length && line.text[line.length] != '\n' && line.text[line.length] != '\r')
        line.length++;
      g_array_append_val (lines, line);
      at += line.length;
      bool pair = length - at > 1 && text[at] == '\r' && text[at + 1] == '\n';
      at += pair ? 2 : at < length;
    }
  return lines;
}

static bool
is_blank_line (const TextLine *line)
{
  for (size_t i = text_mark (line->text, line->length); i < line->length; i++)
    if (line->text[i] != ' ' && line->text[i] != '\t')
      return false;
  return true;
}

/* Marks the lines of a record, which no other may have. */
static void
take_lines (GArray *lines, int64_t first, int64_t count)
{
  assert_true (first > 0 && count > 0 && first - 1 + count <= lines->len);
  for (int64_t i = first - 1; i < first - 1 + count; i++)
    {
      TextLine *line = &g_array_index (lines, TextLine, i);
      assert_false (line->told);
      line->told = true;
    }
}

/* The lines in no record are what they are said to be. */
static void
assert_untold (const GArray *lines, const LineCounts *said)
{
  int64_t comments = 0, blank = 0, header = 0;
  for (guint i = (guint) said->above; i < lines->len; i++)
    {
      const TextLine *line = &g_array_index (lines, TextLine, i);
      if (line->told)
        continue;
      bool is_blank = is_blank_line (line), comment = !is_blank && said->comments > 0 && line->text[0] == '#';
      blank += is_blank;
      comments += comment;
      header += !is_blank && !comment;
    }
  assert_int_equal (comments, said->comments);
  /* a header's cell may have an empty line in it */
  assert_true (header <= said->header && blank >= said->blank);
  assert_int_equal (header + blank, said->header + said->blank);
}

static void
read_file (int fd, const GString *text, const Model *model)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Rows) rows = rows_open (&(RowsInput) { .fd = fd, .name = "x.csv", .model = model }, &error);
  if (rows == NULL) /* empty, or a header that no one can read: nothing is loaded, and that is told */
    {
      assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_INPUT));
      return;
    }
  for (int pass = 0; pass < 2; pass++)
    {
      g_autoptr (GArray) lines = split_lines (text->str, text->len);
      const Record *row = NULL, *original = NULL;
      LineCounts read = { 0 };
      while (rows_next (rows, &row, &original, &error) && row != NULL)
        {
          count_row (&read, row);
          take_lines (lines, row->line, row->lines);
        }
      assert_null (error);
      const LineCounts said = assert_sum (rows, &read, text->str, text->len);
      assert_untold (lines, &said);
      assert_true (rows_rewind (rows, NULL));
    }
}

static void
read_as_it_is (const GString *text, const Model *model)
{
  AUTO_FD int fd = memory_file (text->str, text->len);
  read_file (fd, text, model);
}

static void
read_compressed (const GString *text, const Model *model)
{
  uLong size = compressBound (text->len) + 64;
  g_autofree char *bytes = g_malloc (size);
  z_stream stream = {
    .next_in = (Bytef *) text->str, .avail_in = (uInt) text->len, .next_out = (Bytef *) bytes, .avail_out = (uInt) size
  };
  assert_int_equal (deflateInit2 (&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK); /* + 16: gzip */
  assert_int_equal (deflate (&stream, Z_FINISH), Z_STREAM_END);
  AUTO_FD int fd = memory_file (bytes, stream.total_out);
  deflateEnd (&stream);
  read_file (fd, text, model);
}

static void
read_as_utf16 (const GString *text, const Model *model)
{
  gsize length = 0;
  g_autofree char *wide = g_convert (text->str, (gssize) text->len, "UTF-16LE", "UTF-8", NULL, &length, NULL);
  if (wide == NULL) /* bytes that are no text */
    return;
  g_autoptr (GString) bytes = g_string_new_len ("\xFF\xFE", 2);
  g_string_append_len (bytes, wide, (gssize) length);
  AUTO_FD int fd = memory_file (bytes->str, bytes->len);
  read_file (fd, text, model);
}

static void
read_seed (guint32 seed, const Model *model)
{
  g_autoptr (GString) text = make_file (seed);
  if (g_getenv ("WEIR_SEED") != NULL)
    fwrite (text->str, 1, text->len, stdout);
  read_as_it_is (text, NULL);
  read_as_it_is (text, model);
  if (seed % 8 == 0 && text->len > 0)
    read_compressed (text, NULL);
  if (seed % 8 == 1)
    read_as_utf16 (text, NULL);
}

static void
no_line_is_lost (void **state)
{
  (void) state;
  g_autoptr (Model) model = model_new (); /* which refuses what is off, instead of mending it */
  const char *only = g_getenv ("WEIR_SEED");
  guint32 first = only != NULL ? (guint32) g_ascii_strtoull (only, NULL, 10) : 1,
          last = only != NULL ? first : (guint32) effort (200, 800);
  for (guint32 seed = first; seed <= last; seed++)
    {
      print_message (seed % 100 == 0 ? "  seed %u\n" : "", seed);
      read_seed (seed, model);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (no_line_is_lost) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
