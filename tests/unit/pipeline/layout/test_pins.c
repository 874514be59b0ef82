/* Pins: what is kept of a table's first load, and what contradicts it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "models/name.h"
#include "pipeline/layout/ident.h"
#include "pipeline/layout/pins.h"
#include "tests/unit/pipeline/records.h"

static void
test_round_trip (void **state)
{
  (void) state;
  g_autoptr (Pins) pins = pins_new ();
  pins_set (pins, "b", types_find ("date"), "DD/MM/YYYY");
  pins_set (pins, "a", types_find ("bigint"), NULL);
  pins_set (pins, "a", types_find ("numeric"), NULL); /* widened since */
  pins_set (pins, "d", NULL, NULL);                   /* nothing but NULL so far */
  g_autofree char *text = pins_text (pins);
  assert_string_equal (text, "{\"columns\":{\"a\":{\"type\":\"numeric\"},\"b\":{\"type\":\"date\",\"format\":\"DD/MM/YYYY\"},"
                             "\"d\":{\"type\":null}},\"empty_texts\":true}");
  g_autoptr (Pins) again = pins_parse (text, NULL);
  assert_non_null (again);
  assert_ptr_equal (pins_find (again, "a")->type, types_find ("numeric"));
  assert_string_equal (pins_find (again, "b")->format, "DD/MM/YYYY");
  assert_null (pins_find (again, "c"));
  assert_null (pins_find (again, "d"));
  assert_true (pins_know (again, "d"));
  assert_false (pins_know (again, "c"));
  char one[SHA256_HEX_SIZE], two[SHA256_HEX_SIZE];
  pins_checksum (pins, one);
  pins_checksum (again, two);
  assert_string_equal (one, two);
}

/* Whether "" was kept where a column had no value is told by the pins of the load that did. */
static void
test_empty_texts (void **state)
{
  (void) state;
  g_autoptr (Pins) none = pins_parse (NULL, NULL), old = pins_parse ("{\"columns\": {\"a\": {\"type\": null}}}", NULL);
  assert_true (none->keep_empties);
  assert_false (old->keep_empties);
  g_autofree char *text = pins_text (old);
  g_autoptr (Pins) again = pins_parse (text, NULL);
  assert_true (again->keep_empties);
}

static void
test_headers (void **state)
{
  (void) state;
  g_autoptr (Pins) pins = pins_new ();
  static const char *const columns[][2] = { { "id", NULL }, { "id_2", "ID" }, { "b", NULL }, { "b_2", "b" }, { "b_10", "b" } };
  for (size_t i = 0; i < G_N_ELEMENTS (columns); i++)
    pins_add (pins, columns[i][0])->header = g_strdup (columns[i][1]);
  pins_set (pins, "id_2", types_find ("text"), NULL); /* the header stays */
  pins_add (pins, "id_2")->was_number = true;
  g_autofree char *text = pins_text (pins);
  g_autoptr (Pins) again = pins_parse (text, NULL);
  assert_true (pins_find (again, "id_2")->was_number);
  g_autoptr (GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);
  static const char *const cases[][2] = { { "ID", "id_2" }, { "id", "id" },  { "Id", NULL }, { "b", "b" },
                                          { "b", "b_2" },   { "b", "b_10" }, { "b", NULL },  { "id_2", NULL } };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *found = pins_find_header (again, cases[i][0], taken);
      assert_int_equal (g_strcmp0 (found, cases[i][1]), 0);
      if (found != NULL)
        g_hash_table_add (taken, (gpointer) found);
    }
}

/* A long header that is there often gives names of one length, with digits of a hash: which is whose is told by the number. */
static void
test_long_headers (void **state)
{
  (void) state;
  g_autofree char *header = g_strnfill (NAME_MAX_BYTES + 7, 'x');
  const char *const texts[] = { header, header, header, header, header, header, header, header, header, header, header };
  g_auto (GStrv) names = ident_from_headers (texts, G_N_ELEMENTS (texts));
  g_autoptr (Pins) pins = pins_new ();
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    pins_add (pins, names[i])->header = g_strdup (header);
  g_autoptr (GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const char *found = pins_find_header (pins, header, taken);
      assert_string_equal (found, names[i]);
      g_hash_table_add (taken, (gpointer) found);
    }
}

