/* The file behind a log: lines that several processes append, and that nothing tears or loses but a full disk. Begun anew by its size:
 * weir.log becomes weir.log.1, that weir.log.2, and so on.
 *
 * Whoever writes has the file's own lock (flock) meanwhile, sees that the name still means what is open, and opens it again where
 * somebody has removed or renamed it (logrotate). Where it was emptied (logrotate's copytruncate) the next line is its first. Whoever finds it full renames it, with the lock: no
 * second process does the same, and none writes to what was renamed. A lock that is not given in a tenth of a second is not waited
 * for: its holder is stopped, and the line is written all the same, to a file that may grow beyond its size then.
 *
 * No line is lost to a crash between two renames: the next one finds the gap in the numbers, and fills that. */
#ifndef WEIR_BASE_LOG_FILE_H
#define WEIR_BASE_LOG_FILE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* The highest number that one is renamed to. */
#define LOG_FILE_MOST 100

typedef struct LogFile LogFile;

/* bytes: how large it gets, but that it has one line at least; 0: any size. keep: how many full ones stay, at most LOG_FILE_MOST. A link is followed, and what it leads to is renamed. */
LogFile *log_file_new (const char *path, int64_t bytes, int keep);
void log_file_free (LogFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LogFile, log_file_free)

/* Makes it where it is not there, so that who looks for it finds it. False: log_file_write will fare no better. */
bool log_file_open (LogFile *file);

/* Appends the line and a newline, both or nothing. False: nothing was written, and the next call tries all anew. */
bool log_file_write (LogFile *file, const char *line);

/* What went wrong in the last of these calls, why it wrote nothing or why a full file could not be begun anew: "could not ...: Permission
 * denied". NULL: nothing. Borrowed until the next call. */
const char *log_file_trouble (const LogFile *file);

/* The name of a full one: "weir.log.1" is the youngest. Owned by the caller. */
char *log_file_numbered (const char *path, int number);

/* Takes the lock of an open file; operation: LOCK_EX or LOCK_SH. False: nobody gave it in a tenth of a second. */
bool log_file_lock (int fd, int operation);

#endif
