#include "base/log.h"

#include "base/error.h"
#include "base/log_file.h"
#include "base/text.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of a run's id in a line of text: as many as weir shows anywhere. */
#define RUN_DIGITS 8

#define TEXT_STAMP "%Y-%m-%d %H:%M:%S"
#define JSON_STAMP "%Y-%m-%dT%H:%M:%S"

const char *const log_levels[] = {
  [LEVEL_ERROR] = "error", [LEVEL_WARNING] = "warning", [LEVEL_INFO] = "info", [LEVEL_DEBUG] = "debug", NULL,
};

bool
log_level_read (const char *word, LogLevel *ret_level)
{
  for (int level = 0; log_levels[level] != NULL; level++)
    if (g_ascii_strcasecmp (word, log_levels[level]) == 0)
      return *ret_level = (LogLevel) level, true;
  return false;
}

/* The words in the lines of text, and the priorities of sd-daemon(3). */
static const struct
{
  const char *word;
  int priority;
} levels[] = {
  [LEVEL_ERROR] = { "ERROR", 3 },
  [LEVEL_WARNING] = { "WARNING", 4 },
  [LEVEL_INFO] = { "INFO", 6 },
  [LEVEL_DEBUG] = { "DEBUG", 7 },
};

int
log_priority (LogLevel level)
{
  return levels[level].priority;
}

LogLevel
log_take_priority (const char **line)
{
  const char *text = *line;
  for (size_t level = 0; level < G_N_ELEMENTS (levels); level++)
    if (text[0] == '<' && text[1] == '0' + levels[level].priority && text[2] == '>')
      return *line += strlen ("<4>"), (LogLevel) level;
  return LEVEL_INFO;
}

typedef enum
{
  STDERR_WHOLE,    /* the lines of the file */
  STDERR_PLAIN,    /* without level and run */
  STDERR_TERMINAL, /* and the parts on lines of their own */
  STDERR_JOURNAL,
  STDERR_QUIET, /* nothing */
} StderrKind;

