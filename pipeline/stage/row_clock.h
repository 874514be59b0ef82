/* Where the time of rows goes. Some of them are timed, and stand for those between: all of them would cost more than what is found out.
 *
 *   row_clock_begin_row         before a row is read
 *     row_clock_take            after each thing that is done with it: all since the last call was this
 *   row_clock_end               with the time that all rows took: what no row was timed for is the rest */
#ifndef WEIR_PIPELINE_STAGE_ROW_CLOCK_H
#define WEIR_PIPELINE_STAGE_ROW_CLOCK_H

#include "base/stopwatch.h"

#define ROW_CLOCK_FIRST 1000 /* all of them: a small file has not many */
#define ROW_CLOCK_EVERY 61

/* Nanoseconds. */
typedef struct
{
  int64_t weight; /* of the row; 0: it is not timed */
  int64_t since;
  int64_t parse, convert, key, hash;
  /* Reading the file's bytes; waiting for the server to take rows; reading those that the table has: timed whenever they happen. */
  int64_t file, waited, standing;
} RowClock;

static inline void
row_clock_begin_row (RowClock *clock, int64_t row)
{
  clock->weight = row < ROW_CLOCK_FIRST ? 1 : row % ROW_CLOCK_EVERY == 0 ? ROW_CLOCK_EVERY : 0;
  if (clock->weight > 0)
    clock->since = stopwatch_now ();
}

/* spent: one of the clock's. */
static inline void
row_clock_take (RowClock *clock, int64_t *spent)
{
  if (clock->weight == 0)
    return;
  int64_t now = stopwatch_now ();
  *spent += (now - clock->since) * clock->weight;
  clock->since = now;
}

static inline void
row_clock_end (const RowClock *clock, int64_t all, Stopwatch *watch)
{
  int64_t rest = all - clock->file - clock->parse - clock->convert - clock->key - clock->hash - clock->waited - clock->standing;
  stopwatch_add_ns (watch, "file", clock->file);
  stopwatch_add_ns (watch, "parse", clock->parse);
  stopwatch_add_ns (watch, "convert", clock->convert);
  stopwatch_add_ns (watch, "key", clock->key);
  stopwatch_add_ns (watch, "hash", clock->hash);
  stopwatch_add_ns (watch, "encode", MAX (rest, 0));
  stopwatch_add_ns (watch, "wait for COPY", clock->waited);
  if (clock->standing > 0)
    stopwatch_add_ns (watch, "table's rows", clock->standing);
}

#endif
