/* Bytes that are no text: never in a row, whatever else is wrong with it, and told in a header. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/text.h"
#include "tests/unit/pipeline/table.h"

#include <string.h>

#define TABLE "id,name,n\n1,M\xC3\xBCller,1\n2,B\xC3\xB6hm,2\n3,J\xC3\xA4ger,3\n"

static const struct
{
  const char *what;
  const char *line; /* below the table */
  const char *seen;
} rows[] = {
  { "a sound row", "4,\x81\x8F,4\n", "5 !invalid_utf8 {4,\x81\x8F,4}\n" },
  { "a stray quote", "4,x \"\x81\x8F\" y,4\n", "5 !invalid_utf8 {4,x \"\x81\x8F\" y,4}\n" },
  { "a stray quote behind a good one", "4,\"d\"\x81,4\n", "5 !invalid_utf8 {4,\"d\"\x81,4}\n" },
  { "a stray quote before them", "4,d\"d,\x8F\n", "5 !invalid_utf8 {4,d\"d,\x8F}\n" },
  { "an unclosed quote", "4,\"d\xFF,4\n", "5 !invalid_utf8 {4,\"d\xFF,4}\n" },
  { "a cell too few", "4,d\xC3\n", "5 !invalid_utf8 {4,d\xC3}\n" },
  { "a cell too many", "4,d,\xE9,4\n", "5 !invalid_utf8 {4,d,\xE9,4}\n" },
  { "another delimiter", "4;\x81\x8F;4\n", "5 !invalid_utf8 {4;\x81\x8F;4}\n" },
  { "another delimiter and a quote", "4;d\"\x81\x8F;4\n", "5 !invalid_utf8 {4;d\"\x81\x8F;4}\n" },
  { "tabs", "4\td\xFE\t4\n", "5 !invalid_utf8 {4\td\xFE\t4}\n" },
  { "a cell of two lines", "4,\"d\n\x81\",4\n", "5 !invalid_utf8 {4,\"d\n\x81\",4}\n" },
  { "a cell of two lines with a quote", "4,\"da\nn \"the\x81\" man\",4\n5,eve,5\n",
    "5 !invalid_utf8 {4,\"da\nn \"the\x81\" man\",4}\n7 <5><eve><5>\n" },
  { "in the first of these lines", "4,\"d\x81 \"a\nn\" the man\",4\n5,eve,5\n",
    "5 !invalid_utf8 {4,\"d\x81 \"a\nn\" the man\",4}\n7 <5><eve><5>\n" },
  { "surrogates and overlong forms", "4,\"\xED\xA0\x80\"x,4\n5,\"\xC0\xAF\"x,5\n",
    "5 !invalid_utf8 {4,\"\xED\xA0\x80\"x,4}\n6 !invalid_utf8 {5,\"\xC0\xAF\"x,5}\n" },
  { "rows behind it", "4,d\"\x81,4\n5,eve,5\n", "5 !invalid_utf8 {4,d\"\x81,4}\n6 <5><eve><5>\n" },
  { "a footer", "\nTotal \x81: 3\n", "6 !invalid_utf8 {Total \x81: 3}\n" },
};

/* Also where rows that are off stay so, and the pass that cat prints has no bad byte in it. */
static void
no_row_has_bytes_that_are_no_text (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *input = g_strconcat (TABLE, rows[i].line, NULL);
      g_autofree char *seen = describe_file (input, NULL);
      const char *last = strstr (seen, "4 <3>");
      if (last == NULL || !g_str_equal (strchr (last, '\n') + 1, rows[i].seen))
        fail_msg ("%s:\n%sinstead of\n%s", rows[i].what, seen, rows[i].seen);
      g_autoptr (Model) model = model_new ();
      g_autofree char *kept = describe_file (input, model);
      if (strstr (kept, "!invalid_utf8") == NULL)
        fail_msg ("%s, rows that are off stay so:\n%s", rows[i].what, kept);
    }
}

