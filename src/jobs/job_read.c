#include "src/jobs/job_private.h"

#include "base/error.h"
#include "base/quantity.h"
#include "models/name.h"
#include "src/jobs/push_item.h"
#include "src/settings/settings_connections.h"

#include <string.h>

const char *const job_mode_words[] = {
  [MODE_DUMP] = "dump",
  [MODE_LOG] = "log",
  [MODE_SYNC] = "sync",
  [MODE_MIRROR] = "mirror",
  [MODE_FULL] = "full",
  [MODE_INCREMENTAL] = "incremental",
  NULL,
};

static void
delivery_free (void *data)
{
  JobDelivery *delivery = data;
  g_free (delivery->connection);
  json_decref (delivery->rest);
  g_free (delivery);
}

static void
stream_free (void *data)
{
  JobStream *stream = data;
  g_free (stream->stream);
  g_free (stream->table);
  g_free (stream);
}

void
job_destroy (Job *job)
{
  g_free (job->name);
  g_free (job->path);
  json_decref (job->json);
  g_free (job->connection);
  json_decref (job->from);
  g_ptr_array_unref (job->streams);
  g_strfreev (job->key);
  g_free (job->bookmark);
  json_decref (job->columns);
  json_decref (job->where);
  g_free (job->cron);
  g_free (job->time_zone);
  g_free (job->cut_off);
  g_ptr_array_unref (job->deliver);
  g_free (job->table);
  json_decref (job->window);
  json_decref (job->after);
  if (job->steps != NULL)
    g_ptr_array_unref (job->steps);
  g_free (job);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Job, job_destroy)

/* ---- the members ---- */

/* An object of which the member "name" is the connection's; the rest is for its connector. */
static bool
read_place (const MemberScope *scope, const char *path, const Json *value, const char *name, char **ret_connection, Json **ret_rest)
{
  g_autofree char *inner = members_path (path, name);
  Json *connection = json_object_get (value, name);
  settings_check_references (scope, path, value);
  if (connection == NULL)
    return members_problem (scope, path, "must be an object with a \"%s\": the name of a connection of weir.json", name), false;
  if (!members_text (scope, inner, connection, ret_connection))
    return false;
  json_decref (*ret_rest);
  *ret_rest = json_copy ((Json *) value);
  json_object_del (*ret_rest, name);
  return true;
}

static void
read_from (const MemberScope *scope, const char *path, Json *value)
{
  Job *job = scope->target;
  read_place (scope, path, value, "connection", &job->connection, &job->from);
}

static void
read_deliver (const MemberScope *scope, const char *path, Json *value)
{
  Job *job = scope->target;
  if (!json_is_array (value) || json_array_size (value) == 0)
    members_problem (scope, path, "must be an array of objects, each with \"to\"");
  for (size_t i = 0; i < json_array_size (value); i++)
    {
      g_autofree char *inner = g_strdup_printf ("%s[%zu]", path, i);
      JobDelivery *delivery = g_new0 (JobDelivery, 1);
      if (!read_place (scope, inner, json_array_get (value, i), "to", &delivery->connection, &delivery->rest))
        {
          delivery_free (delivery);
          continue;
        }
      push_item_check (delivery->rest, NULL, inner, scope->problems);
      g_ptr_array_add (job->deliver, delivery);
    }
}

/* A table's name that a job says. */
static bool
read_table (const MemberScope *scope, const char *path, const Json *value, char **ret_table)
{
  if (!members_text (scope, path, value, ret_table))
    return false;
  g_autofree char *usable = name_of_table (*ret_table);
  if (!name_is_usable (*ret_table))
    members_problem (scope, path, "\"%s\" is no table's name; \"%s\" would be", *ret_table, usable);
  return true;
}

static void
add_stream (Job *job, const char *name, char *table)
{
  JobStream *stream = g_new0 (JobStream, 1);
  stream->stream = g_strdup (name);
  stream->table = table;
  g_ptr_array_add (job->streams, stream);
}

static void
read_to_table (const MemberScope *scope, const char *path, Json *value)
{
  char *table = NULL;
  if (read_table (scope, path, value, &table))
    add_stream (scope->target, NULL, table);
}

static void
read_streams (const MemberScope *scope, const char *path, Json *value)
{
  const char *name;
  Json *member;
  if (!json_is_object (value) || json_object_size (value) == 0)
    members_problem (scope, path, "must be an object: a stream and its table, and so on");
  json_object_foreach (value, name, member)
    {
      g_autofree char *inner = members_path (path, name);
      char *table = NULL;
      if (read_table (scope, inner, member, &table))
        add_stream (scope->target, name, table);
    }
}

static void
read_own_table (const MemberScope *scope, const char *path, Json *value)
{
  read_table (scope, path, value, &((Job *) scope->target)->table);
}

