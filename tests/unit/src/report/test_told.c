#include "src/report/told.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static const char board_text[] =
    "[{\"file\": \"a.csv\", \"run\": null, \"table\": \"a\", \"cause\": \"busy\", \"text\": \"somebody works on it\","
    "  \"since\": 1795858200000000, \"next\": 1795858215000000},"
    " {\"file\": \"a.csv\", \"run\": \"r1\", \"table\": \"a\", \"cause\": \"in_work\", \"text\": null,"
    "  \"since\": 1795858200000000, \"next\": 0, \"progress\": {\"percent\": 45}},"
    " {\"file\": \"c.csv\", \"run\": null, \"table\": \"c\", \"cause\": \"in_work\", \"text\": \"staging\","
    "  \"since\": 1795858200000000, \"next\": 0},"
    " {\"file\": \"d.csv\", \"run\": null, \"table\": \"d\", \"cause\": \"waits\", \"text\": \"waits for c, which was never "
    "loaded\","
    "  \"since\": 1795858200000000, \"next\": 0}]";

static void
each_entry_has_its_text_and_its_json (void **state)
{
  (void) state;
  static const struct
  {
    const char *file, *run;
    bool in_work;
    const char *text, *json; /* text NULL: nothing is told */
  } rows[] = {
    { "a.csv", NULL, false, "somebody works on it; since 10.0 s, tried again in 5.00 s",
      "{\"cause\":\"busy\",\"since\":\"2026-11-28T09:30:00Z\",\"next_try\":\"2026-11-28T09:30:15Z\"}" },
    { "a.csv", "r1", true, "since 10.0 s",
      "{\"cause\":\"in_work\",\"since\":\"2026-11-28T09:30:00Z\",\"next_try\":null,\"progress\":{\"percent\":45}}" },
    { "a.csv", "r2", false, NULL, "{\"cause\":null,\"since\":null,\"next_try\":null}" },
    /* a supervisor does not know at once which run its worker has made of the name */
    { "c.csv", "r3", true, "staging; since 10.0 s",
      "{\"cause\":\"in_work\",\"since\":\"2026-11-28T09:30:00Z\",\"next_try\":null}" },
    /* status has the state "waits" before it */
    { "d.csv", NULL, false, "for c, which was never loaded; since 10.0 s",
      "{\"cause\":\"waits\",\"since\":\"2026-11-28T09:30:00Z\",\"next_try\":null}" },
    { "b.csv", NULL, false, NULL, "{\"cause\":null,\"since\":null,\"next_try\":null}" },
  };
  g_autoptr (Json) board = weir_json_parse (board_text, strlen (board_text), "board", NULL);
  assert_non_null (board);
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const Json *entry = told_find (board, rows[i].file, rows[i].run);
      g_autofree char *text = entry != NULL ? told_text (entry, NULL, INT64_C (1795858210000000)) : NULL;
      if (rows[i].text == NULL)
        assert_null (text);
      else
        assert_string_equal (text, rows[i].text);
      assert_int_equal (told_in_work (entry), rows[i].in_work);
      g_autoptr (Json) object = json_object ();
      told_to_json (entry, object);
      g_autofree char *json = weir_json_text (object);
      assert_string_equal (json, rows[i].json);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (each_entry_has_its_text_and_its_json),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
