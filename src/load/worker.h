/* The worker, `weir load --worker`: the supervisor's child that loads files, one after the other, by the steps of
 * src/load/loading.h.
 *
 * It connects, and answers {"outcome":"ready"}; or with an error, and ends with its exit code. Then it reads requests from stdin,
 * one JSON object a line:
 *
 *   {"path":"users.csv"}                       a file of the drop folder, by name; with "claims":["<uuid>",...] that are known to be
 *                                              unable to go, and "past":"users-1.csv", the older file that it goes past
 *   {"run":"<uuid>"}                           an orphan claim
 *   {"run":"<uuid>","refuse":"<why>"}          an orphan that crashed its workers twice: move it to failed/
 *   {"path":"users.csv","ended":7}             a file whose worker died in the last 7 seconds when it had left the drop folder: what
 *                                              became of it ("done"), by the ledger; "gone" where that does not know it
 *
 * A request may say what file is meant, as a listing saw it: "device", "inode", "size" (bytes) and "mtime_ns" (since 1970). Where
 * another file has its name by then, that is left alone, and the answer is "gone".
 *
 * It answers each with one line on stdout: "outcome" (src/load/outcome.h), "file" and "table" where they are known, and for "done"
 * the members of the published object (and "stuck": true where the file could not be moved), for "waits" the dimension "waits_for",
 * for "busy" and a lock that was not given the "session" in the way (schema/session.h), for an error "error", its "scope"
 * (base/scope.h) and, of a file that stays claimed, its "run", with "over": true where the run is over and only the file could not be
 * moved. A dropped file whose table has any other claim is "busy": nothing goes before what is claimed.
 *
 * Before an answer come any number of signs of life, about one a second: {"progress": {...}} (src/load/pulse.h). A worker that is
 * silent is stopped, or hangs in a call of the system. Between requests, when it has begun and every few minutes, it looks after the
 * rows that wait for what they refer to (upkeep.h), and says what it did: {"said":"3 rows of sales ..."}.
 *
 * Models and secret are read anew for each request; settings only at the start. It ends at end of file, when an answer cannot be
 * written, and after the file in work on SIGTERM or SIGINT. A worker whose supervisor died finishes its file, too, but does not wait
 * for the server longer than ten seconds: the file is an orphan then. */
#ifndef WEIR_SRC_LOAD_WORKER_H
#define WEIR_SRC_LOAD_WORKER_H

#include "src/settings/settings.h"

/* Returns the exit code. */
int worker_main (const Settings *settings);

#endif
