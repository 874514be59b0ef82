/* What a file has besides its table: words among its values, other tables above and below it, comments that may be rows. Each line of
 * it is told. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pipeline/table/above.h"
#include "tests/unit/pipeline/table.h"

/* The rows that are none, as "LINE reason", with how many follow of the same reason: "32 second_table x3; "; and the sum of lines. */
static char *
tell (const char *input, const Model *model)
{
  AUTO_FD int fd = memory_file (input, strlen (input));
  g_autoptr (Rows) rows = rows_open (&(RowsInput) { .fd = fd, .name = "x.csv", .model = model }, NULL);
  assert_non_null (rows);
  g_autoptr (GString) text = g_string_new (NULL);
  const Record *row = NULL, *original = NULL;
  LineCounts read = { 0 };
  Reason last = REASON_NONE;
  int times = 0;
  while (rows_next (rows, &row, &original, NULL) && row != NULL)
    {
      Reason reason = row->problem != NULL ? row->reason : REASON_NONE;
      count_row (&read, row);
      if (reason != last && last != REASON_NONE)
        g_string_append_printf (text, times > 1 ? " x%d; " : "; ", times);
      if (reason != last && reason != REASON_NONE)
        g_string_append_printf (text, "%" G_GINT64_FORMAT " %s", row->line, reason_word (reason));
      times = reason == last ? times + 1 : 1;
      last = reason;
    }
  const LineCounts lines = assert_sum (rows, &read, input, strlen (input));
  g_autofree char *kinds = lines_text (&lines);
  if (last != REASON_NONE)
    g_string_append_printf (text, times > 1 ? " x%d at the end; " : " at the end; ", times);
  return g_strconcat (text->str, kinds, NULL);
}

static void
expect (const char *what, const char *input, const Model *model, const char *expected)
{
  g_autofree char *seen = tell (input, model);
  if (!g_str_equal (seen, expected))
    fail_msg ("%s:\n%s\ninstead of\n%s\n%s", what, seen, expected, input);
}

/* ---- words where the table has values ---- */

static void
append_rows (GString *text, int from, int to)
{
  for (int i = from; i <= to; i++)
    g_string_append_printf (text, "%d,%d,%d.5,2026-01-%02d,x\n", i, i % 7, i * 3, 1 + i % 28);
}