struct Log
{
  LogFile *file; /* NULL: stderr alone */
  char *path;
  LogFormat format;
  LogLevel level;
  StderrKind kind;
  int64_t missing; /* lines that the file has not got */
  bool told;       /* what is wrong with the file */
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

/* One write for the whole: lines of several processes never mix. What stderr refuses is lost; nobody is there to tell. */
static void
write_stderr (const char *text)
{
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  ssize_t written;
  do
    written = write (STDERR_FILENO, line, strlen (line));
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

/* ---- lines ---- */

/* "run": NULL where the event is of none. Owned by the caller. */
static char *
text_line (LogLevel level, const char *run, const char *text)
{
  g_autofree char *stamp = time_now (TEXT_STAMP);
  return g_strdup_printf ("%s %-7s %-*.*s %s", stamp, levels[level].word, RUN_DIGITS, RUN_DIGITS, run != NULL ? run : "-", text);
}

static char *
json_line (LogLevel level, const Json *members, const char *message)
{
  g_autofree char *time = time_now (JSON_STAMP);
  g_autoptr (Json) event = json_object ();
  json_object_set_new (event, "time", json_string (time));
  json_object_set_new (event, "level", json_string (log_levels[level]));
  json_object_set_new (event, "pid", json_integer (getpid ()));
  if (members != NULL)
    json_object_update (event, (Json *) members);
  json_object_set_new (event, "message", weir_json_string (message));
  return weir_json_ascii (event);
}

/* ---- stderr ---- */

static void
write_text_stderr (const Log *log, LogLevel level, const char *run, const char *shown, const char *line)
{
  g_autofree char *stamp = time_now (TEXT_STAMP);
  g_autofree char *text = NULL;
  if (log->kind == STDERR_QUIET)
    return;
  if (log->kind == STDERR_JOURNAL)
    text =
        g_strdup_printf ("<%d>%.*s%s%s", levels[level].priority, RUN_DIGITS, run != NULL ? run : "", run != NULL ? " " : "", line);
  else if (log->kind == STDERR_WHOLE)
    text = text_line (level, run, line);
  else
    text = g_strconcat (stamp, " ", log->kind == STDERR_TERMINAL ? shown : line, NULL);
  write_stderr (text);
}

static void
write_json_stderr (const Log *log, LogLevel level, const char *line)
{
  g_autofree char *marked = log->kind == STDERR_JOURNAL ? g_strdup_printf ("<%d>%s", levels[level].priority, line) : NULL;
  if (log->kind != STDERR_QUIET)
    write_stderr (marked != NULL ? marked : line);
}

/* ---- the file ---- */

/* Where lines are missing the file says so, before it has the next. */
static bool
tell_missing (Log *log)
{
  if (log->missing == 0)
    return true;
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT " line%s missing here: this file could not be written", log->missing,
                                           log->missing == 1 ? " is" : "s are");
  g_autofree char *line = log->format == LOG_JSON ? json_line (LEVEL_WARNING, NULL, text) : text_line (LEVEL_WARNING, NULL, text);
  if (!log_file_write (log->file, line))
    return false;
  log->missing = 0;
  return true;
}

/* Says what is wrong with the file, whatever the level: once, until all is well. */
static void
tell_trouble (Log *log)
{
  const char *trouble = log_file_trouble (log->file);
  if (trouble != NULL && !log->told)
    {
      g_autofree char *shown = text_lines_printable (trouble);
      g_autofree char *line = log->format == LOG_JSON ? json_line (LEVEL_WARNING, NULL, shown) : NULL;
      if (line != NULL)
        write_json_stderr (log, LEVEL_WARNING, line);
      else
        write_text_stderr (log, LEVEL_WARNING, NULL, shown, shown);
    }
  log->told = trouble != NULL;
}

static void
write_file (Log *log, const char *line)
{
  if (log->file == NULL)
    return;
  if (!tell_missing (log) || !log_file_write (log->file, line))
    log->missing++;
  tell_trouble (log);
}

/* ---- events ---- */

static void
write_text (Log *log, LogLevel level, const char *run, const char *text)
{
  g_autofree char *shown = text_lines_printable (text);
  g_autofree char *line = join_lines (shown), *whole = text_line (level, run, line);
  write_text_stderr (log, level, run, shown, line);
  write_file (log, whole);
}

static void
write_json (Log *log, LogLevel level, const Json *members, const char *message)
{
  g_autofree char *shown = text_lines_printable (message);
  g_autofree char *joined = join_lines (shown), *line = json_line (level, members, joined);
  write_json_stderr (log, level, line);
  write_file (log, line);
}

/* Whether stderr goes to the journal: systemd.exec(5), of JOURNAL_STREAM. A program between may have put something else in its place. */
static bool
is_journal (void)
{
  const char *stream = g_getenv ("JOURNAL_STREAM");
  struct stat info;
  if (stream == NULL || fstat (STDERR_FILENO, &info) != 0)
    return false;
  g_autofree char *ours = g_strdup_printf ("%ju:%ju", (uintmax_t) info.st_dev, (uintmax_t) info.st_ino);
  return strcmp (stream, ours) == 0;
}

static void
change_file (Log *log, const LogOptions *options)
{
  bool same = g_strcmp0 (log->path, options->path) == 0;
  log_file_free (log->file);
  log->file = options->path != NULL ? log_file_new (options->path, options->bytes, options->keep) : NULL;
  log->told = same && log->told;
  log->missing = same ? log->missing : 0;
  g_free (log->path);
  log->path = g_strdup (options->path);
  if (log->file == NULL)
    return;
  (void) log_file_open (log->file);
  tell_trouble (log);
}

void
log_change (Log *log, const LogOptions *options)
{
  log->format = options->format;
  log->level = options->level;
  log->kind = options->quiet           ? STDERR_QUIET
              : is_journal ()          ? STDERR_JOURNAL
              : isatty (STDERR_FILENO) ? STDERR_TERMINAL
              : options->plain         ? STDERR_PLAIN
                                       : STDERR_WHOLE;
  change_file (log, options);
}

Log *
log_open (const LogOptions *options)
{
  Log *log = g_new0 (Log, 1);
  log_change (log, options);
  return log;
}

void
log_free (Log *log)
{
  if (log == NULL)
    return;
  log_file_free (log->file);
  g_free (log->path);
  g_free (log);
}

bool
log_wants (const Log *log, LogLevel level)
{
  return level <= log->level;
}

void
log_event (Log *log, LogLevel level, const Json *members, const char *text)
{
  if (!log_wants (log, level))
    return;
  if (log->format == LOG_TEXT)
    {
      write_text (log, level, json_string_value (json_object_get (members, "run")), text);
      return;
    }
  g_autofree char *first = g_strndup (text, members != NULL ? strcspn (text, "\n") : strlen (text));
  write_json (log, level, members, first);
}

void
log_line (Log *log, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  log_event (log, LEVEL_INFO, NULL, text);
}

void
log_at (Log *log, LogLevel level, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  log_event (log, level, NULL, text);
}

static void
set_member (Json *members, const char *name, const char *value)
{
  if (value != NULL)
    json_object_set_new (members, name, weir_json_string (value));
}

void
log_about (Log *log, LogLevel level, const LogSubject *subject, const char *format, ...)
{
  const char *file = subject->file;
  if (!log_wants (log, level))
    return;
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *said = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_autofree char *one = join_lines (said), *shown = file != NULL ? text_printable (file, strlen (file), SIZE_MAX) : NULL;
  g_autofree char *text =
      g_strconcat (shown != NULL ? shown : "", shown != NULL ? ": " : "", log->format == LOG_JSON ? one : said, NULL);
  g_autoptr (Json) members = json_object ();
  set_member (members, "file", file);
  set_member (members, "table", subject->table);
  set_member (members, "run", subject->run);
  log_event (log, level, members, text);
}

/* Takes the error. */
static void
event_of_error (Log *log, Json *error, const char *text)
{
  g_autoptr (Json) members = json_object ();
  json_object_set_new (members, "error", error);
  log_event (log, LEVEL_ERROR, members, text);
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
log_file_only (Log *log, LogLevel level, const Json *members)
{
  if (log->format == LOG_JSON || !log_wants (log, level))
    return;
  g_autofree char *text = weir_json_ascii (members);
  g_autofree char *line = text_line (level, json_string_value (json_object_get (members, "run")), text);
  write_file (log, line);
}
