/* Rows: the header, what is mended, and where the table ends. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/unit/pipeline/table.h"

#include <string.h>

static void
expect (const char *what, const char *input, const Model *model, const char *expected)
{
  g_autofree char *seen = describe_file (input, model);
  if (!g_str_equal (seen, expected))
    fail_msg ("%s:\n%sinstead of\n%s", what, seen, expected);
}

/* ---- the header ---- */

static const struct
{
  const char *what;
  const char *input;
  const char *header; /* what is seen begins with it */
} headers[] = {
  { "one row", "id,e mail\n1,2\n", "header 1 <id><e mail>\n2 <1><2>\n" },
  { "a stray quote", "id,na\"me\n1,a\n2,b\n", "header 1 <id><na\"me>\noff: stray quote at byte 6\n2 <1><a>\n" },
  { "a cell too few", "id,name,n\n1,a,3,x\n2,b,4,x\n3,c,5,x\n4,d,6,x\n",
    "header 1 <id><name><n><>\noff: 3 fields where there are 4 columns\n2 <1><a><3><x>\n" },
  { "empty cells at its end", "id,name,,\n1,a\n2,b\n3,c\n",
    "header 1 <id><name>\noff: 4 fields where there are 2 columns\n2 <1><a>\n" },
  { "rows without their empty last cells", "id,name,n,note\n1,a,3\n2,b,4\n3,c,5,x\n",
    "header 1 <id><name><n><note>\n2 <1><a><3><> was {1,a,3}\n3 <2><b><4><> was {2,b,4}\n4 <3><c><5><x>\n" },
  { "delimiters in the last cell", "id,n,note\n1,1,a, b\n2,2,b, c\n3,3,c, d\n4,4,d\n",
    "header 1 <id><n><note>\n2 <1><1><a, b> was {1,1,a, b}\n3 <2><2><b, c> was {2,2,b, c}\n4 <3><3><c, d> was {3,3,c, d}\n5 "
    "<4><4><d>\n" },
};

static void
reads_the_header (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autofree char *seen = describe_file (headers[i].input, NULL);
      if (!g_str_has_prefix (seen, headers[i].header))
        fail_msg ("%s:\n%sinstead of\n%s", headers[i].what, seen, headers[i].header);
    }
}

static void
reads_a_declared_header (void **state)
{
  (void) state;
  static const struct
  {
    const char *what;
    int header_rows;
    int skip_lines;
    const char *input;
    const char *expected;
  } cases[] = {
    { "two rows", 2, -1, "year,,amount,\n2020,\"\",of all,x\n1,2,3,4\n",
      "header 1 <year 2020><><amount of all><amount x>\n3 <1><2><3><4>\n" },
    { "a column without a name", 2, -1, "a,\nb,\n1,2\n", "header 1 <a b><>\n3 <1><2>\n" },
    { "fewer rows than that", 2, -1, "a,b\n", "header 1 <a><b>\n" },
    { "a blank line between", 2, -1, "a,b\n\nc,d\n1,2\n", "header 1 <a c><b d>\n4 <1><2>\n" },
    { "behind lines to skip", 1, 2, "\"never closed\n\na,b\n1,2\n", "header 3 <a><b>\n4 <1><2>\n" },
    { "none", 0, -1, "a,b\n1,2\n", "1 <a><b>\n2 <1><2>\n" },
    { "bytes that are no text", 1, -1, "a,\xFF\xFE\n1,2\n3,4\n",
      "error invalid_utf8: \"x.csv\": the header on line 1 cannot be read: invalid UTF-8 at byte 3\n" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Model) model = model_new ();
      model->dialect.header_rows = cases[i].header_rows;
      model->dialect.skip_lines = cases[i].skip_lines;
      expect (cases[i].what, cases[i].input, model, cases[i].expected);
    }
}

static void
knows_the_width_by_the_names (void **state)
{
  (void) state;
  g_autoptr (Model) model = model_new ();
  g_strfreev (model->business_key);
  model->business_key = g_strsplit ("id name n", " ", 0);
  /* All rows have a cell too many: none of them fits. */
  expect ("too many cells", "id,name,n\n1,a,3,x\n2,b,4,x\n", model, "header 1 <id><name><n>\n2 <1><a><3><x>\n3 <2><b><4><x>\n");
}

/* ---- where the table ends ---- */

#define TABLE "id,name,n\n1,ann,1\n2,bob,2\n3,cid,3\n"
#define LONGER TABLE "4,d,4\n5,e,5\n6,f,6\n7,g,7\n8,h,8\n9,i,9\n10,j,10\n"

