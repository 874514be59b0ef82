#include "src/load/pulse.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static void
each_sign_of_life_has_its_words (void **state)
{
  (void) state;
  static const struct
  {
    const char *json, *text;
  } rows[] = {
    { "{\"seconds\": 0}", "beginning" },
    { "{\"step\": \"INFER\", \"percent\": 7, \"bytes\": 70, \"total_bytes\": 1000, \"rows_per_second\": 7, \"seconds\": 0}",
      "reading 7 % of 1.0 kB, 7 rows/s" },
    { "{\"step\": \"LOAD\", \"percent\": 45, \"bytes\": 1, \"total_bytes\": 1200000000, \"rows_per_second\": 512300, "
      "\"seconds\": 9, \"seconds_left\": 11}",
      "staging 45 % of 1.2 GB, 512,300 rows/s, 11.0 s left" },
    { "{\"step\": \"TRANSFORM\", \"part\": 3, \"parts\": 8, \"seconds\": 12}", "applying, part 3 of 8, 12.0 s" },
    { "{\"step\": \"TRANSFORM\", \"part\": 3, \"parts\": 8, \"seconds\": 12, \"about_seconds\": 40}",
      "applying, part 3 of 8, 12.0 s of about 40.0 s" },
    { "{\"step\": \"TRANSFORM\", \"part\": 3, \"parts\": 8, \"seconds\": 12, \"waits_seconds\": 10}",
      "applying, part 3 of 8, 12.0 s; waits since 10.0 s for the server" },
    { "{\"step\": \"TRANSFORM\", \"part\": 3, \"parts\": 8, \"seconds\": 12, \"waits_seconds\": 10, \"session\": {\"pid\": 4711, "
      "\"user\": "
      "\"ann\", \"application\": \"psql\", \"state\": \"idle in transaction\", \"since\": \"2026-11-28T09:30:00Z\", \"query\": "
      "\"select ?\"}}",
      "applying, part 3 of 8, 12.0 s; waits since 10.0 s for session 4711 (ann, psql), idle in transaction since "
      "2026-11-28T09:30:00Z: select ?" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Json) progress = weir_json_parse (rows[i].json, strlen (rows[i].json), "progress", NULL);
      g_autofree char *text = pulse_text (progress);
      assert_string_equal (text, rows[i].text);
    }
}

static int64_t
number_in (const Pulse *pulse, const char *member)
{
  g_autoptr (Json) json = pulse_to_json (pulse);
  const Json *number = json_object_get (json, member);
  return number != NULL ? json_integer_value (number) : -1;
}

static void
a_sign_is_due_each_second_and_says_what_was_noted_last (void **state)
{
  (void) state;
  Pulse pulse = { 0 };
  pulse_begin (&pulse);
  assert_int_equal (number_in (&pulse, "percent"), -1);
  assert_false (pulse_note (&pulse, "LOAD", 5, 20, 40));
  assert_int_equal (number_in (&pulse, "percent"), 25);
  assert_int_equal (number_in (&pulse, "rows"), 40);
  assert_int_equal (number_in (&pulse, "seconds_left"), -1); /* too early to tell */
  pulse.begun_us -= 10000000;
  assert_int_equal (number_in (&pulse, "seconds_left"), 30);
  assert_int_equal (number_in (&pulse, "rows_per_second"), 3);
  assert_int_equal (number_in (&pulse, "part"), -1);
  pulse.told_us -= 1100000;
  assert_true (pulse_note (&pulse, "LOAD", 30, 20, 50));
  assert_int_equal (number_in (&pulse, "seconds_left"), -1); /* the file has grown */
  assert_int_equal (number_in (&pulse, "percent"), 100);
  assert_false (pulse_note_wait (&pulse, 1000000));
  assert_int_equal (number_in (&pulse, "waits_seconds"), -1);
  pulse.session = json_pack ("{s:i}", "pid", 1);
  pulse.told_us -= 1100000;
  assert_true (pulse_note_wait (&pulse, 7000000));
  assert_int_equal (number_in (&pulse, "waits_seconds"), 7);
  /* it goes on: nobody is waited for any more */
  pulse_note (&pulse, "TRANSFORM", 2, 8, 0);
  assert_int_equal (number_in (&pulse, "waits_seconds"), -1);
  assert_null (pulse.session);
  assert_int_equal (number_in (&pulse, "part"), 2);
  assert_int_equal (number_in (&pulse, "percent"), -1);
  /* what the last file took is told until this one has taken longer, and of this step alone */
  assert_int_equal (number_in (&pulse, "about_seconds"), -1);
  pulse_note_about (&pulse, 40000);
  assert_int_equal (number_in (&pulse, "about_seconds"), 40);
  pulse.begun_us -= 50000000;
  assert_int_equal (number_in (&pulse, "about_seconds"), -1);
  pulse_note_about (&pulse, 400000);
  pulse_note (&pulse, "LOAD", 2, 8, 0);
  pulse_note (&pulse, "TRANSFORM", 2, 8, 0);
  assert_int_equal (number_in (&pulse, "about_seconds"), -1);
  pulse_clear (&pulse);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (each_sign_of_life_has_its_words),
    cmocka_unit_test (a_sign_is_due_each_second_and_says_what_was_noted_last),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
