/* Where the limits of the table's end are: for each constant two files, one just within it and one just beyond. docs/sniffing.md
 * says what kind of file each is for. That of long_cell.c is in test_long_cell.c. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pipeline/sniff/sniff_kind.h"
#include "pipeline/table/extent.h"
#include "tests/unit/pipeline/table.h"

/* A table of so many rows, then what is below it: so many times "row", and "tail". */
typedef struct
{
  const char *limit;
  const char *head;
  const char *table_row;
  int table_rows;
  const char *row;
  int times;
  const char *tail;
  const char *seen; /* the first line that is seen of what is below */
} Limit;

#define NAMES "id,name,n\n"
#define ROW "1,ann,1\n"
#define FIVE "a remark\na remark\na remark\na remark\na remark\n"
#define REMARKS FIVE FIVE FIVE
#define BLANKS NAMES "1,ann,1\n\n2,bob,2\n\n3,cyd,3\n"

static const Limit limits[] = {
  /* a footer */
  { "MOST_FOOTERS", NAMES, ROW, 60, "a\n", 5, "", "62 !footer {a}" },
  { "MOST_FOOTERS", NAMES, ROW, 60, "a\n", 6, "", "62 <a><><> was {a}" },
  { "ROWS_PER_FOOTER", NAMES, ROW, 10, "a\n", 1, "", "12 !footer {a}" },
  { "ROWS_PER_FOOTER", NAMES, ROW, 9, "a\n", 1, "", "11 <a><><> was {a}" },
  { "LEAST_NEAR", "id,n,x,y\n", "1,11,a,b\n", 3, "\n", 1, "total,words,7\n", "6 <total><words><7><> was {total,words,7}" },
  { "LEAST_NEAR", "id,x,y\n", "1,a,b\n", 3, "\n", 1, "total,7\n", "6 !footer {total,7}" },
  { "LEAST_WORDS", NAMES, ROW, 10, "see page number four,,\n", 1, "", "12 !footer {see page number four,,}" },
  { "LEAST_WORDS", NAMES, ROW, 10, "see page four,,\n", 1, "", "12 <see page four><><>" },
  { "LEAST_PADDED", NAMES, ROW, 10, "see the page four,,\n", 1, "", "12 !footer {see the page four,,}" },
  { "LEAST_PADDED", "id,n\n", "1,1\n", 10, "see the page four,\n", 1, "", "12 <see the page four><>" },
  { "MOST_HELD", NAMES, ROW, 60, "\n", 1, REMARKS "4,dan,4\n", "63 <a remark><><> was {a remark}" },
  { "MOST_HELD", NAMES, ROW, 60, "\n", 1, REMARKS "a remark\n4,dan,4\n", "63 !footer {a remark}" },

  /* a second table */
  { "LEAST_TABLE", NAMES, ROW, 10, "a,b,c,d\n", 1, "1,2,3,4\n5,6,7,8\n", "12 !second_table {a,b,c,d}" },
  { "LEAST_TABLE", NAMES, ROW, 10, "a,b,c,d\n", 1, "1,2,3,4\n", "12 <a><b><c,d> was {a,b,c,d}" },
  { "LEAST_WORDS_ABOVE", "id,m,n\n", "1,2,3\n", 10, "code,label,day\n", 1, "4,b,6\n", "12 !second_table {code,label,day}" },
  { "LEAST_WORDS_ABOVE", "id,m,n\n", "1,2,3\n", 10, "code,5,day\n", 1, "4,5,6\n", "12 <code><5><day>" },
  { "LEAST_BLOCK", NAMES, ROW, 2, "\n", 1, "code,label,day\nx,y,2020-01-01\nz,w,2020-01-02\n", "5 !second_table {code,label,day}" },
  { "LEAST_BLOCK", NAMES, ROW, 1, "\n", 1, "code,label,day\nx,y,2020-01-01\nz,w,2020-01-02\n", "4 <code><label><day>" },
};

static GString *
make_input (const Limit *limit)
{
  GString *input = g_string_new (limit->head);
  for (int i = 0; i < limit->table_rows; i++)
    g_string_append (input, limit->table_row);
  for (int i = 0; i < limit->times; i++)
    g_string_append (input, limit->row);
  return g_string_append (input, limit->tail);
}

/* The line of "seen" for line "number" of the file. */
static char *
line_of (const char *seen, int64_t number)
{
  g_autofree char *begin = g_strdup_printf ("\n%" G_GINT64_FORMAT " ", number);
  const char *at = strstr (seen, begin);
  assert_non_null (at);
  return g_strndup (at + 1, strcspn (at + 1, "\n"));
}

static void
files_on_both_sides_of_each_limit (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autoptr (GString) input = make_input (&limits[i]);
      g_autofree char *seen = describe_file (input->str, NULL);
      g_autofree char *line = line_of (seen, g_ascii_strtoll (limits[i].seen, NULL, 10));
      if (!g_str_equal (line, limits[i].seen))
        fail_msg ("%s: %s instead of %s", limits[i].limit, line, limits[i].seen);
    }
}

