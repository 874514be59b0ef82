#include "src/load/outcome.h"

#include "base/error.h"

#include <string.h>

static const char *const words[] = {
  [OUTCOME_READY] = "ready", [OUTCOME_DONE] = "done",   [OUTCOME_GONE] = "gone",
  [OUTCOME_BUSY] = "busy",   [OUTCOME_WAITS] = "waits", [OUTCOME_RETRY] = "retry",
  [OUTCOME_MODEL] = "model", [OUTCOME_LOCAL] = "local", [OUTCOME_STOP] = "stop",
};

const char *
outcome_word (Outcome outcome)
{
  return words[outcome];
}

Outcome
outcome_find (const char *word)
{
  for (Outcome each = OUTCOME_UNKNOWN + 1; word != NULL && each < G_N_ELEMENTS (words); each++)
    if (strcmp (words[each], word) == 0)
      return each;
  return OUTCOME_UNKNOWN;
}

Outcome
outcome_of_error (const GError *error)
{
  if (error->domain != WEIR_ERROR)
    return OUTCOME_LOCAL;
  switch ((WeirErrorCode) error->code)
    {
    case WEIR_ERROR_RETRY:
      return OUTCOME_RETRY;
    case WEIR_ERROR_INPUT:
    case WEIR_ERROR_MODEL:
      return OUTCOME_MODEL;
    case WEIR_ERROR_STOP:
      return OUTCOME_STOP;
    case WEIR_ERROR_LOCAL:
      break;
    }
  return OUTCOME_LOCAL;
}

Json *
outcome_to_json (Outcome outcome)
{
  return json_pack ("{s:s}", "outcome", words[outcome]);
}

Json *
outcome_error_to_json (const GError *error, Scope scope)
{
  Json *answer = outcome_to_json (outcome_of_error (error));
  json_object_set_new (answer, "scope", json_string (scope_word (scope)));
  json_object_set_new (answer, "error", weir_json_error (error));
  return answer;
}

Outcome
outcome_from_json (const Json *answer)
{
  return outcome_find (json_string_value (json_object_get (answer, "outcome")));
}

Scope
outcome_scope (const Json *answer)
{
  return scope_find (json_string_value (json_object_get (answer, "scope")));
}