static const struct
{
  const char *what;
  const char *input;
  const char *end; /* of what is seen, behind the row of line 4 or 11 */
} ends[] = {
  { "nothing below", TABLE, "" },
  { "a short row", TABLE "4,dan\n", "5 <4><dan><> was {4,dan}\n" },
  { "a shorter one", TABLE "4\n", "5 <4><><> was {4}\n" },
  { "few rows, and words", TABLE "dan\n", "5 <dan><><> was {dan}\n" },
  { "ten times as many rows", LONGER "Total: 10\n", "12 !footer {Total: 10}\n" },
  { "behind an empty line", TABLE "\nTotal: 3\nprinted today\n", "6 !footer {Total: 3}\n7 !footer {printed today}\n" },
  { "a number of its column", TABLE "Total,3\n", "5 <Total><3><> was {Total,3}\n" },
  { "too many for a footer", TABLE "a\nb\nc\nd\ne\nf\n",
    "5 <a><><> was {a}\n6 <b><><> was {b}\n7 <c><><> was {c}\n8 <d><><> was {d}\n9 <e><><> was {e}\n10 <f><><> was {f}\n" },
  { "words in the middle", TABLE "dan\n5,eve,5\n", "5 <dan><><> was {dan}\n6 <5><eve><5>\n" },
  { "a short row behind an empty line", TABLE "\n4\n5,eve,5\n", "6 <4><><> was {4}\n7 <5><eve><5>\n" },
  { "an empty line", TABLE "\n4,dan,4\n", "6 <4><dan><4>\n" },
  { "another table", TABLE "\nkind,count\nx,3\n", "6 !second_table {kind,count}\n7 !second_table {x,3}\n" },
  { "another as wide", TABLE "\ncode,label,day\nx,y,2020-01-01\n",
    "6 !second_table {code,label,day}\n7 !second_table {x,y,2020-01-01}\n" },
  { "another with a title", TABLE "\nSummary\ncode,label,day\nx,y,5\n",
    "6 !second_table {Summary}\n7 !second_table {code,label,day}\n8 !second_table {x,y,5}\n" },
  { "another without a header", TABLE "\n1,2\n3,4\n", "6 !second_table {1,2}\n7 !second_table {3,4}\n" },
  { "another without an empty line", LONGER "a,b,c,d\n1,2,3,4\n5,6,7,8\n",
    "12 !second_table {a,b,c,d}\n13 !second_table {1,2,3,4}\n14 !second_table {5,6,7,8}\n" },
  { "its own header once more", TABLE "\nid,name,n\n4,dan,4\n", "6 !repeated_header {id,name,n}\n7 <4><dan><4>\n" },
  { "a file behind another", TABLE "\xEF\xBB\xBFid,name,n\n4,dan,4\n",
    "5 !repeated_header {\xEF\xBB\xBFid,name,n}\n6 <4><dan><4>\n" },
  { "a mark before a row", TABLE "\xEF\xBB\xBF\"4\",dan,4\n", "5 <4><dan><4>\n" },
  { "more remarks than a footer has", TABLE "\na\nb\nc\nd\ne\nf\n",
    "6 !footer {a}\n7 !footer {b}\n8 !footer {c}\n9 !footer {d}\n10 !footer {e}\n11 !footer {f}\n" },
  { "another one's header alone", TABLE "\nkind,count\n", "6 !second_table {kind,count}\n" },
  { "an empty line before a row, and one before a footer", TABLE "\n4,dan,4\n\nTotal: 4\n",
    "6 <4><dan><4>\n8 !footer {Total: 4}\n" },
  { "a cell too many behind an empty line", TABLE "\nx,dan,4,5\n", "6 <x><dan><4,5> was {x,dan,4,5}\n" },
  { "a rule", TABLE "-----\nprinted today\n", "5 !footer {-----}\n6 !footer {printed today}\n" },
  { "remarks filled up", LONGER "these are the values of May,,\n", "12 !footer {these are the values of May,,}\n" },
  { "a remark of four words", LONGER "all of the values,,\n", "12 !footer {all of the values,,}\n" },
  { "a name of three words", LONGER "ann of kent,,\n", "12 <ann of kent><><>\n" },
  { "a name with nothing behind it", LONGER "ann,,\n", "12 <ann><><>\n" },
  { "empty rows at the end", TABLE ",,\n,,\n", "5 !footer {,,}\n6 !footer {,,}\n" },
  { "an empty row in the middle", TABLE ",,\n4,dan,4\n", "5 <><><>\n6 <4><dan><4>\n" },
  { "a remark that rows follow", TABLE "\nsee page 4 for the rest\n4,dan,4\n",
    "6 <see page 4 for the rest><><> was {see page 4 for the rest}\n7 <4><dan><4>\n" },
  { "a row that was cut off", LONGER "eleven,ki", "12 <eleven><ki><> was {eleven,ki}\n" },
  { "a row that no one can read", TABLE "4,d\x81,4\nx\n5,eve,5\n",
    "5 !invalid_utf8 {4,d\x81,4}\n6 <x><><> was {x}\n7 <5><eve><5>\n" },
  { "a quote that swallowed rows", TABLE "\"4\",\"d, d\",\"4\"\n5,\"eve,5\n6,fay,6\n7,gus,7\n8,hal,8\n9,ida 5\",9\n10,jo,10\n",
    "5 <4><d, d><4>\n6 <5><eve><5> was {5,\"eve,5}\n7 <6><fay><6>\n8 <7><gus><7>\n9 <8><hal><8>\n"
    "10 <9><ida 5\"><9> was {9,ida 5\",9}\n11 <10><jo><10>\n" },
  { "sentences in a cell", TABLE "4,\"so, to, say\na, b, c\nd, e, f\ng, h, i\nj\",4\n5,eve,5\n",
    "5 <4><so, to, say\na, b, c\nd, e, f\ng, h, i\nj><4>\n10 <5><eve><5>\n" },
  { "a quote within a cell of two lines", TABLE "4,\"da\nn \"the\" man\",4\n5,eve,5\n",
    "5 <4><da\nn \"the\" man><4> was {4,\"da\nn \"the\" man\",4}\n7 <5><eve><5>\n" },
  { "a sound record of two lines in it", TABLE "4,\"da \"n\"\na,\"q\nr\"\nthe\" man\",4\n5,eve,5\n",
    "5 <4><da \"n\"\na,\"q\nr\"\nthe\" man><4> was {4,\"da \"n\"\na,\"q\nr\"\nthe\" man\",4}\n9 <5><eve><5>\n" },
};