/* ROWS_PER_BLANK: two empty lines among fewer than twenty rows are usual so far, and the next one is no gap. */
static void
empty_lines_are_usual_where_there_are_many (void **state)
{
  (void) state;
  for (int rows = 19; rows <= 20; rows++)
    {
      g_autoptr (GString) input = g_string_new (BLANKS);
      for (int i = 4; i <= rows; i++)
        g_string_append (input, ROW);
      g_string_append (input, "\ncode,label,rank\n");
      for (int i = 0; i < 100; i++)
        g_string_append (input, ROW);
      g_autofree char *seen = describe_file (input->str, NULL);
      g_autofree char *line = line_of (seen, rows + 5);
      assert_string_equal (strchr (line, ' ') + 1, rows == 19 ? "<code><label><rank>" : "!second_table {code,label,rank}");
    }
}

/* MOST_HELD_BYTES: two remarks of a mebibyte together may still be followed by rows, larger ones are told at once. */
static void
no_more_than_a_mebibyte_is_held (void **state)
{
  (void) state;
  for (size_t more = 0; more <= 1; more++)
    {
      g_autofree char *first = g_strnfill (524288, 'a'), *second = g_strnfill (524288 + more, 'a');
      first[1] = second[1] = ' ';
      g_autoptr (GString) input = g_string_new (NAMES);
      g_autofree char *name = g_strnfill (SNIFF_HEAD_SIZE / 100, 'n');
      for (int i = 0; i < 100; i++) /* all that the sniffer sees */
        g_string_append_printf (input, "1,%s,1\n", name);
      g_string_append_printf (input, "\n%s\n%s\n4,dan,4\n", first, second);
      g_autofree char *seen = describe_file (input->str, NULL);
      g_autofree char *line = line_of (seen, 103);
      assert_int_equal (g_str_has_prefix (line, "103 !footer {a a"), more == 1);
    }
}

/* The text of the record that the extent gives last of those it has; NULL: it holds them all back. Owned by the caller. */
static char *
last_given (Extent *extent)
{
  char *text = NULL;
  Reason below = REASON_NONE;
  for (const Record *record = NULL; (record = extent_give (extent, &below)) != NULL;)
    {
      g_free (text);
      text = g_strndup (record->raw, record->raw_length);
    }
  return text;
}

static char *
take_bad_line (Extent *extent, int64_t line, const char *text)
{
  const Record record = { .line = line, .raw = text, .raw_length = strlen (text), .problem = "x", .reason = REASON_STRAY_QUOTE };
  extent_take (extent, &record);
  return last_given (extent);
}

/* MOST_VAIN: in a file of nothing but bad quotes, lines are tried as one cell for 16 MiB of text and no longer. A cell of two lines
 * behind them is then not put together. */
static void
joining_in_vain_is_given_up (void **state)
{
  (void) state;
  unsigned char kinds[] = { KIND_NUMBER, KIND_TEXT };
  const SniffEvidence evidence = { .fields = 2, .kinds = kinds };
  g_autofree char *filler = g_strnfill (60000, 'x');
  g_autofree char *bad = g_strconcat ("5,\"", filler, "\"x\"y", NULL);
  for (int lines = 4; lines <= 12; lines += 8)
    {
      g_autoptr (Extent) extent = extent_new (&evidence, &dialect_default, 2, NULL, true);
      for (int i = 0; i < lines; i++)
        g_free (take_bad_line (extent, i + 1, bad));
      g_free (take_bad_line (extent, lines + 1, "6,\"bo"));
      g_autofree char *joined = take_bad_line (extent, lines + 2, "b \"the\" man\"");
      assert_int_equal (g_strcmp0 (joined, "6,\"bo\nb \"the\" man\"") == 0, lines == 4);
    }
}

/* The rows behind a quote that is never closed are counted as such, and tell that it was forgotten, though lines of text follow; those
 * lines alone tell of a cell that is too long. */
static void
rows_behind_an_open_quote_are_counted (void **state)
{
  (void) state;
  const ReaderLimits small = { 100, 100, 10, 0, 0 };
  for (int rows = 0; rows <= 30; rows += 30)
    {
      g_autoptr (GString) input = g_string_new ("id,name\n");
      for (int i = 0; i < 60; i++)
        g_string_append (input, "1,ann\n");
      g_string_append (input, "2,\"open\n");
      for (int i = 0; i < rows; i++)
        g_string_append (input, "3,bob\n");
      for (int i = 0; i < 20; i++)
        g_string_append (input, "so to say\n");
      AUTO_FD int fd = memory_file (input->str, input->len);
      g_autoptr (Rows) opened = rows_open (&(RowsInput) { .fd = fd, .name = "x.csv", .limits = &small }, NULL);
      assert_non_null (opened);
      const Record *row = NULL, *original = NULL;
      bool good = true;
      do
        good = rows_next (opened, &row, &original, NULL);
      while (good && row != NULL);
      assert_int_equal (good, rows > 0);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (files_on_both_sides_of_each_limit),     cmocka_unit_test (empty_lines_are_usual_where_there_are_many),
    cmocka_unit_test (no_more_than_a_mebibyte_is_held),       cmocka_unit_test (joining_in_vain_is_given_up),
    cmocka_unit_test (rows_behind_an_open_quote_are_counted),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
