/* How far a file in work has come, and the signs of life that a worker gives its supervisor: about one a second, from wherever it is,
 * reading the file, sending rows or waiting for the server.
 *
 *   pulse_begin                 before each file
 *     pulse_progress            PipelineOptions.progress: what is done
 *     pulse_wait                while the server is waited for (base/db.h: each second)
 *
 * A sign of life is a line {"progress": {...}} on stdout (src/load/worker.h). What it says:
 *
 *   "step"                      INFER, LOAD, TRANSFORM, as the ledger calls them; absent before the first
 *   "percent", "bytes", "total_bytes", "bytes_per_second", "rows", "rows_per_second"      of INFER and LOAD
 *   "seconds_left"              of them, once it can be told
 *   "part", "parts"             of TRANSFORM: its statements
 *   "about_seconds"             of TRANSFORM: how long it may take in all, by the table's last file, as long as it has not taken longer
 *   "seconds"                   since the step began
 *   "waits_seconds", "session"  that it waits for the server's answer, from 2 s on; and from 5 s on for whose lock, if for one */
#ifndef WEIR_SRC_LOAD_PULSE_H
#define WEIR_SRC_LOAD_PULSE_H

#include "base/db.h"
#include "base/json.h"

typedef struct
{
  const char *step; /* NULL: none yet */
  int64_t done, total, rows;
  int64_t begun_us;  /* the step; monotonic, as the following */
  int64_t told_us;   /* the last sign of life */
  int64_t about_us;  /* how long the step may take; 0: nobody knows */
  int64_t waited_us; /* for the server, at the last look; 0: not at all */
  Json *session;     /* whose lock is waited for; NULL: nobody's */
} Pulse;

void pulse_begin (Pulse *pulse);
void pulse_clear (Pulse *pulse);

/* Notes it; true: it is time for a sign of life. */
bool pulse_note (Pulse *pulse, const char *step, int64_t done, int64_t total, int64_t rows);
/* How long the step that was noted last may take. */
void pulse_note_about (Pulse *pulse, int64_t milliseconds);
bool pulse_note_wait (Pulse *pulse, int64_t waited_us);

/* What it says now. A new reference. */
Json *pulse_to_json (const Pulse *pulse);

/* The same for people: "staging 45 % of 1.20 GB, 512,300 rows/s, 12.0 s left", "applying, part 3 of 8, 12.3 s of about
 * 40.0 s; waits since 10.0 s for the server".
 * Owned by the caller. */
char *pulse_text (const Json *progress);

#endif
