/* Files to a store: under the name of a part, then renamed; and what is done with a file that was loaded. */
#include "connect/curl/files.h"

#include "base/fault.h"
#include "base/fsutil.h"
#include "base/text.h"
#include "base/uid.h"
#include "connect/curl/delivered.h"
#include "connect/curl/paths.h"
#include "connect/curl/shape.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define TRIES 3
#define STALE_SECONDS INT64_C (86400) /* a part of a crashed try that nobody takes up any more */

/* ---- put ---- */

typedef struct
{
  Store *store;
  const Shaped *shaped;
  char *path, *part;
  bool replaces, was_there, has_tried;
} Putting;

static bool
fail_exists (const Putting *putting, GError **error)
{
  return connect_fail (error, CONNECT_CONFIGURATION, NULL, "Have ::RUN:: in \"path\", or \"replace\": true.",
                       "there is already another \"%s\" at %s", putting->path, putting->store->what);
}

/* Whether what arrived is what was sent, as far as its size says. */
static bool
look_at_put (const Putting *putting, GError **error)
{
  Found found;
  FileFacts facts = { 0 };
  if (!putting->store->verbs->look (putting->store, putting->path, &found, &facts, error))
    return false;
  return (found == FOUND_FILE && facts.size == putting->shaped->size)
         || connect_fail (error, CONNECT_TRANSIENT, NULL, NULL, "\"%s\" is not whole at %s", putting->path, putting->store->what);
}

/* Each further try looks first: the one before may have come through, and only its answer was lost. */
static bool
put_once (void *data, GError **error)
{
  Putting *putting = data;
  Store *store = putting->store;
  bool exists = false, has_tried = putting->has_tried;
  putting->has_tried = true;
  if (has_tried
      && !files_is_same (store, putting->path, putting->shaped->size, putting->shaped->sha256, &putting->was_there, error))
    return false;
  if (putting->was_there)
    return true;
  if (store->verbs->put (store, putting->shaped->fd, putting->shaped->size, putting->part, putting->path, putting->replaces,
                         &exists, error))
    return look_at_put (putting, error);
  if (!exists)
    return false;
  /* Best effort: the next of that name overwrites it. */
  store->verbs->remove (store, putting->part, NULL);
  return fail_exists (putting, error);
}

/* Looked at before it is sent, too: a large file need not be sent in vain. */
static bool
is_in_the_way (Putting *putting, GError **error)
{
  Found found;
  FileFacts facts;
  Store *store = putting->store;
  if (!store->verbs->look (store, putting->path, &found, &facts, error))
    return true;
  if (found == FOUND_OTHER)
    return !connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "\"%s\" at %s is a folder, or no ordinary file", putting->path,
                          store->what);
  if (found == FOUND_NOTHING)
    return false;
  if (!files_is_same (store, putting->path, putting->shaped->size, putting->shaped->sha256, &putting->was_there, error))
    return true;
  return !putting->was_there && !putting->replaces && !fail_exists (putting, error);
}

/* Parts that earlier runs of this delivery have left. They are ours by their names, and nobody else's where they are a day old. */
static void
sweep_parts (Store *store, const char *folder, const char *pattern, const char *ours)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  if (!store->verbs->list (store, folder, names, NULL, NULL))
    return;
  for (guint i = 0; i < names->len; i++)
    {
      Found found;
      FileFacts facts = { 0 };
      g_autofree char *path = path_join (folder, names->pdata[i]);
      if (path_is_name (names->pdata[i]) && text_matches_glob (names->pdata[i], pattern) && strcmp (path, ours) != 0
          && store->verbs->look (store, path, &found, &facts, NULL) && found == FOUND_FILE
          && facts.mtime < g_get_real_time () - STALE_SECONDS * G_USEC_PER_SEC && store->verbs->remove (store, path, NULL))
        connect_note ("\"%s\" of a delivery that was not finished is removed", path);
    }
}

static bool
write_file (Store *store, const Request *request, Done *done, GError **error)
{
  const char *said = request->to != NULL ? json_string_value (json_object_get (request->to, "path")) : NULL;
  g_autofree char *template = said == NULL || g_str_has_suffix (said, "/")
                                  ? g_strconcat (said != NULL ? said : "", "::TABLE::.::RUN::.csv", NULL)
                                  : g_strdup (said);
  const PathFacts facts = delivered_facts (request);
  g_autofree char *path = path_fill (template, &facts, NULL), *part = path_part (path), *folder = NULL;
  g_auto (Shaped) shaped = { .fd = -1 };
  path_split (path, &folder);
  const Shape shape = shape_read (request->to);
  if (!shape_make (&shape, request, NULL, NULL, &shaped, error))
    return false;
  Putting putting = {
    .store = store, .shaped = &shaped, .path = path, .part = part, .replaces = connect_truth (request->to, "to", "replace", false)
  };
  if (is_in_the_way (&putting, error) || (!putting.was_there && !connect_retry (TRIES, put_once, &putting, error)))
    return false;
  fault_point ("file-put");
  if (putting.was_there)
    connect_note ("\"%s\" was there already, with the same bytes", path);
  const char *name = strrchr (template, '/');
  g_autofree char *pattern = path_parts_pattern (name != NULL ? name + 1 : template, &facts);
  sweep_parts (store, folder, pattern, part);
  done->rows = shaped.rows;
  return true;
}

/* ---- after ---- */

