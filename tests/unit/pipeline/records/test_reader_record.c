#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pipeline/records/reader_record.h"
#include "tests/unit/pipeline/reading.h"
#include "tests/unit/pipeline/records.h"

static void
headers_of_several_rows_are_joined_cell_by_cell (void **state)
{
  (void) state;
  static const struct
  {
    const char *above, *below; /* cells between |, "~" is "" in quotes; above NULL: there is none */
    const char *joined;
  } cases[] = {
    { "year|sum", "of birth|in EUR", "3 <year of birth><sum in EUR>\n" },
    { "year||sum", "2020|2021", "3 <year 2020><year 2021><sum>\n" },
    { "north||south|", "X|Y|X|Y", "3 <north X><north Y><south X><south Y>\n" },
    { "|north|||south||", "id|X|Y|Z|X|Y|Z", "3 <id><north X><north Y><north Z><south X><south Y><south Z>\n" },
    { "id|address||phone|", "|street|city|home|work", "3 <id><address street><address city><phone home><phone work>\n" },
    { "id|name||", "||street|city", "3 <id><name><street><city>\n" },
    { "id|price||born", "(no)|(EUR)|(USD)|(date)", "3 <id (no)><price (EUR)><(USD)><born (date)>\n" },
    { "a||b|", "x||y|z", "3 <a x>-<b y><b z>\n" },
    { "~||a|", "x|y|z|w", "3 <x><y><a z><a w>\n" },
    { "|||year", "|||2009", "3 ---<year 2009>\n" },
    { "north|north|south|south", "X|Y|X|Y", "3 <north X><north Y><south X><south Y>\n" },
    { "a|", "x|y|z", "3 <a x><a y><z>\n" },
    { "a x||b x|", "1|2|1|2", "3 <a x 1><a x 2><b x 1><b x 2>\n" },
    { "|a", "|b", "3 -<a b>\n" },
    { "~|a", "|b", "3 <><a b>\n" },
    { NULL, "a|b", "4 <a><b>\n" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TestRecord above = { { 0 }, { { 0 } } }, below;
      if (cases[i].above != NULL)
        test_record (&above, 3, cases[i].above);
      g_autofree char *memory = NULL;
      Record joined = record_join (&above.record, test_record (&below, 4, cases[i].below), &memory);
      g_autoptr (GString) seen = g_string_new (NULL);
      describe_record (seen, &joined);
      assert_string_equal (seen->str, cases[i].joined);
      g_autofree char *raw = g_strjoin ("\n", cases[i].above != NULL ? cases[i].above : cases[i].below,
                                        cases[i].above != NULL ? cases[i].below : NULL, NULL);
      assert_int_equal (joined.raw_length, strlen (raw));
      assert_memory_equal (joined.raw, raw, joined.raw_length);
    }
}

static void
a_copy_outlives_what_it_is_of (void **state)
{
  (void) state;
  g_autofree char *text = g_strdup ("1|ann"), *problem = g_strdup ("stray quote");
  TestRecord made;
  test_record (&made, 7, text);
  made.record.blank = true;
  g_autofree char *memory = NULL, *bad_memory = NULL;
  Record copy = record_copy (&made.record, &memory);
  const Record bad = { .line = 8, .raw = text, .raw_length = 5, .problem = problem, .reason = REASON_STRAY_QUOTE };
  Record bad_copy = record_copy (&bad, &bad_memory);
  memset (text, 'x', strlen (text));
  memset (problem, 'x', strlen (problem));
  g_autoptr (GString) seen = g_string_new (NULL);
  describe_record (seen, &copy);
  describe_record (seen, &bad_copy);
  assert_string_equal (seen->str, "7 <1><ann>\n8 !stray_quote stray quote {1|ann}\n");
  assert_true (copy.blank);
}

static void
what_is_wrong_is_said_with_its_reason (void **state)
{
  (void) state;
  static const struct
  {
    Record record;
    const char *words;
    Reason reason;
  } cases[] = {
    { { .n_fields = 1 }, "1 field where there are 3 columns", REASON_TOO_FEW_FIELDS },
    { { .n_fields = 4 }, "4 fields where there are 3 columns", REASON_TOO_MANY_FIELDS },
    { { .problem = "unclosed quote", .reason = REASON_UNCLOSED_QUOTE }, "unclosed quote", REASON_UNCLOSED_QUOTE },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      char buffer[80];
      assert_string_equal (record_describe (&cases[i].record, 3, buffer, sizeof buffer), cases[i].words);
      assert_int_equal (record_reason (&cases[i].record, 3), cases[i].reason);
    }
}

static void
bytes_are_placed_as_people_count (void **state)
{
  (void) state;
  static const struct
  {
    size_t offset;
    int64_t line;
    size_t byte;
  } cases[] = { { 0, 5, 1 }, { 2, 5, 3 }, { 3, 6, 1 }, { 6, 6, 4 }, { 7, 7, 1 }, { 8, 8, 1 }, { 9, 8, 2 } };
  static const char raw[] = "ab\ncd\r\n\refg"; /* a lone CR ends a line, too */
  const Record record = { .line = 5, .raw = raw, .raw_length = strlen (raw) };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      int64_t line = 0;
      size_t byte = record_byte_in_line (&record, cases[i].offset, &line);
      if (line != cases[i].line || byte != cases[i].byte)
        fail_msg ("byte %zu is byte %zu of line %" G_GINT64_FORMAT, cases[i].offset, byte, line);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (headers_of_several_rows_are_joined_cell_by_cell),
    cmocka_unit_test (a_copy_outlives_what_it_is_of),
    cmocka_unit_test (what_is_wrong_is_said_with_its_reason),
    cmocka_unit_test (bytes_are_placed_as_people_count),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
