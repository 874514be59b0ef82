/* System calls of which one fails: those that tests/CMakeLists.txt says this test puts itself in front of. To be included once, in the test itself. */
#ifndef WEIR_TESTS_UNIT_WATCHER_FAILING_CALLS_H
#define WEIR_TESTS_UNIT_WATCHER_FAILING_CALLS_H

#include "base/fsat.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static struct
{
  int left;         /* calls until the one that fails; 0: none does */
  const char *name; /* of the one that failed; NULL: none has yet */
  bool across;      /* from folder to folder nothing is renamed, nor copied in a quick way, as between file systems */
  bool dies, dead;  /* behind the rename of a copy nothing works any more, as behind a kill */
} failing;

static bool
fails (const char *name)
{
  if (failing.dead)
    return errno = EIO, true;
  if (failing.left == 0 || --failing.left > 0)
    return false;
  failing.name = name;
  errno = EIO;
  return true;
}

static bool
is_too_far (void)
{
  return failing.across ? errno = EXDEV, true : false;
}

#define WRAP(result, failed, name, parameters, ...)                                                                                \
  result __real_##name parameters;                                                                                                 \
  result __wrap_##name parameters;                                                                                                 \
  result __wrap_##name parameters                                                                                                  \
  {                                                                                                                                \
    return fails (#name) ? (failed) : __real_##name (__VA_ARGS__);                                                                 \
  }

/* clang-format off */
WRAP (int, -1, fs_open_beneath, (int folder, const char *path, int flags), folder, path, flags)
WRAP (int, -1, fchmod, (int fd, mode_t mode), fd, mode)
WRAP (int, -1, flock, (int fd, int operation), fd, operation)
WRAP (int, -1, fstat, (int fd, struct stat *status), fd, status)
WRAP (int, -1, fstatat, (int folder, const char *path, struct stat *status, int flags), folder, path, status, flags)
WRAP (int, -1, linkat, (int from, const char *old, int to, const char *new, int flags), from, old, to, new, flags)
WRAP (int, -1, lstat, (const char *path, struct stat *status), path, status)
WRAP (int, -1, futimens, (int fd, const struct timespec *times), fd, times)
WRAP (int, -1, mkdir, (const char *path, mode_t mode), path, mode)
WRAP (int, -1, mkdirat, (int folder, const char *path, mode_t mode), folder, path, mode)
WRAP (int, -1, renameat, (int from, const char *old, int to, const char *new), from, old, to, new)
WRAP (int, -1, stat, (const char *path, struct stat *status), path, status)
WRAP (int, -1, unlink, (const char *path), path)
WRAP (int, -1, unlinkat, (int folder, const char *path, int flags), folder, path, flags)
WRAP (int, -1, mkostemp, (char *pattern, int flags), pattern, flags)
WRAP (ssize_t, -1, read, (int fd, void *bytes, size_t size), fd, bytes, size)
WRAP (ssize_t, -1, pread, (int fd, void *bytes, size_t size, off_t at), fd, bytes, size, at)
WRAP (ssize_t, -1, write, (int fd, const void *bytes, size_t size), fd, bytes, size)
WRAP (DIR *, NULL, opendir, (const char *path), path)
WRAP (DIR *, NULL, fdopendir, (int fd), fd)
WRAP (struct dirent *, NULL, readdir, (DIR *dir), dir)
/* clang-format on */

ssize_t __real_copy_file_range (int in, off_t *in_at, int out, off_t *out_at, size_t size, unsigned flags);
ssize_t __wrap_copy_file_range (int in, off_t *in_at, int out, off_t *out_at, size_t size, unsigned flags);
ssize_t __real_sendfile (int out, int in, off_t *at, size_t size);
ssize_t __wrap_sendfile (int out, int in, off_t *at, size_t size);

ssize_t
__wrap_copy_file_range (int in, off_t *in_at, int out, off_t *out_at, size_t size, unsigned flags)
{
  return fails ("copy_file_range") || is_too_far () ? -1 : __real_copy_file_range (in, in_at, out, out_at, size, flags);
}

ssize_t
__wrap_sendfile (int out, int in, off_t *at, size_t size)
{
  return fails ("sendfile") || is_too_far () ? -1 : __real_sendfile (out, in, at, size);
}

int __real_renameat2 (int from, const char *old, int to, const char *new, unsigned flags);
int __wrap_renameat2 (int from, const char *old, int to, const char *new, unsigned flags);

int
__wrap_renameat2 (int from, const char *old, int to, const char *new, unsigned flags)
{
  if (fails ("renameat2") || ((from != to || from == AT_FDCWD) && is_too_far ()))
    return -1;
  int result = __real_renameat2 (from, old, to, new, flags);
  failing.dead = failing.dies;
  return result;
}

/* What is synced, and in which order, is test_durable.c's: this would wait for the disk some thousand times. */
int __wrap_fsync (int fd);

int
__wrap_fsync (int fd)
{
  (void) fd;
  return fails ("fsync") ? -1 : 0;
}

int __real_open (const char *path, int flags, ...);
int __wrap_open (const char *path, int flags, ...);
int __real_openat (int folder, const char *path, int flags, ...);
int __wrap_openat (int folder, const char *path, int flags, ...);

/* All files that are made here have a mode of their owner's and group's; where none is made, none is looked at. */
int
__wrap_open (const char *path, int flags, ...)
{
  return fails ("open") ? -1 : __real_open (path, flags, 0640);
}

int
__wrap_openat (int folder, const char *path, int flags, ...)
{
  return fails ("openat") ? -1 : __real_openat (folder, path, flags, 0640);
}

#endif
