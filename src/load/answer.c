#include "src/load/answer.h"

#include "src/load/outcome.h"

Json *
answer_about (Json *answer, const char *file, const char *table)
{
  if (file != NULL)
    json_object_set_new (answer, "file", weir_json_string (file));
  if (table != NULL)
    json_object_set_new (answer, "table", weir_json_string (table));
  return answer;
}

Json *
answer_blocker (Json *answer, Loader *loader)
{
  if (loader->blocker != NULL)
    json_object_set_new (answer, "session", g_steal_pointer (&loader->blocker));
  return answer;
}

/* Of a connection that broke it has to be found out whether only that session is gone, or the database. */
static Scope
find_scope (Loader *loader, const GError *error)
{
  Scope scope = scope_of_error (error);
  bool lost = scope == SCOPE_DATABASE && loader->db != NULL && !db_is_usable (loader->db);
  return lost && loader_connect (loader, NULL) ? SCOPE_TABLE : scope;
}

Json *
answer_error (Loader *loader, const char *file, const char *table, const GError *error)
{
  Json *answer = answer_about (outcome_error_to_json (error, find_scope (loader, error)), file, table);
  return answer_blocker (answer, loader);
}

Json *
answer_orphan (Loader *loader, const Claim *claim, const char *table, const GError *error)
{
  char run[UID_TEXT_SIZE];
  uid_format (claim_run (claim), run);
  Json *answer = answer_error (loader, claim_name (claim), table, error);
  json_object_set_new (answer, "run", json_string (run));
  return answer;
}

Json *
answer_end (const LoadEnd *end)
{
  Json *answer = outcome_to_json (OUTCOME_DONE);
  json_object_update (answer, end->summary);
  if (end->stuck)
    json_object_set_new (answer, "stuck", json_true ());
  return answer;
}

Json *
answer_stuck (const LoadEnd *end, Json *answer)
{
  if (end->summary != NULL)
    json_object_set_new (answer, "over", json_true ());
  return answer;
}

/* What was found wrong with the table would have been found before there was a run: others of it may do well. */
Json *
answer_given_back (Loader *loader, const char *file, const char *table, const GError *error)
{
  Json *answer = answer_error (loader, file, table, error);
  if (outcome_from_json (answer) == OUTCOME_MODEL)
    json_object_set_new (answer, "scope", json_string (scope_word (SCOPE_FILE)));
  return answer;
}
