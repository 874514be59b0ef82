#include "src/load/outcome.h"

#include "base/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static void
every_outcome_has_a_word_of_its_own (void **state)
{
  (void) state;
  for (Outcome each = OUTCOME_UNKNOWN + 1; each <= OUTCOME_STOP; each++)
    {
      assert_non_null (outcome_word (each));
      assert_int_equal (outcome_find (outcome_word (each)), each);
      g_autoptr (Json) answer = outcome_to_json (each);
      assert_int_equal (outcome_from_json (answer), each);
    }
}

static void
what_is_no_answer_is_unknown (void **state)
{
  (void) state;
  static const char *const answers[] = { "{}", "{\"outcome\": \"\"}", "{\"outcome\": \"Done\"}", "{\"outcome\": 1}", "[]" };
  for (size_t i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (Json) answer = weir_json_parse (answers[i], strlen (answers[i]), "answer", NULL);
      assert_int_equal (outcome_from_json (answer), OUTCOME_UNKNOWN);
    }
  assert_int_equal (outcome_find (NULL), OUTCOME_UNKNOWN);
}

/* Nothing but the disk is "local": such a file is asked for again and again, past the others of its table. */
static void
every_error_has_its_outcome (void **state)
{
  (void) state;
  static const struct
  {
    WeirErrorCode code;
    const char *word;
  } cases[] = {
    { WEIR_ERROR_RETRY, "retry" }, { WEIR_ERROR_INPUT, "model" }, { WEIR_ERROR_MODEL, "model" },
    { WEIR_ERROR_LOCAL, "local" }, { WEIR_ERROR_STOP, "stop" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      weir_error (&error, cases[i].code, "it broke");
      assert_string_equal (outcome_word (outcome_of_error (error)), cases[i].word);
      g_autoptr (Json) answer = outcome_error_to_json (error, SCOPE_MACHINE);
      assert_int_equal (outcome_scope (answer), SCOPE_MACHINE);
      assert_string_equal (json_string_value (json_object_get (answer, "outcome")), cases[i].word);
      assert_string_equal (json_string_value (json_object_get (json_object_get (answer, "error"), "message")), "it broke");
    }
  g_autoptr (GError) foreign = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_IO, "it broke");
  assert_int_equal (outcome_of_error (foreign), OUTCOME_LOCAL);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (every_outcome_has_a_word_of_its_own),
    cmocka_unit_test (what_is_no_answer_is_unknown),
    cmocka_unit_test (every_error_has_its_outcome),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
