/* The log: one line per fact, to stderr and, once opened, to the home's log file. Library code never logs: it returns errors.
 *
 *   2026-11-20 09:30:00.123Z users.csv: applied ...
 *
 * Lines are written with one write(2) each and O_APPEND, so several processes share a file. No global state: the Log is passed. */
#ifndef WEIR_BASE_LOG_H
#define WEIR_BASE_LOG_H

#include <glib.h>

typedef struct Log Log;

/* "path" may be NULL (stderr only). "stamp": whether lines on stderr carry the time. Never NULL: a log file that cannot be
 * opened is said on stderr and left out. */
Log *log_open (const char *path, gboolean stamp);
void log_free (Log *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Log, log_free)

void log_line (Log *log, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* "PREFIX: message", then DETAIL and HINT on lines of their own. */
void log_error (Log *log, const char *prefix, const GError *error);

/* To the file only (the published JSON, for instance). */
void log_file_only (Log *log, const char *line);

#endif
