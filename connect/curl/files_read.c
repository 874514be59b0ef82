/* One file from a store into the spool: from where it was cut off, as long as it is the same file. */
#include "connect/curl/files.h"

#include "base/digest.h"
#include "connect/curl/paths.h"

#include <string.h>

#define TRIES 5

typedef struct
{
  Store *store;
  const char *path;
  bool is_known; /* what it must be */
  FileFacts facts;
  int64_t got;
  bool has_begun, has_changed;
  GError *problem; /* of the spool; owned */
} Reading;

static bool
take_bytes (const char *bytes, size_t length, void *data)
{
  Reading *reading = data;
  /* More than it has had: somebody is writing to it, and the rest is another time's. */
  reading->has_changed |= reading->got + (int64_t) length > reading->facts.size;
  if (reading->has_changed || reading->problem != NULL || !spool_bytes (bytes, length, 0, &reading->problem))
    return false;
  reading->got += (int64_t) length;
  connect_progress (0, reading->got, -1);
  return true;
}

static void
hold_against (Reading *reading, bool is_file, const FileFacts *facts)
{
  reading->has_changed = !is_file || facts->size != reading->facts.size || facts->mtime != reading->facts.mtime;
}

static bool
look_again (Reading *reading, GError **error)
{
  Found found;
  FileFacts facts = { 0 };
  const Store *store = reading->store;
  if (!store->verbs->look (reading->store, reading->path, &found, &facts, error))
    return false;
  if (found != FOUND_FILE && !reading->is_known)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "there is no file \"%s\" at %s", reading->path, store->what);
  if (!reading->is_known)
    reading->facts = facts;
  reading->is_known = true;
  hold_against (reading, found == FOUND_FILE, &facts);
  return true;
}

/* The bytes that are still missing. Of a whole file the place says with them what it is, which spares a look. */
static bool
get_rest (Reading *reading, GError **error)
{
  FileFacts facts;
  Store *store = reading->store;
  bool is_whole = reading->got == 0;
  if (!store->verbs->get (store, reading->path, reading->got, false, take_bytes, reading, is_whole ? &facts : NULL, error))
    return false;
  if (is_whole)
    hold_against (reading, true, &facts);
  return true;
}

/* Where we ended it ourselves, or the file has gone meanwhile, trying once more is no use. */
static bool
is_over (Reading *reading, GError **error)
{
  bool may_be_gone = g_error_matches (*error, CONNECT_ERROR, CONNECT_CONFIGURATION);
  bool is_over =
      reading->has_changed || reading->problem != NULL || (may_be_gone && look_again (reading, NULL) && reading->has_changed);
  if (is_over)
    g_clear_error (error);
  return is_over;
}

/* True also where it has changed, or cannot be kept. */
static bool
read_on (void *data, GError **error)
{
  Reading *reading = data;
  bool looks = reading->has_begun || !reading->is_known;
  reading->has_begun = true;
  if (looks && (!look_again (reading, error) || reading->has_changed))
    return reading->has_changed;
  if (reading->got < reading->facts.size && !get_rest (reading, error))
    return is_over (reading, error);
  return reading->has_changed || look_again (reading, error);
}

static bool
fail_changed (const Reading *reading, GError **error)
{
  return connect_fail (error, CONNECT_TRANSIENT, "changed", "It is taken the next time, when nobody writes to it any more.",
                       "\"%s\" has changed since it was listed, or is gone: nothing was taken", reading->path);
}

bool
files_read (Store *store, const Request *request, Done *done, GError **error)
{
  Reading reading = { .store = store };
  reading.is_known = files_object (request->object, "object", &reading.path, &reading.facts);
  if (!reading.is_known && files_is_pattern (json_string_value (json_object_get (request->from, "path"))))
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL,
                         "which of the files is asked for is not in the request: \"object\" is missing");
  if (!reading.is_known)
    reading.path = json_string_value (json_object_get (request->from, "path"));
  if (!connect_retry (TRIES, read_on, &reading, error))
    return false;
  if (reading.problem != NULL)
    return g_propagate_error (error, g_steal_pointer (&reading.problem)), false;
  if (reading.has_changed || reading.got != reading.facts.size)
    return fail_changed (&reading, error);
  done->raw = true;
  return true;
}

/* ---- what a file is ---- */

static bool
hash_bytes (const char *bytes, size_t length, void *data)
{
  sha256_update (data, bytes, length);
  return true;
}

bool
files_is_same (Store *store, const char *path, int64_t size, const char *sha256, bool *ret_same, GError **error)
{
  Found found;
  FileFacts facts = { 0 };
  char hex[SHA256_HEX_SIZE];
  *ret_same = false;
  if (!store->verbs->look (store, path, &found, &facts, error))
    return false;
  if (found != FOUND_FILE || facts.size != size)
    return true;
  g_autoptr (Sha256) sha = sha256_new ();
  if (!store->verbs->get (store, path, 0, false, hash_bytes, sha, NULL, error))
    return false;
  sha256_finish (sha, hex);
  *ret_same = strcmp (hex, sha256) == 0;
  return true;
}
