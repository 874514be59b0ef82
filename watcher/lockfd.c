#include "watcher/lockfd.h"

#include <errno.h>
#include <sys/file.h>
#include <sys/stat.h>

bool
lockfd_take (int fd, int operation)
{
  int result;
  do
    result = flock (fd, operation);
  while (result != 0 && errno == EINTR);
  return result == 0;
}

bool
lockfd_is_in_place (int fd, const char *path)
{
  struct stat open_status, path_status;
  return fstat (fd, &open_status) == 0 && lstat (path, &path_status) == 0 && open_status.st_ino == path_status.st_ino
         && open_status.st_dev == path_status.st_dev;
}