static void
read_mode (const MemberScope *scope, const char *path, Json *value)
{
  unsigned mode = 0;
  Job *job = scope->target;
  const char *text = json_string_value (value), *now = text != NULL ? job_former_mode (text) : NULL;
  job->has_mode = true;
  if (now != NULL)
    members_problem (scope, path, "unknown value \"%s\"; did you mean \"%s\"?", text, now);
  else if (members_word (scope, path, value, job_mode_words, &mode))
    job->mode = (JobMode) mode;
}

static bool
is_plain (const Json *value)
{
  return json_is_string (value) || json_is_number (value) || json_is_boolean (value);
}

static void
read_where (const MemberScope *scope, const char *path, Json *value)
{
  const char *name;
  Json *member;
  Job *job = scope->target;
  if (!json_is_object (value))
    members_problem (scope, path, "must be an object: a column and a value, or an array of values, and so on");
  else
    job->where = json_incref (value);
  json_object_foreach (value, name, member)
    {
      bool sound = is_plain (member) || json_is_array (member);
      for (size_t i = 0; i < json_array_size (member); i++)
        sound = sound && is_plain (json_array_get (member, i));
      g_autofree char *inner = members_path (path, name);
      if (!sound)
        members_problem (scope, inner, "must be a string, a number, true or false, or an array of these");
      settings_check_references (scope, inner, member);
    }
}

static void
read_batch_rows (const MemberScope *scope, const char *path, Json *value)
{
  if (!json_is_integer (value) || json_integer_value (value) < 1)
    members_problem (scope, path, "must be a number of rows, from 1");
  else
    ((Job *) scope->target)->batch_rows = json_integer_value (value);
}

static void
read_batch_bytes (const MemberScope *scope, const char *path, Json *value)
{
  int64_t bytes = json_integer_value (value);
  const char *text = json_string_value (value);
  if ((text != NULL && !quantity_read_bytes (text, &bytes)) || bytes < 1)
    members_problem (scope, path, "must be a size, as \"64 MB\"");
  else
    ((Job *) scope->target)->batch_bytes = bytes;
}

static const Member batch_members[] = {
  { .name = "rows", .read = read_batch_rows, .schema = "{\"type\": \"integer\", \"minimum\": 1}" },
  { .name = "bytes", .read = read_batch_bytes, .schema = "{\"type\": [\"string\", \"integer\"]}" },
  { NULL },
};

static void
read_batch (const MemberScope *scope, const char *path, Json *value)
{
  members_read (scope, path, value, batch_members);
}

static void
read_verify (const MemberScope *scope, const char *path, Json *value)
{
  static const char *const words[] = { "count", NULL };
  unsigned word = 0;
  if (members_word (scope, path, value, words, &word))
    ((Job *) scope->target)->verify_count = true;
}

/* What becomes of a remote file that was loaded. */
typedef struct
{
  unsigned action;
  char *folder;
} After;

static const char *const after_words[] = { "delete", "move", NULL };

static const Member after_members[] = {
  { .name = "action", .kind = MEMBER_WORD, .at = offsetof (After, action), .words = after_words, .required = true },
  { .name = "folder", .kind = MEMBER_TEXT, .at = offsetof (After, folder) },
  { NULL },
};

static void
read_after (const MemberScope *scope, const char *path, Json *value)
{
  After after = { 0 };
  Job *job = scope->target;
  members_read (&(MemberScope) { scope->problems, scope->words, &after }, path, value, after_members);
  bool moves = g_strcmp0 (json_string_value (json_object_get (value, "action")), "move") == 0;
  if (moves && json_object_get (value, "folder") == NULL)
    members_problem (scope, path, "needs a \"folder\" to move files to");
  if (!moves && after.folder != NULL)
    members_problem (scope, path, "has a \"folder\", which only \"move\" has a use for");
  g_free (after.folder);
  job->after = json_is_object (value) ? json_incref (value) : NULL;
}

#define PLACE_SCHEMA(name)                                                                                                         \
  "{\"type\": \"object\", \"required\": [\"" name "\"], \"properties\": {\"" name "\": {\"type\": \"string\", \"minLength\": 1}}}"
#define TABLE_SCHEMA "{\"type\": \"string\", \"pattern\": \"^[a-z_][a-z0-9_]{0,62}$\"}"
#define DAY_SCHEMA "{\"type\": \"string\", \"pattern\": \"^[0-9]{2}-[0-9]{2}$\"}"
#define VALUE_SCHEMA "\"type\": [\"string\", \"number\", \"boolean\"]"

