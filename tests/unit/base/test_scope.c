#include "base/scope.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

/* Each class of SQLSTATE that a load can meet, and those of its members that are something else. */
static void
every_sqlstate_has_its_code_its_word_and_its_scope (void **state)
{
  (void) state;
  static const struct
  {
    const char *sqlstate;
    WeirErrorCode code;
    const char *reason, *scope;
  } rows[] = {
    { "08006", WEIR_ERROR_RETRY, "connection_lost", "database" },
    { "08P01", WEIR_ERROR_RETRY, "connection_lost", "database" },
    { "0A000", WEIR_ERROR_MODEL, "not_supported", "table" },
    { "22003", WEIR_ERROR_INPUT, "invalid_data", "file" },
    { "23505", WEIR_ERROR_INPUT, "constraint_violation", "file" },
    { "25006", WEIR_ERROR_RETRY, "database_read_only", "table" },
    { "25P02", WEIR_ERROR_LOCAL, "database_error", "table" },
    { "25P03", WEIR_ERROR_RETRY, "connection_lost", "database" },
    { "28P01", WEIR_ERROR_MODEL, "database_login", "table" },
    { "2BP01", WEIR_ERROR_MODEL, "dependent_objects", "table" },
    { "3D000", WEIR_ERROR_MODEL, "database_login", "table" },
    { "3F000", WEIR_ERROR_MODEL, "missing_object", "table" },
    { "40001", WEIR_ERROR_RETRY, "database_busy", "table" },
    { "40P01", WEIR_ERROR_RETRY, "database_busy", "table" },
    { "42501", WEIR_ERROR_MODEL, "insufficient_privilege", "table" },
    { "42P01", WEIR_ERROR_MODEL, "missing_object", "table" },
    { "42703", WEIR_ERROR_MODEL, "database_objects", "table" },
    { "44000", WEIR_ERROR_INPUT, "constraint_violation", "file" },
    { "53100", WEIR_ERROR_RETRY, "database_busy", "table" },
    { "53200", WEIR_ERROR_RETRY, "database_busy", "table" },
    { "53300", WEIR_ERROR_RETRY, "database_busy", "table" },
    { "54000", WEIR_ERROR_INPUT, "limit_exceeded", "file" },
    { "55006", WEIR_ERROR_RETRY, "lock_busy", "table" },
    { "55P03", WEIR_ERROR_RETRY, "lock_busy", "table" },
    { "57014", WEIR_ERROR_RETRY, "statement_cancelled", "table" },
    { "57P01", WEIR_ERROR_RETRY, "database_unreachable", "database" },
    { "57P03", WEIR_ERROR_RETRY, "database_unreachable", "database" },
    { "P0001", WEIR_ERROR_INPUT, "raised_in_database", "file" },
    { "XX000", WEIR_ERROR_LOCAL, "database_error", "table" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const StateRule *rule = scope_of_state (rows[i].sqlstate);
      g_autoptr (GError) error = NULL;
      weir_fail (&error, &(Failure) { rule->code, rule->reason, .sqlstate = rows[i].sqlstate }, "it broke");
      if (rule->code != rows[i].code || strcmp (reason_word (rule->reason), rows[i].reason) != 0
          || strcmp (scope_word (scope_of_error (error)), rows[i].scope) != 0)
        fail_msg ("%s: code %d, %s, %s", rows[i].sqlstate, (int) rule->code, reason_word (rule->reason),
                  scope_word (scope_of_error (error)));
    }
}

static void
every_errno_has_its_word_and_its_scope (void **state)
{
  (void) state;
  static const struct
  {
    int number;
    const char *reason, *scope;
  } rows[] = {
    { ENOSPC, "disk_full", "machine" },
    { EDQUOT, "disk_full", "machine" },
    { EROFS, "disk_read_only", "machine" },
    { EMFILE, "out_of_resources", "machine" },
    { ENFILE, "out_of_resources", "machine" },
    { ENOMEM, "out_of_resources", "machine" },
    { EAGAIN, "out_of_resources", "machine" },
    { ENOLCK, "out_of_resources", "machine" },
    { EACCES, "local", "file" },
    { EIO, "local", "file" },
    { ENOENT, "local", "file" },
    { EXDEV, "local", "file" },
    { ENAMETOOLONG, "local", "file" },
    { EISDIR, "local", "file" },
    { ESTALE, "local", "file" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      assert_false (weir_system_error (&error, rows[i].number, "could not open \"%s\"", "users.csv"));
      g_autofree char *text = g_strdup_printf ("could not open \"users.csv\": %s", g_strerror (rows[i].number));
      assert_string_equal (error->message, text);
      assert_int_equal (error->code, WEIR_ERROR_LOCAL);
      assert_int_equal (weir_error_get_errno (error), rows[i].number);
      assert_string_equal (reason_word (weir_error_get_reason (error)), rows[i].reason);
      assert_string_equal (scope_word (scope_of_error (error)), rows[i].scope);
    }
}

static void
an_error_of_neither_has_the_scope_of_its_reason (void **state)
{
  (void) state;
  static const struct
  {
    WeirErrorCode code;
    Reason reason;
    const char *scope;
  } rows[] = {
    { WEIR_ERROR_RETRY, REASON_CONNECTION_LOST, "database" },
    { WEIR_ERROR_RETRY, REASON_DATABASE_UNREACHABLE, "database" },
    { WEIR_ERROR_RETRY, REASON_FILE_CHANGED, "file" },
    { WEIR_ERROR_RETRY, REASON_NONE, "table" },
    { WEIR_ERROR_MODEL, REASON_NONE, "table" },
    { WEIR_ERROR_MODEL, REASON_SECRET_CHANGED, "table" },
    { WEIR_ERROR_LOCAL, REASON_NONE, "file" },
    { WEIR_ERROR_INPUT, REASON_NONE, "file" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      weir_fail (&error, &(Failure) { rows[i].code, rows[i].reason }, "it broke");
      assert_string_equal (scope_word (scope_of_error (error)), rows[i].scope);
      assert_int_equal (weir_error_get_errno (error), 0);
    }
  g_autoptr (GError) foreign = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_IO, "it broke");
  assert_string_equal (scope_word (scope_of_error (foreign)), "file");
}

static void
each_scope_has_a_word_of_its_own (void **state)
{
  (void) state;
  for (Scope each = SCOPE_FILE; each <= SCOPE_DATABASE; each++)
    assert_int_equal (scope_find (scope_word (each)), each);
  assert_int_equal (scope_find ("planet"), SCOPE_TABLE);
  assert_int_equal (scope_find (NULL), SCOPE_TABLE);
}

static void
what_is_too_wide_is_told_from_other_limits (void **state)
{
  (void) state;
  static const struct
  {
    const char *sqlstate;
    bool wide;
  } rows[] = { { "54000", true }, { "54011", true }, { "54001", false }, { NULL, false } };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      weir_fail (&error, &(Failure) { WEIR_ERROR_INPUT, .sqlstate = rows[i].sqlstate }, "it broke");
      assert_int_equal (scope_is_too_wide (error), rows[i].wide);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (every_sqlstate_has_its_code_its_word_and_its_scope),
    cmocka_unit_test (every_errno_has_its_word_and_its_scope),
    cmocka_unit_test (an_error_of_neither_has_the_scope_of_its_reason),
    cmocka_unit_test (each_scope_has_a_word_of_its_own),
    cmocka_unit_test (what_is_too_wide_is_told_from_other_limits),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
