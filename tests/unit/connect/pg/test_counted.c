/* Which numbers have passed for good: counted_next. */
#include "connect/pg/counted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static Json *
parse (const char *text)
{
  g_autofree char *json = g_strdelimit (g_strdup (text), "'", '"');
  return strcmp (json, "null") == 0 ? NULL : weir_json_parse (json, strlen (json), "a case", NULL);
}

static void
test_next (void **state)
{
  (void) state;
  static const struct
  {
    const char *position, *seen;
    int64_t xmin, since;
    bool is_hidden;
    const char *next;
  } cases[] = {
    /* Nobody is open. */
    { "null", "{'id': 7, '$xmax': 100, '$at': 10}", 100, 20, false, "{'id': 7}" },
    { "{'id': 3}", "{'id': 7, '$xmax': 100, '$at': 10}", 101, 20, false, "{'id': 7}" },
    { "{'id': 3, '$earlier': [{'id': 5, '$xmax': 90, '$at': 5}]}", "{'id': 7, '$xmax': 100, '$at': 10}", 100, 20, false,
      "{'id': 7}" },
    /* One that wrote, one that did not, and one that nobody sees. */
    { "{'id': 3}", "{'id': 7, '$xmax': 100, '$at': 10}", 99, 20, false,
      "{'id': 3, '$earlier': [{'id': 7, '$xmax': 100, '$at': 10}]}" },
    { "{'id': 3}", "{'id': 7, '$xmax': 100, '$at': 10}", 100, 10, false,
      "{'id': 3, '$earlier': [{'id': 7, '$xmax': 100, '$at': 10}]}" },
    { "{'id': 3}", "{'id': 7, '$xmax': 100, '$at': 10}", 100, 10, true, "{'id': 7}" },
    /* The newest that has passed counts; those behind it stay. */
    { "{'id': 3, '$earlier': [{'id': 4, '$xmax': 90, '$at': 4}, {'id': 5, '$xmax': 95, '$at': 5}, {'id': 6, '$xmax': 99, '$at': "
      "6}]}",
      "{'id': 7, '$xmax': 100, '$at': 10}", 96, 20, false,
      "{'id': 5, '$earlier': [{'id': 6, '$xmax': 99, '$at': 6}, {'id': 7, '$xmax': 100, '$at': 10}]}" },
    /* The first reading, with one open; an empty table. */
    { "null", "{'id': 7, '$xmax': 100, '$at': 10}", 50, 20, false, "{'$earlier': [{'id': 7, '$xmax': 100, '$at': 10}]}" },
    { "null", "null", 50, 20, false, "null" },
    { "{'id': 3}", "null", 50, 20, false, "{'id': 3}" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Json) position = parse (cases[i].position), seen = parse (cases[i].seen), wanted = parse (cases[i].next);
      const Horizon horizon = { .us = cases[i].since, .is_hidden = cases[i].is_hidden };
      g_autoptr (Json) next = counted_next (position, seen, cases[i].xmin, &horizon, false);
      if (next != wanted && !json_equal (next, wanted))
        fail_msg ("case %zu: %s", i, next != NULL ? weir_json_text (next) : "null");
    }
}

/* However long somebody is open, a position stays small, and its oldest numbers stay. */
static void
test_many (void **state)
{
  (void) state;
  Json *position = parse ("{'id': 1}");
  const Horizon horizon = { .us = 1 };
  for (int i = 2; i < 100; i++)
    {
      g_autoptr (Json) seen = json_pack ("{s:i, s:i, s:i}", "id", i, "$xmax", 100 + i, "$at", i), before = position;
      position = counted_next (before, seen, 50, &horizon, false);
    }
  const Json *earlier = json_object_get (position, "$earlier");
  assert_in_range (json_array_size (earlier), 10, 20);
  assert_int_equal (json_integer_value (json_object_get (json_array_get (earlier, 0), "id")), 2);
  assert_int_equal (json_integer_value (json_object_get (json_array_get (earlier, json_array_size (earlier) - 1), "id")), 99);
  json_decref (position);
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_next), cmocka_unit_test (test_many) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
