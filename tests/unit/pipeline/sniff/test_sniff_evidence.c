#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pipeline/sniff/sniff_evidence.h"
#include "pipeline/sniff/sniff_kind.h"
#include "tests/unit/pipeline/records.h"

/* id, name, day and sum of a table, and a table of words only. */
static unsigned char values[] = { KIND_NUMBER, KIND_TEXT, KIND_DATE, KIND_NUMBER };
static unsigned char words[] = { KIND_TEXT, KIND_TEXT, KIND_TEXT, KIND_TEXT };
static const SniffEvidence table = { .fields = 4, .kinds = values };
static const SniffEvidence of_words = { .fields = 4, .kinds = words };

static const struct
{
  const char *what;
  const SniffEvidence *evidence;
  const char *record; /* cells between | */
  bool is_row;
  size_t words_above; /* columns of values with words in this record */
} cases[] = {
  { "a row", &table, "1|ann|2026-01-02|5", true, 0 },
  { "its last cells lost", &table, "1|ann", true, 0 },
  { "its first cell lost", &table, "ann|2026-01-02|5", true, 0 },
  { "a cell too many", &table, "1|ann|x|2026-01-02|5", true, 0 },
  { "a remark", &table, "printed by ann", false, 0 },
  { "a number at its right, with few cells", &table, "total|5", false, 0 },
  { "another table's header", &table, "code|label|kind|rank", false, 3 },
  { "one with fewer columns", &table, "code|label", false, 3 },
  { "words for nothing", &table, "NA|ann|-|NA", false, 0 },
  { "words, and a value", &table, "code|label|kind|5", true, 0 },
  { "words where all are", &of_words, "a|b|c", true, 0 },
  { "few words where all are", &of_words, "a|b", false, 0 },
};

static void
records_are_told_from_remarks_and_headers (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TestRecord made;
      const Record *record = test_record (&made, 1, cases[i].record);
      if (sniff_is_row (cases[i].evidence, record) != cases[i].is_row)
        fail_msg ("%s: %s a row", cases[i].what, cases[i].is_row ? "is not taken for" : "is taken for");
      size_t above = sniff_words_above_values (cases[i].evidence, record);
      if (above != cases[i].words_above)
        fail_msg ("%s: words above %zu columns of values, not %zu", cases[i].what, above, cases[i].words_above);
    }
}

static void
columns_of_values_are_known (void **state)
{
  (void) state;
  static const bool is_value[] = { true, false, true, true };
  for (size_t i = 0; i < G_N_ELEMENTS (is_value); i++)
    {
      assert_int_equal (sniff_is_value (&table, i), is_value[i]);
      assert_false (sniff_is_value (&of_words, i));
    }
}

static void
a_doubtful_file_is_unsure_and_lacks_something (void **state)
{
  (void) state;
  assert_true (sniff_is_doubtful (49, 50, 1, 1));
  assert_true (sniff_is_doubtful (49, 50, 0, 0));
  assert_false (sniff_is_doubtful (49, 50, 0, 1));
  assert_false (sniff_is_doubtful (50, 50, 9, 0));
  assert_false (sniff_is_doubtful (1, 0, 9, 0));
}

static void
the_confidence_is_said_in_whole_percent (void **state)
{
  (void) state;
  static const struct
  {
    double confidence;
    int percent;
  } percents[] = { { 0, 0 }, { 0.494, 49 }, { 0.495, 50 }, { 0.799, 80 }, { 1, 100 } };
  for (size_t i = 0; i < G_N_ELEMENTS (percents); i++)
    assert_int_equal (sniff_percent (&(SniffEvidence) { .confidence = percents[i].confidence }), percents[i].percent);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (records_are_told_from_remarks_and_headers),
    cmocka_unit_test (columns_of_values_are_known),
    cmocka_unit_test (a_doubtful_file_is_unsure_and_lacks_something),
    cmocka_unit_test (the_confidence_is_said_in_whole_percent),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
