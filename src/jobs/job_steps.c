/* The members of steps, each by itself; what they ask of each other is in job_steps_check.c. */
#include "src/jobs/job_private.h"

#include "base/digest.h"
#include "models/name.h"
#include "src/settings/settings_connections.h"

#include <string.h>

#define TITLE_MOST 100 /* characters of a step's name in the ledger */
#define HASH_DIGITS 8

static void
step_free (void *data)
{
  JobStep *step = data;
  g_free (step->name);
  g_free (step->title);
  g_free (step->table);
  g_free (step->connection);
  json_decref (step->rest);
  g_free (step->sql_file);
  json_decref (step->params);
  g_free (step);
}

/* ---- where its result is ---- */

/* Whether nothing else makes the same name of another job and step. */
static bool
is_plain (const char *folded, const char *job, const char *step)
{
  bool ends = g_str_has_suffix (job, "_") || g_str_has_prefix (step, "_");
  return strcmp (folded, job) == 0 && strstr (job, "__") == NULL && strstr (step, "__") == NULL && !ends
         && strlen (job) + strlen (step) + 2 <= NAME_MAX_BYTES;
}

/* Digits alone behind a "_" would be a file's number. */
static char *
table_of (const char *job, const char *step)
{
  g_autofree char *folded = name_of_table (job), *whole = g_strdup_printf ("%s__%s", folded, step);
  if (is_plain (folded, job, step))
    return g_steal_pointer (&whole);
  char hex[SHA256_HEX_SIZE];
  g_autofree char *both = g_strdup_printf ("%s/%s", job, step);
  sha256_bytes (both, strlen (both), hex);
  return g_strdup_printf ("%.*sx%.*s", NAME_MAX_BYTES - HASH_DIGITS - 1, whole, HASH_DIGITS, hex);
}

/* ---- one step ---- */

static const char *const kind_words[] = { "from", "sql_file", "deliver", NULL };

/* A parameter's value: a scalar, a list of these, {"value", "type"} or {"step", "column", "type"}. */
static bool
is_scalar (const Json *value)
{
  return json_is_string (value) || json_is_number (value) || json_is_boolean (value) || json_is_null (value);
}

static bool
is_list (const Json *value)
{
  bool sound = json_is_array (value);
  for (size_t i = 0; i < json_array_size (value); i++)
    sound = sound && is_scalar (json_array_get (value, i)) && !json_is_null (json_array_get (value, i));
  return sound;
}

/* What PostgreSQL calls a type, and nothing else. */
static bool
is_type (const Json *value)
{
  const char *text = json_string_value (value);
  return text != NULL && g_regex_match_simple ("^[a-z][a-z0-9_ ]*(\\([0-9]+(, ?[0-9]+)?\\))?$", text, G_REGEX_DOLLAR_ENDONLY, 0);
}

static void
check_type (const MemberScope *scope, const char *path, const Json *value)
{
  g_autofree char *inner = members_path (path, "type");
  const Json *type = json_object_get (value, "type");
  if (type != NULL && !is_type (type))
    members_problem (scope, inner, "must be a type of PostgreSQL, as \"bigint\"; of a list that of its values");
}

static void
refuse_others (const MemberScope *scope, const char *path, const Json *value, const char *const *known)
{
  const char *name;
  Json *member;
  json_object_foreach ((Json *) value, name, member)
    if (!g_strv_contains (known, name))
      {
        g_autofree char *inner = members_path (path, name);
        members_unknown (scope, inner, "unknown member", name, known);
      }
}

static void
check_object (const MemberScope *scope, const char *path, const Json *value)
{
  static const char *const known[] = { "value", "step", "column", "type", NULL };
  refuse_others (scope, path, value, known);
  const Json *given = json_object_get (value, "value"), *step = json_object_get (value, "step");
  bool whole = json_is_string (step) && json_is_string (json_object_get (value, "column"));
  if ((given != NULL) == whole || (given != NULL && !is_scalar (given) && !is_list (given)) || (step != NULL && !whole))
    members_problem (scope, path, "must have a \"value\", or a \"step\" and the \"column\" of its result");
  check_type (scope, path, value);
}