static const struct
{
  const char *what, *middle;
  bool more; /* 29 rows are behind it */
  const char *expected;
} words[] = {
  { "one word", "test,test,test,test,test\n", true, "32 repeated_header; 61 = 1 header + 59 rows + 1 rejected" },
  { "several words", "foo,bar,baz,quux,zip\n", true, "32 repeated_header; 61 = 1 header + 59 rows + 1 rejected" },
  { "the header in capitals", "ID,N,Price,Day,Tag\n", true, "32 repeated_header; 61 = 1 header + 59 rows + 1 rejected" },
  { "the header", "id,n,price,day,tag\n", true, "32 repeated_header; 61 = 1 header + 59 rows + 1 rejected" },
  { "two rows of words", "test,test,test,test,test\nfoo,bar,baz,quux,zip\n", true,
    "32 repeated_header x2; 62 = 1 header + 59 rows + 2 rejected" },
  { "an empty line, and one word", "\ntest,test,test,test,test\n", true,
    "33 repeated_header; 62 = 1 header + 59 rows + 1 rejected + 1 blank" },
  { "one word, and an empty line", "test,test,test,test,test\n\n", true,
    "32 repeated_header; 62 = 1 header + 59 rows + 1 rejected + 1 blank" },
  { "one word between empty lines", "\ntest,test,test,test,test\n\n", true,
    "33 repeated_header; 63 = 1 header + 59 rows + 1 rejected + 2 blank" },
  { "in quotes", "\"test\",\"test\",\"test\",\"test\",\"test\"\n", true,
    "32 repeated_header; 61 = 1 header + 59 rows + 1 rejected" },
  { "a short row behind it", "test,test,test,test,test\n99,1\n", true, "32 repeated_header; 62 = 1 header + 60 rows + 1 rejected" },
  { "a title above the header", "Region South\nid,n,price,day,tag\n", true,
    "32 repeated_header x2; 62 = 1 header + 59 rows + 2 rejected" },
  { "a row without its values behind it", "test,test,test,test,test\n,,,,x\n", true,
    "32 repeated_header; 62 = 1 header + 60 rows + 1 rejected" },
  { "at the end", "test,test,test,test,test\n", false, "32 second_table at the end; 32 = 1 header + 30 rows + 1 below" },
  { "another table's header and rows", "code,label,color,shape,size\na,b,red,round,big\nc,d,blue,flat,tiny\n", false,
    "32 second_table x3 at the end; 34 = 1 header + 30 rows + 3 below" },
  { "the same with values, of other kinds", "code,label,color,shape,size\na,b,red,round,5\nc,d,blue,flat,6\n", false,
    "32 second_table x3 at the end; 34 = 1 header + 30 rows + 3 below" },
  { "the same behind an empty line", "\ncode,label,color,shape,size\na,b,red,round,5\nc,d,blue,flat,6\n", false,
    "33 second_table x3 at the end; 35 = 1 header + 30 rows + 1 blank + 3 below" },
  { "the same, and rows like the table's behind it", "code,label,color,shape,size\na,b,red,round,5\n", true,
    "32 second_table x31 at the end; 62 = 1 header + 30 rows + 31 below" },
  { "another header behind an empty line", "\nnumber,count,cost,until,mark\n", true,
    "33 second_table x30 at the end; 62 = 1 header + 30 rows + 1 blank + 30 below" },
  { "a word in one column only", "31,test,5.5,2026-01-01,x\n", true, "61 = 1 header + 60 rows" },
  { "words for nothing", "n/a,n/a,n/a,n/a,n/a\n", true, "61 = 1 header + 60 rows" },
};

static void
words_among_values (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autoptr (GString) input = g_string_new ("id,n,price,day,tag\n");
      append_rows (input, 1, 30);
      g_string_append (input, words[i].middle);
      if (words[i].more)
        append_rows (input, 31, 59);
      expect (words[i].what, input->str, NULL, words[i].expected);
    }
}

/* Of one word again and again two columns of values are enough; of several, three. */
static void
words_in_a_narrow_table (void **state)
{
  (void) state;
  static const char rows[] = "id,n,name\n1,5,ann\n2,6,bob\n3,7,cyd\n4,8,dan\n";
  g_autofree char *one = g_strconcat (rows, "test,Test,TEST\n5,9,eve\n", NULL);
  g_autofree char *several = g_strconcat (rows, "foo,bar,baz\n5,9,eve\n", NULL);
  expect ("one word", one, NULL, "6 repeated_header; 7 = 1 header + 5 rows + 1 rejected");
  expect ("several", several, NULL, "7 = 1 header + 6 rows");
}

/* ---- another table of the same width, where this one has few columns of values ---- */

