#include "base/scope.h"

#include <errno.h>
#include <string.h>

/* The first that matches counts. */
static const StateRule state_rules[] = {
  { "08", WEIR_ERROR_RETRY, REASON_CONNECTION_LOST, SCOPE_DATABASE },
  { "25006", WEIR_ERROR_RETRY, REASON_DATABASE_READ_ONLY, SCOPE_TABLE }, /* a standby until it is promoted, or the role's default */
  { "25P03", WEIR_ERROR_RETRY, REASON_CONNECTION_LOST, SCOPE_DATABASE }, /* idle_in_transaction_session_timeout */
  { "40", WEIR_ERROR_RETRY, REASON_DATABASE_BUSY, SCOPE_TABLE },         /* a deadlock, a serialization failure */
  { "53", WEIR_ERROR_RETRY, REASON_DATABASE_BUSY, SCOPE_TABLE },         /* its disk, its memory, its connections: of what is big */
  { "55006", WEIR_ERROR_RETRY, REASON_LOCK_BUSY, SCOPE_TABLE },
  { "55P03", WEIR_ERROR_RETRY, REASON_LOCK_BUSY, SCOPE_TABLE },
  { "57P", WEIR_ERROR_RETRY, REASON_DATABASE_UNREACHABLE, SCOPE_DATABASE }, /* shut down, starting, or one backend terminated */
  { "57", WEIR_ERROR_RETRY, REASON_STATEMENT_CANCELLED, SCOPE_TABLE },
  { "0A", WEIR_ERROR_MODEL, REASON_NOT_SUPPORTED, SCOPE_TABLE },
  { "28", WEIR_ERROR_MODEL, REASON_DATABASE_LOGIN, SCOPE_TABLE },
  { "2BP01", WEIR_ERROR_MODEL, REASON_DEPENDENT_OBJECTS, SCOPE_TABLE },
  { "3D", WEIR_ERROR_MODEL, REASON_DATABASE_LOGIN, SCOPE_TABLE },
  { "3F", WEIR_ERROR_MODEL, REASON_MISSING_OBJECT, SCOPE_TABLE },
  { "42501", WEIR_ERROR_MODEL, REASON_INSUFFICIENT_PRIVILEGE, SCOPE_TABLE },
  { "42P01", WEIR_ERROR_MODEL, REASON_MISSING_OBJECT, SCOPE_TABLE },
  { "42", WEIR_ERROR_MODEL, REASON_DATABASE_OBJECTS, SCOPE_TABLE },
  { "22", WEIR_ERROR_INPUT, REASON_INVALID_DATA, SCOPE_FILE },
  { "23", WEIR_ERROR_INPUT, REASON_CONSTRAINT_VIOLATION, SCOPE_FILE },
  { "44", WEIR_ERROR_INPUT, REASON_CONSTRAINT_VIOLATION, SCOPE_FILE },
  { "54", WEIR_ERROR_INPUT, REASON_LIMIT_EXCEEDED, SCOPE_FILE },
  { "P0", WEIR_ERROR_INPUT, REASON_RAISED_IN_DATABASE, SCOPE_FILE }, /* a trigger of the user's refuses the data */
  { "", WEIR_ERROR_LOCAL, REASON_DATABASE_ERROR, SCOPE_TABLE },
};

/* Those that are the machine's. Every other one, EACCES or EIO, is of the file or folder that it was met at. */
static const struct
{
  int number;
  Reason reason;
} machine_errnos[] = {
  { ENOSPC, REASON_DISK_FULL },        { EDQUOT, REASON_DISK_FULL },        { EROFS, REASON_DISK_READ_ONLY },
  { EMFILE, REASON_OUT_OF_RESOURCES }, { ENFILE, REASON_OUT_OF_RESOURCES }, { ENOMEM, REASON_OUT_OF_RESOURCES },
  { EAGAIN, REASON_OUT_OF_RESOURCES }, { ENOLCK, REASON_OUT_OF_RESOURCES },
};

/* What has neither SQLSTATE nor errno. Whatever is not named here is its table's, as a model is. */
static const struct
{
  Reason reason;
  Scope scope;
} reason_rules[] = {
  { REASON_CONNECTION_LOST, SCOPE_DATABASE },
  { REASON_DATABASE_UNREACHABLE, SCOPE_DATABASE },
  { REASON_FILE_CHANGED, SCOPE_FILE },
  { REASON_NOT_A_FILE, SCOPE_FILE },
  { REASON_UNREADABLE, SCOPE_FILE },
  { REASON_LOCAL, SCOPE_FILE },
  { REASON_INPUT, SCOPE_FILE },
};

static const char *const words[] = {
  [SCOPE_FILE] = "file", [SCOPE_TABLE] = "table", [SCOPE_MACHINE] = "machine", [SCOPE_DATABASE] = "database"
};

const StateRule *
scope_of_state (const char *sqlstate)
{
  const StateRule *rule = state_rules;
  while (!g_str_has_prefix (sqlstate, rule->prefix))
    rule++;
  return rule;
}

Scope
scope_of_errno (int number, Reason *ret_reason)
{
  *ret_reason = REASON_NONE;
  for (size_t i = 0; i < G_N_ELEMENTS (machine_errnos); i++)
    if (machine_errnos[i].number == number)
      return *ret_reason = machine_errnos[i].reason, SCOPE_MACHINE;
  return SCOPE_FILE;
}

Scope
scope_of_error (const GError *error)
{
  const char *sqlstate = weir_error_get_sqlstate (error);
  Reason ignored;
  if (sqlstate[0] != '\0')
    return scope_of_state (sqlstate)->scope;
  if (weir_error_get_errno (error) != 0)
    return scope_of_errno (weir_error_get_errno (error), &ignored);
  Reason reason = weir_error_get_reason (error);
  for (size_t i = 0; i < G_N_ELEMENTS (reason_rules); i++)
    if (reason_rules[i].reason == reason)
      return reason_rules[i].scope;
  return SCOPE_TABLE;
}

const char *
scope_word (Scope scope)
{
  return words[scope];
}

Scope
scope_find (const char *word)
{
  for (Scope each = SCOPE_FILE; word != NULL && each < G_N_ELEMENTS (words); each++)
    if (strcmp (words[each], word) == 0)
      return each;
  return SCOPE_TABLE;
}

bool
scope_is_too_wide (const GError *error)
{
  const char *state = weir_error_get_sqlstate (error);
  return strcmp (state, "54000") == 0 || strcmp (state, "54011") == 0; /* program_limit_exceeded, too_many_columns */
}