static void
read_params (const MemberScope *scope, const char *path, Json *value, JobStep *step)
{
  const char *name;
  Json *member;
  if (!json_is_object (value))
    {
      members_problem (scope, path, "must be an object: the name of a parameter and its value, and so on");
      return;
    }
  step->params = json_incref (value);
  settings_check_references (scope, path, value);
  json_object_foreach (value, name, member)
    {
      g_autofree char *inner = members_path (path, name);
      if (json_is_object (member))
        check_object (scope, inner, member);
      else if (!is_scalar (member) && !is_list (member))
        members_problem (scope, inner, "must be a string, a number, true, false or null, or a list of these without null");
    }
}

static void
read_name (const MemberScope *scope, const char *path, const Json *value, JobStep *step)
{
  g_autofree char *inner = members_path (path, "name");
  const Json *name = json_object_get (value, "name");
  if (name == NULL)
    members_problem (scope, path, "\"name\" is missing: what the step's result is called");
  else if (members_text (scope, inner, name, &step->name) && !name_is_usable (step->name))
    members_problem (scope, inner, "\"%s\" must be of a-z, 0-9 and _, at most %d of them, and not begin with a digit", step->name,
                     NAME_MAX_BYTES);
}

/* The rest of an object without these members. A new reference. */
static Json *
without (const Json *value, const char *const *names)
{
  Json *rest = json_copy ((Json *) value);
  for (; *names != NULL; names++)
    json_object_del (rest, *names);
  return rest;
}

static void
read_extract (const MemberScope *scope, const char *path, const Json *value, JobStep *step)
{
  static const char *const own[] = { "connection", "params", NULL }, *const known[] = { "name", "from", NULL };
  g_autofree char *inner = members_path (path, "from"), *params = members_path (inner, "params");
  g_autofree char *place = members_path (inner, "connection");
  const Json *from = json_object_get (value, "from"), *connection = json_object_get (from, "connection");
  refuse_others (scope, path, value, known);
  read_name (scope, path, value, step);
  if (connection == NULL)
    members_problem (scope, inner, "must be an object with a \"connection\": the name of a connection of weir.json");
  else
    members_text (scope, place, connection, &step->connection);
  step->rest = without (json_is_object (from) ? from : NULL, own);
  settings_check_references (scope, inner, step->rest);
  if (json_object_get (from, "params") != NULL)
    read_params (scope, params, json_object_get (from, "params"), step);
}

static void
read_transform (const MemberScope *scope, const char *path, const Json *value, JobStep *step)
{
  static const char *const known[] = { "name", "sql_file", "inputs", "params", NULL };
  g_autofree char *inner = members_path (path, "sql_file"), *params = members_path (path, "params");
  refuse_others (scope, path, value, known);
  read_name (scope, path, value, step);
  members_text (scope, inner, json_object_get (value, "sql_file"), &step->sql_file);
  if (json_object_get (value, "params") != NULL)
    read_params (scope, params, json_object_get (value, "params"), step);
}

static void
read_delivery (const MemberScope *scope, const char *path, const Json *value, JobStep *step)
{
  static const char *const own[] = { "deliver", "to", NULL };
  g_autofree char *inner = members_path (path, "deliver"), *place = members_path (path, "to");
  members_text (scope, inner, json_object_get (value, "deliver"), &step->name);
  if (json_object_get (value, "to") == NULL)
    members_problem (scope, path, "\"to\" is missing: the name of a connection of weir.json");
  else
    members_text (scope, place, json_object_get (value, "to"), &step->connection);
  step->rest = without (value, own);
  settings_check_references (scope, path, step->rest);
}

/* ---- all of them ---- */

