/* The worker, `weir load --worker`: the supervisor's child that loads files, one after the other, by the steps of
 * src/load/loading.h.
 *
 * It connects, and answers {"outcome":"ready"}; or with an error, and ends with its exit code. Then it reads requests from stdin,
 * one JSON object a line:
 *
 *   {"path":"users.csv"}                       a file of the drop folder, by name
 *   {"run":"<uuid>"}                           an orphan claim
 *   {"run":"<uuid>","refuse":"<why>"}          an orphan that crashed its workers twice: move it to failed/
 *
 * A request may say what file is meant, as a listing saw it: "device", "inode", "size" (bytes) and "mtime_ns" (since 1970). Where
 * another file has its name by then, that is left alone, and the answer is "gone".
 *
 * It answers each with one line on stdout: "outcome" (src/load/outcome.h), "file" and "table" where they are known, and for "done"
 * the members of the published object (and "stuck": true where the file could not be moved), for "waits" the dimension "waits_for",
 * for an error "error". Models and secret are read anew for each request; settings only at the start. It ends at end of file, and
 * after the file in work on SIGTERM or SIGINT. */
#ifndef WEIR_SRC_LOAD_WORKER_H
#define WEIR_SRC_LOAD_WORKER_H

#include "src/settings/settings.h"

/* Returns the exit code. */
int worker_main (const Settings *settings);

#endif