static const struct
{
  const char *what, *header, *row, *middle, *below; /* a $ is the row's number */
  int rows, rows_below;
  const char *expected;
} narrow[] = {
  { "two of three columns", "id,t,n\n", "$,$x,5\n", "name,city,mail\n", "A$,Oslo,$@e.com\n", 60, 30,
    "62 second_table x31 at the end; 92 = 1 header + 60 rows + 31 below" },
  { "nearly as many rows", "id,t,n\n", "$,$x,5\n", "name,city,mail\n", "A$,Oslo,$@e.com\n", 100, 99,
    "102 second_table x100 at the end; 201 = 1 header + 100 rows + 100 below" },
  { "few rows", "id,t,n\n", "$,$x,5\n", "name,city,mail\n", "A$,Oslo,$@e.com\n", 20, 3,
    "22 second_table x4 at the end; 25 = 1 header + 20 rows + 4 below" },
  { "two of two columns", "id,n\n", "$,5\n", "name,city\n", "A$,Oslo\n", 20, 3,
    "22 second_table x4 at the end; 25 = 1 header + 20 rows + 4 below" },
  { "two rows", "id,n\n", "$,5\n", "name,city\n", "A$,Oslo\n", 20, 2,
    "22 second_table x3 at the end; 24 = 1 header + 20 rows + 3 below" },
  { "of words only", "id,n\n", "$,5\n", "name,city\n", "Ann,Oslo\n", 20, 9,
    "22 second_table x10 at the end; 31 = 1 header + 20 rows + 10 below" },
  { "many of words only", "id,n\n", "$,5\n", "name,city\n", "Ann,Oslo\n", 50, 40,
    "52 second_table x41 at the end; 92 = 1 header + 50 rows + 41 below" },
  { "values where words were", "name,n\n", "Ann,$\n", "day,city\n", "2026-01-02,Oslo\n", 20, 3,
    "22 second_table x4 at the end; 25 = 1 header + 20 rows + 4 below" },
  { "behind an empty line", "id,n\n", "$,5\n", "\nname,city\n", "A$,Oslo\n", 20, 3,
    "23 second_table x4 at the end; 26 = 1 header + 20 rows + 1 blank + 4 below" },
  { "one row", "id,n\n", "$,5\n", "name,city\n", "A$,Oslo\n", 20, 1, "23 = 1 header + 22 rows" },
  { "the table's own rows", "id,n\n", "$,5\n", "name,city\n", "$,6\n", 20, 9, "31 = 1 header + 30 rows" },
  { "codes at the end of a column of numbers", "name,n\n", "Ann,$\n", "Bob,X\n", "Cyd,Y$\n", 20, 9, "31 = 1 header + 30 rows" },
  { "of which one fits", "id,n\n", "$,5\n", "name,city\n", "A$,6\n", 20, 9, "31 = 1 header + 30 rows" },
  { "nothing but words for nothing", "id,n\n", "$,5\n", "name,city\n", "NA,n/a\n", 20, 9, "31 = 1 header + 30 rows" },
};

static void
append_numbered (GString *text, const char *row, int rows)
{
  for (int i = 1; i <= rows; i++)
    for (const char *at = row; *at != 0; at++)
      if (*at == '$')
        g_string_append_printf (text, "%d", i);
      else
        g_string_append_c (text, *at);
}

static void
another_table_of_the_same_width (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (narrow); i++)
    {
      g_autoptr (GString) input = g_string_new (narrow[i].header);
      append_numbered (input, narrow[i].row, narrow[i].rows);
      g_string_append (input, narrow[i].middle);
      append_numbered (input, narrow[i].below, narrow[i].rows_below);
      expect (narrow[i].what, input->str, NULL, narrow[i].expected);
    }
}

/* ---- small tables under titles, each with the header once more ---- */

#define SMALL "id;a;b\n1;2;3\n2;3;4\n"

