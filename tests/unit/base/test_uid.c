#include "base/uid.h"

#include <glib.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static void
random_ids_are_of_version_4_and_differ (void **state)
{
  (void) state;
  Uid first = uid_random ();
  Uid second = uid_random ();
  assert_int_equal (first.bytes[6] >> 4, 4);
  assert_int_equal (first.bytes[8] >> 6, 2);
  assert_false (uid_equal (first, second));
  assert_true (uid_equal (first, first));
  assert_false (uid_is_zero (first));
}

static void
a_name_gives_the_published_version_5 (void **state)
{
  (void) state;
  /* RFC 9562, appendix A.4: www.example.com in the DNS namespace. */
  Uid dns;
  assert_true (uid_parse ("6ba7b810-9dad-11d1-80b4-00c04fd430c8", 36, &dns));
  char text[UID_TEXT_SIZE];
  uid_format (uid_from_name (dns, "www.example.com", 15), text);
  assert_string_equal (text, "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

static const struct
{
  const char *text;
  bool valid;
} parse_cases[] = {
  { "2ed6657d-e927-568b-95e1-2665a8aea6a2", true },
  { "2ED6657D-E927-568B-95E1-2665A8AEA6A2", true },
  { "00000000-0000-0000-0000-000000000000", true },
  { "ffffffff-ffff-ffff-ffff-ffffffffffff", true },
  { "", false },
  { "2ed6657d-e927-568b-95e1-2665a8aea6a", false },
  { "2ed6657d-e927-568b-95e1-2665a8aea6a22", false },
  { "2ed6657d-e927-568b-95e1-2665a8aea6ag", false },
  { "2ed6657de-927-568b-95e1-2665a8aea6a2", false },
  { "2ed6657de927568b95e12665a8aea6a20000", false },
  { "{ed6657d-e927-568b-95e1-2665a8aea6a}", false },
  { " ed6657d-e927-568b-95e1-2665a8aea6a2", false },
  { "+ed6657d-e927-568b-95e1-2665a8aea6a2", false },
  { "2ed6657d-e927-568b-95e1-0x65a8aea6a2", false },
};

static void
only_the_usual_form_is_parsed_and_comes_back_in_lower_case (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (parse_cases); i++)
    {
      const char *text = parse_cases[i].text;
      Uid uid;
      assert_int_equal (uid_parse (text, strlen (text), &uid), parse_cases[i].valid);
      if (!parse_cases[i].valid)
        continue;

      char formatted[UID_TEXT_SIZE];
      uid_format (uid, formatted);
      g_autofree char *lower = g_ascii_strdown (text, -1);
      assert_string_equal (formatted, lower);
    }
}

static void
parsing_reads_only_its_bytes (void **state)
{
  (void) state;
  /* A field of a record has no NUL behind it; a sanitizer sees a step too far. */
  g_autofree char *field = g_memdup2 ("2ed6657d-e927-568b-95e1-2665a8aea6a2", 36);
  Uid uid;
  assert_true (uid_parse (field, 36, &uid));
  assert_false (uid_parse (field, 35, &uid));
}

static void
zero_is_zero (void **state)
{
  (void) state;
  assert_true (uid_is_zero ((Uid) { { 0 } }));
  assert_false (uid_is_zero ((Uid) { { [15] = 1 } }));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (random_ids_are_of_version_4_and_differ),
    cmocka_unit_test (a_name_gives_the_published_version_5),
    cmocka_unit_test (only_the_usual_form_is_parsed_and_comes_back_in_lower_case),
    cmocka_unit_test (parsing_reads_only_its_bytes),
    cmocka_unit_test (zero_is_zero),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
