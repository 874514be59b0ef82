/* Clean-up at end of scope for handles that GLib does not know.
 *
 *   AUTO_FD int fd = open (...);          closed when the scope ends, if >= 0
 *   g_autoptr (FILE) file = fopen (...);
 *   return fd_steal (&fd);                hands the descriptor to the caller
 */
#ifndef WEIR_BASE_AUTOPTR_H
#define WEIR_BASE_AUTOPTR_H

#include <dirent.h>
#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <unistd.h>

/* Closes *fd unless it is negative; keeps errno, so an error can be reported after the scope ended. */
static inline void
fd_cleanup (int *fd)
{
  int saved = errno;
  if (*fd >= 0)
    close (*fd);
  errno = saved;
}

/* Returns *fd and forgets it. */
static inline int
fd_steal (int *fd)
{
  int stolen = *fd;
  *fd = -1;
  return stolen;
}

static inline void
file_cleanup (FILE *file)
{
  fclose (file);
}

/* Keeps errno as fd_cleanup does: how readdir ended is asked behind the scope. */
static inline void
dir_cleanup (DIR *dir)
{
  int saved = errno;
  closedir (dir);
  errno = saved;
}

#define AUTO_FD __attribute__ ((cleanup (fd_cleanup), unused))

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FILE, file_cleanup)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DIR, dir_cleanup)

#endif
