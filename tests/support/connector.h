/* Runs a connector (docs/connectors.md) as weir does: a request on its stdin, its spool file as descriptor 3, its results from descriptor 4, and
 * nothing of our environment but PATH, HOME, LANG, TZ and TMPDIR.
 *
 *   g_autoptr (ConnectorRun) run = connector_run (home->path, "weir-connect-pg", "read", request, NULL);
 *   assert_int_equal (run->code, 0);
 */
#ifndef WEIR_TESTS_SUPPORT_CONNECTOR_H
#define WEIR_TESTS_SUPPORT_CONNECTOR_H

#include "base/json.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What a connector that ended left behind. */
typedef struct
{
  int code;         /* its exit code; 128 + n: by signal n; -1: it had to be killed */
  GPtrArray *lines; /* of Json: what came on descriptor 4, in order */
  char *spool;      /* the bytes of the spool file, with a NUL behind them; NULL: there was none */
  size_t length;
  char *said;      /* its stdout and stderr */
  int64_t most_kb; /* the most memory that it had resident; a sanitizer's is in it */
} ConnectorRun;

void connector_run_free (ConnectorRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConnectorRun, connector_run_free)

/* Runs a program of the build folder, or one by its path, in "folder" to its end. protocol and verb are added to the request where they are missing.
 * spool: what lies in the spool file, NULL: an empty one; verbs "check" and "discover" get none. */
ConnectorRun *connector_run (const char *folder, const char *program, const char *verb, const Json *request, const char *spool);

/* The same with NAME=VALUE more in its environment (WEIR_FAULT=...), ends with NULL. */
ConnectorRun *connector_run_with (const char *folder, const char *program, const char *verb, const Json *request, const char *spool,
                                  const char *const *environment);

/* In the background: started, and waited for. */
typedef struct ConnectorJob ConnectorJob;
ConnectorJob *connector_start (const char *folder, const char *program, const char *verb, const Json *request, const char *spool,
                               const char *const *environment);
pid_t connector_pid (const ConnectorJob *job);
ConnectorRun *connector_finish (ConnectorJob *job); /* takes the job */

/* The last line's "done"; NULL: it has none. Borrowed. */
const Json *connector_done (const ConnectorRun *run);

/* The n-th line that has this member ("note", "error", "stream"), from 0: the member. NULL: there are fewer. Borrowed. */
const Json *connector_line (const ConnectorRun *run, const char *member, int n);

/* All lines as text, for messages. Owned by the caller. */
char *connector_text (const ConnectorRun *run);

/* Fails the test, with all that was said, unless it ended with `done`, exit code 0, and a spool file that `done` is true of. */
void assert_connector_done (const ConnectorRun *run);

/* Fails the test unless it ended with this code and an error of this class whose text, detail or hint contains "text"; path NULL: any. */
void assert_connector_error (const ConnectorRun *run, int code, const char *error_class, const char *path, const char *text);

/* Canonical CSV of the spool file: rows of cells, the header first; NULL is NULL. Fails the test where it is not canonical. */
GPtrArray *connector_rows (const ConnectorRun *run);

#endif
