#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pipeline/sniff/sniff_kind.h"
#include "pipeline/table/long_cell.h"
#include "tests/unit/pipeline/records.h"

static unsigned char kinds[] = { KIND_NUMBER, KIND_TEXT };
static const SniffEvidence evidence = { .fields = 2, .kinds = kinds };

/* Looks at "n" records of this text; false as soon as there is a long cell. */
static bool
look (LongCell *cell, const char *text, int n, int64_t *ret_line)
{
  for (int i = 0; i < n; i++)
    {
      TestRecord made;
      if (!long_cell_look (cell, &evidence, test_record (&made, 10 + i, text), ret_line))
        return false;
    }
  return true;
}

/* Given a quote that is open at its limit on line 7, and so many records behind it: rows, other lines, then the end of the file. */
static const struct
{
  const char *what;
  int rows, others;
  bool is_long;
} cases[] = {
  { "rows behind it: it was forgotten", 100, 0, false },
  { "none of them a row: they are its inside", 0, 100, true },
  { "half of them rows", 50, 50, false },
  { "less than half", 49, 51, true },
  { "few rows before the end", 3, 0, false },
  { "few lines before the end", 0, 3, true },
  { "rows for as long as anybody looks, then lines", 100, 200, false },
};

static void
what_follows_tells (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      LongCell cell = { 0 };
      int64_t line = 0;
      const Record open = { .line = 7, .open = true };
      assert_true (long_cell_look (&cell, &evidence, &open, &line));
      bool sound = look (&cell, "1|ann", cases[i].rows, &line) && look (&cell, "so to say", cases[i].others, &line)
                   && long_cell_look (&cell, &evidence, NULL, &line);
      if (sound == cases[i].is_long)
        fail_msg ("%s: %s", cases[i].what, sound ? "no long cell" : "a long cell");
      assert_int_equal (line, cases[i].is_long ? 7 : line);
    }
}

static void
rows_are_as_the_table_is (void **state)
{
  (void) state;
  static const char *const alike[] = { "1|ann", "|ann", "NA|bob" };
  static const char *const unlike[] = { "one|ann", "1|ann|x", "1" };
  for (size_t i = 0; i < G_N_ELEMENTS (alike) + G_N_ELEMENTS (unlike); i++)
    {
      LongCell cell = { .line = 7 };
      int64_t line = 0;
      bool like = i < G_N_ELEMENTS (alike);
      assert_true (look (&cell, like ? alike[i] : unlike[i - G_N_ELEMENTS (alike)], 1, &line));
      assert_int_equal (cell.alike, like);
    }
}

/* Nothing is in doubt before such a quote. */
static void
sound_records_are_passed (void **state)
{
  (void) state;
  LongCell cell = { 0 };
  int64_t line = 0;
  assert_true (look (&cell, "anything", 300, &line));
  assert_true (long_cell_look (&cell, &evidence, NULL, &line));
  assert_int_equal (cell.seen, 0);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (what_follows_tells),
    cmocka_unit_test (rows_are_as_the_table_is),
    cmocka_unit_test (sound_records_are_passed),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
