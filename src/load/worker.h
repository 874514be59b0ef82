/* The worker: claim, pipeline, archive; for the supervisor's children, `weir load` and `weir retry` alike. */
#ifndef WEIR_SRC_LOAD_WORKER_H
#define WEIR_SRC_LOAD_WORKER_H

#include "base/log.h"
#include "models/catalog.h"
#include "pipeline/pipeline.h"
#include "src/settings/settings.h"
#include "watcher/claim.h"

/* What became of a request, in the reply's "outcome":
 *   done     the file has left the drop folder: "status" says how (applied, staged, duplicate, failed)
 *   gone     there is no such file or claim any more
 *   busy     another session works on this table: ask again soon
 *   waits    a fact whose dimension ("waits_for") has files pending or was never loaded; the file was left alone
 *   retry    the database is away or busy; the file was left alone, or stays claimed and is an orphan; "error" says why
 *   model    a person must change something first (model, settings, pins, secret); the file was left alone; "error" says what
 *   local    the local disk or its permissions; the file was left alone; "error" says what
 *   stop     asked to stop in the middle; what was claimed is an orphan for the next start
 */

/* `weir load --worker`: the supervisor's child. Reads requests from stdin, one JSON object a line, until end of file:
 *   {"path":"users.csv"}                       a file of the drop folder, by name
 *   {"run":"<uuid>"}                           an orphan claim
 *   {"run":"<uuid>","refuse":"<why>"}          an orphan that crashed its workers twice: move it to failed/
 * and answers each with one line on stdout: {"outcome":"...", and the published object's members}. It opens its connection before
 * the first request, prints {"outcome":"ready"} then (or {"outcome":"retry","error":{...}} and exits 3), reloads models when
 * their files changed, and ends after the file in work on SIGTERM or SIGINT. Returns the exit code. */
int worker_main (const Settings *settings);

#endif
