#include "base/log.h"

#include "base/autoptr.h"
#include "base/error.h"

#include <fcntl.h>
#include <string.h>

struct Log
{
  int fd; /* the log file, -1: none */
  gboolean stamp;
};

/* "2026-11-20 09:30:00.123Z ", or "" where the clock cannot be read. Owned by the caller. */
static char *
time_stamp (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *seconds = now != NULL ? g_date_time_format (now, "%Y-%m-%d %H:%M:%S") : NULL;
  if (seconds == NULL)
    return g_strdup ("");
  return g_strdup_printf ("%s.%03dZ ", seconds, g_date_time_get_microsecond (now) / 1000);
}

/* One write for the whole: lines of several processes never mix. What a full disk refuses is lost; nobody is there to tell. */
static void
write_once (int fd, const char *stamp, const char *text)
{
  g_autofree char *line = g_strconcat (stamp, text, "\n", NULL);
  ssize_t written;
  do
    written = write (fd, line, strlen (line));
  while (written < 0 && errno == EINTR);
}

static void
write_both (Log *log, const char *text)
{
  g_autofree char *stamp = time_stamp ();
  write_once (STDERR_FILENO, log->stamp ? stamp : "", text);
  if (log->fd >= 0)
    write_once (log->fd, stamp, text);
}

Log *
log_open (const char *path, gboolean stamp)
{
  Log *log = g_new (Log, 1);
  log->stamp = stamp;
  log->fd = path != NULL ? open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640) : -1;
  if (path != NULL && log->fd < 0)
    log_line (log, "WARNING: could not open log file \"%s\": %s", path, g_strerror (errno));
  return log;
}

void
log_free (Log *log)
{
  if (log == NULL)
    return;
  fd_cleanup (&log->fd);
  g_free (log);
}

void
log_line (Log *log, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  write_both (log, text);
}

void
log_error (Log *log, const char *prefix, const GError *error)
{
  g_autofree char *parts = weir_error_format (error);
  g_autofree char *text = g_strdup_printf ("%s: %s", prefix, parts);
  write_both (log, text);
}

void
log_file_only (Log *log, const char *line)
{
  if (log->fd < 0)
    return;
  g_autofree char *stamp = time_stamp ();
  write_once (log->fd, stamp, line);
}
