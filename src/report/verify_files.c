/* The folders of `weir verify` against the ledger, in both directions. What is moved meanwhile is not told: the folders are listed first, for the
 * ledger knows of a file before it comes there; and where one is not in its place it is looked for once more. */
#include "src/report/verify.h"

#include "base/autoptr.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/text.h"
#include "schema/sql.h"
#include "watcher/beside.h"
#include "watcher/claim.h"
#include "watcher/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BUFFER_SIZE 262144
#define REPORT_SUFFIX ".error.json"

#define EXAMPLES 100

/* Of each rule how many, and the first; kept until all files were seen. */
typedef struct
{
  const char *what;
  int64_t count;
  GPtrArray *examples; /* of char *; NULL: none yet */
} Tally;

static void
tally_add (Tally *tally, const char *example)
{
  if (tally->examples == NULL)
    tally->examples = g_ptr_array_new_with_free_func (g_free);
  if (tally->count++ < EXAMPLES)
    g_ptr_array_add (tally->examples, g_strdup (example));
}

static void
tally_end (Verification *verification, Tally *tally)
{
  if (tally->count == 0)
    return;
  g_ptr_array_sort (tally->examples, text_compare);
  Json *examples = json_array ();
  for (guint i = 0; i < tally->examples->len; i++)
    json_array_append_new (examples, weir_json_string (tally->examples->pdata[i]));
  verify_add (verification, verification->table, tally->what, tally->count, examples);
  g_clear_pointer (&tally->examples, g_ptr_array_unref);
}

/* ---- what lies there ---- */

/* All files below the folder, by their paths; what begins with a dot is on its way. */
static bool
list_folder (const char *folder, GHashTable *paths, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &problem);
  const char *name;
  if (dir == NULL)
    return g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOENT)
           || weir_error (error, WEIR_ERROR_LOCAL, "could not open folder \"%s\": %s", folder, problem->message);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      struct stat info;
      if (name[0] == '.' || g_str_has_suffix (name, REPORT_SUFFIX) || lstat (path, &info) != 0)
        continue;
      if (S_ISDIR (info.st_mode) && !list_folder (path, paths, error))
        return false;
      if (S_ISREG (info.st_mode))
        g_hash_table_add (paths, g_steal_pointer (&path));
    }
  return true;
}

static bool
list_folders (const Verification *verification, GHashTable *paths, GError **error)
{
  const Settings *settings = verification->settings;
  if (verification->table == NULL)
    {
      g_autofree char *held = g_build_filename (settings->imports, HELD_FOLDER, NULL);
      return list_folder (settings->archive, paths, error) && list_folder (settings->failed, paths, error)
             && list_folder (held, paths, error);
    }
  g_autofree char *own = g_build_filename (settings->archive, verification->table, NULL);
  return list_folder (own, paths, error);
}

/* ---- what the ledger says ---- */

/* false: it cannot be read. */
static bool
hash_file (Verification *verification, const char *path, const char *shown, char hex[SHA256_HEX_SIZE])
{
  AUTO_FD int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  struct stat info = { 0 };
  if (fd < 0 || fstat (fd, &info) != 0)
    return false;
  g_autoptr (Sha256) sha = sha256_new ();
  g_autofree char *buffer = g_malloc (BUFFER_SIZE);
  for (int64_t done = 0;;)
    {
      ssize_t got = read (fd, buffer, BUFFER_SIZE);
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return false;
      if (got == 0)
        break;
      sha256_update (sha, buffer, (size_t) got);
      done += got;
      verification->bytes += got;
      if (verification->tell != NULL)
        verification->tell (shown, done, info.st_size);
    }
  sha256_finish (sha, hex);
  return true;
}

/* Whether the file of a run that is over is claimed still: it is on its way to its place. */
static bool
is_claimed (const Verification *verification, const char *run)
{
  g_autofree char *claim = g_build_filename (verification->settings->imports, ".claimed", run, NULL);
  return g_file_test (claim, G_FILE_TEST_IS_DIR);
}

enum
{
  GONE,
  CHANGED,
  UNREADABLE,
  UNKNOWN,
  FORGETTING,
  ALONE,
  N_TALLIES,
};

static void
verify_bytes (Verification *verification, const char *path, const char *shown, const char *expected, Tally *tallies)
{
  char hex[SHA256_HEX_SIZE];
  if (!hash_file (verification, path, shown, hex))
    tally_add (&tallies[UNREADABLE], shown);
  else if (strcmp (hex, expected) != 0)
    tally_add (&tallies[CHANGED], shown);
}

/* What a run says of its file may be another by now: `weir gc` removes files meanwhile. */
static bool
tell_gone (Verification *verification, const DbResult *places, int row, Tally *gone, GError **error)
{
  const char *place = db_result_named (places, row, "place"), *run = db_result_named (places, row, "run");
  const SqlVar vars[] = { { "run", run }, { "place", place }, { "disposition", db_result_named (places, row, "disposition") } };
  g_autoptr (DbResult) still = NULL;
  if (is_claimed (verification, run))
    return true;
  if (!sql_run (verification->db, "verify/still", vars, G_N_ELEMENTS (vars), &still, error))
    return false;
  if (db_result_bool (still, 0, 0))
    tally_add (gone, place);
  return true;
}