/* The undefined bytes of Windows-1252 stay what they are until their row is refused. */
static void
of_other_encodings_neither (void **state)
{
  (void) state;
  g_autoptr (Model) model = model_new ();
  model->dialect.encoding = g_strdup ("windows-1252");
  model->ragged = RAGGED_REPAIR;
  g_autofree char *seen = describe_file ("id,name,n\n1,M\xFCller,1\n2,x \"\x81\" y,2\n3,J\xE4ger,3\n", model);
  assert_non_null (strstr (seen, "3 !invalid_encoding {2,x \"\x81\" y,2}\n4 <3>"));
}

/* ---- comments and titles are passed over, a header is mended ---- */

#define ROWS "1,M\xC3\xBCller,1\n2,B\xC3\xB6hm,2\n3,J\xC3\xA4ger,3\n"

static const struct
{
  const char *what;
  const char *input;
  const char *begins; /* what is seen */
} tops[] = {
  { "one byte", "id,nam\x81,n\n" ROWS, "header 1 <id><nam\xEF\xBF\xBD><n>\noff: invalid UTF-8 at byte 7\n2 <1>" },
  { "two of a word",
    "id,Gr\xF6\xDF"
    "e,n\n" ROWS,
    "header 1 <id><Gr\xEF\xBF\xBD\xEF\xBF\xBD"
    "e><n>\noff: invalid UTF-8 at byte 6\n2 <1>" },
  { "in two names", "\xEFndex,nam\x81,n\n" ROWS, "header 1 <\xEF\xBF\xBDndex><nam\xEF\xBF\xBD><n>\n" },
  { "in quotes", "id,\"na, m\x81\",n\n" ROWS, "header 1 <id><na, m\xEF\xBF\xBD><n>\n" },
  { "a stray quote too", "id,na\"m\x81,n\n" ROWS, "header 1 <id><na\"m\xEF\xBF\xBD><n>\n" },
  { "half a character", "id,nam\xC3,n\n" ROWS, "header 1 <id><nam\xEF\xBF\xBD><n>\n" },
  { "behind a mark", "\xEF\xBB\xBFid,nam\x81,n\n" ROWS, "header 1 <id><nam\xEF\xBF\xBD><n>\noff: invalid UTF-8 at byte 10\n" },
  { "in a name of two lines", "id,\"na\nm\x81\",n\n" ROWS,
    "header 1 <id><na\nm\xEF\xBF\xBD><n>\noff: invalid UTF-8 at byte 2 of line 2\n" },
  { "a name that is one such byte", "id,\x81,number\n" ROWS, "header 1 <id><\xEF\xBF\xBD><number>\n" },
  { "too many to tell", "i,\x81\x82\x83\n1,M\xC3\xBCller\n2,B\xC3\xB6hm\n3,J\xC3\xA4ger\n4,L\xC3\xB6w\n",
    "error invalid_utf8: \"x.csv\": the header on line 1 cannot be read: invalid UTF-8 at byte 3\n" },
  { "a title", "Report \x81 of May\n\nid,name,n\n" ROWS, "header 3 <id><name><n>\n4 <1>" },
  { "a comment above", "# made by \x81\nid,name,n\n" ROWS, "header 2 <id><name><n>\n3 <1>" },
  { "a comment among the rows", "id,name,n\n# made by \x81\n" ROWS, "header 1 <id><name><n>\n3 <1>" },
};

static void
a_header_is_read_all_the_same (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (tops); i++)
    {
      g_autofree char *seen = describe_file (tops[i].input, NULL);
      if (!g_str_has_prefix (seen, tops[i].begins) || !text_is_utf8 (seen, strlen (seen), NULL))
        fail_msg ("%s:\n%sinstead of\n%s", tops[i].what, seen, tops[i].begins);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (no_row_has_bytes_that_are_no_text),
    cmocka_unit_test (of_other_encodings_neither),
    cmocka_unit_test (a_header_is_read_all_the_same),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
