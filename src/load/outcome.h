/* What became of a request: the words in which the supervisor's children answer, one table for both sides. Pure.
 *
 * An answer is a line of JSON with the member "outcome". A worker says with it what became of a file (src/load/worker.h), the
 * process that prepares the database whether it did (src/watch/preparation.h). */
#ifndef WEIR_SRC_LOAD_OUTCOME_H
#define WEIR_SRC_LOAD_OUTCOME_H

#include "base/json.h"
#include "base/scope.h"

typedef enum
{
  OUTCOME_UNKNOWN, /* no word of this table: another weir, or no answer at all */
  OUTCOME_READY,   /* "ready": the child has begun well, and takes requests where it is one for these */
  OUTCOME_DONE,    /* "done": the file has left the drop folder; "status" says how (applied, staged, duplicate, failed) */
  OUTCOME_GONE,    /* "gone": there is no such file or claim any more */
  OUTCOME_BUSY,    /* "busy": another session works on its table; ask again soon */
  OUTCOME_WAITS,   /* "waits": a fact whose dimension "waits_for" was never loaded */

  /* An error, in "error", and in "scope" (base/scope.h) whom it keeps waiting. The file was left alone, or given back where it had
   * been claimed. */
  OUTCOME_RETRY, /* "retry": it may succeed later. What was begun stays claimed, an orphan, named by "run" */
  OUTCOME_MODEL, /* "model": a person must change something first: the model, settings, pins, the secret, or the file */
  OUTCOME_LOCAL, /* "local": the local disk or its permissions */
  OUTCOME_STOP,  /* "stop": it was asked to stop in the middle; what was claimed is an orphan for the next start */
} Outcome;

const char *outcome_word (Outcome outcome); /* static; NULL of OUTCOME_UNKNOWN */
Outcome outcome_find (const char *word);    /* word may be NULL */

/* An error that leaves the file alone. One that would refuse it (INPUT) is a person's to mend where there is nothing to refuse yet.
 * */
Outcome outcome_of_error (const GError *error);

/* {"outcome":"..."}, and of an error {"outcome":"...","scope":"...","error":{...}}. Owned by the caller. */
Json *outcome_to_json (Outcome outcome);
Json *outcome_error_to_json (const GError *error, Scope scope);

Outcome outcome_from_json (const Json *answer);
Scope outcome_scope (const Json *answer); /* SCOPE_TABLE where nothing is said of it */

#endif
