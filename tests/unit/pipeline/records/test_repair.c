#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pipeline/records/repair.h"

#include <string.h>

/* The cells of a record, each in brackets; a quoted empty one as [""]. */
static char *
show (const Record *record)
{
  GString *text = g_string_new (NULL);
  for (size_t i = 0; record != NULL && i < record->n_fields; i++)
    {
      const Field *field = &record->fields[i];
      if (field->length == 0 && !field->null)
        g_string_append (text, "[\"\"]");
      else
        g_string_append_printf (text, "[%.*s]", (int) field->length, field->text);
    }
  return g_string_free (text, FALSE);
}

typedef struct
{
  const char *what;
  const char *delimiter;
  size_t width;
  const char *line;
  const char *expected;
} Case;

static const Case cases[] = {
  { "nothing to do", ",", 3, "a,b,c", "[a][b][c]" },
  { "too few", ",", 3, "a,b", "[a][b][]" },
  { "one", ",", 3, "a", "[a][][]" },
  { "too many", ",", 2, "a,b,c,d", "[a][b,c,d]" },
  { "too many, of two bytes", ", ", 2, "a, b, c", "[a][b, c]" },
  { "too many, empty ones", ",", 2, "a,b,,,", "[a][b]" },
  { "too many, a quoted empty one", ",", 2, "a,b,\"\"", "[a][b,]" },
  { "a quote in a cell", ",", 3, "a,b\"x,c", "[a][b\"x][c]" },
  { "a quote in a quoted cell", ",", 3, "a,\"b\"x\",c", "[a][b\"x][c]" },
  { "a quote that is not doubled, before a comma of words", ",", 3, "a,\"b \"x\", y\",c", "[a][b \"x\", y][c]" },
  { "quotes not doubled at the end", ",", 3, "a,\"b \"x\"\",c", "[a][b \"x\"][c]" },
  { "doubled quotes beside a stray one", ",", 3, "a\"a,\"b \"\"x\"\"\",c", "[a\"a][b \"x\"][c]" },
  { "an unclosed quote", ",", 3, "a,\"b,c", "[a][b][c]" },
  { "an unclosed quote before a comma", ",", 3, "a,\"b, x,c", "[a][b, x][c]" },
  { "an unclosed quote before quoted cells", ",", 4, "a,\"b,\"c, d\",\"e\"", "[a][b][c, d][e]" },
  { "an unclosed quote in the last cell", ",", 3, "a,b,\"c", "[a][b][c]" },
  { "another delimiter", ",", 4, "a;\"b;b\";c;d", "[a][b;b][c][d]" },
  { "another delimiter, and half as many of the own", ",", 4, "a;b,b;c;d", "[a][b,b][c][d]" },
  { "another delimiter, and more of the own", ",", 4, "a;b,b;c,d", "[a;b][b;c][d][]" },
  { "another delimiter of two bytes beside", ";", 4, "a,b,c,d", "[a][b][c][d]" },
  { "words between commas", ";", 3, "one, two, three", "[one, two, three][][]" },
  { "another delimiter of too few fields is none", ",", 4, "a;b;c", "[a;b;c][][][]" },
};

/* What the reader makes of the line, repaired. */
static char *
repair_line (const Case *test, size_t *ret_found)
{
  Dialect dialect = dialect_default;
  dialect.header_rows = 0;
  g_strlcpy (dialect.delimiter, test->delimiter, sizeof dialect.delimiter);
  g_autoptr (Reader) reader = reader_new_bytes (test->line, strlen (test->line), true, &dialect, &reader_default_limits);
  g_autoptr (Repair) repair = repair_new (&dialect, test->width);
  const Record *record = NULL;
  assert_true (reader_next (reader, &record, NULL));
  assert_non_null (record);
  const Record *fit = repair_record (repair, record, ret_found);
  assert_true ((fit == record) == (record->problem == NULL && record->n_fields == test->width));
  return show (fit);
}

static void
makes_a_row_fit (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      size_t found = 0;
      g_autofree char *seen = repair_line (&cases[i], &found);
      if (!g_str_equal (seen, cases[i].expected))
        fail_msg ("%s: %s instead of %s", cases[i].what, seen, cases[i].expected);
    }
}

static void
leaves_other_problems (void **state)
{
  (void) state;
  const Record record = { .raw = "a,b\xFF", .raw_length = 4, .problem = "invalid UTF-8 at byte 4", .reason = REASON_INVALID_UTF8 };
  g_autoptr (Repair) repair = repair_new (&dialect_default, 2);
  size_t found = 0;
  assert_null (repair_record (repair, &record, &found));
}

static void
puts_together_what_a_bad_quote_cut (void **state)
{
  (void) state;
  static const struct
  {
    const char *text;
    const char *expected;
  } joined[] = {
    { "1,a\"b,\"two\nlines\",2", "[1][a\"b][two\nlines][2]" },
    { "1,\"a,\"two\nlines\",2", "[1][a][two\nlines][2]" },
    { "1;a;\"two\nlines\";2", "[1][a][two\nlines][2]" },
    /* a line end outside of quotes ends a record */
    { "1,a\"b\n2,c", "" },
    { "1,a\"b,c\n2,\"d", "" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (joined); i++)
    {
      const Record record = { .raw = joined[i].text, .raw_length = strlen (joined[i].text) };
      g_autoptr (Repair) repair = repair_new (&dialect_default, 4);
      g_autofree char *seen = show (repair_quotes (repair, &record));
      assert_string_equal (seen, joined[i].expected);
    }
}

static void
says_whether_a_quote_is_open (void **state)
{
  (void) state;
  const Case open = { "open", ",", 3, "a,b,\"c", NULL }, closed = { "closed", ",", 3, "a,b\"x,\"c\"", NULL };
  const Case *const both[] = { &open, &closed };
  for (size_t i = 0; i < 2; i++)
    {
      const Record record = {
        .raw = both[i]->line, .raw_length = strlen (both[i]->line), .problem = "stray quote", .reason = REASON_STRAY_QUOTE
      };
      g_autoptr (Repair) repair = repair_new (&dialect_default, 3);
      size_t found = 0;
      assert_non_null (repair_record (repair, &record, &found));
      assert_int_equal (found, 3);
      assert_true (repair_is_open (repair) == (i == 0));
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (makes_a_row_fit),
    cmocka_unit_test (leaves_other_problems),
    cmocka_unit_test (puts_together_what_a_bad_quote_cut),
    cmocka_unit_test (says_whether_a_quote_is_open),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
