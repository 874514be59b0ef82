/* Ids that may occur more than once: all that do, few that do not, and no more memory than was said. */
#include "pipeline/stage/repeats.h"
#include "tests/support/spread_ids.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

/* "ids" different ones, the first "repeated" of them "times" times more. */
static Repeats *
pass_by (int64_t file_bytes, int64_t ids, int64_t repeated, int times)
{
  Repeats *repeats = repeats_new (file_bytes);
  for (int64_t i = 0; i < ids; i++)
    repeats_add (repeats, id_of (i));
  for (int t = 0; t < times; t++)
    for (int64_t i = 0; i < repeated; i++)
      repeats_add (repeats, id_of (i));
  return repeats;
}

static bool
is_among (const Uid *ids, size_t count, Uid id)
{
  for (size_t i = 0; i < count; i++)
    if (uid_equal (ids[i], id))
      return true;
  return false;
}

/* Given so many ids in a file of that size, some of them again, then those are suspected and at most so many others; or too many. */
static const struct
{
  const char *what;
  int64_t file_bytes, ids, repeated;
  int times, most_others;
  bool named;
} cases[] = {
  { "no row", 0, 0, 0, 0, 0, true },
  { "one row", 30, 1, 0, 0, 0, true },
  { "a small file, none twice", 5000, 100, 0, 0, 0, true },
  { "a small file, one twice", 5000, 100, 1, 1, 0, true },
  { "a file of one key", 5000000, 1, 1, 50000, 0, true },
  { "a large file, none twice", 10000000, 200000, 0, 0, 2, true },
  { "a large file, some three times", 10000000, 200000, 500, 2, 2, true },
  { "as many as are named", 10000000, 200000, REPEATS_MOST - 10, 1, 10, true },
  { "one too many", 10000000, 200000, REPEATS_MOST + 1, 1, 0, false },
  { "all of them twice", 10000000, 100000, 100000, 1, 0, false },
  { "more rows than the filter is made for", 100, 300000, 0, 0, 0, false },
};

static void
test_suspects (void **state)
{
  (void) state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
      print_message ("  %s\n", cases[i].what);
      g_autoptr (Repeats) repeats = pass_by (cases[i].file_bytes, cases[i].ids, cases[i].repeated, cases[i].times);
      const Uid *ids;
      size_t count;

      bool named = repeats_suspects (repeats, &ids, &count);

      assert_int_equal (named, cases[i].named);
      if (!named)
        continue;
      assert_in_range (count, (size_t) cases[i].repeated, (size_t) (cases[i].repeated + cases[i].most_others));
      for (int64_t r = 0; r < MIN (cases[i].repeated, 500); r++)
        assert_true (is_among (ids, count, id_of (r)));
    }
}

/* What SQL is asked of the suspects. */
static void
test_condition (void **state)
{
  (void) state;
  g_autoptr (Repeats) none = pass_by (5000, 100, 0, 0), one = pass_by (5000, 100, 1, 3), many = pass_by (100, 300000, 0, 0);
  char id[UID_TEXT_SIZE];
  uid_format (id_of (0), id);
  g_autofree char *expected = g_strdup_printf ("s._id = any ('{%s}'::uuid[])", id);
  g_autofree char *expected_before = g_strdup_printf ("s._id in (select unnest('{%s}'::uuid[]))", id);
  g_autofree char *of_none = repeats_condition (none, "s._id", 150000), *of_one = repeats_condition (one, "s._id", 140000);
  g_autofree char *of_one_before = repeats_condition (one, "s._id", 130014);
  g_autofree char *of_many = repeats_condition (many, "s._id", 150000);
  assert_string_equal (of_one_before, expected_before);
  assert_null (of_none);
  assert_string_equal (of_one, expected);
  assert_string_equal (of_many, "true");
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_suspects), cmocka_unit_test (test_condition) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
