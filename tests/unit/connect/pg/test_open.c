/* Which values have passed for good: open_next. */
#include "connect/pg/open.h"

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

#define MARKS "'$xmax': 100, '$at': 5"

static void
test_next (void **state)
{
  (void) state;
  static const struct
  {
    const char *position, *seen, *names, *next;
  } cases[] = {
    /* Nobody is open. */
    { "null", "{'id': 7}", "[]", "{'id': 7}" },
    { "{'id': 3}", "{'id': 7}", "[]", "{'id': 7}" },
    { "{'id': 3, '$earlier': {'id': 5, '$open': ['3/1']}}", "{'id': 7}", "[]", "{'id': 7}" },
    /* One is; in an empty table, too. */
    { "{'id': 3}", "{'id': 7}", "['3/1']", "{'id': 3, '$earlier': {'id': 7, '$open': ['3/1'], " MARKS "}}" },
    { "null", "{'id': 7}", "['3/1']", "{'$earlier': {'id': 7, '$open': ['3/1'], " MARKS "}}" },
    { "null", "null", "['3/1']", "null" },
    { "{'id': 3}", "null", "['3/1']", "{'id': 3}" },
    /* Those that have come since do not count, and who has ended is not waited for twice. */
    { "{'id': 3, '$earlier': {'id': 5, '$open': ['3/1', '4/1'], '$xmax': 90, '$at': 2}}", "{'id': 7}", "['3/2', '4/1']",
      "{'id': 3, '$earlier': {'id': 5, '$open': ['4/1'], '$xmax': 90, '$at': 2}}" },
    { "{'id': 3, '$earlier': {'id': 5, '$open': ['4/1'], '$xmax': 90, '$at': 2}}", "{'id': 7}", "['3/2', '4/2']",
      "{'id': 5, '$earlier': {'id': 7, '$open': ['3/2', '4/2'], " MARKS "}}" },
    { "{'id': 3, '$earlier': {'id': 5, '$open': ['4/1'], '$xmax': 90, '$at': 2}}", "null", "['3/2']", "{'id': 5}" },
    /* Whoever is not open any more may have been prepared; once that was counted, others that are prepared since are not. */
    { "{'id': 3, '$earlier': {'id': 5, '$open': ['4/1'], '$xmax': 90, '$at': 2}}", "{'id': 7}", "['prepared 80']",
      "{'id': 3, '$earlier': {'id': 5, '$open': ['prepared 80'], '$xmax': 90, '$at': 2}}" },
    { "{'id': 3, '$earlier': {'id': 5, '$open': ['4/1', 'prepared 80'], '$xmax': 90, '$at': 2}}", "{'id': 7}",
      "['prepared 80', 'prepared 81']",
      "{'id': 3, '$earlier': {'id': 5, '$open': ['prepared 80', 'prepared 81'], '$xmax': 90, '$at': 2}}" },
    { "{'id': 3, '$earlier': {'id': 5, '$open': ['prepared 80'], '$xmax': 90, '$at': 2}}", "null", "['prepared 81']", "{'id': 5}" },
    /* What waited at a standby, which has no names. */
    { "{'id': 3, '$earlier': {'id': 5, '$xmax': 90, '$at': 2}}", "{'id': 7}", "['3/2']",
      "{'id': 3, '$earlier': {'id': 5, '$open': ['3/2'], '$xmax': 90, '$at': 2}}" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Json) position = parse (cases[i].position), seen = parse (cases[i].seen), wanted = parse (cases[i].next);
      g_autoptr (Json) names = parse (cases[i].names);
      const Open now = { .at_us = 5 * G_USEC_PER_SEC, .names = names, .xmin = 1, .xmax = 100 };
      g_autoptr (Json) next = open_next (position, seen, names, &now);
      if (next != wanted && !json_equal (next, wanted))
        fail_msg ("case %zu: %s", i, next != NULL ? weir_json_text (next) : "null");
    }
}

/* A standby knows of those alone that have written by then; Redshift of none. */
static void
test_blind (void **state)
{
  (void) state;
  static const struct
  {
    const char *position;
    int64_t xmin, xmax;
    const char *next;
  } cases[] = {
    { "{'id': 3}", 100, 100, "{'id': 7}" },
    { "{'id': 3}", 99, 100, "{'id': 3, '$earlier': {'id': 7, " MARKS "}}" },
    { "{'id': 3, '$earlier': {'id': 5, '$xmax': 90, '$at': 2}}", 89, 100,
      "{'id': 3, '$earlier': {'id': 5, '$xmax': 90, '$at': 2}}" },
    { "{'id': 3, '$earlier': {'id': 5, '$xmax': 90, '$at': 2}}", 90, 100, "{'id': 5, '$earlier': {'id': 7, " MARKS "}}" },
    { "{'id': 3, '$earlier': {'id': 5, '$xmax': 90, '$at': 2}}", 100, 100, "{'id': 7}" },
    { "{'id': 3}", 0, 0, "{'id': 7}" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Json) position = parse (cases[i].position), seen = parse ("{'id': 7}"), wanted = parse (cases[i].next);
      g_autoptr (Json) names = json_array ();
      const Open now = {
        .at_us = 5 * G_USEC_PER_SEC, .names = names, .is_blind = true, .xmin = cases[i].xmin, .xmax = cases[i].xmax
      };
      g_autoptr (Json) next = open_next (position, seen, names, &now);
      if (!json_equal (next, wanted))
        fail_msg ("case %zu: %s", i, next != NULL ? weir_json_text (next) : "null");
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_next), cmocka_unit_test (test_blind) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
