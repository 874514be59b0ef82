/* What the rows of a file refer to: each once, and no more than are kept. */
#include "pipeline/stage/referred.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

/* Ids of which many begin alike, so that they are looked for at the same place. */
static Uid
id_of (int64_t number)
{
  Uid id = { { 0 } };
  uint32_t begin = (uint32_t) (number % 1000);
  memcpy (id.bytes, &begin, sizeof begin);
  memcpy (id.bytes + 8, &number, sizeof number);
  return id;
}

static void
test_count (void **state)
{
  static const struct
  {
    const char *what;
    int64_t ids, times, count;
  } cases[] = {
    { "none", 0, 1, 0 },
    { "one, a thousand times", 1, 1000, 1 },
    { "many, each twice", 3000, 2, 3000 },
  };
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].what);
      g_autoptr (Referred) referred = referred_new ();
      for (int64_t time = 0; time < cases[i].times; time++)
        for (int64_t id = 1; id <= cases[i].ids; id++)
          referred_add (referred, id_of (id));
      assert_int_equal (referred_count (referred), cases[i].count);
    }
}

static void
test_most (void **state)
{
  (void) state;
  g_autoptr (Referred) referred = referred_new ();
  for (uint32_t i = 1; i <= REFERRED_MOST; i++)
    {
      Uid id = { { 0 } };
      memcpy (id.bytes, &i, sizeof i);
      referred_add (referred, id);
    }
  assert_int_equal (referred_count (referred), REFERRED_MOST);
  referred_add (referred, (Uid) { { 1 } });
  assert_int_equal (referred_count (referred), REFERRED_MOST);
  referred_add (referred, (Uid) { { 0, 0, 0, 0, 1 } });
  assert_int_equal (referred_count (referred), -1);
  referred_add (referred, (Uid) { { 1 } });
  assert_int_equal (referred_count (referred), -1);
}

static void
test_zeros (void **state)
{
  (void) state;
  g_autoptr (Referred) referred = referred_new ();
  referred_add (referred, (Uid) { { 0 } });
  assert_int_equal (referred_count (referred), -1);
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_count), cmocka_unit_test (test_most), cmocka_unit_test (test_zeros) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
