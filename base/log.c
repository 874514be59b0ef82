#include "base/log.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/text.h"

#include <fcntl.h>
#include <string.h>

struct Log
{
  int fd; /* the log file, -1: none */
  LogFormat format;
  bool stamp;
  bool terminal; /* stderr is one */
};

/* "2026-11-20 09:30:00.123Z" in that form of the day and the second, or "" where the clock cannot be read. Owned by the caller. */
static char *
time_now (const char *form)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *seconds = now != NULL ? g_date_time_format (now, form) : NULL;
  if (seconds == NULL)
    return g_strdup ("");
  return g_strdup_printf ("%s.%03dZ", seconds, g_date_time_get_microsecond (now) / 1000);
}

/* One write for the whole: lines of several processes never mix. What a full disk refuses is lost; nobody is there to tell. */
static void
write_once (int fd, const char *stamp, const char *text)
{
  g_autofree char *line = g_strconcat (stamp, *stamp != '\0' ? " " : "", text, "\n", NULL);
  ssize_t written;
  do
    written = write (fd, line, strlen (line));
  while (written < 0 && errno == EINTR);
}

/* The lines of a text as one. Owned by the caller. */
static char *
join_lines (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    g_strstrip (*line);
  return g_strjoinv ("  ", lines);
}

static void
write_text (Log *log, const char *text)
{
  g_autofree char *stamp = time_now ("%Y-%m-%d %H:%M:%S");
  g_autofree char *shown = text_lines_printable (text);
  g_autofree char *line = join_lines (shown);
  write_once (STDERR_FILENO, log->stamp ? stamp : "", log->terminal ? shown : line);
  if (log->fd >= 0)
    write_once (log->fd, stamp, line);
}

static void
write_json (Log *log, const Json *members, const char *message)
{
  g_autofree char *time = time_now ("%Y-%m-%dT%H:%M:%S");
  g_autofree char *shown = text_lines_printable (message);
  g_autofree char *line = join_lines (shown);
  g_autoptr (Json) event = json_object ();
  json_object_set_new (event, "time", json_string (time));
  if (members != NULL)
    json_object_update (event, (Json *) members);
  json_object_set_new (event, "message", weir_json_string (line));
  g_autofree char *text = weir_json_ascii (event);
  write_once (STDERR_FILENO, "", text);
  if (log->fd >= 0)
    write_once (log->fd, "", text);
}

Log *
log_open (const char *path, LogFormat format, bool stamp)
{
  Log *log = g_new (Log, 1);
  *log = (Log) { .fd = -1, .format = format, .stamp = stamp, .terminal = isatty (STDERR_FILENO) };
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
log_event (Log *log, const Json *members, const char *text)
{
  if (log->format == LOG_TEXT)
    {
      write_text (log, text);
      return;
    }
  g_autofree char *first = g_strndup (text, members != NULL ? strcspn (text, "\n") : strlen (text));
  write_json (log, members, first);
}

void
log_line (Log *log, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  log_event (log, NULL, text);
}

void
log_about (Log *log, const char *file, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *said = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_autofree char *one = join_lines (said), *shown = text_printable (file, strlen (file), SIZE_MAX);
  g_autofree char *text = g_strdup_printf ("%s: %s", shown, log->format == LOG_JSON ? one : said);
  g_autoptr (Json) members = json_object ();
  json_object_set_new (members, "file", weir_json_string (file));
  log_event (log, members, text);
}

/* Takes the error. */
static void
event_of_error (Log *log, Json *error, const char *text)
{
  g_autoptr (Json) members = json_object ();
  json_object_set_new (members, "error", error);
  log_event (log, members, text);
}

void
log_error (Log *log, const char *prefix, const GError *error)
{
  g_autofree char *parts = weir_error_format (error);
  g_autofree char *text = g_strdup_printf ("%s: %s", prefix, parts);
  event_of_error (log, weir_json_error (error), text);
}

void
log_reply_error (Log *log, const Json *error, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  event_of_error (log, json_incref ((Json *) error), text);
}

void
log_file_only (Log *log, const char *line)
{
  if (log->fd < 0 || log->format == LOG_JSON)
    return;
  g_autofree char *stamp = time_now ("%Y-%m-%d %H:%M:%S");
  write_once (log->fd, stamp, line);
}