static void
test_dialects (void **state)
{
  (void) state;
  g_autoptr (Pins) pins = pins_new ();
  g_autoptr (Json) now = json_pack ("{s:s,s:s,s:i}", "delimiter", ";", "quote", "\"", "header_rows", 1);
  assert_null (pins_compare_dialect (pins, now));
  char before[SHA256_HEX_SIZE], after[SHA256_HEX_SIZE];
  pins_checksum (pins, before);
  pins_set_dialect (pins, json_pack ("{s:s,s:s,s:i}", "delimiter", ",", "quote", "\"", "header_rows", 1));
  pins_set_dialect (pins, json_incref (now)); /* the first one stays */
  pins_checksum (pins, after);
  assert_string_equal (before, after);
  g_autofree char *text = pins_text (pins);
  g_autoptr (Pins) again = pins_parse (text, NULL);
  g_autofree char *otherwise = pins_compare_dialect (again, now);
  assert_string_equal (otherwise, "delimiter \";\" instead of \",\"");
  assert_null (pins_compare_dialect (again, again->dialect));
  g_autoptr (Json) trimmed = json_pack ("{s:s,s:s,s:s}", "delimiter", ",", "blanks", "trim", "quote", "\"");
  assert_null (pins_compare_dialect (again, trimmed)); /* an older load did not say */
  g_autoptr (Json) none = json_pack ("{s:n,s:s,s:i}", "delimiter", "quote", "\"", "header_rows", 1);
  g_autofree char *without = pins_compare_dialect (again, none);
  assert_string_equal (without, "no delimiter instead of \",\"");
}

static void
test_bad_pins (void **state)
{
  (void) state;
  const char *const bad[] = { "{", "{\"columns\":{\"a\":{\"type\":\"complex\"}}}", "{\"columns\":{\"a\":{}}}" };
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      assert_null (pins_parse (bad[i], &error));
      assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_MODEL));
    }
  g_autoptr (Pins) none = pins_parse (NULL, NULL);
  assert_null (pins_find (none, "a"));
}

#define MODEL(key, id) "{\"table\":\"t\",\"kind\":\"dimension\",\"business_key\":" key ",\"id\":{\"column\":\"t_id\"," id "}}"

typedef struct
{
  const char *was, *is;
  const char *secret_was, *secret_is;
  const char *reason; /* NULL: they agree */
} KeyCase;

static const KeyCase key_cases[] = {
  { MODEL ("[\"a\"]", "\"hash\":\"md5\""), MODEL ("[\"a\"]", "\"hash\":\"md5\""), "s1", "s2", NULL }, /* md5 needs no secret */
  { MODEL ("[\"a\"]", "\"hash\":\"hmac-sha256\""), MODEL ("[\"a\"]", "\"hash\":\"hmac-sha256\""), "s1", "s1", NULL },
  { MODEL ("[\"a\"]", "\"hash\":\"hmac-sha256\""), MODEL ("[\"a\"]", "\"hash\":\"hmac-sha256\""), "s1", "s2", "secret_changed" },
  { MODEL ("[\"a\"]", "\"hash\":\"md5\""), MODEL ("[\"b\"]", "\"hash\":\"md5\""), "s1", "s1", "key_changed" },
  { MODEL ("[\"a\"]", "\"hash\":\"md5\""), MODEL ("[\"a\"]", "\"hash\":\"hmac-sha256\""), "s1", "s1", "key_changed" },
  { MODEL ("[\"a\"]", "\"hash\":\"md5\",\"normalize\":[\"trim\"]"),
    MODEL ("[\"a\"]", "\"hash\":\"md5\",\"normalize\":[\"lowercase\"]"), "s1", "s1", "key_changed" },
};

static void
test_key_definitions (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (key_cases); i++)
    {
      const KeyCase *c = &key_cases[i];
      g_autoptr (Model) was = test_model ("t", c->was);
      g_autoptr (Model) is = test_model ("t", c->is);
      g_autofree char *pinned = key_definition (was, c->secret_was, strlen (c->secret_was));
      g_autofree char *now = key_definition (is, c->secret_is, strlen (c->secret_is));
      g_autoptr (GError) error = NULL;
      assert_int_equal (key_definition_check ("t", pinned, now, &error), c->reason == NULL);
      if (c->reason == NULL)
        continue;
      assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_MODEL));
      assert_string_equal (reason_word (weir_error_get_reason (error)), c->reason);
      assert_null (strstr (error->message, c->secret_is));
      bool secret = strcmp (c->reason, "secret_changed") == 0;
      assert_non_null (strstr (error->message, secret ? "the key secret of table \"t\"" : "the key definition of table \"t\""));
    }
  assert_true (key_definition_check ("t", NULL, "{}", NULL));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_round_trip),      cmocka_unit_test (test_empty_texts), cmocka_unit_test (test_headers),
    cmocka_unit_test (test_long_headers),    cmocka_unit_test (test_dialects),    cmocka_unit_test (test_bad_pins),
    cmocka_unit_test (test_key_definitions),
  };
  return cmocka_run_group_tests_name ("pipeline/pins", tests, NULL, NULL);
}
