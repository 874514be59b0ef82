/* What becomes of a delivery that did not go well. */
#include "src/push/said.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static void
test_ends (void **state)
{
  static const struct
  {
    ConnectedHow how;
    bool is_late;
    int64_t attempts;
    const char *word;
    bool is_stopped, may_help;
  } cases[] = {
    { CONNECTED_TRANSIENT, false, 9, "transient", false, true },
    { CONNECTED_CRASHED, false, 2, "crashed", false, true },
    { CONNECTED_CRASHED, false, 3, "crashed", false, false },
    { CONNECTED_CONFIGURATION, false, 1, "configuration", false, false },
    { CONNECTED_CREDENTIALS, false, 1, "credentials", false, false },
    { CONNECTED_STOPPED, false, 1, "stopped", true, false },
    { CONNECTED_STOPPED, true, 9, "transient", false, true },
  };
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Connected connected = { .how = cases[i].how, .is_late = cases[i].is_late };
      print_message ("  %zu\n", i);
      assert_string_equal (said_class (&connected), cases[i].word);
      assert_int_equal (said_is_stopped (&connected), cases[i].is_stopped);
      assert_int_equal (said_may_help (&connected, cases[i].attempts), cases[i].may_help);
    }
}

static void
test_names (void **state)
{
  (void) state;
  g_autoptr (Json) before = json_loads ("[{\"name\": \"ann\", \"status\": \"sent\"}, {\"name\": \"bob\", \"status\": \"refused\"}, "
                                        "{\"name\": \"cid\", \"status\": \"again\"}]",
                                        0, NULL);
  Json *now = json_loads ("[{\"name\": \"cid\", \"status\": \"refused\"}]", 0, NULL);
  g_autoptr (Json) detail = json_object (), notes = json_array ();
  const Connected connected = { .delivered = now, .notes = notes };
  said_by_connector (detail, before, &connected);
  g_autoptr (Json) sent = said_names (json_object_get (detail, "delivered"), "sent");
  g_autoptr (Json) refused = said_names (json_object_get (detail, "delivered"), "refused");
  g_autofree char *sent_text = weir_json_text (sent), *refused_text = weir_json_text (refused);
  assert_string_equal (sent_text, "[\"ann\"]");
  assert_string_equal (refused_text, "[\"cid\",\"bob\"]");
  json_decref (now);
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_ends), cmocka_unit_test (test_names) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
