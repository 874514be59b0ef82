/* What steps ask of each other, of their files, of connections and of models: all that can be known before anything runs. */
#include "src/jobs/job_private.h"

#include "base/error.h"
#include "base/fsutil.h"
#include "src/jobs/placeholders.h"

#include <string.h>

#define QUERY_MOST (1 << 20)

typedef struct
{
  const Job *job;
  const Json *steps; /* as the file has them */
  const Settings *settings;
  const Catalog *catalog;
  const MemberScope *scope;
  guint at;
  const JobStep *step;
  char *path; /* "$.steps[2]" */
} Checking;

static const JobStep *
step_at (const Checking *checking, guint index)
{
  return checking->job->steps->pdata[index];
}

static bool
has_result (const JobStep *step, const char *name)
{
  return step->kind != STEP_DELIVERY && g_strcmp0 (step->name, name) == 0;
}

/* ---- names of other steps ---- */

/* The names of results: of the steps before this one. Texts are the steps'. */
static GPtrArray *
names_before (const Checking *checking)
{
  GPtrArray *names = g_ptr_array_new ();
  for (guint i = 0; i < checking->at; i++)
    if (step_at (checking, i)->kind != STEP_DELIVERY && step_at (checking, i)->name != NULL)
      g_ptr_array_add (names, step_at (checking, i)->name);
  g_ptr_array_add (names, NULL);
  return names;
}

static void
check_result (const Checking *checking, const char *path, const char *name)
{
  const MemberScope *scope = checking->scope;
  g_autoptr (GPtrArray) names = names_before (checking);
  if (g_strv_contains ((const char *const *) names->pdata, name))
    return;
  for (guint i = checking->at; i < checking->job->steps->len; i++)
    if (has_result (step_at (checking, i), name))
      {
        members_problem (scope, path,
                         i == checking->at ? "\"%s\" is this step itself" : "\"%s\" is a later step: steps run in their order",
                         name);
        return;
      }
  if (names->len == 1)
    members_problem (scope, path, "unknown step \"%s\"; there is none before this one", name);
  else
    members_unknown (scope, path, "unknown step", name, (const char *const *) names->pdata);
}

static void
check_inputs (const Checking *checking)
{
  g_auto (GStrv) inputs = NULL;
  g_autofree char *path = members_path (checking->path, "inputs");
  const Json *value = json_object_get (json_array_get (checking->steps, checking->at), "inputs");
  if (value == NULL || (json_is_array (value) && json_array_size (value) == 0)
      || !members_texts (checking->scope, path, value, &inputs))
    return;
  for (size_t i = 0; inputs[i] != NULL; i++)
    {
      g_autofree char *inner = g_strdup_printf ("%s[%zu]", path, i);
      check_result (checking, inner, inputs[i]);
    }
}

static void
check_twice (const Checking *checking)
{
  g_autofree char *path = members_path (checking->path, "name");
  for (guint i = 0; checking->step->name != NULL && i < checking->at; i++)
    if (has_result (step_at (checking, i), checking->step->name))
      members_problem (checking->scope, path, "\"%s\" is the name of step %u, too", checking->step->name, i + 1);
}

/* ---- parameters ---- */

static void
check_macro (const Checking *checking, const char *path, const Json *value)
{
  const char *text = json_string_value (value);
  if (text != NULL && g_str_has_prefix (text, MACRO_PREFIX) && !g_strv_contains (macro_words, text + strlen (MACRO_PREFIX)))
    members_unknown (checking->scope, path, "unknown macro", text + strlen (MACRO_PREFIX), macro_words);
}

static void
check_param (const Checking *checking, const char *path, const Json *value)
{
  const Json *inner = json_object_get (value, "value") != NULL ? json_object_get (value, "value") : value;
  const char *step = json_string_value (json_object_get (value, "step"));
  check_macro (checking, path, inner);
  for (size_t i = 0; i < json_array_size (inner); i++)
    {
      g_autofree char *one = g_strdup_printf ("%s[%zu]", path, i);
      check_macro (checking, one, json_array_get (inner, i));
    }
  g_autofree char *place = members_path (path, "step");
  if (step != NULL)
    check_result (checking, place, step);
}

static void
check_params (const Checking *checking, const char *path)
{
  const char *name;
  Json *value;
  json_object_foreach (checking->step->params, name, value)
    {
      g_autofree char *inner = members_path (path, name);
      check_param (checking, inner, value);
    }
}

/* Those of the query that the job does not give, each once, and those of the job that the query has no place for. */
static void
match_params (const Checking *checking, const Placeholders *places, const char *file, const char *place, const char *params_path)
{
  const char *name;
  Json *value;
  g_autoptr (GHashTable) used = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < placeholders_count (places); i++)
    {
      const char *asked = placeholders_name (places, i);
      if (g_hash_table_add (used, (gpointer) asked) && json_object_get (checking->step->params, asked) == NULL)
        members_problem (checking->scope, place, "%s has :%s, which \"params\" does not have", file, asked);
    }
  json_object_foreach (checking->step->params, name, value)
    if (!g_hash_table_contains (used, name))
      {
        g_autofree char *inner = members_path (params_path, name);
        members_problem (checking->scope, inner, "is of no use: %s has no :%s", file, name);
      }
}

/* ---- files ---- */

