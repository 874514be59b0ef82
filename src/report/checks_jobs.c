#include "src/report/checks_jobs.h"

#include "base/error.h"
#include "base/text.h"
#include "models/members.h"
#include "src/jobs/deliveries.h"
#include "src/steps/steps.h"

/* ---- without a call ---- */

static void
check_connections (const Settings *settings, GPtrArray *checks)
{
  const char *name;
  Json *connection;
  json_object_foreach (settings->connections, name, connection)
    {
      GError *error = NULL;
      g_autofree char *program = connector_program (settings, connection, &error), *place = members_path ("$.connections", name);
      if (program != NULL)
        (void) job_check_files (settings, connection, place, &error);
      checks_add (checks, "connection",
                  g_strdup_printf ("%s%s%s", name, program != NULL ? ", by " : "", program != NULL ? program : ""), error);
    }
}

static bool
is_pulled (const Jobs *jobs, const char *table)
{
  for (guint i = 0; i < jobs->jobs->len; i++)
    {
      const GPtrArray *streams = ((const Job *) jobs->jobs->pdata[i])->streams;
      for (guint at = 0; at < streams->len; at++)
        if (g_str_equal (((const JobStream *) streams->pdata[at])->table, table))
          return true;
    }
  return false;
}

static const char *
nearest_table (const Catalog *catalog, const char *table)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (guint i = 0; i < catalog->models->len; i++)
    g_ptr_array_add (names, ((const Model *) catalog->models->pdata[i])->table);
  g_ptr_array_add (names, NULL);
  return text_nearest (table, (const char *const *) names->pdata);
}

/* A job that only delivers waits for changes of its table for ever where nothing makes one. NULL: something does. */
static GError *
find_no_table (const Jobs *jobs, const Catalog *catalog, const Job *job)
{
  GError *error = NULL;
  const char *table = job->table;
  if (job->connection != NULL || table == NULL || catalog == NULL || is_pulled (jobs, table)
      || catalog_find (catalog, table) != NULL || catalog_find_broken (catalog, table) != NULL)
    return NULL;
  const char *nearest = nearest_table (catalog, table);
  g_autofree char *hint = nearest != NULL ? g_strdup_printf ("Did you mean \"%s\"?", nearest) : NULL;
  weir_fail (&error, &(Failure) { WEIR_ERROR_MODEL, .hint = hint },
             "no model and no job is of the table \"%s\", so that nothing of it is ever delivered", table);
  return error;
}

void
checks_jobs (const Settings *settings, const Catalog *catalog, GPtrArray *checks)
{
  GError *error = NULL;
  check_connections (settings, checks);
  g_autoptr (Jobs) jobs = jobs_load (settings, &error);
  if (jobs == NULL)
    {
      checks_add (checks, "jobs", g_strdup ("jobs"), error);
      return;
    }
  for (guint i = 0; i < jobs->jobs->len; i++)
    {
      const Job *job = jobs->jobs->pdata[i];
      GError *problem = find_no_table (jobs, catalog, job);
      if (problem == NULL && catalog != NULL)
        (void) deliveries_check (job, catalog, &problem);
      checks_add (checks, "job", g_strdup (job->path), problem);
    }
  for (guint i = 0; i < jobs->broken->len; i++)
    {
      const BrokenJob *broken = jobs->broken->pdata[i];
      checks_add (checks, "job", g_strdup (broken->path), g_error_copy (broken->error));
    }
}

/* ---- by calls ---- */

typedef struct
{
  const Asking *asking;
  const Catalog *catalog; /* of a job's check */
  GPtrArray *checks, *notes;
} Trying;

/* One thing that was tried. */
static void
add_checked (GPtrArray *checks, const char *connection, const Json *checked)
{
  GError *error = NULL;
  const char *what = json_string_value (json_object_get (checked, "what")),
             *text = json_string_value (json_object_get (checked, "text"));
  bool has_text = text != NULL && text[0] != '\0';
  if (!json_is_true (json_object_get (checked, "ok")))
    weir_error (&error, WEIR_ERROR_MODEL, "%s", has_text ? text : "it went wrong");
  checks_add (checks, what != NULL ? what : "check",
              has_text && error == NULL ? g_strdup_printf ("%s: %s", connection, text) : g_strdup (connection), error);
}

