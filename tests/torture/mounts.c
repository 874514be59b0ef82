#include "mounts.h"

#include "base/autoptr.h"
#include "tests/support/process.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#define BALLAST ".ballast" /* what fills a file system: a file, and a folder of empty ones */

static void
write_map (const char *path, unsigned id)
{
  AUTO_FD int fd = open (path, O_WRONLY | O_CLOEXEC);
  dprintf (fd, "%u %u 1", id, id);
}

/* Mounts that are ours alone: root's right, or that of whoever may have a user namespace. */
static bool
leave (void)
{
  uid_t user = geteuid ();
  gid_t group = getegid ();
  if (unshare (user == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) != 0)
    return false;
  if (user != 0)
    {
      AUTO_FD int deny = open ("/proc/self/setgroups", O_WRONLY | O_CLOEXEC);
      dprintf (deny, "deny");
      write_map ("/proc/self/uid_map", user);
      write_map ("/proc/self/gid_map", group);
    }
  return mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

const char *
mounts_obstacle (void)
{
  pid_t pid = fork ();
  assert_true (pid >= 0);
  if (pid == 0)
    _exit (leave () && mount ("none", "/mnt", "tmpfs", 0, "size=64k") == 0 ? 0 : 1);
  int status = 1;
  waitpid (pid, &status, 0);
  return WIFEXITED (status) && WEXITSTATUS (status) == 0 ? NULL : "file systems cannot be mounted here (root, or user namespaces)";
}

void
mounts_begin (void)
{
  assert_true (leave ());
}

void
mounts_add (const char *folder, const char *options)
{
  g_mkdir_with_parents (folder, 0755);
  assert_int_equal (mount ("none", folder, "tmpfs", MS_NOSUID | MS_NODEV, options), 0);
  assert_int_equal (chmod (folder, 0755), 0);
}

void
mounts_set_read_only (const char *folder, bool read_only)
{
  assert_int_equal (mount (NULL, folder, NULL, MS_REMOUNT | MS_NOSUID | MS_NODEV | (read_only ? MS_RDONLY : 0), NULL), 0);
}

void
mounts_remove (const char *folder)
{
  assert_int_equal (umount2 (folder, MNT_DETACH), 0);
}

void
mounts_fill_bytes (const char *folder, int64_t left)
{
  g_autofree char *path = g_build_filename (folder, BALLAST, NULL);
  AUTO_FD int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  struct statvfs disk;
  assert_int_equal (fstatvfs (fd, &disk), 0);
  int64_t available = (int64_t) disk.f_bavail * (int64_t) disk.f_frsize;
  assert_true (fd >= 0 && (available <= left || posix_fallocate (fd, 0, available - left) == 0));
}

void
mounts_fill_names (const char *folder, int left)
{
  g_autofree char *names = g_build_filename (folder, BALLAST, NULL);
  assert_int_equal (g_mkdir_with_parents (names, 0700), 0);
  int made = 0;
  for (;; made++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%d", names, made);
      AUTO_FD int fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
      if (fd < 0)
        break;
    }
  for (int i = 0; i < MIN (left, made); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%d", names, i);
      unlink (path);
    }
}

void
mounts_empty (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, BALLAST, NULL);
  remove_tree (path);
  unlink (path);
}