static const struct
{
  const char *what, *input, *expected;
} small_tables[] = {
  { "titles", "T1\n" SMALL "T2\n" SMALL "T3\n" SMALL,
    "5 repeated_header x2; 9 repeated_header x2; 12 = 1 above + 1 header + 6 rows + 4 rejected" },
  { "filled up", "T1;;\n" SMALL "T2;;\n" SMALL "T3;;\n" SMALL,
    "5 repeated_header x2; 9 repeated_header x2; 12 = 1 above + 1 header + 6 rows + 4 rejected" },
  { "behind delimiters", "T1;;\n" SMALL ";;\nT2;;\n" SMALL, "5 repeated_header x3; 9 = 1 above + 1 header + 4 rows + 3 rejected" },
  { "behind an empty line", "T1;;\n" SMALL "\nT2;;\n" SMALL,
    "6 repeated_header x2; 9 = 1 above + 1 header + 4 rows + 2 rejected + 1 blank" },
  { "two titles", SMALL "T2;;\nof May;;\n" SMALL, "4 repeated_header x3; 8 = 1 header + 4 rows + 3 rejected" },
  { "a title of many words", SMALL "what there was in May;;\n" SMALL, "4 repeated_header x2; 7 = 1 header + 4 rows + 2 rejected" },
  { "a date", SMALL "2026-05-01;;\n" SMALL, "4 repeated_header x2; 7 = 1 header + 4 rows + 2 rejected" },
  { "delimiters only", SMALL ";;\n" SMALL, "4 repeated_header x2; 7 = 1 header + 4 rows + 2 rejected" },
  { "a row that has its first cell only", SMALL "3;;\n" SMALL, "5 repeated_header; 7 = 1 header + 5 rows + 1 rejected" },
  { "two cells", SMALL "3;4;\n" SMALL, "5 repeated_header; 7 = 1 header + 5 rows + 1 rejected" },
  { "one cell and a row behind it", SMALL "T2;;\n3;4;5\n" SMALL, "6 repeated_header; 8 = 1 header + 6 rows + 1 rejected" },
};

static void
small_tables_under_titles (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (small_tables); i++)
    {
      g_auto (GStrv) lines = g_strsplit (small_tables[i].input, "\n", 0);
      g_autofree char *crlf = g_strjoinv ("\r\n", lines);
      expect (small_tables[i].what, small_tables[i].input, NULL, small_tables[i].expected);
      expect (small_tables[i].what, crlf, NULL, small_tables[i].expected);
    }
}

/* What is told of each. */
static void
what_is_above_a_header_is_said (void **state)
{
  (void) state;
  static const char *const told[] = { "delimiters only, above the header once more", "above the header once more",
                                      "the header once more" };
  static const char input[] = SMALL ";;\nT2;;\n" SMALL;
  AUTO_FD int fd = memory_file (input, strlen (input));
  g_autoptr (Rows) rows = rows_open (&(RowsInput) { .fd = fd, .name = "x.csv" }, NULL);
  assert_non_null (rows);
  const Record *row = NULL, *original = NULL;
  size_t problems = 0;
  while (rows_next (rows, &row, &original, NULL) && row != NULL)
    {
      if (row->problem != NULL && problems < G_N_ELEMENTS (told))
        assert_string_equal (row->problem, told[problems]);
      problems += row->problem != NULL;
    }
  assert_int_equal (problems, G_N_ELEMENTS (told));
}

/* ---- below the table ---- */

static const struct
{
  const char *what, *below, *expected;
} ends[] = {
  { "a title and another table", "\nSummary\nkind,count\nx,3\ny,4\n", "33 footer; 34 second_table x3 at the end" },
  { "two titles and a gap", "\nSummary\nof May\n\nkind,count\nx,3\ny,4\n", "33 footer x2; 36 second_table x3 at the end" },
  { "a table without a header", "\n1,2\n3,4\n", "33 second_table x2 at the end" },
  { "below a title", "\nSummary\n1,2\n3,4\n", "33 footer; 34 second_table x2 at the end" },
  { "three columns", "\nkind,count,of\nx,3,5\n", "33 second_table x2 at the end" },
  { "a title above three columns", "\nSummary\nkind,count,of\nx,3,5\n", "33 footer; 34 second_table x2 at the end" },
  { "more columns than the table has", "\na,b,c,d,e,f,g\n1,2,3,4,5,6,7\n", "33 second_table x2 at the end" },
  { "a total", "\nTotal: 30\n", "33 footer at the end" },
  { "a total in two cells, which is a row that lost some", "\nTotal,1253\n", "33 = 1 header + 31 rows" },
  { "two of them", "\nTotal,1253\nMean,41.5\n", "33 footer x2 at the end" },
  { "five of them", "\nTotal,1\nMean,2\nLeast,3\nMost,4\nDay,2026-01-02\n", "33 footer x5 at the end" },
  { "six of them", "\nTotal,1\nMean,2\nLeast,3\nMost,4\nDay,2026-01-02\nOf,9\n", "33 second_table x6 at the end" },
  { "sentences", "\nThese are prices, as of May\nThey are net, without tax\n", "33 footer x2 at the end" },
  { "many remarks", "\na\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn\no\np\nq\nr\n", "33 footer x18 at the end" },
  { "another table without a gap", "a,b\n1,2\n3,4\n", "32 second_table x3 at the end" },
};