static bool
has_failed_check (const Connected *connected)
{
  for (size_t i = 0; i < json_array_size (connected->checked); i++)
    if (!json_is_true (json_object_get (json_array_get (connected->checked, i), "ok")))
      return true;
  return false;
}

/* The call's error is a check of its own: what was tried before may have gone well. */
static bool
try_and_hear (const Trying *trying, const char *connection, const Json *request, Connected *ret_connected, GError **error)
{
  GError *problem = NULL;
  const char *job = json_string_value (json_object_get (request, "job"));
  if (!ask_connector (trying->asking, connection, "check", request, ret_connected, &problem))
    {
      checks_add (trying->checks, "connect", g_strdup (connection), problem);
      return true;
    }
  for (size_t i = 0; i < json_array_size (ret_connected->checked); i++)
    add_checked (trying->checks, connection, json_array_get (ret_connected->checked, i));
  for (size_t i = 0; i < json_array_size (ret_connected->notes); i++)
    g_ptr_array_add (trying->notes,
                     g_strdup_printf ("%s: %s", connection, json_string_value (json_array_get (ret_connected->notes, i))));
  if (connected_error (ret_connected, connection, job != NULL ? job : connection, &problem))
    {
      if (json_array_size (ret_connected->checked) == 0)
        checks_add (trying->checks, "connect", g_strdup (connection), NULL);
      return true;
    }
  if (g_error_matches (problem, WEIR_ERROR, WEIR_ERROR_STOP))
    return g_propagate_error (error, problem), false;
  if (has_failed_check (ret_connected) && json_array_size (ret_connected->errors) == 0)
    g_clear_error (&problem);
  else
    checks_add (trying->checks, "check", g_strdup (connection), problem);
  return true;
}

static bool
try_connection (const Trying *trying, const char *connection, const Json *request, GError **error)
{
  g_auto (Connected) connected = { 0 };
  return try_and_hear (trying, connection, request, &connected, error);
}

/* What a job says of its source, as for `read`. A new reference; NULL: with an error. */
static Json *
source_request (const Settings *settings, const Job *job, const JobStream *stream, GError **error)
{
  g_autoptr (Json) from = job_resolve (settings, job->from, "$.from", error);
  g_autoptr (Json) where = from != NULL && job->where != NULL ? job_resolve (settings, job->where, "$.where", error) : NULL;
  if (from == NULL || (where == NULL && job->where != NULL))
    return NULL;
  Json *request = json_pack ("{s:s, s:O}", "job", job->name, "from", from);
  const Json *const parts[] = { job->columns, where, json_object_get (job->json, "key"), json_object_get (job->json, "bookmark"),
                                job->after };
  static const char *const names[] = { "columns", "where", "key", "bookmark", "after" };
  for (size_t i = 0; i < G_N_ELEMENTS (parts); i++)
    if (parts[i] != NULL)
      json_object_set (request, names[i], (Json *) parts[i]);
  if (job->has_mode)
    json_object_set_new (request, "mode", json_string (job_mode_words[job->mode]));
  if (job->has_overlap)
    json_object_set_new (request, "overlap", json_real (job->overlap));
  if (stream->stream != NULL)
    json_object_set_new (request, "stream", json_string (stream->stream));
  return request;
}

static bool
try_stream (const Trying *trying, const Job *job, const JobStream *stream, const Json *request, GError **error)
{
  GError *problem = NULL;
  g_auto (Connected) connected = { 0 };
  if (!try_and_hear (trying, job->connection, request, &connected, error))
    return false;
  if (!deliveries_check_columns (job, trying->catalog, stream->table, connected.columns, &problem))
    checks_add (trying->checks, "job", g_strdup (job->path), problem);
  return true;
}

static bool
try_source (const Trying *trying, const Job *job, GError **error)
{
  for (guint i = 0; job->connection != NULL && i < job->streams->len; i++)
    {
      GError *problem = NULL;
      g_autoptr (Json) request = source_request (trying->asking->settings, job, job->streams->pdata[i], &problem);
      if (request == NULL)
        checks_add (trying->checks, "job", g_strdup (job->path), problem);
      else if (!try_stream (trying, job, job->streams->pdata[i], request, error))
        return false;
    }
  return true;
}

