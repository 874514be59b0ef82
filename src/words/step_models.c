#include "src/words/step_models.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fsutil.h"
#include "base/glob.h"
#include "base/text.h"
#include "schema/ledger_words.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

char *
step_model_name (const char *path)
{
  const char *slash = strrchr (path, '/'), *name = slash != NULL ? slash + 1 : path, *dot = strrchr (name, '.');
  return dot != NULL && dot > name && dot[1] != '\0' ? g_strndup (name, (gsize) (dot - name)) : g_strdup (name);
}

static bool
hash_file (const char *folder, const char *file, char hex[SHA256_HEX_SIZE], GError **error)
{
  g_autofree char *path = g_build_filename (folder, file, NULL);
  AUTO_FD int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* what was a file may be a pipe by now */
  return (fd >= 0 && fs_sha256 (fd, hex)) || weir_system_error (error, errno, "could not read \"%s\"", path);
}

/* Whether the ledger can have it, and a line of a shell script too. */
static bool
check_name (const char *name, const char *file, GError **error)
{
  g_autofree char *shown = text_printable (file, strlen (file), SIZE_MAX);
  if (!text_is_utf8 (name, strlen (name), NULL))
    return weir_error (error, WEIR_ERROR_INPUT, "the name of \"%s\" is not UTF-8", shown);
  for (const char *at = name; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      return weir_error (error, WEIR_ERROR_INPUT, "the name of \"%s\" has a control character: it could not be told on one line",
                         shown);
  if (g_utf8_strlen (name, -1) > WORDS_MOST_MODEL)
    return weir_error (error, WEIR_ERROR_INPUT, "the name of \"%s\" is longer than %d characters", shown, WORDS_MOST_MODEL);
  return true;
}

/* names: of those before, to their files. */
static bool
add_model (Json *models, GHashTable *names, const char *folder, const char *file, GError **error)
{
  char checksum[SHA256_HEX_SIZE];
  g_autofree char *name = step_model_name (file);
  const char *other = g_hash_table_lookup (names, name);
  if (!check_name (name, file, error))
    return false;
  if (other != NULL)
    return weir_fail (error,
                      &(Failure) { WEIR_ERROR_INPUT, .detail = "A model is known by its file's name without folder and extension.",
                                   .hint = "Rename one of them, or make two steps of them." },
                      "two models are called \"%s\": \"%s\" and \"%s\"", name, other, file);
  if (!hash_file (folder, file, checksum, error))
    return false;
  json_array_append_new (models,
                         json_pack ("{s:s, s:o, s:s}", "name", name, "path", weir_json_string (file), "checksum", checksum));
  g_hash_table_insert (names, g_steal_pointer (&name), g_strdup (file));
  return true;
}

/* All that the patterns find, each once, sorted. */
static GPtrArray *
find_files (const char *folder, char *const *patterns, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (char *const *pattern = patterns; *pattern != NULL; pattern++)
    {
      g_autoptr (GPtrArray) found = glob_find (folder, *pattern, error);
      if (found == NULL)
        return NULL;
      for (guint i = 0; i < found->len; i++)
        g_hash_table_add (seen, g_strdup (found->pdata[i]));
    }
  GPtrArray *files = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer file;
  g_hash_table_iter_init (&iter, seen);
  while (g_hash_table_iter_next (&iter, &file, NULL))
    g_ptr_array_add (files, g_strdup (file));
  g_ptr_array_sort (files, text_compare);
  return files;
}

Json *
step_models_find (const char *folder, char *const *patterns, GError **error)
{
  g_autoptr (GPtrArray) files = find_files (folder, patterns, error);
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (Json) models = json_array ();
  for (guint i = 0; files != NULL && i < files->len; i++)
    if (!add_model (models, names, folder, files->pdata[i], error))
      return NULL;
  return files != NULL ? g_steal_pointer (&models) : NULL;
}
