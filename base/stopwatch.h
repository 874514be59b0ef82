/* Where the time of a piece of work goes, by name and in the order in which names came first. A connection has one (base/db.h), to which
 * statements and what is done for each row add; a load gives it out (`weir load --explain`).
 *
 *   int64_t begun = stopwatch_now ();
 *   ...
 *   stopwatch_add (watch, "table/delta", begun);
 *
 * Times are by the clock (CLOCK_MONOTONIC), in nanoseconds. */
#ifndef WEIR_BASE_STOPWATCH_H
#define WEIR_BASE_STOPWATCH_H

#include "base/json.h"

typedef struct Stopwatch Stopwatch;

Stopwatch *stopwatch_new (void);
void stopwatch_free (Stopwatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Stopwatch, stopwatch_free)

/* Forgets all, and begins. */
void stopwatch_reset (Stopwatch *watch);

/* Since it was begun, in nanoseconds. */
int64_t stopwatch_elapsed (const Stopwatch *watch);

int64_t stopwatch_now (void);

/* Adds the time since "begun" to what goes by this name, which is static or interned. */
void stopwatch_add (Stopwatch *watch, const char *name, int64_t begun);

/* Adds a duration that was measured otherwise. */
void stopwatch_add_ns (Stopwatch *watch, const char *name, int64_t ns);

/* What was added so far; 0: nothing. */
int64_t stopwatch_ns (const Stopwatch *watch, const char *name);

/* [{"what": "table/delta", "microseconds": 12345, "times": 1}, ...]. A new reference. */
Json *stopwatch_to_json (const Stopwatch *watch);

#endif
