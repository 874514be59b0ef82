#include "src/jobs/job_private.h"

#include "models/name.h"

/* What each mode asks for. */
static const struct
{
  bool needs_key, needs_bookmark;
  bool takes_window; /* of a bookmark, and so "overlap" */
} modes[] = {
  [MODE_DUMP] = { false, false, false }, [MODE_LOG] = { true, false, true },   [MODE_SYNC] = { true, true, true },
  [MODE_MIRROR] = { true, true, true },  [MODE_FULL] = { true, false, false }, [MODE_INCREMENTAL] = { false, true, true },
};

/* ---- connections ---- */

/* The type of a connection whose connector is weir's own. NULL: what others can they say when they are asked. */
static const char *
own_type (const Json *connection)
{
  return json_object_get (connection, "program") == NULL ? json_string_value (json_object_get (connection, "type")) : NULL;
}

/* What weir's own connectors cannot do. */
static void
check_direction (const MemberScope *scope, const char *path, const Json *connection, bool reads)
{
  static const char *const no_sources[] = { "smtp", "webhook", NULL }, *const no_destinations[] = { "http", NULL };
  const char *type = own_type (connection);
  if (type == NULL)
    return;
  if (reads && g_strv_contains (no_sources, type))
    members_problem (scope, path, "nothing can be pulled from a connection of type \"%s\"", type);
  if (!reads && g_strv_contains (no_destinations, type))
    members_problem (scope, path, "nothing can be delivered to a connection of type \"%s\"", type);
}

void
job_check_connection (const MemberScope *scope, const char *path, const char *name, bool reads, const Settings *settings)
{
  const Json *found = name != NULL ? json_object_get (settings->connections, name) : NULL;
  if (found != NULL)
    check_direction (scope, path, found, reads);
  if (name == NULL || found != NULL)
    return;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  const char *known;
  Json *connection;
  json_object_foreach (settings->connections, known, connection)
    g_ptr_array_add (names, (gpointer) known);
  g_ptr_array_add (names, NULL);
  if (names->len == 1)
    members_problem (scope, path, "unknown connection \"%s\"; weir.json has no \"connections\"", name);
  else
    members_unknown (scope, path, "unknown connection", name, (const char *const *) names->pdata);
}

static void
check_connections (const Job *job, const Json *root, const Settings *settings, const MemberScope *scope)
{
  const Json *deliver = json_object_get (root, "deliver");
  job_check_connection (scope, "$.from.connection", job->connection, true, settings);
  for (size_t i = 0; i < json_array_size (deliver); i++)
    {
      g_autofree char *path = g_strdup_printf ("$.deliver[%zu].to", i);
      job_check_connection (scope, path, json_string_value (json_object_get (json_array_get (deliver, i), "to")), false, settings);
    }
}

/* The connection of the job's source; NULL: unknown. */
static const Json *
find_source (const Settings *settings, const Job *job)
{
  return job->connection != NULL ? json_object_get (settings->connections, job->connection) : NULL;
}

static const char *
find_type (const Settings *settings, const Job *job)
{
  return json_string_value (json_object_get (find_source (settings, job), "type"));
}

bool
job_has_own_order (const Settings *settings, const Job *job)
{
  static const char *const types[] = { "sftp", "share", "singer", NULL };
  const char *type = find_type (settings, job);
  return type != NULL && g_strv_contains (types, type);
}

/* Rows would be taken for a file, and its end be asked of a store that has none. */
static void
check_after (const Job *job, const Settings *settings, const MemberScope *scope)
{
  static const char *const without_files[] = { "postgresql", "redshift", "http", "smtp", "webhook", "singer", NULL };
  const char *type = own_type (find_source (settings, job));
  if (job->after != NULL && type != NULL && g_strv_contains (without_files, type))
    members_problem (scope, "$.after", "is of a source of files: a connection of type \"%s\" has none", type);
}

/* ---- what it is a job of ---- */

/* A job that pulls says of a source what no other may. */
static void
check_without_source (const Json *root, const MemberScope *scope)
{
  static const char *const of_sources[] = { "to_table", "streams", "mode",   "key",    "bookmark", "overlap", "columns",
                                            "where",    "batch",   "verify", "window", "after",    NULL };
  if (json_object_get (root, "table") == NULL)
    {
      members_problem (scope, "$",
                       "\"from\" is missing: where rows come from; or \"table\", of a job that only delivers; or \"steps\"");
      return;
    }
  for (size_t i = 0; of_sources[i] != NULL; i++)
    if (json_object_get (root, of_sources[i]) != NULL)
      {
        g_autofree char *path = members_path ("$", of_sources[i]);
        members_problem (scope, path, "is of rows that are pulled: there is no \"from\"");
      }
  if (json_object_get (root, "deliver") == NULL)
    members_problem (scope, "$", "\"deliver\" is missing: where the table goes");
}

static void
check_table (Job *job, const Json *root, const MemberScope *scope)
{
  bool has_streams = json_object_get (root, "streams") != NULL, has_table = json_object_get (root, "to_table") != NULL;
  if (json_object_get (root, "table") != NULL)
    members_problem (scope, "$.table", "is of a job that only delivers; did you mean \"to_table\"?");
  if (has_streams && has_table)
    members_problem (scope, "$.to_table", "is there beside \"streams\", which says the table of each stream");
  if (has_streams || has_table)
    return;
  if (!name_is_usable (job->name))
    members_problem (scope, "$", "\"%s\" is no table's name: \"to_table\" has to say which one it is", job->name);
  JobStream *stream = g_new0 (JobStream, 1);
  stream->table = g_strdup (job->name);
  g_ptr_array_add (job->streams, stream);
}

