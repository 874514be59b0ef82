#include "src/report/log_reader.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/log_file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define PIECE (64 * 1024)

struct LogReader
{
  char *path;
  GArray *files; /* of int: open, the oldest first; of these the first is being read, the last is the log itself */
  GString *read; /* and not given out */
  size_t given;  /* of that */
};

static bool
is_same (int fd, const char *path)
{
  struct stat open, named;
  return fstat (fd, &open) == 0 && stat (path, &named) == 0 && open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

/* Where a link leads to: there are the renamed ones. Owned by the caller. */
static char *
real_path (const char *path)
{
  char *real = realpath (path, NULL); /* g_free is free */
  return real != NULL ? real : g_strdup (path);
}

/* Opens a file behind the others; one that is not there is none. */
static bool
add_file (LogReader *reader, const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 && errno != ENOENT)
    return weir_system_error (error, errno, "could not open log file \"%s\"", path);
  if (fd >= 0)
    g_array_append_val (reader->files, fd);
  return true;
}

/* Those with lower numbers than this, the oldest first, and the log itself. */
static bool
add_files (LogReader *reader, int below, GError **error)
{
  g_autofree char *real = real_path (reader->path);
  for (int number = below - 1; number > 0; number--)
    {
      g_autofree char *path = log_file_numbered (real, number);
      if (!add_file (reader, path, error))
        return false;
    }
  return add_file (reader, real, error);
}

/* With its lock nobody renames them. */
static bool
add_all (LogReader *reader, GError **error)
{
  AUTO_FD int lock = open (reader->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (lock >= 0)
    (void) log_file_lock (lock, LOCK_SH);
  return add_files (reader, LOG_FILE_MOST + 1, error);
}

LogReader *
log_reader_new (const char *path, GError **error)
{
  g_autoptr (LogReader) reader = g_new0 (LogReader, 1);
  reader->path = g_strdup (path);
  reader->files = g_array_new (FALSE, FALSE, sizeof (int));
  reader->read = g_string_new (NULL);
  return add_all (reader, error) ? g_steal_pointer (&reader) : NULL;
}

void
log_reader_free (LogReader *reader)
{
  if (reader == NULL)
    return;
  for (guint i = 0; i < reader->files->len; i++)
    close (g_array_index (reader->files, int, i));
  g_array_unref (reader->files);
  g_string_free (reader->read, TRUE);
  g_free (reader->path);
  g_free (reader);
}

/* What was written since: behind the end of the one that we have, or in others that took its place. False: nothing. */
static bool
look_for_more (LogReader *reader)
{
  struct stat info;
  int last = reader->files->len > 0 ? g_array_index (reader->files, int, 0) : -1, number = 1;
  if (last >= 0 && is_same (last, reader->path))
    {
      bool emptied = fstat (last, &info) == 0 && info.st_size < lseek (last, 0, SEEK_CUR);
      return emptied && lseek (last, 0, SEEK_SET) == 0;
    }
  for (; last >= 0 && number <= LOG_FILE_MOST; number++)
    {
      g_autofree char *real = real_path (reader->path), *path = log_file_numbered (real, number);
      if (is_same (last, path))
        break;
    }
  guint before = reader->files->len;
  return add_files (reader, number <= LOG_FILE_MOST ? number : 1, NULL) && reader->files->len > before;
}

/* More of the file that is read, or of the next. False: there is no more now. */
static bool
read_more (LogReader *reader)
{
  g_string_erase (reader->read, 0, (gssize) reader->given);
  reader->given = 0;
  while (reader->files->len > 0)
    {
      char piece[PIECE];
      ssize_t got = read (g_array_index (reader->files, int, 0), piece, sizeof piece);
      if (got > 0)
        return g_string_append_len (reader->read, piece, got), true;
      if (got < 0 && errno == EINTR)
        continue;
      if (reader->files->len == 1)
        return false;
      close (g_array_index (reader->files, int, 0));
      g_array_remove_index (reader->files, 0);
      if (reader->read->len > 0)
        return g_string_append_c (reader->read, '\n'), true; /* half a line, which a crash has left */
    }
  return false;
}

const char *
log_reader_next (LogReader *reader)
{
  for (;;)
    {
      char *begin = reader->read->str + reader->given;
      char *end = memchr (begin, '\n', reader->read->len - reader->given);
      if (end != NULL)
        {
          *end = '\0';
          reader->given = (size_t) (end + 1 - reader->read->str);
          return begin;
        }
      if (!read_more (reader) && !look_for_more (reader))
        return NULL;
    }
}