static bool
try_destinations (const Trying *trying, const Job *job, GError **error)
{
  for (guint i = 0; i < job->deliver->len; i++)
    {
      GError *problem = NULL;
      const JobDelivery *delivery = job->deliver->pdata[i];
      g_autofree char *place = g_strdup_printf ("$.deliver[%u]", i);
      g_autoptr (Json) to = job_resolve (trying->asking->settings, delivery->rest, place, &problem);
      if (to == NULL)
        {
          checks_add (trying->checks, "job", g_strdup (job->path), problem);
          continue;
        }
      g_autoptr (Json) request = json_pack ("{s:s, s:O}", "job", job->name, "to", to);
      if (!try_connection (trying, delivery->connection, request, error))
        return false;
    }
  return true;
}

/* What can be told of the job before anybody is called. */
static void
check_deliveries (const Trying *trying, const Job *job)
{
  GError *problem = NULL;
  if (!deliveries_check (job, trying->catalog, &problem))
    checks_add (trying->checks, "job", g_strdup (job->path), problem);
}

/* What a step asks of its connection. A new reference; NULL: with an error. */
static Json *
step_request (const Settings *settings, const Job *job, const JobStep *step, GError **error)
{
  if (step->kind == STEP_EXTRACT)
    {
      Json *from = steps_from (settings, job, step, error);
      return from != NULL ? json_pack ("{s:s, s:s, s:o}", "job", job->name, "mode", job_mode_words[MODE_FULL], "from", from) : NULL;
    }
  g_autofree char *place = g_strdup_printf ("%s: deliver %s", job->path, step->title);
  Json *to = job_resolve (settings, step->rest, place, error);
  return to != NULL ? json_pack ("{s:s, s:o}", "job", job->name, "to", to) : NULL;
}

static bool
try_steps (const Trying *trying, const Job *job, GError **error)
{
  for (guint i = 0; job->steps != NULL && i < job->steps->len; i++)
    {
      GError *problem = NULL;
      const JobStep *step = job->steps->pdata[i];
      if (step->kind == STEP_TRANSFORM)
        continue;
      g_autoptr (Json) request = step_request (trying->asking->settings, job, step, &problem);
      if (request == NULL)
        checks_add (trying->checks, "job", g_strdup (job->path), problem);
      else if (!try_connection (trying, step->connection, request, error))
        return false;
    }
  return true;
}

static bool
has_job (const Jobs *jobs, const char *name)
{
  for (guint i = 0; i < jobs->jobs->len; i++)
    if (g_str_equal (((const Job *) jobs->jobs->pdata[i])->name, name))
      return true;
  for (guint i = 0; i < jobs->broken->len; i++)
    if (g_str_equal (((const BrokenJob *) jobs->broken->pdata[i])->name, name))
      return true;
  return false;
}

/* Neither a connection nor a job. */
static bool
refuse_name (const Settings *settings, const Jobs *jobs, const char *name, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  const char *known;
  Json *connection;
  json_object_foreach (settings->connections, known, connection)
    g_ptr_array_add (names, (gpointer) known);
  for (guint i = 0; i < jobs->jobs->len; i++)
    g_ptr_array_add (names, ((const Job *) jobs->jobs->pdata[i])->name);
  g_ptr_array_add (names, NULL);
  const char *nearest = text_nearest (name, (const char *const *) names->pdata);
  if (nearest != NULL)
    return weir_error (error, WEIR_ERROR_MODEL, "there is no connection and no job \"%s\", did you mean \"%s\"?", name, nearest);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = "Connections are in weir.json; `weir jobs` lists jobs." },
                    "there is no connection and no job \"%s\"", name);
}

bool
checks_name (const Asking *asking, const Jobs *jobs, const char *name, GPtrArray *checks, GPtrArray *notes, GError **error)
{
  Trying trying = { asking, NULL, checks, notes };
  bool is_connection = json_object_get (asking->settings->connections, name) != NULL, is_job = has_job (jobs, name);
  if (!is_connection && !is_job)
    return refuse_name (asking->settings, jobs, name, error);
  if (is_connection && !try_connection (&trying, name, NULL, error))
    return false;
  if (!is_job)
    return true;
  const Job *job = jobs_find (jobs, name, error);
  g_autoptr (Catalog) catalog = job != NULL ? settings_load_catalog (asking->settings, error) : NULL;
  if (catalog == NULL)
    return false;
  trying.catalog = catalog;
  check_deliveries (&trying, job);
  return try_source (&trying, job, error) && try_destinations (&trying, job, error) && try_steps (&trying, job, error);
}
