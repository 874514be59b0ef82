#include "connect/singer/plan.h"

#include "base/text.h"

#include <string.h>

static const char *const methods[] = { "FULL_TABLE", "INCREMENTAL", "LOG_BASED", NULL };

bool
read_plan_read (const Request *request, ReadPlan *ret_plan, GError **error)
{
  static const char *const known[] = { "stream", "replication_method", "connection", NULL };
  const Json *from = request->from;
  *ret_plan = (ReadPlan) { .name = request->stream };
  connect_known (from, "from", known);
  const char *stream = connect_text (from, "from", "stream", false),
             *method = connect_text (from, "from", "replication_method", false);
  if (ret_plan->name == NULL)
    ret_plan->name = stream;
  if (method != NULL && !g_strv_contains (methods, method))
    connect_mistake ("from.replication_method", "must be \"FULL_TABLE\", \"INCREMENTAL\" or \"LOG_BASED\"");
  if (json_object_size (request->where) > 0)
    connect_mistake ("where", "a tap cannot be asked for some rows only; many have a member of their \"config\" for that");
  if (request->window != NULL)
    connect_mistake ("window", "a tap cannot be asked for a stretch of its bookmark: it goes on from its STATE");
  if (request->overlap > 0)
    connect_note ("\"overlap\" does nothing here: how far a tap goes back is its own");
  ret_plan->selection.keys_only = g_strcmp0 (request->part, "keys") == 0;
  ret_plan->is_whole =
      ret_plan->selection.keys_only || g_strcmp0 (request->mode, "full") == 0 || g_strcmp0 (request->mode, "dump") == 0;
  ret_plan->selection.method = ret_plan->is_whole ? "FULL_TABLE" : method;
  ret_plan->selection.key = request->key;
  ret_plan->selection.columns = request->columns;
  return !connect_has_mistakes () || connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "the job is not as it should be");
}

/* A list of texts as one. Owned by the caller. */
static char *
words_of (const Json *names)
{
  g_autoptr (GString) words = g_string_new (NULL);
  size_t i;
  const Json *name;
  json_array_foreach ((Json *) names, i, name)
    g_string_append_printf (words, "%s%s", i > 0 ? ", " : "", json_string_value (name));
  return g_string_free (g_steal_pointer (&words), FALSE);
}

/* The job's bookmark is one that the tap takes. */
static void
check_bookmark (const Json *stream, const Json *taken, const char *bookmark)
{
  const Json *properties = json_object_get (json_object_get (stream, "schema"), "properties");
  g_autofree char *words = words_of (taken);
  if (json_array_size (taken) > 0 && !connect_has (taken, bookmark))
    connect_mistake ("bookmark", "the tap reads \"%s\" by %s, not by \"%s\"", catalog_id (stream), words, bookmark);
  else if (json_array_size (taken) == 0 && json_object_get (properties, bookmark) == NULL)
    connect_mistake ("bookmark", "the stream \"%s\" has no column \"%s\"", catalog_id (stream), bookmark);
}

/* There is nothing by which it could be read: all rows come each time, and what is not in them says nothing. */
static void
read_whole (const Request *request, const Json *stream, ReadPlan *plan)
{
  plan->selection.method = "FULL_TABLE";
  if (request->mode != NULL)
    connect_note ("the tap reads \"%s\" whole each time: it has no bookmark", catalog_id (stream));
}

static void
choose_bookmark (const Request *request, const Json *stream, ReadPlan *plan)
{
  g_autoptr (Json) taken = catalog_bookmarks (stream);
  if (request->bookmark != NULL)
    check_bookmark (stream, taken, request->bookmark);
  else if (json_array_size (taken) > 1 && request->mode != NULL)
    {
      g_autofree char *words = words_of (taken);
      connect_mistake ("bookmark", "is missing: the tap reads \"%s\" by %s", catalog_id (stream), words);
    }
  const char *only = json_array_size (taken) == 1 ? json_string_value (json_array_get (taken, 0)) : NULL;
  plan->bookmark = g_strdup (request->bookmark != NULL ? request->bookmark : only);
  plan->selection.bookmark = plan->bookmark;
  if (plan->bookmark != NULL)
    plan->selection.method = "INCREMENTAL";
  else if (json_array_size (taken) == 0 && plan->selection.method == NULL)
    read_whole (request, stream, plan);
}

/* The tap reads it by its log: by nothing else, or by itself, where the job names no bookmark. */
static bool
is_by_log (const Request *request, const Json *stream, const char *forced)
{
  if (forced != NULL || request->bookmark != NULL)
    return g_strcmp0 (forced, "LOG_BASED") == 0;
  const Json *said[] = { catalog_said (stream, NULL, "replication-method"), json_object_get (stream, "replication_method") };
  return g_strcmp0 (json_string_value (said[0]), "LOG_BASED") == 0 || g_strcmp0 (json_string_value (said[1]), "LOG_BASED") == 0;
}

bool
read_plan_fit (const Request *request, const Json *stream, ReadPlan *plan, GError **error)
{
  const char *forced = json_string_value (catalog_said (stream, NULL, "forced-replication-method"));
  if (g_strcmp0 (forced, "") == 0)
    forced = NULL;
  if (plan->is_whole)
    {
      if (forced != NULL && strcmp (forced, "FULL_TABLE") != 0)
        connect_note (
            "the tap reads \"%s\" by %s only: it is run without a state, and brings what its configuration lets it begin with",
            catalog_id (stream), forced);
    }
  else if (g_strcmp0 (forced, "FULL_TABLE") == 0)
    read_whole (request, stream, plan);
  else if (plan->selection.method == NULL && is_by_log (request, stream, forced))
    plan->selection.method = "LOG_BASED"; /* where it stands in the log is in its STATE */
  else if (plan->selection.method == NULL || strcmp (plan->selection.method, "INCREMENTAL") == 0)
    choose_bookmark (request, stream, plan);
  const Json *properties = json_object_get (json_object_get (stream, "schema"), "properties"), *name;
  size_t i;
  json_array_foreach ((Json *) request->key, i, name)
    if (json_is_string (name) && json_object_get (properties, json_string_value (name)) == NULL)
      connect_mistake ("key", "the stream \"%s\" has no column \"%s\"", catalog_id (stream), json_string_value (name));
  return !connect_has_mistakes () || connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "the job does not fit the stream");
}

void
read_plan_clear (ReadPlan *plan)
{
  g_clear_pointer (&plan->bookmark, g_free);
}
