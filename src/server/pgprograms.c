#include "src/server/pgprograms.h"

#include "base/error.h"
#include "src/server/program.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEBIAN_PROGRAMS "/usr/lib/postgresql/*/bin"

static bool
has_programs (const char *folder)
{
  static const char *const names[] = { "initdb", "pg_ctl", "postgres" };
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);
      if (access (path, X_OK) != 0)
        return false;
    }
  return true;
}

/* The version in "/usr/lib/postgresql/15/bin", or 0. */
static int
version_in_path (const char *folder)
{
  g_autofree char *parent = g_path_get_dirname (folder);
  g_autofree char *name = g_path_get_basename (parent);
  return g_str_has_prefix (folder, "/usr/lib/postgresql/") ? atoi (name) : 0;
}

/* 15 from "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"; 0 when the program does not say. */
static int
ask_version (const char *folder)
{
  int version = version_in_path (folder);
  if (version > 0)
    return version;
  g_autofree char *program = g_build_filename (folder, "postgres", NULL);
  const char *const argv[] = { program, "--version", NULL };
  g_autofree char *output = NULL;
  if (!program_run (argv, "/", geteuid (), &output, NULL))
    return 0;
  const char *digits = strpbrk (output, "0123456789");
  return digits != NULL ? atoi (digits) : 0;
}

static int
compare_newest_first (gconstpointer a, gconstpointer b)
{
  return version_in_path (*(char *const *) b) - version_in_path (*(char *const *) a);
}

static void
add_debian (GPtrArray *folders)
{
  glob_t found;
  if (glob (DEBIAN_PROGRAMS, 0, NULL, &found) == 0)
    for (size_t i = 0; i < found.gl_pathc; i++)
      g_ptr_array_add (folders, g_strdup (found.gl_pathv[i]));
  globfree (&found);
  g_ptr_array_sort (folders, compare_newest_first);
}

static void
add_from_path (GPtrArray *folders)
{
  g_autofree char *program = g_find_program_in_path ("pg_ctl");
  g_autofree char *real = program != NULL ? realpath (program, NULL) : NULL;
  if (real != NULL)
    g_ptr_array_add (folders, g_path_get_dirname (real));
}

static void
add_from_config (GPtrArray *folders)
{
  g_autofree char *config = g_find_program_in_path ("pg_config");
  const char *const argv[] = { config, "--bindir", NULL };
  g_autofree char *folder = NULL;
  if (config != NULL && program_run (argv, "/", geteuid (), &folder, NULL))
    g_ptr_array_add (folders, g_steal_pointer (&folder));
}

/* Whether a folder has the programs in the version wanted, 0: any. *newest grows to what was seen. */
static bool
fits (const char *folder, int major, int *ret_version, int *newest)
{
  *ret_version = has_programs (folder) ? ask_version (folder) : 0;
  *newest = MAX (*newest, *ret_version);
  return *ret_version != 0 && (major == 0 || *ret_version == major);
}

static bool
no_programs (const char *given, GError **error)
{
  const Failure failure = {
    WEIR_ERROR_MODEL,
    .hint = "apt-get install postgresql; or name a database with --database, WEIR_DATABASE or \"database\" in weir.json.",
  };
  if (given != NULL)
    return weir_fail (error, &failure, "WEIR_PG_BIN: there is no initdb, pg_ctl and postgres in \"%s\"", given);
  return weir_fail (error, &failure, "there is no PostgreSQL server on this machine for the embedded database");
}

static bool
other_version (int major, int newest, const char *data, GError **error)
{
  g_autofree char *detail = g_strdup_printf ("Its data in \"%s\" are whole and were left as they are.", data);
  g_autofree char *hint = g_strdup_printf ("Install postgresql-%d, or name its programs: WEIR_PG_BIN=/usr/lib/postgresql/%d/bin. "
                                           "To move the data to PostgreSQL %d, use pg_upgrade.",
                                           major, major, newest);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .detail = detail, .hint = hint },
                    "the embedded database was made by PostgreSQL %d, but only PostgreSQL %d is here", major, newest);
}

/* In order of preference. pg_config comes last, and is asked only if nothing else is there: it may be a script that starts others, which
 * takes longer than all that a command does before it connects. */
static void (*const places[]) (GPtrArray *folders) = { add_debian, add_from_path, add_from_config };

char *
pgprograms_find (const char *given, int major, const char *data, int *ret_version, GError **error)
{
  int newest = 0;
  if (given != NULL && fits (given, major, ret_version, &newest))
    return g_strdup (given);
  for (size_t place = 0; given == NULL && place < G_N_ELEMENTS (places); place++)
    {
      g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_free);
      places[place](folders);
      for (guint i = 0; i < folders->len; i++)
        if (fits (folders->pdata[i], major, ret_version, &newest))
          return g_strdup (folders->pdata[i]);
    }
  (void) (newest == 0 ? no_programs (given, error) : other_version (major, newest, data, error));
  return NULL;
}