static void
what_is_below_the_table (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autoptr (GString) input = g_string_new ("id,n,price,day,tag\n");
      append_rows (input, 1, 30);
      g_string_append (input, ends[i].below);
      g_autofree char *seen = tell (input->str, NULL);
      if (!g_str_has_prefix (seen, ends[i].expected))
        fail_msg ("%s: %s instead of %s", ends[i].what, seen, ends[i].expected);
    }
}

/* Where words are in the first column, a word and a number may be what is left of a row. */
static void
short_rows_are_no_totals (void **state)
{
  (void) state;
  expect ("two of them", "name,n,m\nann,5,6\nbob,6,7\ncyd,7,8\ndan,8,9\n\neve,1\nfay,2\n", NULL,
          "7 second_table x2 at the end; 8 = 1 header + 4 rows + 1 blank + 2 below");
}

/* ---- above the table ---- */

static const struct
{
  const char *what, *above, *rows; /* the lines of those that are told */
} tops[] = {
  { "nothing", "", "" },
  { "a title", "People\n", "" },
  { "a title and an empty line", "People\n\n", "" },
  { "a title filled up", "People,,\n", "" },
  { "titles filled up", "People,,\nof May,,\nby Ann,,\n", "" },
  { "a setting", "Date,2026-01-02\n", "" },
  { "settings", "By,Ann Lee\nFrom,2026-01-02\nTo,2026-01-31\n", "" },
  { "settings filled up", "By,Ann Lee,\nFrom,2026-01-02,\nTo,2026-01-31,\nOf,Sales,\n", "" },
  { "settings filled up to another width", "By,Ann Lee,,\nFrom,2026-01-02,,\nTo,2026-01-31,,\n", "" },
  { "directives", "@SQ,SN:1,LN:5\n@SQ,SN:2,LN:6\n@SQ,SN:3,LN:7\n", "" },
  { "a sentence", "These are people, as of May\n", "" },
  { "another table of two columns", "id,a\n1,x\n2,y\n3,z\n", "1 2 3 4" },
  { "of one row less", "id,a\n1,x\n2,y\n", "1 2 3" },
  { "of two rows less", "id,a\n1,x\n", "" },
  { "without a header", "0,N\n1,N\n2,N\n", "1 2 3" },
  { "days without a header", "2026-01-01,N\n2026-01-02,N\n2026-01-03,N\n", "1 2 3" },
  { "two rows of it", "0,N\n1,N\n", "" },
  { "values behind names", "a,1\nb,2\nc,3\nd,4\n", "" },
  { "with codes", "id,a\n555-01,x\n555-02,y\n555-03,z\n", "1 2 3 4" },
  { "with words only", "id,a\nk,x\nl,y\nm,z\n", "" },
  { "with one word among its numbers", "id,a\n1,x\ntwo,y\n3,z\n", "" },
  { "with an empty line behind it", "id,a\n1,x\n2,y\n3,z\n\n", "1 2 3 4" },
  { "with an empty line in it", "id,a\n1,x\n\n2,y\n3,z\n", "" },
  { "below a title", "Things\nid,a\n1,x\n2,y\n3,z\n", "2 3 4 5" },
  { "above a remark", "id,a\n1,x\n2,y\n3,z\n# 4,a\n", "1 2 3 4" },
  { "another of four columns", "id,a,b,c\n1,x,y,2\n", "1 2" },
  { "of four columns without a header", "1,x,y,2\n2,y,z,3\n3,z,a,4\n", "1 2 3" },
  { "two rows without a header", "1,x,y,2\n2,y,z,3\n", "" },
  { "two rows of four words", "a,b,c,d\ne,f,g,h\n", "" },
  { "three of them", "a,b,c,d\ne,f,g,h\ni,j,k,l\n", "1 2 3" },
  { "cells of two lines", "a,b,c,\"d\nd\"\ne,f,g,h\ni,j,k,l\n", "1 3 4" },
  { "two columns of words", "fruit,taste\nk,x\nl,y\nm,z\nn,x\no,y\np,z\nq,x\nr,y\n", "1 2 3 4 5 6 7 8 9" },
  { "many settings with colons", "a:,k\nb:,x\nc:,y\nd:,z\ne:,x\nf:,y\ng:,z\nh:,x\ni:,y\nj:,z\n", "" },
  { "eight settings", "fruit,taste\nk,x\nl,y\nm,z\nn,x\no,y\np,z\nq,x\n", "" },
  { "lines of one value", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n", "1 2 3 4 5 6 7 8 9 10 11" },
  { "filled up", "1,\n2,\n3,\n4,\n5,\n6,\n7,\n8,\n9,\n10,\n11,\n", "1 2 3 4 5 6 7 8 9 10 11" },
  { "below a title", "Days\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n", "2 3 4 5 6 7 8 9 10 11 12" },
  { "ten of them", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", "" },
  { "many lines of words", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn\n", "" },
  { "another delimiter", "id|a\n1|x\n2|y\n3|z\n", "1 2 3 4" },
  { "a tab", "id\ta\n1\tx\n2\ty\n", "1 2 3" },
  { "another delimiter without a header", "0|foo|x\n1|foo|x\n2|foo|x\n", "1 2 3" },
  { "below a title and settings", "Things\nBy,Ann\nid|a\n1|x\n2|y\n", "3 4 5" },
  { "with the table's delimiter in cells", "id|a\n1|x,y\n2|y,z\n3|z,a\n", "1 2 3 4" },
  { "two tables", "id,a\n1,x\n2,y\n\nid|a\n1|x\n2|y\n", "1 2 3 5 6 7" },
  { "settings of another delimiter", "By|Ann\nFrom|2026-01-02\nTo|2026-01-31\n", "" },
  { "words of another delimiter", "a|b|c\nd|e|f\ng|h|i\n", "" },
  { "many of them", "a|b\nc|d\ne|f\ng|h\ni|j\nk|l\nm|n\no|p\nq|r\n", "1 2 3 4 5 6 7 8 9" },
  { "many sentences", "a| b\nc| d\ne| f\ng| h\ni| j\nk| l\nm| n\no| p\nq| r\n", "" },
  { "a title as wide as the table", "Sales,2025,North\n", "1" },
  { "two of them", "Sales,2025,North\nCosts,2024,South\n", "1 2" },
  { "one of them and a title", "People\nSales,2025,North\n\n", "2" },
  { "half of its cells", "Sales,,,\n", "" },
  { "remarks of that width", "# a,b,c\n# d,e,f\n", "" },
  { "a quote that nothing closes", "id,\"a\n1,x,y\n", "2" },
};

/* The lines of the rows above a table of three columns that are told. Owned by the caller. */
static char *
lines_above (const char *text, const Dialect *dialect)
{
  g_autofree char *input = g_strconcat (text, "name;email;city\nname,email,city\nAnn,a@x.org,Oslo\nBob,b@x.org,Rome\n", NULL);
  AUTO_FD int fd = memory_file (input, strlen (input));
  Dialect plain = *dialect;
  plain.skip_lines = (int) count_lines (text, strlen (text));
  g_autoptr (Above) above = above_find (fd, &plain, 3, NULL);
  assert_non_null (above);
  g_autoptr (GString) lines = g_string_new (NULL);
  for (guint i = 0; above_record (above, i) != NULL; i++)
    g_string_append_printf (lines, "%s%" G_GINT64_FORMAT, i > 0 ? " " : "", above_record (above, i)->line);
  return g_string_free (g_steal_pointer (&lines), FALSE);
}

static void
rows_above_the_table (void **state)
{
  (void) state;
  Dialect semicolon = dialect_default;
  semicolon.delimiter[0] = ';';
  for (size_t i = 0; i < G_N_ELEMENTS (tops); i++)
    {
      g_autofree char *seen = lines_above (tops[i].above, &dialect_default);
      if (!g_str_equal (seen, tops[i].rows))
        fail_msg ("%s: \"%s\" instead of \"%s\"", tops[i].what, seen, tops[i].rows);
      /* with another delimiter, and with other line ends */
      g_autofree char *text = g_strdelimit (g_strdup (tops[i].above), ",", ';');
      g_autofree char *again = lines_above (text, &semicolon);
      g_autofree char *cr = lines_above (g_strdelimit (text, "\n", '\r'), &semicolon);
      assert_string_equal (again, tops[i].rows);
      assert_string_equal (cr, tops[i].rows);
    }
}

#define PEOPLE "name,email,city\nAnn,a@x.org,Oslo\nBob,b@x.org,Rome\nCyd,c@x.org,Bonn\nDan,d@x.org,Linz\n"

static Model *
people_model (void)
{
  Model *model = model_new ();
  g_strfreev (model->business_key);
  model->business_key = g_strsplit ("email name city", " ", 0);
  return model;
}

/* They come before the rows, in each pass, whatever the file is written in. */
static void
rows_above_are_told_first (void **state)
{
  (void) state;
  g_autoptr (Model) model = people_model ();
  expect ("LF", "id,a\n1,x\n2,y\n3,z\n" PEOPLE, model, "1 second_table x4; 9 = 4 above + 1 header + 4 rows");
  expect ("CRLF", "id;a\r\n1;x\r\n2;y\r\n3;z\r\nname;email;city\r\nAnn;a@x.org;Oslo\r\nBob;b@x.org;Rome\r\n", model,
          "1 second_table x4; 7 = 4 above + 1 header + 2 rows");
  expect ("a mark", "\xEF\xBB\xBFid,a\n1,x\n2,y\n3,z\n" PEOPLE, model, "1 second_table x4; 9 = 4 above + 1 header + 4 rows");
  expect ("Windows-1252", "id,a\n1,x\n2,y\n3,caf\xE9\n" PEOPLE, model, "1 second_table x4; 9 = 4 above + 1 header + 4 rows");
  expect ("titles", "People\nas of May\n\n" PEOPLE, model, "8 = 3 above + 1 header + 4 rows");
  g_autofree char *twice = describe_file ("id,a\n1,x\n2,y\n3,z\n" PEOPLE, model);
  assert_non_null (strstr (twice, "1 !second_table {id,a}\n2 !second_table {1,x}"));
}

static void
what_is_declared_to_be_above_is_left_out (void **state)
{
  (void) state;
  g_autoptr (Model) model = people_model ();
  model->dialect.skip_lines = 4;
  expect ("skip_lines", "id,a\n1,x\n2,y\n3,z\n" PEOPLE, model, "9 = 4 above + 1 header + 4 rows");
}

/* ---- comments ---- */

static const struct
{
  const char *what, *header, *row, *line, *expected; /* of the line between 8 rows */
} comments[] = {
  { "a remark", "city,n\n", "Oslo,5\n", "# half of it\n", "11 = 1 header + 8 rows + 2 comments" },
  { "a row with a blank behind #", "n,city\n", "5,Oslo\n", "# 20,Rome\n", "11 = 1 header + 8 rows + 2 comments" },
  { "a row commented out", "n,city\n", "5,Oslo\n", "#20,Rome\n", "11 = 1 header + 8 rows + 2 comments" },
  { "a sentence", "city,n\n", "Oslo,5\n", "#see below, please\n", "11 = 1 header + 8 rows + 2 comments" },
  { "a sentence of three pieces", "city,street,n\n", "Oslo,Gate,5\n", "#so, to, say\n", "11 = 1 header + 8 rows + 2 comments" },
  { "many #", "city,n\n", "Oslo,5\n", "###,###\n", "11 = 1 header + 8 rows + 2 comments" },
  { "an address as wide as a row", "id,city,n\n", "5,Oslo,1\n", "#2 Oak St,Oslo,2\n",
    "9 comment; 11 = 1 header + 8 rows + 1 rejected + 1 comments" },
  { "with a cell too many", "id,city,n\n", "5,Oslo,1\n", "#2 Oak St, Apt 2,Oslo,2\n",
    "9 comment; 11 = 1 header + 8 rows + 1 rejected + 1 comments" },
  { "with a cell too few", "id,city,n,m\n", "5,Oslo,1,2\n", "#2 Oak St,Oslo,2\n",
    "9 comment; 11 = 1 header + 8 rows + 1 rejected + 1 comments" },
  { "with half of the cells", "id,city,n,m\n", "5,Oslo,1,2\n", "#2 Oak St,Oslo\n", "11 = 1 header + 8 rows + 2 comments" },
  { "in a column of words", "city,n\n", "Oslo,5\n", "#Rome,7\n", "9 comment; 11 = 1 header + 8 rows + 1 rejected + 1 comments" },
  { "with a quote", "city,n\n", "Oslo,5\n", "#\"Rome,7\n", "11 = 1 header + 8 rows + 2 comments" },
  { "with a delimiter in quotes", "id,city,n\n", "A0,\"Oslo, N\",5\n", "#7 Oak,\"Oslo, N\",5\n",
    "9 comment; 11 = 1 header + 8 rows + 1 rejected + 1 comments" },
};

static char *
commented_file (size_t i)
{
  GString *input = g_string_new (comments[i].header);
  for (int row = 0; row < 8; row++)
    g_string_append_printf (input, "%s%s", row == 7 ? comments[i].line : "", comments[i].row);
  return g_string_free (g_string_append (input, "# the end\n"), FALSE);
}

/* Whether # begins comments at all is the sniffer's to say; where it does, these lines are told. */
static void
comments_that_may_be_rows (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (comments); i++)
    {
      g_autofree char *input = commented_file (i);
      g_autofree char *seen = tell (input, NULL);
      g_autoptr (Model) model = model_new ();
      model->dialect.comment = (char *) "#";
      if (strstr (seen, "comments") != NULL && !g_str_equal (seen, comments[i].expected))
        fail_msg ("%s:\n%s\ninstead of\n%s", comments[i].what, seen, comments[i].expected);
      /* what is declared to be one is one */
      expect (comments[i].what, input, model, "11 = 1 header + 8 rows + 2 comments");
      model->dialect.comment = NULL;
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (words_among_values),
    cmocka_unit_test (words_in_a_narrow_table),
    cmocka_unit_test (another_table_of_the_same_width),
    cmocka_unit_test (small_tables_under_titles),
    cmocka_unit_test (what_is_above_a_header_is_said),
    cmocka_unit_test (what_is_below_the_table),
    cmocka_unit_test (short_rows_are_no_totals),
    cmocka_unit_test (rows_above_the_table),
    cmocka_unit_test (rows_above_are_told_first),
    cmocka_unit_test (what_is_declared_to_be_above_is_left_out),
    cmocka_unit_test (comments_that_may_be_rows),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
