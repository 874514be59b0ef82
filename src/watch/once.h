/* `weir watch --once`: which files it takes, when it is over, and how it went. Those that lie in the drop folder at its first look are
 * its own, whatever comes later is the next one's: else it would never end where files keep coming. Pure: times (monotonic
 * microseconds) are given.
 *
 *   once_new
 *   once_begin       with the jobs of the first look
 *   once_takes       for the jobs of each later one: whether the file is one of these
 *   once_note        what a worker said of one; once_done: it is done
 *   once_is_over     after each look
 *   once_report      at the end: what is left
 *   once_free */
#ifndef WEIR_SRC_WATCH_ONCE_H
#define WEIR_SRC_WATCH_ONCE_H

#include "base/json.h"
#include "src/watch/dispatch.h"
#include "src/watch/holds.h"

typedef struct Once Once;

/* rejects_ok: rejected rows alone are no reason to end with 1. */
Once *once_new (bool rejects_ok);
void once_free (Once *once);

bool once_has_begun (const Once *once);
void once_begin (Once *once, const GPtrArray *jobs, int64_t now);
bool once_takes (const Once *once, const Job *job);

/* A worker left the file "name". error: why, an "error" member, borrowed for the call; NULL: it did not say. key: of its job from now on,
 * for one that stays claimed has another. Being tried again is nothing that happens: it would keep others waiting without end. */
void once_note (Once *once, const char *key, const char *name, const Json *error);

/* The file's end: its published object. stuck: it was loaded, and could not be moved. */
void once_done (Once *once, const Job *job, const Json *published, bool stuck, int64_t now);

/* What is known after a look. */
typedef struct
{
  const GArray *jobs; /* of Job: all that waits or is in work, as dispatch_plan gets it */
  const Plan *plan;   /* what could be handed out of it */
  Holds *holds;
  const GPtrArray *working; /* of Job: what our own workers are at */
  int64_t now;
} OnceLook;

/* Whether nothing more will come of its files: all are done, or wait for a person or for what will not come by itself. What does
 * (somebody writes, another weir works on the table, the database is away) is waited for, but for a minute at most in which nothing
 * happens: no file is done, and none is in work that was not left before. */
bool once_is_over (Once *once, const OnceLook *look);

/* The files that are left, told one after the other: the "error" says why. Returns the exit code of all. */
int once_report (Once *once, const OnceLook *look, void (*tell) (const Job *job, const Json *error, void *data), void *data);

#endif
