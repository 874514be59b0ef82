#include "models/order.h"

#include <glib.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#define SECOND G_GINT64_CONSTANT (1000000000)
#define NOW (1000000 * SECOND)

/* Of each pair the first comes first. */
static const struct
{
  const char *title;
  bool claimed[2];
  int64_t instant[2];
  const char *name[2];
} pairs[] = {
  { "a claimed file before an older one", { true, false }, { 9, 1 }, { "b.csv", "a.csv" } },
  { "of two claimed ones the older", { true, true }, { 1, 9 }, { "b.csv", "a.csv" } },
  { "the older one", { false, false }, { 1, 2 }, { "b.csv", "a.csv" } },
  { "by name", { 0 }, { 0 }, { "a.csv", "b.csv" } },
  { "digits by value", { 0 }, { 0 }, { "users-9.csv", "users-10.csv" } },
  { "in the middle of a name", { 0 }, { 0 }, { "users-9-of-10.csv", "users-10-of-10.csv" } },
  { "the first number counts first", { 0 }, { 0 }, { "users-2-10.csv", "users-10-2.csv" } },
  { "the second where that is the same", { 0 }, { 0 }, { "users-2-9.csv", "users-2-10.csv" } },
  { "leading zeros are no value", { 0 }, { 0 }, { "users-009.csv", "users-10.csv" } },
  { "the other way too", { 0 }, { 0 }, { "users-9.csv", "users-010.csv" } },
  { "of one value by bytes", { 0 }, { 0 }, { "users-09.csv", "users-9.csv" } },
  { "nothing but zeros", { 0 }, { 0 }, { "users-0.csv", "users-00.csv" } },
  { "zeros before one", { 0 }, { 0 }, { "users-000.csv", "users-1.csv" } },
  { "dates as they are", { 0 }, { 0 }, { "users_2026-09-30.csv", "users_2026-10-01.csv" } },
  { "beyond any number", { 0 }, { 0 }, { "u99999999999999999999999999.csv", "u100000000000000000000000000.csv" } },
  { "a number before a word", { 0 }, { 0 }, { "users10.csv", "usersb.csv" } },
  { "a name before those that go on", { 0 }, { 0 }, { "users", "users-2" } },
  { "even with what is below a digit", { 0 }, { 0 }, { "users", "users 2" } },
  { "also where it ends", { 0 }, { 0 }, { "users.csv", "users-2.csv" } },
  { "a blank behind it", { 0 }, { 0 }, { "users.csv.gz", "users 2.csv" } },
  { "and without one", { 0 }, { 0 }, { "users", "users2" } },
  { "capitals before small letters, as bytes are", { 0 }, { 0 }, { "Users.csv", "users.csv" } },
};

static int
sign (int n)
{
  return (n > 0) - (n < 0);
}

static void
the_first_comes_first (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autofree char *left_key = order_key (pairs[i].name[0]), *right_key = order_key (pairs[i].name[1]);
      const Order left = { pairs[i].claimed[0], pairs[i].instant[0], left_key };
      const Order right = { pairs[i].claimed[1], pairs[i].instant[1], right_key };
      if (sign (order_compare (&left, &right)) != -1 || sign (order_compare (&right, &left)) != 1
          || order_compare (&left, &left) != 0)
        fail_msg ("%s: \"%s\" and \"%s\"", pairs[i].title, pairs[i].name[0], pairs[i].name[1]);
    }
}

/* Every name that has another is before or behind it, and the relation is transitive: sorted in any order it gives the same. */
static int
compare_names (const void *a, const void *b)
{
  g_autofree char *left = order_key (*(const char *const *) a), *right = order_key (*(const char *const *) b);
  return strcmp (left, right);
}

static void
the_order_is_total (void **state)
{
  (void) state;
  static const char pieces[] = "09a-1. 0";
  const char *names[400], *again[400];
  g_autoptr (GPtrArray) owned = g_ptr_array_new_with_free_func (g_free);
  for (unsigned i = 0; i < G_N_ELEMENTS (names); i++)
    {
      char name[5] = { pieces[i % 8], pieces[i / 8 % 8], pieces[i / 64 % 8], pieces[i * 7 % 8], '\0' };
      names[i] = again[G_N_ELEMENTS (names) - 1 - i] = g_strdup (name);
      g_ptr_array_add (owned, (char *) names[i]);
    }
  qsort (names, G_N_ELEMENTS (names), sizeof *names, compare_names);
  qsort (again, G_N_ELEMENTS (again), sizeof *again, compare_names);
  for (unsigned i = 0; i < G_N_ELEMENTS (names); i++)
    {
      assert_string_equal (names[i], again[i]);
      for (unsigned j = i + 1; j < G_N_ELEMENTS (names); j++)
        if (compare_names (&names[i], &names[j]) > 0
            || (compare_names (&names[i], &names[j]) == 0) != (strcmp (names[i], names[j]) == 0))
          fail_msg ("\"%s\" and \"%s\"", names[i], names[j]);
    }
}

static const struct
{
  const char *title;
  int64_t mtime, ctime, instant;
} instants[] = {
  { "a file that was written here", NOW - 5, NOW - 5, NOW - 5 },
  { "one that has its time from elsewhere", NOW - 900 * SECOND, NOW - 5, NOW - 900 * SECOND },
  { "a time that was ahead when it was set", NOW + 900 * SECOND, NOW - 5, NOW - 5 },
  { "and that has come since", NOW - 3, NOW - 5, NOW - 5 },
  { "a file server whose clock is a little ahead", NOW + 2 * SECOND, NOW + 2 * SECOND, NOW + 2 * SECOND },
  { "a clock that was set back", NOW + 900 * SECOND, NOW + 900 * SECOND, NOW },
  { "and a time before it", NOW - 7, NOW + 900 * SECOND, NOW - 7 },
  { "before 1970", -5, NOW, -5 },
};

static void
an_instant_is_not_ahead (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (instants); i++)
    if (order_instant (instants[i].mtime, instants[i].ctime, NOW) != instants[i].instant)
      fail_msg ("%s: %" G_GINT64_FORMAT, instants[i].title, order_instant (instants[i].mtime, instants[i].ctime, NOW));
}

static void
ahead_is_more_than_clocks_differ (void **state)
{
  (void) state;
  assert_false (order_is_ahead (NOW, NOW));
  assert_false (order_is_ahead (NOW + 60 * SECOND, NOW));
  assert_true (order_is_ahead (NOW + 61 * SECOND, NOW));
  assert_false (order_is_ahead (INT64_MIN, NOW));
  assert_true (order_is_ahead (INT64_MAX, NOW));
}

static void
a_wait_is_bounded (void **state)
{
  (void) state;
  assert_int_equal (order_waits_until (NOW - 5, 0, NOW), NOW - 5);
  assert_int_equal (order_waits_until (NOW - 5, 1.5, NOW), NOW - 5 + SECOND * 3 / 2);
  assert_int_equal (order_waits_until (NOW + 2 * SECOND, 60, NOW), NOW + 62 * SECOND);
  assert_int_equal (order_waits_until (NOW + 900 * SECOND, 60, NOW), NOW);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (the_first_comes_first),
    cmocka_unit_test (the_order_is_total),
    cmocka_unit_test (an_instant_is_not_ahead),
    cmocka_unit_test (a_wait_is_bounded),
    cmocka_unit_test (ahead_is_more_than_clocks_differ),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
