#include "connect/curl/files.h"

#include "connect/curl/paths.h"
#include "connect/curl/shape.h"

#include <string.h>

#define SETTLE_MOST 3600

/* ---- what the job says ---- */

static void
look_at_path (const Json *object, const char *place, const char *name, bool is_required)
{
  const char *path = connect_text (object, place, name, is_required);
  const char *problem = path != NULL ? path_problem (path) : NULL;
  g_autofree char *where = g_strdup_printf ("%s.%s", place, name);
  if (problem != NULL)
    connect_mistake (where, "%s", problem);
}

static void
look_at_from (const Json *from)
{
  static const char *const known[] = { "path", "settle", "after", NULL };
  connect_known (from, "from", known);
  look_at_path (from, "from", "path", true);
  int64_t settle = connect_number (from, "from", "settle", FILES_SETTLE_SECONDS);
  if (settle < 0 || settle > SETTLE_MOST)
    connect_mistake ("from.settle", "must be from 0 to %d, in seconds", SETTLE_MOST);
  const char *path = json_string_value (json_object_get (from, "path"));
  g_autofree char *folder = NULL;
  const char *name = path != NULL ? path_split (path, &folder) : NULL;
  if (name != NULL && (name[0] == '\0' || strcmp (name, ".") == 0))
    connect_mistake ("from.path", "names a folder: \"%.*s*\" are all its files", (int) (name - path), path);
}

static void
look_at_to (const Json *to)
{
  static const char *const known[] = { "path", "replace", SHAPE_MEMBERS, NULL };
  connect_known (to, "to", known);
  look_at_path (to, "to", "path", false);
  connect_truth (to, "to", "replace", false);
  shape_read (to);
  const char *path = json_string_value (json_object_get (to, "path"));
  g_autofree char *word = NULL, *filled = path != NULL ? path_fill (path, &(PathFacts) { 0 }, &word) : NULL;
  if (path != NULL && filled == NULL)
    connect_mistake ("to.path", "has ::%s::, which is not ::TABLE::, ::RUN::, ::JOB:: or a date such as ::YYYYMMDD::", word);
}

static void
look_at_after (const Json *after)
{
  const char *action = connect_text (after, "after", "action", true);
  bool moves = g_strcmp0 (action, "move") == 0;
  if (action != NULL && !moves && strcmp (action, "delete") != 0)
    connect_mistake ("after.action", "must be \"delete\" or \"move\"");
  look_at_path (after, "after", "folder", moves);
}

/* Else each pull would load what the one before has moved. */
static void
look_at_both (const Json *json, const Json *after)
{
  if (connect_has_mistakes ())
    return;
  g_auto (FilesFrom) from = files_from (json, after);
  if (files_come_again (&from))
    connect_mistake ("after.folder", "is where the files come from: they would be found again");
}

void
files_look_at (const Request *request)
{
  const char *path;
  FileFacts facts;
  if (request->from != NULL)
    look_at_from (request->from);
  if (request->to != NULL)
    look_at_to (request->to);
  if (request->after != NULL)
    look_at_after (request->after);
  if (request->from != NULL && request->after != NULL)
    look_at_both (request->from, request->after);
  files_object (request->object, "object", &path, &facts);
  if (g_strcmp0 (request->verb, "write") == 0)
    files_object (request->after, "after", &path, &facts);
  if (g_strcmp0 (request->verb, "read") == 0 && request->object == NULL && request->from == NULL)
    connect_mistake ("object", "is missing");
  if (g_strcmp0 (request->verb, "write") == 0 && request->after == NULL && request->delivery == NULL)
    connect_mistake ("delivery", "is missing");
}

bool
files_object (const Json *object, const char *place, const char **ret_path, FileFacts *ret_facts)
{
  if (object == NULL)
    return false;
  g_autofree char *mtime_place = g_strdup_printf ("%s.mtime", place);
  look_at_path (object, place, "path", true);
  const char *mtime = connect_text (object, place, "mtime", true);
  *ret_path = json_string_value (json_object_get (object, "path"));
  ret_facts->size = connect_number (object, place, "size", -1);
  if (mtime != NULL && !path_time_read (mtime, &ret_facts->mtime))
    connect_mistake (mtime_place, "must be a time such as 2026-11-29T08:00:00Z");
  return true;
}

