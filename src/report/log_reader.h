/* The lines of the log in the order in which they were written, also those of its renamed files (base/log_file.h), and those that come.
 *
 *   log_reader_new
 *     log_reader_next        until it returns NULL: that is all for now; later there may be more
 *   log_reader_free */
#ifndef WEIR_SRC_REPORT_LOG_READER_H
#define WEIR_SRC_REPORT_LOG_READER_H

#include <glib.h>

typedef struct LogReader LogReader;

/* All files as they are at this moment, whatever is renamed meanwhile. Errors: LOCAL; a log that was never written has no lines. */
LogReader *log_reader_new (const char *path, GError **error);
void log_reader_free (LogReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LogReader, log_reader_free)

/* The next line without its end, borrowed until the next call; NULL: there is none now. A log that was renamed, removed or emptied since is
 * gone on with. */
const char *log_reader_next (LogReader *reader);

#endif
