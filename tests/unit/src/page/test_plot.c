#include "src/page/plot.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static int
count (const char *text, const char *part)
{
  int times = 0;
  while ((text = strstr (text, part)) != NULL)
    {
      times++;
      text += strlen (part);
    }
  return times;
}

/* Owned by the caller. */
static char *
plot (const char *days)
{
  GString *out = g_string_new (NULL);
  Html html = { out };
  g_autoptr (Json) json = weir_json_parse (days, strlen (days), "days", NULL);
  assert_non_null (json);
  plot_activity (&html, json, "2026-11-29");
  return g_string_free (out, FALSE);
}

static void
days_are_bars_each (void **state)
{
  (void) state;
  g_autofree char *svg = plot ("[{\"day\": \"2026-11-28\", \"files\": 2, \"opened\": 10, \"closed\": 0},"
                               " {\"day\": \"2026-11-29\", \"files\": 1, \"opened\": 5, \"closed\": 5}]");
  assert_int_equal (count (svg, "class=\"opened\""), 2);
  assert_int_equal (count (svg, "class=\"closed\""), 1);
  /* The higher one has all the room above the line, the other half of it. */
  assert_non_null (strstr (svg, "y=\"20.0\" width=\"7.2\" height=\"100.0\""));
  assert_non_null (strstr (svg, "y=\"70.0\" width=\"7.2\" height=\"50.0\""));
  assert_non_null (strstr (svg, "<title>2026-11-28: 10 opened, 0 closed, 2 files</title>"));
  assert_int_equal (count (svg, "<rect "), count (svg, "</rect>"));
}

static void
older_days_make_weeks (void **state)
{
  (void) state;
  g_autofree char *svg = plot ("[{\"day\": \"2020-01-01\", \"files\": 1, \"opened\": 9, \"closed\": 0},"
                               " {\"day\": \"2026-08-31\", \"files\": 1, \"opened\": 1, \"closed\": 0},"
                               " {\"day\": \"2026-11-28\", \"files\": 1, \"opened\": 3, \"closed\": 0},"
                               " {\"day\": \"2026-11-29\", \"files\": 1, \"opened\": 4, \"closed\": 0},"
                               " {\"day\": \"2026-12-30\", \"files\": 1, \"opened\": 9, \"closed\": 0}]");
  assert_non_null (strstr (svg, "<title>week of 2026-11-23: 7 opened, 0 closed, 2 files</title>"));
  assert_int_equal (count (svg, "class=\"opened\""), 2); /* what is before, or in the future, is in the numbers alone */
  assert_non_null (strstr (svg, ">2020-01-01</th>"));
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (days_are_bars_each), cmocka_unit_test (older_days_make_weeks) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
