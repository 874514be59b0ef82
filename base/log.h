/* The log: one event a line, to stderr and, once opened, to the home's log file. Library code never logs: it returns errors.
 *
 *   2026-11-20 09:30:00.123Z users.csv: refused: 3 of 20 rows ...  DETAIL:  ...  HINT:  ...                     LOG_TEXT
 *   {"time":"2026-11-20T09:30:00.123Z","file":"users.csv",...,"message":"users.csv: refused: ..."}              LOG_JSON
 *
 * An event that has parts (DETAIL, HINT, NOTE) is one line all the same, so that each line has the time and what it is about; a
 * terminal alone gets the parts on lines of their own. Whatever a name has in it, no line is begun, and no terminal is moved, by it:
 * control characters and those that turn the direction of text are escaped.
 *
 * Lines are written with one write(2) each and O_APPEND, so several processes share a file. No global state: the Log is passed. */
#ifndef WEIR_BASE_LOG_H
#define WEIR_BASE_LOG_H

#include "base/json.h"

#include <glib.h>
#include <stdbool.h>

typedef enum
{
  LOG_TEXT,
  LOG_JSON,
} LogFormat;

typedef struct Log Log;

/* "path" may be NULL (stderr only). "stamp": whether lines of text on stderr carry the time. Never NULL: a log file that cannot be
 * opened is said on stderr and left out. */
Log *log_open (const char *path, LogFormat format, bool stamp);
void log_free (Log *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Log, log_free)

void log_line (Log *log, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* "FILE: text"; in JSON with the member "file". */
void log_about (Log *log, const char *file, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* "PREFIX: message" with DETAIL and HINT; in JSON they are in the member "error", as every --json has it. */
void log_error (Log *log, const char *prefix, const GError *error);

/* An event with members of its own, which JSON has behind the time; "text" is all that a line of text says. Of "members" ({} where
 * NULL) only the first line of the text is JSON's "message": the rest is in them. Borrowed. */
void log_event (Log *log, const Json *members, const char *text);

/* The text, which ends with what an error of a reply says; in JSON that is the member "error". NULL: there is none. */
void log_reply_error (Log *log, const Json *error, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* A line for programs, to the file only, where it is one of text: one of JSON has it by log_event. */
void log_file_only (Log *log, const char *line);

#endif
