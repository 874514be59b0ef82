#include "src/server/pgclusters.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "src/server/pgcluster.h"
#include "src/server/pgplace.h"
#include "src/server/pgprograms.h"
#include "src/server/pgstate.h"
#include "src/server/program.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 512 /* what st_blocks counts */

static void
cluster_free (PgCluster *cluster)
{
  g_free (cluster->folder);
  g_free (cluster->data);
  g_free (cluster->home);
  g_free (cluster);
}

int64_t
pgclusters_measure (const char *folder)
{
  int64_t bytes = 0;
  g_autoptr (DIR) dir = opendir (folder);
  for (const struct dirent *found; dir != NULL && (found = readdir (dir)) != NULL;)
    {
      if (strcmp (found->d_name, ".") == 0 || strcmp (found->d_name, "..") == 0)
        continue;
      g_autofree char *path = g_build_filename (folder, found->d_name, NULL);
      struct stat status;
      if (lstat (path, &status) != 0)
        continue;
      bytes += (int64_t) status.st_blocks * BLOCK;
      if (S_ISDIR (status.st_mode))
        bytes += pgclusters_measure (path);
    }
  return bytes;
}

static PgCluster *
look_at (const char *root, const char *name)
{
  PgCluster *cluster = g_new0 (PgCluster, 1);
  cluster->folder = g_build_filename (root, name, NULL);
  cluster->data = g_build_filename (cluster->folder, "data", NULL);
  cluster->home = pgplace_home (cluster->data);
  cluster->orphan = cluster->home != NULL && !settings_is_home (cluster->home);
  cluster->version = pgstate_data_version (cluster->data);
  const PgServer server = { .data = cluster->data };
  cluster->running = pgstate_process (&server) != 0;
  cluster->bytes = pgclusters_measure (cluster->folder);
  return cluster;
}

static int
compare_folders (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(PgCluster *const *) a)->folder, (*(PgCluster *const *) b)->folder);
}

GPtrArray *
pgclusters_list (const char *root, GError **error)
{
  g_autoptr (GPtrArray) clusters = g_ptr_array_new_with_free_func ((GDestroyNotify) cluster_free);
  g_autoptr (DIR) dir = opendir (root);
  if (dir == NULL && errno != ENOENT)
    return weir_system_error (error, errno, "could not read \"%s\"", root), NULL;
  for (const struct dirent *found; dir != NULL && (found = readdir (dir)) != NULL;)
    {
      g_autofree char *data = g_build_filename (root, found->d_name, "data", NULL);
      if (found->d_name[0] != '.' && g_file_test (data, G_FILE_TEST_IS_DIR))
        g_ptr_array_add (clusters, look_at (root, found->d_name));
    }
  g_ptr_array_sort (clusters, compare_folders);
  return g_steal_pointer (&clusters);
}

bool
pgclusters_remove_folder (const char *folder, GError **error)
{
  const char *const argv[] = { "/bin/rm", "-rf", "--", folder, NULL };
  return program_run (argv, "/", geteuid (), NULL, error);
}

static bool
stop (const PgCluster *cluster, const char *programs, GError **error)
{
  struct stat status;
  int version;
  g_autofree char *bin = pgprograms_find (programs, cluster->version, cluster->data, &version, error);
  if (bin == NULL)
    return false;
  if (stat (cluster->data, &status) != 0)
    return weir_system_error (error, errno, "could not look at \"%s\"", cluster->data);
  const PgServer server = { .bin = bin, .data = cluster->data, .owner = status.st_uid };
  return pgcluster_stop (&server, error);
}

bool
pgclusters_remove (const PgCluster *cluster, const char *programs, GError **error)
{
  return (!cluster->running || stop (cluster, programs, error)) && pgclusters_remove_folder (cluster->folder, error);
}