const Member job_members[] = {
  { .name = "$schema" },
  { .name = "description" },
  { .name = "from", .read = read_from, .schema = PLACE_SCHEMA ("connection") },
  { .name = "to_table", .read = read_to_table, .schema = TABLE_SCHEMA },
  { .name = "streams",
    .read = read_streams,
    .schema = "{\"type\": \"object\", \"minProperties\": 1, \"additionalProperties\": " TABLE_SCHEMA "}" },
  { .name = "mode", .read = read_mode }, /* job_schema has its words */
  { .name = "key", .kind = MEMBER_TEXTS, .at = offsetof (Job, key) },
  { .name = "bookmark", .kind = MEMBER_TEXT, .at = offsetof (Job, bookmark) },
  { .name = "overlap", .read = job_read_overlap, .schema = "{\"type\": [\"string\", \"number\"], \"minimum\": 0}" },
  { .name = "columns", .read = job_read_columns },
  { .name = "where",
    .read = read_where,
    .schema = "{\"type\": \"object\", \"additionalProperties\": {\"oneOf\": [{" VALUE_SCHEMA
              "}, {\"type\": \"array\", \"items\": {" VALUE_SCHEMA "}}]}}" },
  { .name = "batch", .read = read_batch },
  { .name = "cron", .read = job_read_cron, .schema = "{\"type\": \"string\"}" },
  { .name = "every",
    .read = job_read_every,
    .schema = "{\"type\": \"string\", \"pattern\": \"^([0-9]+ *(second|minute|hour|day|week|month|year)s?|daily "
              "[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?)$\"}" },
  { .name = "time_zone", .kind = MEMBER_TEXT, .at = offsetof (Job, time_zone) },
  { .name = "cut_off", .read = job_read_cut_off, .schema = "{\"type\": \"string\"}" },
  { .name = "deliver",
    .read = read_deliver,
    .schema = "{\"type\": \"array\", \"minItems\": 1, \"items\": " PLACE_SCHEMA ("to") "}" },
  { .name = "table", .read = read_own_table, .schema = TABLE_SCHEMA },
  { .name = "verify", .read = read_verify, .schema = "{\"enum\": [\"count\"]}" },
  { .name = "window", .read = job_read_window },
  { .name = "after", .read = read_after },
  { .name = "steps", .read = job_read_steps }, /* job_schema has its own */
  { .name = "school_year_starts", .read = job_read_school_year, .schema = DAY_SCHEMA },
  { .name = "fiscal_year_starts", .read = job_read_fiscal_year, .schema = DAY_SCHEMA },
  { NULL },
};

/* ---- the file ---- */

static Job *
job_new (const char *name)
{
  Job *job = g_new0 (Job, 1);
  job->name = g_strdup (name);
  job->path = g_strconcat ("jobs/", name, ".json", NULL);
  job->mode = MODE_SYNC;
  job->school = (YearStart) { 8, 1 };
  job->fiscal = (YearStart) { 7, 1 };
  job->streams = g_ptr_array_new_with_free_func (stream_free);
  job->deliver = g_ptr_array_new_with_free_func (delivery_free);
  return job;
}

Job *
job_read (const Settings *settings, const Catalog *catalog, const char *name, GError **error)
{
  g_autoptr (Job) job = job_new (name);
  g_autofree char *path = g_build_filename (settings->home, job->path, NULL);
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  const ModelWords words = settings_model_words ();
  const MemberScope scope = { problems, &words, job };
  job->json = weir_json_read (path, error);
  if (job->json == NULL)
    return NULL;
  if (!g_regex_match_simple (JOB_NAME_PATTERN, name, G_REGEX_DOLLAR_ENDONLY, 0))
    members_problem (&scope, "$", "the file must be called by at most 63 letters, digits, - and _, and .json");
  g_autoptr (Json) root = json_copy (job->json);
  job_refuse_former (root, &scope);
  members_read (&scope, "$", root, job_members);
  if (json_is_object (root))
    job_check_rules (job, root, settings, catalog, &scope);
  if (problems->len > 0)
    return members_refuse_other ("job", job->path, "pull.md", problems, error), NULL;
  return g_steal_pointer (&job);
}

static Json *
words_schema (const char *const *words)
{
  Json *list = json_array ();
  for (; *words != NULL; words++)
    json_array_append_new (list, json_string (*words));
  return list;
}

Json *
job_schema (void)
{
  g_autoptr (Json) modes = words_schema (job_mode_words);
  g_autoptr (Json) types = words_schema (settings_model_words ().types);
  Json *root =
      json_pack ("{s:s, s:s, s:s}", "$schema", "http://json-schema.org/draft-07/schema#", "title", "A job of weir", "description",
                 "jobs/NAME.json: what is pulled from where, when, and what becomes of it; docs/pull.md explains it.");
  g_autoptr (Json) object = members_to_schema (job_members);
  Json *properties = json_object_get (object, "properties");
  json_object_set_new (properties, "mode", json_pack ("{s:O}", "enum", modes));
  json_object_set_new (properties, "columns", job_columns_schema (types));
  json_object_set_new (properties, "batch", members_to_schema (batch_members));
  json_object_set_new (properties, "window", members_to_schema (job_window_members));
  json_object_set_new (properties, "steps", job_steps_schema ());
  json_object_set_new (properties, "after", members_to_schema (after_members));
  json_object_update (root, object);
  return root;
}