/* ---- discover ---- */

typedef struct
{
  char *path;
  FileFacts facts;
  bool is_young;
} Listed;

static void
listed_free (void *data)
{
  Listed *listed = data;
  g_free (listed->path);
  g_free (listed);
}

/* NULL without an error: it is no file. */
static Listed *
look_at_file (Store *store, const char *path, const FilesFrom *from, GError **error)
{
  Found found;
  FileFacts facts = { 0 };
  if (!store->verbs->look (store, path, &found, &facts, error) || found != FOUND_FILE)
    return NULL;
  Listed *listed = g_new0 (Listed, 1);
  listed->path = g_strdup (path);
  listed->facts = facts;
  listed->is_young = from->settle > 0 && facts.mtime > g_get_real_time () - from->settle * G_USEC_PER_SEC;
  return listed;
}

static bool
look_at_files (Store *store, FilesFrom *from, GPtrArray *files, bool *ret_any_young, GError **error)
{
  g_autoptr (GPtrArray) paths = files_find (store, from, error);
  for (guint i = 0; paths != NULL && i < paths->len; i++)
    {
      g_autoptr (GError) local = NULL;
      Listed *listed = look_at_file (store, paths->pdata[i], from, &local);
      /* One that we may not read keeps no other waiting. */
      if (g_error_matches (local, CONNECT_ERROR, CONNECT_CONFIGURATION) && from->is_pattern)
        {
          connect_note ("left out: %s", local->message);
          continue;
        }
      if (local != NULL)
        return g_propagate_error (error, g_steal_pointer (&local)), false;
      if (listed == NULL)
        continue;
      *ret_any_young |= listed->is_young;
      g_ptr_array_add (files, listed);
    }
  return paths != NULL;
}

static bool
wait_seconds (int64_t seconds, GError **error)
{
  int64_t until = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
  while (g_get_monotonic_time () < until && connect_go_on (NULL))
    g_usleep (50000);
  return connect_go_on (error);
}

/* Whether a file that was changed just now stays as it is. */
static bool
has_settled (Store *store, const Listed *listed, bool *ret_settled, GError **error)
{
  Found found;
  FileFacts facts = { 0 };
  if (!store->verbs->look (store, listed->path, &found, &facts, error))
    return false;
  *ret_settled = found == FOUND_FILE && facts.size == listed->facts.size && facts.mtime == listed->facts.mtime;
  if (!*ret_settled)
    connect_note ("\"%s\" is still being written: it is left for the next time", listed->path);
  return true;
}

static void
tell_file (const Listed *listed)
{
  g_autofree char *mtime = path_time_text (listed->facts.mtime);
  g_autoptr (Json) stream = json_pack ("{s:o, s:s, s:I, s:s, s:n}", "name", weir_json_string (listed->path), "kind", "file", "size",
                                       (json_int_t) listed->facts.size, "mtime", mtime, "etag");
  connect_stream (stream);
}

bool
files_discover (Store *store, const Request *request, GError **error)
{
  g_auto (FilesFrom) from = files_from (request->from, request->after);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (listed_free);
  bool any_young = false;
  if (!look_at_files (store, &from, files, &any_young, error) || (any_young && !wait_seconds (from.settle, error)))
    return false;
  for (guint i = 0; i < files->len; i++)
    {
      const Listed *listed = files->pdata[i];
      bool settled = true;
      if (listed->is_young && !has_settled (store, listed, &settled, error))
        return false;
      if (settled)
        tell_file (listed);
    }
  if (files->len == 0 && request->from == NULL)
    connect_note ("of files in folders say which: weir discover CONNECTION 'out/*.csv'");
  return true;
}
