/* The log: one event a line, to stderr and to a file. Library code never logs: it returns errors.
 *
 *   2026-11-20 09:30:00.123Z WARNING be243412 users.csv: applied to users ...  NOTE:  ...                                   LOG_TEXT
 *   {"time":"2026-11-20T09:30:00.123Z","level":"warning","pid":71,"file":"users.csv",...,"message":"users.csv: applied ..."}      LOG_JSON
 *
 * Time, level, and the beginning of the run's id, or "-": these stand in their places whatever the rest says, so that nobody forges them by a
 * file's name. An event that has parts (DETAIL, HINT, NOTE) is one line all the same. Whatever a name has in it, no line is begun, and no
 * terminal is moved, by it: control characters and those that turn the direction of text are escaped.
 *
 * stderr gets the same lines, but for text in three places: a terminal gets no level and no run, and the parts on lines of their own;
 * the journal of systemd gets the level as sd-daemon(3) says it, "<4>", and has the time itself; and so it is with LogOptions.plain.
 *
 * The file may be written by several processes, and is begun anew by its size (log_file.h). Where it cannot be written, that is said on
 * stderr once, and when it can be again, the file says how many lines it has not got. No global state: the Log is passed. */
#ifndef WEIR_BASE_LOG_H
#define WEIR_BASE_LOG_H

#include "base/json.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum
{
  LOG_TEXT,
  LOG_JSON,
} LogFormat;

/* What ends a trouble has LEVEL_WARNING: whoever is told of the one is told of the other. */
typedef enum
{
  LEVEL_ERROR,   /* a person must do something */
  LEVEL_WARNING, /* a person should know */
  LEVEL_INFO,    /* what is done */
  LEVEL_DEBUG,   /* and by whom, and why not yet */
} LogLevel;

extern const char *const log_levels[]; /* "error", ...; ends with NULL */

/* The level of a word, in whatever case. False: it is none. */
bool log_level_read (const char *word, LogLevel *ret_level);

typedef struct
{
  const char *path; /* of the file; NULL: stderr alone */
  int64_t bytes;    /* as log_file_new has them */
  int keep;
  LogFormat format;
  LogLevel level; /* what is less grave is not said, anywhere */
  bool quiet;     /* nothing goes to stderr: somebody else's log has it */
  bool plain;     /* text on stderr is the time and what is said, without level and run */
} LogOptions;

/* What an event is about; NULL: of that nothing is known. */
typedef struct
{
  const char *file, *table, *run;
} LogSubject;

typedef struct Log Log;

/* Never NULL: a file that cannot be opened is said on stderr and left out until it can be. */
Log *log_open (const LogOptions *options);
void log_free (Log *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Log, log_free)

/* The options of the next lines. */
void log_change (Log *log, const LogOptions *options);

/* The priority of sd-daemon(3) for it; and the level that a line begins with, which moves behind that: "<4>late" is a warning, "late". A line
 * without is LEVEL_INFO. */
int log_priority (LogLevel level);
LogLevel log_take_priority (const char **line);

/* Whether an event of that level is said: where it costs something to say it. */
bool log_wants (const Log *log, LogLevel level);

/* LEVEL_INFO, about nothing in particular. */
void log_line (Log *log, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* "FILE: text", or the text alone where the subject has no file; in JSON with the members of the subject. */
void log_about (Log *log, LogLevel level, const LogSubject *subject, const char *format, ...) G_GNUC_PRINTF (4, 5);

/* The text alone, of any level. */
void log_at (Log *log, LogLevel level, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* "PREFIX: message" with DETAIL and HINT; in JSON they are in the member "error", as every --json has it. LEVEL_ERROR. */
void log_error (Log *log, const char *prefix, const GError *error);

/* An event with members of its own, which JSON has behind the pid; "text" is all that a line of text says. Of "members" ({} where
 * NULL) only the first line of the text is JSON's "message": the rest is in them. Its run is the member "run". Borrowed. */
void log_event (Log *log, LogLevel level, const Json *members, const char *text);

/* The text, which ends with what an error of a reply says; in JSON that is the member "error". NULL: there is none. LEVEL_ERROR. */
void log_reply_error (Log *log, const Json *error, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* The members of an event as a line for programs, to the file only, where it is one of text: one of JSON has them by log_event. */
void log_file_only (Log *log, LogLevel level, const Json *members);

#endif