static void
tells_where_the_table_ends (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *seen = describe_file (ends[i].input, NULL);
      const char *last = strstr (seen, "11 <10><j>");
      const char *from = strchr (last != NULL ? last : strstr (seen, "4 <3>"), '\n') + 1;
      if (!g_str_equal (from, ends[i].end))
        fail_msg ("%s:\n%sinstead of\n%s", ends[i].what, from, ends[i].end);
    }
}

/* Numbered rows, and what is behind them; an empty line is before every row whose number a multiple of "blank" is. */
static char *
table_of (int rows, int blank, const char *row, const char *below)
{
  GString *text = g_string_new (NULL);
  for (int i = 1; i <= rows; i++)
    g_string_append_printf (text, "%s%d%s\n", blank > 0 && i % blank == 0 ? "\n" : "", i, row);
  g_string_append (text, below);
  return g_string_free (text, FALSE);
}

/* What is seen of the last lines, as many as are expected. */
static void
expect_end (const char *what, const char *header, const char *rows, const char *expected)
{
  g_autofree char *input = g_strconcat (header, rows, NULL);
  g_autofree char *seen = describe_file (input, NULL);
  if (!g_str_has_suffix (seen, expected))
    fail_msg ("%s:\n%sinstead of\n%s", what, seen, expected);
}

