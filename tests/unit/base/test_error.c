#include "base/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static const struct
{
  WeirErrorCode code;
  int exit_code;
  const char *reason;
} codes[] = {
  { WEIR_ERROR_RETRY, 3, "retry" }, { WEIR_ERROR_INPUT, 1, "input" }, { WEIR_ERROR_MODEL, 2, "model" },
  { WEIR_ERROR_LOCAL, 4, "local" }, { WEIR_ERROR_STOP, 130, "stop" },
};

static void
each_code_has_its_exit_code_and_reason (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (GError) error = NULL;
      assert_false (weir_error (&error, codes[i].code, "file %d", 7));
      assert_true (g_error_matches (error, WEIR_ERROR, (int) codes[i].code));
      assert_string_equal (error->message, "file 7");
      assert_int_equal (weir_error_exit_code (error), codes[i].exit_code);
      assert_string_equal (reason_word (weir_error_get_reason (error)), codes[i].reason);
    }
}

static void
an_error_nobody_wants_is_dropped (void **state)
{
  (void) state;
  assert_false (weir_error (NULL, WEIR_ERROR_INPUT, "lost"));
  weir_error_detail (NULL, "lost");
  weir_error_hint (NULL, "lost");
  weir_error_line (NULL, 1);
  weir_error_reason (NULL, REASON_CONNECTION_LOST);
}

static void
parts_are_empty_until_set (void **state)
{
  (void) state;
  g_autoptr (GError) error = NULL;
  weir_error (&error, WEIR_ERROR_INPUT, "bad");
  assert_null (weir_error_get_detail (error));
  assert_null (weir_error_get_hint (error));
  assert_int_equal (weir_error_get_line (error), 0);
  assert_string_equal (weir_error_get_sqlstate (error), "");
  g_autofree char *text = weir_error_format (error);
  assert_string_equal (text, "bad");
}

static GError *
full_error (void)
{
  GError *error = NULL;
  weir_error (&error, WEIR_ERROR_INPUT, "could not load \"%s\"", "users.csv");
  weir_error_detail (&error, "first");
  weir_error_detail (&error, "%d columns", 3);
  weir_error_hint (&error, "Add column \"%s\".", "email");
  weir_error_line (&error, INT64_C (5000000000));
  weir_error_reason (&error, REASON_MISSING_KEY_COLUMN);
  return error;
}

static void
assert_full (const GError *error)
{
  assert_string_equal (weir_error_get_detail (error), "3 columns");
  assert_string_equal (weir_error_get_hint (error), "Add column \"email\".");
  assert_true (weir_error_get_line (error) == INT64_C (5000000000));
  assert_string_equal (reason_word (weir_error_get_reason (error)), "missing_key_column");
  g_autofree char *text = weir_error_format (error);
  assert_string_equal (text, "could not load \"users.csv\"\nDETAIL:  3 columns\nHINT:  Add column \"email\".");
}

static void
parts_are_kept_and_the_last_counts (void **state)
{
  (void) state;
  g_autoptr (GError) error = full_error ();
  assert_full (error);
}

static void
a_copy_has_its_own_parts (void **state)
{
  (void) state;
  GError *original = full_error ();
  g_autoptr (GError) copy = g_error_copy (original);
  g_error_free (original);
  assert_full (copy);
}

static void
a_failure_is_one_statement (void **state)
{
  (void) state;
  g_autoptr (GError) error = NULL;
  const Failure failure = { WEIR_ERROR_INPUT,      REASON_MISSING_KEY_COLUMN,       .line = INT64_C (5000000000),
                            .detail = "3 columns", .hint = "Add column \"email\".", .sqlstate = "22P02 and more" };
  assert_false (weir_fail (&error, &failure, "could not load \"%s\"", "users.csv"));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_INPUT));
  assert_full (error);
  assert_string_equal (weir_error_get_sqlstate (error), "22P02");
  g_autoptr (GError) copy = g_error_copy (error);
  assert_string_equal (weir_error_get_sqlstate (copy), "22P02");
  assert_false (weir_fail (NULL, &failure, "lost"));
}

static void
a_failure_may_have_no_parts (void **state)
{
  (void) state;
  g_autoptr (GError) error = NULL;
  assert_false (weir_fail (&error, &(Failure) { WEIR_ERROR_STOP }, "stopped"));
  assert_int_equal (weir_error_get_reason (error), REASON_STOP);
  g_autofree char *text = weir_error_format (error);
  assert_string_equal (text, "stopped");
}

static void
an_error_of_another_domain_is_understood (void **state)
{
  (void) state;
  g_autoptr (GError) error = g_error_new (G_FILE_ERROR, G_FILE_ERROR_NOENT, "no such file");
  weir_error_detail (&error, "not taken");
  weir_error_line (&error, 3);
  assert_null (weir_error_get_detail (error));
  assert_int_equal (weir_error_get_line (error), 0);
  assert_string_equal (weir_error_get_sqlstate (error), "");
  assert_string_equal (reason_word (weir_error_get_reason (error)), "local");
  assert_int_equal (weir_error_exit_code (error), 4);
  g_autofree char *text = weir_error_format (error);
  assert_string_equal (text, "no such file");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (each_code_has_its_exit_code_and_reason),
    cmocka_unit_test (an_error_nobody_wants_is_dropped),
    cmocka_unit_test (parts_are_empty_until_set),
    cmocka_unit_test (parts_are_kept_and_the_last_counts),
    cmocka_unit_test (a_copy_has_its_own_parts),
    cmocka_unit_test (a_failure_is_one_statement),
    cmocka_unit_test (a_failure_may_have_no_parts),
    cmocka_unit_test (an_error_of_another_domain_is_understood),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
