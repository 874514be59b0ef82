#include "base/log_file.h"

#include "base/autoptr.h"
#include "base/fsutil.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_TRIES 50
#define LOCK_PAUSE_US 2000

/* Somebody who renames it each time that we have opened it is not followed for ever. */
#define OPEN_TRIES 4

struct LogFile
{
  char *path; /* as it was given */
  char *real; /* where that led when it was opened; NULL: not opened yet */
  int64_t bytes;
  int keep;
  int fd;        /* -1: not open */
  bool waits;    /* the last lock was given: the next is waited for */
  bool locked;   /* during a call */
  char *trouble; /* of the last call */
};

LogFile *
log_file_new (const char *path, int64_t bytes, int keep)
{
  LogFile *file = g_new (LogFile, 1);
  *file = (LogFile) { .path = g_strdup (path), .bytes = bytes, .keep = keep, .fd = -1, .waits = true };
  return file;
}

/* And its lock with it. */
static void
close_file (LogFile *file)
{
  fd_cleanup (&file->fd);
  file->fd = -1;
}

void
log_file_free (LogFile *file)
{
  if (file == NULL)
    return;
  close_file (file);
  g_free (file->path);
  g_free (file->real);
  g_free (file->trouble);
  g_free (file);
}

const char *
log_file_trouble (const LogFile *file)
{
  return file->trouble;
}

char *
log_file_numbered (const char *path, int number)
{
  return g_strdup_printf ("%s.%d", path, number);
}

/* The first thing that goes wrong is the one to mend. Returns false. */
static bool
note_trouble (LogFile *file, const char *what, const char *path, int number)
{
  if (file->trouble == NULL)
    file->trouble = g_strdup_printf ("could not %s log file \"%s\": %s", what, path, g_strerror (number));
  return false;
}

static bool
try_lock (int fd, int operation, int tries)
{
  while (flock (fd, operation | LOCK_NB) != 0)
    {
      if ((errno != EWOULDBLOCK && errno != EINTR) || --tries <= 0)
        return false;
      g_usleep (LOCK_PAUSE_US);
    }
  return true;
}

bool
log_file_lock (int fd, int operation)
{
  return try_lock (fd, operation, LOCK_TRIES);
}

static void
take_lock (LogFile *file)
{
  file->locked = file->waits = try_lock (file->fd, LOCK_EX, file->waits ? LOCK_TRIES : 1);
}

/* ---- the file ---- */

static bool
open_file (LogFile *file)
{
  struct stat info;
  g_autofree char *folder = g_path_get_dirname (file->path); /* whose service goes on with one that root makes */
  file->fd = fs_open_or_make (file->path, O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0640, folder);
  if (file->fd < 0)
    return note_trouble (file, "open", file->path, errno);
  if (fstat (file->fd, &info) != 0 || !S_ISREG (info.st_mode))
    {
      close_file (file);
      file->trouble = g_strdup_printf ("log file \"%s\" is no regular file", file->path);
      return false;
    }
  g_free (file->real);
  file->real = realpath (file->path, NULL); /* g_free is free */
  if (file->real == NULL)
    file->real = g_strdup (file->path);
  return true;
}

/* Whether the name still means what is open. */
static bool
is_in_place (const LogFile *file)
{
  struct stat open, named;
  return fstat (file->fd, &open) == 0 && stat (file->path, &named) == 0 && open.st_dev == named.st_dev
         && open.st_ino == named.st_ino;
}

/* Opens it where it is not, or is another one by now, and takes its lock. */
static bool
enter (LogFile *file)
{
  for (int tries = 0; tries < OPEN_TRIES; tries++)
    {
      if (file->fd < 0 && !open_file (file))
        return false;
      take_lock (file);
      if (is_in_place (file))
        return true;
      close_file (file);
    }
  return file->fd >= 0 || open_file (file);
}

static void
leave (LogFile *file)
{
  if (file->locked && file->fd >= 0)
    flock (file->fd, LOCK_UN);
  file->locked = false;
}

bool
log_file_open (LogFile *file)
{
  g_clear_pointer (&file->trouble, g_free);
  bool open = enter (file);
  leave (file);
  return open;
}

/* ---- a full one ---- */

/* Up to the first number that is free: behind it there is nothing to move. Where none is free, the oldest goes. */
static bool
make_room (LogFile *file)
{
  int gap = 1;
  for (; gap < file->keep; gap++)
    {
      g_autofree char *path = log_file_numbered (file->real, gap);
      if (access (path, F_OK) != 0)
        break;
    }
  for (int number = gap; number > 1; number--)
    {
      g_autofree char *from = log_file_numbered (file->real, number - 1), *to = log_file_numbered (file->real, number);
      if (rename (from, to) != 0)
        return note_trouble (file, "rename", from, errno);
    }
  return true;
}

/* What an earlier setting kept, and this one does not. */
static void
remove_others (const LogFile *file)
{
  for (int number = file->keep + 1;; number++)
    {
      g_autofree char *path = log_file_numbered (file->real, number);
      if (unlink (path) != 0)
        return;
    }
}

/* The new one is as readable as the old one was: an administrator may have opened that to a group. */
static void
open_like (LogFile *file, const struct stat *old)
{
  int full = file->fd;
  file->fd = -1;
  if (!open_file (file))
    {
      file->fd = full; /* it takes this line, and is looked for again with the next */
      return;
    }
  (void) !fchown (file->fd, old->st_uid, old->st_gid);
  (void) !fchmod (file->fd, old->st_mode & 0666);
  close (full);
  take_lock (file);
}

static void
begin_anew (LogFile *file, const struct stat *old)
{
  g_autofree char *first = log_file_numbered (file->real, 1);
  if (file->keep > 0 && !make_room (file))
    return;
  if ((file->keep > 0 ? rename (file->real, first) : unlink (file->real)) != 0)
    {
      note_trouble (file, file->keep > 0 ? "rename" : "remove", file->real, errno);
      return;
    }
  remove_others (file);
  open_like (file, old);
}

/* ---- a line ---- */

/* Whether the last line has no end: a disk was full, or the machine stopped. */
static bool
is_torn (int fd, int64_t size)
{
  char last = '\n';
  return size > 0 && pread (fd, &last, 1, size - 1) == 1 && last != '\n';
}

/* All of it in one write where the kernel lets it. What it does not take is taken back, for nobody reads half a line. */
static bool
append (LogFile *file, const char *text, size_t length, int64_t size)
{
  size_t done = 0;
  while (done < length)
    {
      ssize_t written = write (file->fd, text + done, length - done);
      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        {
          note_trouble (file, "write", file->path, errno);
          if (file->locked && done > 0)
            (void) !ftruncate (file->fd, size);
          return false;
        }
      done += (size_t) written;
    }
  return true;
}

bool
log_file_write (LogFile *file, const char *line)
{
  struct stat info;
  g_clear_pointer (&file->trouble, g_free);
  if (!enter (file))
    return false;
  int64_t length = (int64_t) strlen (line) + 1;
  if (fstat (file->fd, &info) == 0 && file->bytes > 0 && file->locked && info.st_size > 0 && info.st_size + length > file->bytes)
    begin_anew (file, &info);
  if (fstat (file->fd, &info) != 0)
    info.st_size = 0;
  g_autofree char *text = g_strconcat (is_torn (file->fd, info.st_size) ? "\n" : "", line, "\n", NULL);
  bool done = append (file, text, strlen (text), info.st_size);
  leave (file);
  return done;
}
