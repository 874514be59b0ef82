/* Rows that a table has already, told by those of it that pass by: never one that it has not, and nearly all where both are in one order. */
#include "pipeline/stage/window.h"
#include "tests/support/spread_ids.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#define ROWS 100000

/* The file's row at a place: the table's row "row" (rows from ROWS on it has not), as it is there or changed. */
typedef struct
{
  int row;
  bool changed;
} FileRow;

static FileRow
as_it_is (int at)
{
  return (FileRow) { at, false };
}

static FileRow
one_in_a_hundred (int at)
{
  return (FileRow) { at, at % 100 == 7 };
}

static FileRow
all_changed (int at)
{
  return (FileRow) { at, true };
}

static FileRow
none_there (int at)
{
  return (FileRow) { ROWS + at, false };
}

static FileRow
left_out_before (int at)
{
  return (FileRow) { at + 30000, false };
}

static FileRow
new_between (int at)
{
  return (FileRow) { at < 40000 ? at : at < 50000 ? ROWS + at : at - 10000, false };
}

static FileRow
each_twice (int at)
{
  return (FileRow) { at / 2, false };
}

static FileRow
every_third_elsewhere (int at)
{
  return (FileRow) { at % 3 == 0 ? ROWS + at : at, false };
}

static FileRow
thousands_turned (int at)
{
  return (FileRow) { at / 1000 * 1000 + 999 - at % 1000, false };
}

static FileRow
backwards (int at)
{
  return (FileRow) { ROWS - 1 - at, false };
}

/* Given a file of such rows, then so many of them are proved, at least and at most. */
static const struct
{
  const char *what;
  FileRow (*row) (int at);
  int rows, least, most;
} cases[] = {
  { "no row", as_it_is, 0, 0, 0 },
  { "all rows", as_it_is, ROWS, ROWS - 20, ROWS },
  { "one in a hundred is another", one_in_a_hundred, ROWS, ROWS / 100 * 99 - 20, ROWS / 100 * 99 },
  { "all are others", all_changed, ROWS, 0, 0 },
  { "none is there", none_there, ROWS, 0, 0 },
  { "the table's first 30,000 are left out", left_out_before, ROWS - 30000, ROWS - 30000 - 29000, ROWS - 30000 },
  { "10,000 new ones in the middle", new_between, ROWS, ROWS - 10000 - 1000, ROWS - 10000 },
  { "each twice", each_twice, ROWS, ROWS / 2 - 20, ROWS / 2 },
  { "every third is elsewhere in the table", every_third_elsewhere, ROWS, ROWS / 3 * 2 - 20, ROWS / 3 * 2 + 1 },
  { "in order but for some thousands", thousands_turned, ROWS, ROWS - 20, ROWS },
  { "the last first", backwards, ROWS, 0, ROWS },
};

static int
count_proved (Window *window, FileRow (*row_at) (int at), int rows)
{
  g_autofree bool *used = g_new0 (bool, ROWS);
  int read = 0, proved = 0;
  for (int at = 0; at < rows; at++)
    {
      for (; read < ROWS && window_wants (window); read++)
        {
          window_add (window, id_of (read), id_of (-read - 1));
          if (read == ROWS - 1)
            window_end (window);
        }
      FileRow row = row_at (at);
      if (!window_has (window, id_of (row.row), row.changed ? id_of (-row.row - 2) : id_of (-row.row - 1)))
        continue;
      assert_true (row.row < ROWS && !row.changed && !used[row.row]);
      used[row.row] = true;
      proved++;
    }
  return proved;
}

static void
test_proved (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Window) window = window_new ();
      int proved = count_proved (window, cases[i].row, cases[i].rows);
      print_message ("  %s: %d proved\n", cases[i].what, proved);
      assert_in_range (proved, cases[i].least, cases[i].most);
    }
}

/* The table is read no further than its rows are of use. */
static void
test_wants_no_more_than_that (void **state)
{
  (void) state;
  g_autoptr (Window) window = window_new ();
  int64_t added = 0;
  for (; window_wants (window); added++)
    window_add (window, id_of (added), id_of (added));
  assert_int_equal (added, WINDOW_AHEAD);
  assert_true (window_has (window, id_of (99), id_of (99)));
  for (; window_wants (window); added++)
    window_add (window, id_of (added), id_of (added));
  assert_int_equal (added, WINDOW_AHEAD + 100);
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_proved), cmocka_unit_test (test_wants_no_more_than_that) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
