/* The sum of lines: what is said of it, and what kind each line of a file is. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/unit/pipeline/table.h"

/* ---- what is said ---- */

static void
a_line_too_few_or_too_many_is_an_error (void **state)
{
  (void) state;
  const LineCounts sound = {
    .total = 28, .above = 1, .header = 2, .rows = 3, .rejected = 4, .comments = 5, .blank = 6, .below = 7
  };
  assert_true (lines_check (&sound, "x.csv", NULL));
  for (int by = -1; by <= 1; by += 2)
    {
      g_autoptr (GError) error = NULL;
      LineCounts off = sound;
      off.blank += by;
      assert_false (lines_check (&off, "x.csv", &error));
      assert_int_equal (weir_error_get_reason (error), REASON_LINE_COUNT);
      assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_INPUT));
    }
}

static void
what_is_left_out_is_told (void **state)
{
  (void) state;
  static const struct
  {
    LineCounts lines;
    const char *left_out, *text;
  } cases[] = {
    { { .total = 3, .header = 1, .rows = 2 }, NULL, "3 = 1 header + 2 rows" },
    { { .total = 2, .header = 1, .rows = 1 }, NULL, "2 = 1 header + 1 row" },
    { { .total = 5, .header = 1, .rows = 2, .blank = 1, .rejected = 1 }, NULL, "5 = 1 header + 2 rows + 1 rejected + 1 blank" },
    { { .total = 1216, .above = 3, .header = 1, .rows = 1203, .below = 9, .first_below = 1208 },
      "12 lines left out: 3 above the table, 9 below it from line 1,208 on",
      "1,216 = 3 above + 1 header + 1,203 rows + 9 below" },
    { { .total = 4, .header = 1, .rows = 2, .below = 1, .first_below = 4 },
      "1 line left out: 1 below the table on line 4",
      "4 = 1 header + 2 rows + 1 below" },
    { { .total = 4, .header = 1, .rows = 2, .comments = 1, .first_comment = 2 },
      "1 line left out: 1 comment on line 2",
      "4 = 1 header + 2 rows + 1 comment" },
    { { .total = 2007, .rows = 5, .comments = 2000, .first_comment = 1, .above = 1, .below = 1, .first_below = 2007 },
      "2,002 lines left out: 1 above the table, 2,000 comments from line 1 on, 1 below it on line 2,007",
      "2,007 = 1 above + 5 rows + 2,000 comments + 1 below" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *left_out = lines_left_out (&cases[i].lines);
      g_autofree char *text = lines_text (&cases[i].lines);
      assert_int_equal (left_out == NULL, cases[i].left_out == NULL);
      if (left_out != NULL)
        assert_string_equal (left_out, cases[i].left_out);
      assert_string_equal (text, cases[i].text);
      /* and as JSON it says the same */
      g_autoptr (Json) json = lines_to_json (&cases[i].lines);
      const LineCounts again = lines_from_json (json);
      assert_memory_equal (&again, &cases[i].lines, sizeof again);
      assert_int_equal (json_object_get (json, "first_below") != NULL, cases[i].lines.below > 0);
    }
  const LineCounts none = lines_from_json (NULL);
  assert_int_equal (none.total, 0);
}

/* ---- of what kind each line is ---- */

#define TEN "1,a,5\n2,b,6\n3,c,7\n4,d,8\n5,e,9\n6,f,5\n7,g,6\n8,h,7\n9,i,8\n10,j,9\n"

static const struct
{
  const char *what, *input, *lines;
} kinds[] = {
  { "a table", "id,name,n\n" TEN, "11 = 1 header + 10 rows" },
  { "no line end behind the last", "id,name,n\n" TEN "11,k,3", "12 = 1 header + 11 rows" },
  { "no header", TEN, "10 = 10 rows" },
  { "titles", "Report\nof May\n\nid,name,n\n" TEN, "14 = 3 above + 1 header + 10 rows" },
  { "two header rows", "id,who,sum\n(number),(text),(EUR)\n" TEN, "12 = 2 header + 10 rows" },
  { "empty lines", "id,name,n\n\n1,a,5\n\n\n2,b,6\n3,c,7\n\n", "8 = 1 header + 3 rows + 4 blank" },
  { "lines of blanks", "id,name,n\n  \n" TEN "\t\n", "13 = 1 header + 10 rows + 2 blank" },
  { "comments", "# by x\nid,name,n\n1,a,5\n# half of it\n2,b,6\n# end\n", "6 = 1 header + 2 rows + 3 comments" },
  { "a footer", "id,name,n\n" TEN "\nTotal: 10\nprinted today\n", "14 = 1 header + 10 rows + 1 blank + 2 below" },
  { "another table", "id,name,n\n" TEN "\nkind,count\nx,3\ny,4\n", "15 = 1 header + 10 rows + 1 blank + 3 below" },
  { "the header once more", "id,name,n\n" TEN "id,name,n\n11,k,3\n", "13 = 1 header + 11 rows + 1 rejected" },
  { "cells of several lines", "id,name,n\n1,\"a\nb\r\nc\",5\n2,b,6\n3,\"c\n\nd\",7\n", "8 = 1 header + 7 rows" },
  { "a header of two lines", "id,\"na\nme\",n\n" TEN, "12 = 2 header + 10 rows" },
  { "a row that is mended", "id,name,n\n" TEN "11,k\n12,l,8\n", "13 = 1 header + 12 rows" },
  { "bad bytes", "id,name,n\n1,a,5\n2,b,6\n3,c,7\n4,\xFF\xFE,5\n5,e,6\n6,f,7\n7,g,8\n", "8 = 1 header + 6 rows + 1 rejected" },
  { "an unclosed quote", "id,name,n\n" TEN "11,\"k,3\n12,l,4\n", "13 = 1 header + 12 rows" },
  { "a bad quote over an empty line", "id,name,n\n" TEN "11,\"da\n\nn \"the\" man\",4\n12,e,5\n", "15 = 1 header + 14 rows" },
  { "a comment in such a cell", "id,name,n\n" TEN "11,\"da\n# c\nn \"the\" man\",4\n12,e,5\n# d\n",
    "16 = 1 header + 13 rows + 2 comments" },
  { "CRLF", "id,n\r\n1,5\r\n\r\n2,6\r\n", "4 = 1 header + 2 rows + 1 blank" },
  { "CR", "id,n\r1,5\r\r2,6\r", "4 = 1 header + 2 rows + 1 blank" },
  { "LF behind CRLF", "id,n\r\n1,5\r\n\n2,6\n", "4 = 1 header + 2 rows + 1 blank" },
  { "a mark", "\xEF\xBB\xBFid,n\n1,5\n2,6\n", "3 = 1 header + 2 rows" },
  { "a line for Excel", "sep=;\nid;n\n1;5\n2;6\n", "4 = 1 above + 1 header + 2 rows" },
  { "nothing but a header", "id,n\n", "1 = 1 header" },
};

/* As weir sniff counts, without a model. Owned by the caller. */
static char *
kinds_of (const char *text, size_t length)
{
  AUTO_FD int fd = memory_file (text, length);
  g_autoptr (Rows) rows = rows_open (&(RowsInput) { .fd = fd, .name = "x.csv" }, NULL);
  assert_non_null (rows);
  const Record *row = NULL, *original = NULL;
  LineCounts read = { 0 };
  while (rows_next (rows, &row, &original, NULL) && row != NULL)
    count_row (&read, row);
  const LineCounts lines = assert_sum (rows, &read, text, length);
  return lines_text (&lines);
}

static void
each_line_is_of_one_kind (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *seen = kinds_of (kinds[i].input, strlen (kinds[i].input));
      if (!g_str_equal (seen, kinds[i].lines))
        fail_msg ("%s: %s instead of %s", kinds[i].what, seen, kinds[i].lines);
    }
}

