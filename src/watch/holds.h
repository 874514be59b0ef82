/* Why files that are complete are left alone for a while, what was said of them already, and how often they crashed a worker.
 * Pure: times (monotonic microseconds) are given. */
#ifndef WEIR_SRC_WATCH_HOLDS_H
#define WEIR_SRC_WATCH_HOLDS_H

#include "src/watch/job.h"

typedef enum
{
  HOLD_NONE,
  HOLD_BUSY,  /* another session works on its table */
  HOLD_GONE,  /* a worker did not find it any more; a listing made before may still show it */
  HOLD_WAITS, /* a fact whose dimension comes first */
  HOLD_RETRY, /* something of its table, or of the file, that passes: a busy lock, a cancelled statement; tried ever more slowly */
  HOLD_MODEL, /* a person must change a model, the settings or the secret: all files of the table would say the same */
  HOLD_FILE,  /* the same of that file alone: only a run of it could find out (JOB_HELD) */
  HOLD_LOCAL, /* disk or permissions: of that file alone (JOB_HELD) */
  HOLD_STUCK, /* the same of a claim whose run is over: it only has to be moved (JOB_STUCK) */
  HOLD_CRASHED, /* it crashed its workers and cannot be refused: left alone until it changes (JOB_HELD) */
  HOLD_CAUSES
} HoldCause;

typedef struct Holds Holds;

Holds *holds_new (void);
void holds_free (Holds *holds);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Holds, holds_free)

/* Holds a job until then (INT64_MAX: until something changes). waits_for: the dimension of HOLD_WAITS, else NULL. */
void holds_set (Holds *holds, const Job *job, HoldCause cause, int64_t until, const char *waits_for);

/* What holds the job now, and until when. A hold ends when its time is over or the file is another one (inode, size, mtime). */
HoldCause holds_find (Holds *holds, const Job *job, int64_t now, int64_t *ret_until);

void holds_release (Holds *holds, const char *key);
void holds_release_waiting (Holds *holds, const char *dimension); /* a file of it was applied */
void holds_release_changed (Holds *holds);                        /* models or settings changed: MODEL, FILE, LOCAL and STUCK end */

/* Whether this is news: the first time this text is said of that key. */
bool holds_is_news (Holds *holds, const char *key, const char *text);

/* Crashes are counted by file name, for a claim and its file are known by different keys. */
unsigned holds_count_crash (Holds *holds, const char *name);
unsigned holds_crashes (const Holds *holds, const char *name);
void holds_forgive (Holds *holds, const char *name);

/* Forgets everything about keys and names that no job (of Job) has any more. */
void holds_keep_only (Holds *holds, const GPtrArray *jobs);

#endif
