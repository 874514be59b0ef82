#include "src/load/by_hand.h"

#include "base/error.h"
#include "pipeline/types/types.h"

#include <string.h>

static bool
is_of (TypeId type, const char *text)
{
  Value value;
  return type_parse (&types[type], text, strlen (text), NULL, &value);
}

static bool
check_route (const Route *route, GError **error)
{
  const Model *model = route->model;
  if (model == NULL && route->broken == NULL)
    return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = "`weir model TABLE --write` makes one." },
                      "--as-of is for rows with a business key, and there is no model of %s", route->table);
  if (model != NULL && model_is_keyless (model))
    return weir_error (error, WEIR_ERROR_MODEL, "--as-of is for rows with a business key, and those of %s have none", route->table);
  for (guint i = 0; model != NULL && i < model->references->len; i++)
    if (((const ModelReference *) model->references->pdata[i])->missing == MISSING_WAIT)
      return weir_fail (
          error,
          &(Failure) { WEIR_ERROR_MODEL,
                       .hint = "Say \"missing\": \"reject\" or \"allow\" of its references, or load without --as-of." },
          "--as-of is not for %s, whose rows may wait for what they refer to, and have no time then", route->table);
  if (model != NULL && model->effective.kind == EFFECTIVE_COLUMN)
    return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = "Change the column in the file." },
                      "--as-of is for files whose rows do not say it, and those of %s do, in column %s", route->table,
                      model->effective.column);
  return true;
}

bool
by_hand_take (const char *as_of, const Route *route, Candidate *candidate, GError **error)
{
  if (as_of == NULL)
    return true;
  bool is_whole = strcmp (as_of, "now") == 0 || is_of (TYPE_TIMESTAMPTZ, as_of);
  if (!is_whole && !is_of (TYPE_TIMESTAMP, as_of) && !is_of (TYPE_DATE, as_of))
    return weir_fail (
        error,
        &(Failure) { WEIR_ERROR_MODEL,
                     .hint = "--as-of 2026-11-20, --as-of 2026-11-20T09:30, --as-of 2026-11-20T09:30+01:00 or --as-of now" },
        "\"%s\" is no time", as_of);
  if (!check_route (route, error))
    return false;
  candidate->as_of = g_strdup (as_of);
  candidate->as_of_zone = is_whole || route->model == NULL ? NULL : g_strdup (model_time_zone (route->model));
  return true;
}