/* A refused file is there to be mended: only what was loaded must stay as it was. */
static bool
verify_file (Verification *verification, const DbResult *places, int row, const char *path, Tally *tallies, GError **error)
{
  const char *shown = db_result_named (places, row, "place"), *expected = db_result_named (places, row, "sha256");
  bool archived = strcmp (db_result_named (places, row, "disposition"), "archived") == 0;
  verification->files++;
  if (access (path, F_OK) != 0 && errno == ENOENT)
    return tell_gone (verification, places, row, &tallies[GONE], error);
  if (strcmp (db_result_named (places, row, "forgetting"), "t") == 0)
    tally_add (&tallies[FORGETTING], shown);
  else if (archived && !verification->quick && expected != NULL)
    verify_bytes (verification, path, shown, expected, tallies);
  return true;
}

/* A run that was held and discarded has no file any more, where somebody has taken it away. */
static bool
is_kept (const DbResult *places, int row)
{
  const char *disposition = db_result_named (places, row, "disposition"), *state = db_result_named (places, row, "state");
  return g_strcmp0 (disposition, "archived") == 0 || g_strcmp0 (disposition, "failed") == 0
         || (g_strcmp0 (disposition, "held") == 0 && g_strcmp0 (state, "held") == 0);
}

/* A file that `weir load` moves is there a moment before the ledger knows it: by now it does. Asked of those alone that it did not know. */
static bool
tell_unknown (Verification *verification, GHashTable *paths, Tally *unknown, GError **error)
{
  g_autoptr (Json) shown = json_array ();
  g_autoptr (DbResult) still = NULL;
  GHashTableIter iter;
  gpointer path;
  g_hash_table_iter_init (&iter, paths);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    {
      g_autofree char *place = settings_shown_path (verification->settings, path);
      if (access (path, F_OK) == 0)
        json_array_append_new (shown, weir_json_string (place));
    }
  g_autofree char *text = weir_json_text (shown);
  const SqlVar var = { "places", text };
  if (json_array_size (shown) > 0 && !sql_run (verification->db, "verify/unknown", &var, 1, &still, error))
    return false;
  for (int row = 0; still != NULL && row < db_result_rows (still); row++)
    tally_add (unknown, db_result_value (still, row, 0));
  return true;
}

#define ALONE_SECONDS 3600 /* whoever drops a file puts its declaration there first */

static bool
is_alone (const char *imports, const char *name)
{
  struct stat info;
  g_autofree char *file = beside_of (name), *path = g_build_filename (imports, name, NULL);
  if (file == NULL || !scan_is_csv_name (file) || lstat (path, &info) != 0 || !S_ISREG (info.st_mode))
    return false;
  g_autofree char *of = g_build_filename (imports, file, NULL);
  return time (NULL) - info.st_ctime >= ALONE_SECONDS && access (of, F_OK) != 0 && errno == ENOENT;
}

/* Declarations that no file has come to: the next one of that name would be taken for what they say. */
static void
tell_alone (const Verification *verification, Tally *alone)
{
  const char *imports = verification->settings->imports, *name;
  g_autoptr (GDir) dir = g_dir_open (imports, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (is_alone (imports, name))
      {
        g_autofree char *path = g_build_filename (imports, name, NULL);
        g_autofree char *shown = settings_shown_path (verification->settings, path);
        tally_add (alone, shown);
      }
}

bool
verify_files (Verification *verification, GError **error)
{
  Tally tallies[N_TALLIES] = { [GONE] = { .what = "file_gone" },
                               [CHANGED] = { .what = "file_changed" },
                               [UNREADABLE] = { .what = "file_unreadable" },
                               [UNKNOWN] = { .what = "file_unknown" },
                               [FORGETTING] = { .what = "file_forgetting" },
                               [ALONE] = { .what = "declaration_alone" } };
  g_autoptr (GHashTable) paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (DbResult) places = NULL;
  const SqlVar var = { "table", verification->table };
  if (!list_folders (verification, paths, error) || !sql_run (verification->db, "verify/places", &var, 1, &places, error))
    return false;
  for (int row = 0; row < db_result_rows (places); row++)
    {
      g_autofree char *path = g_canonicalize_filename (db_result_named (places, row, "place"), verification->settings->home);
      bool kept = is_kept (places, row), held = g_strcmp0 (db_result_named (places, row, "disposition"), "held") == 0;
      if (kept || !held)
        g_hash_table_remove (paths, path);
      if (kept && !verify_file (verification, places, row, path, tallies, error))
        return false;
    }
  if (!tell_unknown (verification, paths, &tallies[UNKNOWN], error))
    return false;
  if (verification->table == NULL)
    tell_alone (verification, &tallies[ALONE]);
  for (int i = 0; i < N_TALLIES; i++)
    tally_end (verification, &tallies[i]);
  return true;
}