/* ---- modes ---- */

static bool
has_business_key (const Catalog *catalog, const Job *job)
{
  for (guint i = 0; i < job->streams->len; i++)
    {
      const Model *model = catalog_find (catalog, ((const JobStream *) job->streams->pdata[i])->table);
      if (model == NULL || model->business_key[0] == NULL)
        return false;
    }
  return job->streams->len > 0;
}

static void
check_mode_members (const Job *job, const Json *root, const Catalog *catalog, const MemberScope *scope)
{
  const char *word = job_mode_words[job->mode];
  bool has_key = json_object_get (root, "key") != NULL || (job->mode == MODE_FULL && has_business_key (catalog, job));
  bool has_bookmark = json_object_get (root, "bookmark") != NULL;
  if (modes[job->mode].needs_key && !has_key)
    members_problem (scope, "$", "mode \"%s\" needs a \"key\": the columns that tell one row from all others", word);
  if (modes[job->mode].needs_bookmark && !has_bookmark)
    members_problem (scope, "$", "mode \"%s\" needs a \"bookmark\": the column that grows with each change of a row", word);
  if (job->mode == MODE_LOG && !has_bookmark && job->key != NULL && g_strv_length (job->key) > 1)
    members_problem (scope, "$", "mode \"log\" goes by one column that grows: \"bookmark\" has to say which one of the key it is");
  if (!modes[job->mode].takes_window && has_bookmark)
    members_problem (scope, "$.bookmark", "is of no use to mode \"%s\", which takes all rows each time", word);
  if (!modes[job->mode].takes_window && json_object_get (root, "overlap") != NULL)
    members_problem (scope, "$.overlap", "is of no use to mode \"%s\", which takes all rows each time", word);
  if (job->mode != MODE_INCREMENTAL && json_object_get (root, "window") != NULL)
    members_problem (scope, "$.window", "is of mode \"incremental\" alone");
}

static void
check_mode (const Job *job, const Json *root, const Settings *settings, const Catalog *catalog, const MemberScope *scope)
{
  const char *said = json_string_value (json_object_get (root, "mode"));
  bool is_read = said != NULL && g_strv_contains (job_mode_words, said);
  bool is_known = find_source (settings, job) != NULL;
  if (job_has_own_order (settings, job))
    return;
  if (!job->has_mode && is_known)
    {
      g_autofree char *all = g_strjoinv (", ", (char **) job_mode_words);
      members_problem (scope, "$", "\"mode\" is missing; it is one of: %s", all);
    }
  if (is_read)
    check_mode_members (job, root, catalog, scope);
}

/* Rows of a stretch that is read again are known by their key, or by being the same. A table that keeps every row of every file would have them
 * twice, so whoever wants that has to say that nothing is read again. How far a tap goes back is its own, and it may read all each time. */
static void
check_overlap (const Job *job, const Settings *settings, const Catalog *catalog, const MemberScope *scope)
{
  bool is_tap = g_strcmp0 (find_type (settings, job), "singer") == 0;
  bool reads_again = job->has_mode ? modes[job->mode].takes_window : is_tap;
  if (!reads_again || (job->has_overlap && job->overlap <= 0) || (job_has_own_order (settings, job) && !is_tap))
    return;
  for (guint i = 0; i < job->streams->len; i++)
    {
      const char *table = ((const JobStream *) job->streams->pdata[i])->table;
      const Model *model = catalog_find (catalog, table);
      bool appends = model != NULL ? model_is_keyless (model) && model->append == APPEND_ALL : job->key == NULL;
      if (appends && is_tap && model != NULL)
        members_problem (
            scope, "$.overlap",
            "table \"%s\" has no key and keeps every row of every file: what the tap sends again would be there twice. "
            "Say \"overlap\": 0 if it sends each row once, or \"mode\": \"dump\" to keep what it sends each time",
            table);
      else if (appends && !is_tap && (model != NULL || job->mode == MODE_INCREMENTAL))
        members_problem (scope, "$.overlap",
                         "table \"%s\" has no key and keeps every row of every file: what is read again would be there twice. Say "
                         "\"overlap\": 0 if "
                         "rows that are committed late may be missed, or a \"key\"",
                         table);
    }
}

void
job_check_rules (Job *job, const Json *root, const Settings *settings, const Catalog *catalog, const MemberScope *scope)
{
  check_connections (job, root, settings, scope);
  job_check_times (job, root, scope);
  job_check_columns (job, scope);
  if (json_object_get (root, "steps") != NULL)
    {
      job_check_steps (job, root, settings, catalog, scope);
      return;
    }
  if (json_object_get (root, "from") == NULL)
    {
      check_without_source (root, scope);
      return;
    }
  check_table (job, root, scope);
  check_mode (job, root, settings, catalog, scope);
  check_overlap (job, settings, catalog, scope);
  check_after (job, settings, scope);
}