/* How many steps before it are called so. */
static int
count_titles (const GPtrArray *steps, const char *title)
{
  int count = 0;
  for (guint i = 0; i < steps->len; i++)
    count += g_str_has_prefix (((const JobStep *) steps->pdata[i])->title, title);
  return count;
}

static void
name_step (const Job *job, JobStep *step)
{
  const char *name = step->name != NULL ? step->name : "";
  if (step->kind != STEP_DELIVERY)
    {
      step->title = g_strdup (name);
      step->table = table_of (job->name, name);
      return;
    }
  g_autofree char *title = g_strdup_printf ("%s to %s", name, step->connection != NULL ? step->connection : "");
  g_autofree char *shown = g_utf8_substring (title, 0, MIN (g_utf8_strlen (title, -1), TITLE_MOST - 5));
  int before = count_titles (job->steps, shown);
  step->title = before > 0 ? g_strdup_printf ("%s, %d", shown, before + 1) : g_strdup (shown);
}

static void
read_step (const MemberScope *scope, const char *path, const Json *value)
{
  static void (*const reads[]) (const MemberScope *, const char *, const Json *, JobStep *) = { read_extract, read_transform,
                                                                                                read_delivery };
  Job *job = scope->target;
  int kinds = 0;
  JobStep *step = g_new0 (JobStep, 1);
  for (int i = 0; kind_words[i] != NULL; i++)
    if (json_object_get (value, kind_words[i]) != NULL)
      {
        kinds++;
        step->kind = (StepKind) i;
      }
  if (kinds != 1)
    members_problem (scope, path, "must be an object with one of \"from\", \"sql_file\" and \"deliver\"");
  else
    reads[step->kind](scope, path, value, step);
  name_step (job, step);
  g_ptr_array_add (job->steps, step);
}

void
job_read_steps (const MemberScope *scope, const char *path, Json *value)
{
  Job *job = scope->target;
  job->steps = g_ptr_array_new_with_free_func (step_free);
  if (!json_is_array (value) || json_array_size (value) == 0)
    members_problem (scope, path, "must be an array of objects, at least one");
  for (size_t i = 0; i < json_array_size (value); i++)
    {
      g_autofree char *inner = g_strdup_printf ("%s[%zu]", path, i);
      read_step (scope, inner, json_array_get (value, i));
    }
}

static void
read_start (const MemberScope *scope, const char *path, const Json *value, YearStart *start)
{
  if (!json_is_string (value) || !macro_read_start (json_string_value (value), start))
    members_problem (scope, path, "must be a month and a day that each year has, as \"08-01\"");
}

void
job_read_school_year (const MemberScope *scope, const char *path, Json *value)
{
  read_start (scope, path, value, &((Job *) scope->target)->school);
}

void
job_read_fiscal_year (const MemberScope *scope, const char *path, Json *value)
{
  read_start (scope, path, value, &((Job *) scope->target)->fiscal);
}

Json *
job_steps_schema (void)
{
  static const char text[] =
      "{\"type\": \"array\", \"minItems\": 1, \"items\": {\"oneOf\": ["
      "{\"required\": [\"name\", \"from\"], \"additionalProperties\": false, \"properties\": {\"name\": {\"type\": \"string\"},"
      " \"from\": {\"type\": \"object\", \"required\": [\"connection\"], \"properties\": {\"connection\": {\"type\": \"string\"},"
      " \"params\": {\"type\": \"object\"}}}}},"
      "{\"required\": [\"name\", \"sql_file\"], \"additionalProperties\": false, \"properties\": {\"name\": {\"type\": \"string\"},"
      " \"sql_file\": {\"type\": \"string\"}, \"inputs\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}},"
      " \"params\": {\"type\": \"object\"}}},"
      "{\"required\": [\"deliver\", \"to\"], \"properties\": {\"deliver\": {\"type\": \"string\"}, \"to\": {\"type\": "
      "\"string\"}}}]}}";
  return json_loads (text, 0, NULL);
}