/* What a place says of a folder that is missing is its own, and may be no more than that a command failed. */
static void
explain_move (Store *store, const char *path, const char *folder, GError **error)
{
  Found found = FOUND_OTHER;
  FileFacts facts;
  g_autofree char *within = path_join (folder, "x"), *name = NULL;
  path_split (within, &name);
  if (name[0] == '\0' || !store->verbs->look (store, name, &found, &facts, NULL) || found != FOUND_NOTHING)
    return;
  g_clear_error (error);
  connect_fail (error, CONNECT_CONFIGURATION, NULL, "Make the folder there, or mend \"folder\" of \"after\".",
                "there is no folder \"%s\" at %s to move \"%s\" into", name, store->what, path);
}

static bool
move_file (Store *store, const char *path, const char *folder, GError **error)
{
  g_autofree char *from_folder = NULL;
  const char *name = path_split (path, &from_folder);
  g_autofree char *wanted = g_strdup (name);
  for (int i = 0; i < TRIES; i++)
    {
      bool exists = false;
      g_autofree char *to = path_join (folder, wanted);
      if (store->verbs->rename (store, path, to, &exists, error))
        return true;
      if (!exists)
        return explain_move (store, path, folder, error), false;
      char unique[UID_TEXT_SIZE];
      uid_format (uid_random (), unique);
      unique[8] = '\0';
      g_free (wanted);
      wanted = path_suffixed (name, unique);
    }
  return connect_fail (error, CONNECT_TRANSIENT, NULL, NULL, "there is no free name for \"%s\" in \"%s\"", path, folder);
}

/* One that is gone, or is another one by now, is left alone. */
static bool
finish_file (Store *store, const Json *after, GError **error)
{
  const char *path = NULL;
  FileFacts expected = { 0 }, facts = { 0 };
  Found found;
  files_object (after, "after", &path, &expected);
  if (!store->verbs->look (store, path, &found, &facts, error))
    return false;
  if (found == FOUND_NOTHING)
    return connect_note ("\"%s\" is not there any more", path), true;
  if (found != FOUND_FILE || facts.size != expected.size || facts.mtime != expected.mtime)
    return connect_note ("\"%s\" has changed since it was loaded: it is left where it is", path), true;
  if (strcmp (json_string_value (json_object_get (after, "action")), "delete") == 0)
    return store->verbs->remove (store, path, error);
  return move_file (store, path, json_string_value (json_object_get (after, "folder")), error);
}

bool
files_write (Store *store, const Request *request, Done *done, GError **error)
{
  if (request->after != NULL)
    return finish_file (store, request->after, error);
  return write_file (store, request, done, error);
}

/* ---- check ---- */

static bool
stop_at_once (const char *bytes, size_t length, void *data)
{
  (void) bytes;
  *(size_t *) data += length;
  return true;
}

static bool
check_read (Store *store, const Request *request, GError **error)
{
  g_auto (FilesFrom) from = files_from (request->from, request->after);
  g_autoptr (GPtrArray) paths = files_find (store, &from, error);
  if (paths == NULL)
    return false;
  for (guint i = 0; i < paths->len; i++)
    {
      Found found;
      FileFacts facts = { 0 };
      size_t got = 0;
      const char *path = paths->pdata[i];
      if (!store->verbs->look (store, path, &found, &facts, error))
        return false;
      if (found != FOUND_FILE || facts.size == 0)
        continue;
      if (!store->verbs->get (store, path, 0, true, stop_at_once, &got, NULL, error))
        return false;
      connect_checked ("read", true, "\"%s\": %zu byte of %" G_GINT64_FORMAT, path, got, facts.size);
      return true;
    }
  connect_checked ("read", true, "the folder was listed: there is no file to read in it now");
  return true;
}

/* Written as a delivery is, read back, removed. */
static bool
check_write (Store *store, const Request *request, GError **error)
{
  char random[UID_TEXT_SIZE];
  uid_format (uid_random (), random);
  const char *said = json_string_value (json_object_get (request->to, "path"));
  g_autofree char *name = g_strconcat (".weir-check-", request->run != NULL ? request->run : random, NULL), *folder = NULL;
  const PathFacts facts = delivered_facts (request);
  g_autofree char *filled = path_fill (said != NULL ? said : "", &facts, NULL);
  path_split (filled, &folder);
  g_autofree char *path = path_join (folder, name), *part = g_strconcat (path, ".part", NULL);
  char sha256[SHA256_HEX_SIZE];
  sha256_bytes (random, sizeof random, sha256);
  int fd = memfd_create ("check", MFD_CLOEXEC);
  bool exists = false, same = false;
  bool ok = fd >= 0 && fs_write_all (fd, random, sizeof random, "memory", error)
            && store->verbs->put (store, fd, sizeof random, part, path, true, &exists, error)
            && files_is_same (store, path, sizeof random, sha256, &same, error) && store->verbs->remove (store, path, error);
  if (fd >= 0)
    close (fd);
  if (!ok)
    return false;
  if (!same)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "\"%s\" was written, and other bytes were read back", path);
  connect_checked ("write", true, "\"%s\" was written, read back and removed", path);
  return true;
}

bool
files_check (Store *store, const Request *request, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  if (!store->verbs->list (store, "", names, NULL, error))
    return false;
  connect_checked ("connect", true, "%s: %u name%s in its folder", store->what, names->len, names->len == 1 ? "" : "s");
  if (request->from != NULL && !check_read (store, request, error))
    return false;
  return request->to == NULL || check_write (store, request, error);
}
