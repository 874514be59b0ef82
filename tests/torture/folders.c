/* What happens to the home's folders and to the file system under them while weir works: full, out of names, read-only, an
 * archive elsewhere, a drop folder that is replaced or mounted over. */
#include "torture.h"

#include "mounts.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WHEN_MS 700 /* at most, from the start of `weir watch` on */
#define LASTS_MS 2500

typedef enum
{
  DISK_FULL,
  DISK_OUT_OF_NAMES, /* inodes */
  DISK_READ_ONLY,
  DISK_OTHER_ARCHIVE,
  DISK_REPLACED,     /* imports/ is moved away, another one is there; what was in it comes back later */
  DISK_MOUNTED_OVER, /* imports/ */
  N_TROUBLES,
} Trouble;

static void
sleep_ms (Trial *trial, int most)
{
  g_usleep (1000UL * (gulong) g_rand_int_range (trial->choices, 1, most));
}

/* The home is on a disk of its own, or its archive is, where that is what happens. */
static void
make_home (Trial *trial, Trouble trouble)
{
  nominal_make (trial);
  mounts_begin ();
  g_autofree char *archive = home_path (trial->home, "archive");
  if (trouble == DISK_OTHER_ARCHIVE)
    mounts_add (archive, "size=1m");
  else if (trouble <= DISK_READ_ONLY)
    mounts_add (trial->home->path, "size=1m,nr_inodes=200");
  nominal_fill (trial);
}

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* All that is in a folder, by rename, into another that has folders of the same names perhaps. By name: claims first, and people before
 * the sales that refer to them. The model of these does not let them wait for people who are not there yet. */
static void
move_back (const char *from, const char *to)
{
  g_autoptr (GDir) dir = g_dir_open (from, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *old = g_build_filename (from, names->pdata[i], NULL);
      g_autofree char *new = g_build_filename (to, names->pdata[i], NULL);
      if (rename (old, new) != 0)
        move_back (old, new);
    }
}

static void
replace_imports (Trial *trial)
{
  g_autofree char *imports = home_path (trial->home, "imports");
  g_autofree char *aside = g_strconcat (imports, ".aside", NULL);
  assert_int_equal (rename (imports, aside), 0);
  g_mkdir_with_parents (imports, 0755);
  sleep_ms (trial, LASTS_MS);
  move_back (aside, imports);
  remove_tree (aside);
}

static void
mount_over_imports (Trial *trial)
{
  g_autofree char *imports = home_path (trial->home, "imports");
  mounts_add (imports, "size=1m");
  sleep_ms (trial, LASTS_MS);
  mounts_remove (imports);
}

/* A disk on which somebody writes at the moment does not become read-only: that is before `weir watch`, and ends while it runs, or
 * it has given up by then. */
static Background *
watch_read_only (Trial *trial)
{
  mounts_set_read_only (trial->home->path, true);
  Background *watch = spawn_weir (trial->home, "watch", NULL);
  sleep_ms (trial, LASTS_MS);
  mounts_set_read_only (trial->home->path, false);
  return watch;
}

static Background *
watch_full (Trial *trial, Trouble trouble)
{
  const char *disk = trial->home->path;
  Background *watch = spawn_weir (trial->home, "watch", NULL);
  sleep_ms (trial, WHEN_MS);
  if (trouble == DISK_FULL)
    mounts_fill_bytes (disk, g_rand_int_range (trial->choices, 0, 8) * 4096);
  else
    mounts_fill_names (disk, g_rand_int_range (trial->choices, 0, 8));
  sleep_ms (trial, LASTS_MS);
  mounts_empty (disk);
  return watch;
}

/* The watch that the trouble happened to. */
static Background *
watch_through (Trial *trial, Trouble trouble)
{
  if (trouble == DISK_READ_ONLY)
    return watch_read_only (trial);
  if (trouble <= DISK_OUT_OF_NAMES)
    return watch_full (trial, trouble);
  Background *watch = spawn_weir (trial->home, "watch", NULL);
  sleep_ms (trial, WHEN_MS);
  if (trouble == DISK_REPLACED)
    replace_imports (trial);
  else if (trouble == DISK_MOUNTED_OVER)
    mount_over_imports (trial);
  return watch;
}

static void
run (Trial *trial)
{
  Trouble trouble = (Trouble) (trial->number % N_TROUBLES);
  make_home (trial, trouble);
  Background *watch = watch_through (trial, trouble);
  trial_hit (trial);
  if (process_ended (watch->pid, NULL) || g_rand_boolean (trial->choices))
    {
      g_autofree char *said = background_text (watch);
      g_string_append_printf (trial->home->transcript, "%s(started anew)\n", said);
      background_free (watch);
      watch = spawn_weir (trial->home, "watch", NULL);
    }
  trial_finish_with (trial, watch);
  nominal_check (trial);
  trial_end (trial);
}

const Kind kind_home = {
  .name = "home",
  .what = "the home full, out of inodes or read-only; the archive elsewhere; imports replaced or mounted over",
  .trials = 120,
  .quick = 6,
  .seconds = 240,
  .obstacle = mounts_obstacle,
  .run = run,
};