/* A line longer than a record may be is a line, and so is a comment of that length. */
static void
long_lines_are_lines (void **state)
{
  (void) state;
  static const ReaderLimits limits = { 4096, 4096, 1600, 0, 0 };
  g_autofree char *long_text = g_strnfill (20000, 'x');
  g_autofree char *text = g_strconcat ("id,n\n1,5\n# c\n", long_text, "\n2,6\n#", long_text, "\n3,7\n# d\n4,8\n", NULL);
  AUTO_FD int fd = memory_file (text, strlen (text));
  g_autoptr (Rows) rows = rows_open (&(RowsInput) { .fd = fd, .name = "x.csv", .limits = &limits }, NULL);
  assert_non_null (rows);
  const Record *row = NULL, *original = NULL;
  LineCounts read = { 0 };
  while (rows_next (rows, &row, &original, NULL) && row != NULL)
    count_row (&read, row);
  const LineCounts lines = assert_sum (rows, &read, text, strlen (text));
  g_autofree char *seen = lines_text (&lines);
  assert_string_equal (seen, "9 = 1 header + 4 rows + 1 rejected + 3 comments");
  assert_int_equal (lines.first_comment, 3);
}

/* The total is counted by what ends lines, in whatever pieces the text comes, and what is at its end does not get lost. */
static void
the_total_does_not_depend_on_pieces (void **state)
{
  (void) state;
  static const char *const texts[] = { "id,n\r\n1,5\r\n\r\n2,6\r\n", "id,n\r1,5\n2,6\r\n\r\n# c\n\n", "id,n\n\r1,5\r\r\n2,6",
                                       "a\r" };
  static const int64_t totals[] = { 4, 6, 5, 1 };
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    for (size_t piece = 1; piece < 8; piece++)
      {
        AUTO_FD int fd = memory_file (texts[i], strlen (texts[i]));
        Dialect dialect = dialect_default;
        dialect.comment = '#';
        g_autoptr (Reader) reader = reader_new_sized (fd, &dialect, &reader_default_limits, NULL, piece);
        for (int pass = 0; pass < 2; pass++)
          {
            const Record *record = NULL;
            int64_t lines = 0;
            while (reader_next (reader, &record, NULL) && record != NULL)
              lines += record->lines + record->blank + record->comments;
            assert_true (reader_next (reader, &record, NULL) && record == NULL);
            const ReaderLines rest = reader_lines (reader);
            assert_int_equal (rest.total, totals[i]);
            assert_int_equal (lines + rest.blank + rest.comments, totals[i]);
            reader_rewind (reader);
          }
      }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (a_line_too_few_or_too_many_is_an_error),
    cmocka_unit_test (what_is_left_out_is_told),
    cmocka_unit_test (each_line_is_of_one_kind),
    cmocka_unit_test (long_lines_are_lines),
    cmocka_unit_test (the_total_does_not_depend_on_pieces),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