/* Owned by the caller; NULL with a problem. */
static char *
read_file (const Checking *checking, const char *place, const char *file)
{
  g_autofree char *path = g_canonicalize_filename (file, checking->settings->home), *text = NULL;
  g_autoptr (GError) error = NULL;
  if (!fs_read_file (path, QUERY_MOST, &text, NULL, &error))
    return members_problem (checking->scope, place, "%s", error->message), NULL;
  if (!g_utf8_validate (text, -1, NULL))
    return members_problem (checking->scope, place, "\"%s\" is no UTF-8", file), NULL;
  return g_steal_pointer (&text);
}

/* A query for a server that is not ours may have its parameters in that server's own way ($1): then nothing is said of them. */
static void
check_query (const Checking *checking, const char *place, const char *file, bool is_ours, const char *params_path)
{
  g_autoptr (GError) error = NULL;
  g_auto (Placeholders) places = { 0 };
  g_autofree char *text = read_file (checking, place, file);
  if (text == NULL)
    return;
  if (!placeholders_read (text, &places, &error))
    {
      if (is_ours)
        members_problem (checking->scope, place, "%s: %s", file, error->message);
      return;
    }
  if (is_ours && !placeholders_is_query (&places))
    members_problem (checking->scope, place, "%s must be one query: SELECT or WITH", file);
  if (is_ours || placeholders_count (&places) > 0)
    match_params (checking, &places, file, place, params_path);
}

/* ---- a step ---- */

/* All steps have it; the first one tells. */
static void
complain_of_job (const Checking *checking)
{
  if (checking->at == 0)
    members_problem (checking->scope, "$",
                     "the job's name must not have a digit behind a \"_\" or \"-\": a file's number or date begins so");
}

/* Its file has to be known as that of its table, JOB__STEP, and of no model. */
static void
check_table (const Checking *checking)
{
  size_t length = strlen (checking->step->table), behind = strlen ("__") + strlen (checking->step->name);
  size_t own = length > behind ? length - behind : 0; /* of the job */
  g_auto (Route) route = { 0 };
  g_autofree char *path = members_path (checking->path, "name");
  g_autofree char *file = g_strdup_printf ("%s-20261129T081500Z-1a2b3c4d.csv", checking->step->table);
  catalog_route (checking->catalog, file, &route);
  if (route.model != NULL)
    members_problem (checking->scope, path, "the step's table would be %s, of which there is a model", checking->step->table);
  else if (strlen (route.table) < own)
    complain_of_job (checking);
  else if (strcmp (route.table, checking->step->table) != 0)
    members_problem (checking->scope, path, "must not have a digit behind a \"_\": a file's number or date begins so");
}

static void
check_extract (const Checking *checking)
{
  const JobStep *step = checking->step;
  g_autofree char *from = members_path (checking->path, "from"), *place = members_path (from, "connection");
  g_autofree char *query = members_path (from, "query_file"), *params = members_path (from, "params");
  const char *file = json_string_value (json_object_get (step->rest, "query_file"));
  job_check_connection (checking->scope, place, step->connection, true, checking->settings);
  check_twice (checking);
  check_params (checking, params);
  if (step->name != NULL && checking->catalog != NULL)
    check_table (checking);
  if (file != NULL)
    check_query (checking, query, file, false, params);
}

static void
check_transform (const Checking *checking)
{
  g_autofree char *place = members_path (checking->path, "sql_file"), *params = members_path (checking->path, "params");
  check_twice (checking);
  check_inputs (checking);
  check_params (checking, params);
  if (checking->step->sql_file != NULL)
    check_query (checking, place, checking->step->sql_file, true, params);
}

static void
check_delivery (const Checking *checking)
{
  const JobStep *step = checking->step;
  g_autofree char *deliver = members_path (checking->path, "deliver"), *to = members_path (checking->path, "to");
  g_autofree char *body = members_path (checking->path, "body_file"), *text = NULL;
  const char *file = json_string_value (json_object_get (step->rest, "body_file"));
  job_check_connection (checking->scope, to, step->connection, false, checking->settings);
  if (step->name != NULL)
    check_result (checking, deliver, step->name);
  if (file != NULL && !g_str_has_prefix (file, "${"))
    text = read_file (checking, body, file);
}

static void
refuse_beside (const Json *root, const MemberScope *scope)
{
  static const char *const others[] = { "from",  "to_table", "streams", "mode",   "key",   "bookmark", "overlap", "columns",
                                        "where", "batch",    "verify",  "window", "after", "deliver",  "table",   NULL };
  for (size_t i = 0; others[i] != NULL; i++)
    if (json_object_get (root, others[i]) != NULL)
      {
        g_autofree char *path = members_path ("$", others[i]);
        members_problem (scope, path, "is there beside \"steps\"; a step says it");
      }
}

void
job_check_steps (Job *job, const Json *root, const Settings *settings, const Catalog *catalog, const MemberScope *scope)
{
  static void (*const checks[]) (const Checking *) = { check_extract, check_transform, check_delivery };
  refuse_beside (root, scope);
  for (guint i = 0; job->steps != NULL && i < job->steps->len; i++)
    {
      g_autofree char *path = g_strdup_printf ("$.steps[%u]", i);
      const JobStep *step = job->steps->pdata[i];
      const Checking checking = { job, json_object_get (root, "steps"), settings, catalog, scope, i, step, path };
      /* What it is was told where it was read. */
      if (step->connection != NULL || step->sql_file != NULL)
        checks[step->kind](&checking);
    }
}