static void
footers_are_few (void **state)
{
  (void) state;
  static const struct
  {
    const char *what, *header, *row;
    int rows, blank;
    const char *below, *expected;
  } tables[] = {
    { "five rows", "id,name,n\n", ",x,1", 50, 0, "a\nb\nc\nd\ne\n",
      "52 !footer {a}\n53 !footer {b}\n54 !footer {c}\n55 !footer {d}\n56 !footer {e}\n" },
    { "five behind too few", "id,name,n\n", ",x,1", 49, 0, "a\nb\nc\nd\ne\n",
      "51 <a><><> was {a}\n52 <b><><> was {b}\n53 <c><><> was {c}\n54 <d><><> was {d}\n55 <e><><> was {e}\n" },
    { "six", "id,name,n\n", ",x,1", 60, 0, "a\nb\nc\nd\ne\nf\n",
      "62 <a><><> was {a}\n63 <b><><> was {b}\n64 <c><><> was {c}\n65 <d><><> was {d}\n66 <e><><> was {e}\n67 <f><><> was {f}\n" },
    { "half as wide as the table", "id,name,n,m\n", ",x,1,2", 10, 0, "Total,x\n", "11 <10><x><1><2>\n12 !footer {Total,x}\n" },
    { "wider than half", "id,name,n,m,k\n", ",x,1,2,3", 10, 0, "Total,x,y\n", "12 <Total><x><y><><> was {Total,x,y}\n" },
    /* empty lines before one row in ten are not usual: behind one more the table ends */
    { "one row in ten behind an empty line", "id,name,n\n", ",x,1", 20, 10, "\nTotal: 20\n",
      "23 <20><x><1>\n25 !footer {Total: 20}\n" },
    { "words in the middle", "id,name,n\n", ",x,1", 50, 0, "51\n52\n53\n54\n55\n56\n57\n58\n59\n60\n61\n62\na\nb\nc\nd\n63,x,1\n",
      "64 <a><><> was {a}\n65 <b><><> was {b}\n66 <c><><> was {c}\n67 <d><><> was {d}\n68 <63><x><1>\n" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autofree char *rows = table_of (tables[i].rows, tables[i].blank, tables[i].row, tables[i].below);
      expect_end (tables[i].what, tables[i].header, rows, tables[i].expected);
    }
}

/* More remarks than are held back look like the end, until rows follow. */
static void
a_table_goes_on_behind_many_remarks (void **state)
{
  (void) state;
  g_autoptr (GString) below = g_string_new ("\n");
  for (int i = 0; i < 16; i++)
    g_string_append_printf (below, "remark%d\n", i);
  g_string_append (below, "41,x,1\n42,x,1\n");
  g_autofree char *rows = table_of (40, 0, ",x,1", below->str);
  expect_end ("remarks", "id,name,n\n", rows, "58 !footer {remark15}\n59 <41><x><1>\n60 <42><x><1>\n");
}

/* Another pass begins as the first did: the rows of that one do not count. */
static void
a_second_pass_counts_anew (void **state)
{
  (void) state;
  g_autofree char *rows = table_of (9, 0, ",x,1", "dan\n");
  expect_end ("too few rows for a footer", "id,name,n\n", rows, "11 <dan><><> was {dan}\n");
  g_autofree char *blanks = table_of (11, 11, ",x,1", "\nTotal: 11\n");
  expect_end ("an empty line", "id,name,n\n", blanks, "15 !footer {Total: 11}\n");
}

/* Lines within a quote that are rows: how many it takes depends on the width. */
static void
swallowed_rows_are_told_by_the_width (void **state)
{
  (void) state;
  static const struct
  {
    const char *what, *header, *row, *cell; /* of three rows; the cell is the second one's last */
    const char *expected;                   /* of that row, or of those that it swallowed */
  } cases[] = {
    { "two rows of four columns", "id,name,n,m\n", ",\"x, y\",1,2", "9,ann,1,\"open\n8,a,1,2\n7,b,1,2\n6,c,1,\"\n",
      "10 <9><ann><1><open> was {9,ann,1,\"open}\n11 <8><a><1><2>\n12 <7><b><1><2>\n13 <6><c><1><> was {6,c,1,\"}\n" },
    { "one row of four columns", "id,name,n,m\n", ",\"x, y\",1,2", "9,ann,1,\"open\n8,a,1,2\n6,c,1,\"\n",
      "10 <9><ann><1><open\n8,a,1,2\n6,c,1,>\n" },
    { "two rows of three columns", "id,name,m\n", ",\"x, y\",2", "9,ann,\"open\n8,a,2\n7,b,2\n6,c,\"\n",
      "10 <9><ann><open\n8,a,2\n7,b,2\n6,c,>\n" },
    { "five lines of two columns", "id,note\n", ",\"x, y\"", "9,\"open\n8,a\n7,b\n6,c\n5,d\n4,e\n3,\"\n",
      "10 <9><open\n8,a\n7,b\n6,c\n5,d\n4,e\n3,>\n" },
    { "one line in five is no row", "id,name,n,m\n", ",\"x, y\",1,2",
      "9,ann,1,\"open\n8,a,1,2\n7,b,1,2\nand\n6,c,1,2\n5,d,1,2\n4,e,1,\"\n",
      "10 <9><ann><1><open> was {9,ann,1,\"open}\n11 <8><a><1><2>\n12 <7><b><1><2>\n13 <and><><><> was {and}\n14 <6><c><1><2>\n15 "
      "<5><d><1><2>\n16 <4><e><1><> was {4,e,1,\"}\n" },
    { "one in four is no row", "id,name,n,m\n", ",\"x, y\",1,2", "9,ann,1,\"open\n8,a,1,2\n7,b,1,2\nand\n6,c,1,2\n4,e,1,\"\n",
      "10 <9><ann><1><open\n8,a,1,2\n7,b,1,2\nand\n6,c,1,2\n4,e,1,>\n" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *rows = table_of (8, 0, cases[i].row, cases[i].cell);
      expect_end (cases[i].what, cases[i].header, rows, cases[i].expected);
    }
}

static void
lines_are_joined_by_the_line_end_of_the_file (void **state)
{
  (void) state;
  expect ("CRLF", "id,name,n\r\n1,ann,1\r\n2,\"bo\r\nb \"the\" man\",2\r\n3,cy,3\r\n", NULL,
          "header 1 <id><name><n>\n2 <1><ann><1>\n"
          "3 <2><bo\r\nb \"the\" man><2> was {2,\"bo\r\nb \"the\" man\",2}\n5 <3><cy><3>\n");
  expect ("CR", "id,name,n\r1,ann,1\r2,\"bo\rb \"the\" man\",2\r3,cy,3\r", NULL,
          "header 1 <id><name><n>\n2 <1><ann><1>\n3 <2><bo\rb \"the\" man><2> was {2,\"bo\rb \"the\" man\",2}\n5 <3><cy><3>\n");
}

static void
empty_lines_that_are_usual_end_nothing (void **state)
{
  (void) state;
  expect ("every second line", "id,n,t\n\n1,1,a\n\n2,2,b\n\n3,3\n\n4,4,d\n\n5,5,e\n\n6,6\n", NULL,
          "header 1 <id><n><t>\n3 <1><1><a>\n5 <2><2><b>\n7 <3><3><> was {3,3}\n9 <4><4><d>\n11 <5><5><e>\n"
          "13 <6><6><> was {6,6}\n");
}

static void
rows_that_are_off_stay_so_unless_mended (void **state)
{
  (void) state;
  g_autoptr (Model) model = model_new ();
  /* given a model that rejects them, which is the default; the table goes on behind them */
  expect ("reject", TABLE "4\n\"5,eve,5\n6,f\"f,6\n7,gus,7\n", model,
          "header 1 <id><name><n>\n2 <1><ann><1>\n3 <2><bob><2>\n4 <3><cid><3>\n5 <4>\n6 !unclosed_quote {\"5,eve,5}\n"
          "7 !stray_quote {6,f\"f,6}\n8 <7><gus><7>\n");
  model->ragged = RAGGED_FAIL;
  expect ("fail", "id,n\n1,1\n2\n3,3\n", model,
          "header 1 <id><n>\n2 <1><1>\nerror ragged: line 3 of \"x.csv\" is off: 1 field where there are 2 columns\n");
}

static void
holds_back_no_more_than_a_few (void **state)
{
  (void) state;
  g_autoptr (Model) model = model_new ();
  g_strfreev (model->business_key);
  model->business_key = g_strsplit ("id name n", " ", 0);
  model->ragged = RAGGED_REPAIR;
  g_autoptr (GString) input = g_string_new (TABLE), expected = g_string_new (NULL);
  for (int i = 5; i < 105; i++)
    {
      g_string_append_printf (input, "%d\n", i);
      g_string_append_printf (expected, "%d <%d><><> was {%d}\n", i, i, i);
    }
  g_autofree char *seen = describe_file (input->str, model);
  assert_non_null (strstr (seen, "4 <3>"));
  assert_string_equal (strchr (strstr (seen, "4 <3>"), '\n') + 1, expected->str);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (reads_the_header),
    cmocka_unit_test (reads_a_declared_header),
    cmocka_unit_test (knows_the_width_by_the_names),
    cmocka_unit_test (tells_where_the_table_ends),
    cmocka_unit_test (footers_are_few),
    cmocka_unit_test (a_table_goes_on_behind_many_remarks),
    cmocka_unit_test (a_second_pass_counts_anew),
    cmocka_unit_test (swallowed_rows_are_told_by_the_width),
    cmocka_unit_test (lines_are_joined_by_the_line_end_of_the_file),
    cmocka_unit_test (empty_lines_that_are_usual_end_nothing),
    cmocka_unit_test (rows_that_are_off_stay_so_unless_mended),
    cmocka_unit_test (holds_back_no_more_than_a_few),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
