/* Trying again after ever longer pauses: 0.5 s, doubling to 30 s. Pure; a Backoff of zeros is one that never failed. */
#ifndef WEIR_SRC_WATCH_BACKOFF_H
#define WEIR_SRC_WATCH_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

typedef struct
{
  int64_t pause_us; /* 0: all is well */
  int64_t since;    /* monotonic microseconds of the first failure */
  int64_t next;     /* when to try again */
} Backoff;

/* A failure. One that comes while we pause already (of something begun before) does not prolong the pause. Returns whether it is
 * the first one since all was well. */
bool backoff_fail (Backoff *backoff, int64_t now);

/* Success. Returns whether there had been failures. */
bool backoff_end (Backoff *backoff);

bool backoff_is_failing (const Backoff *backoff);

/* Microseconds until the next try, 0: now. */
int64_t backoff_wait (const Backoff *backoff, int64_t now);

#endif
