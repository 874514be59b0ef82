/* Timed work's due times, and which of them are acted for when somebody comes late. Pure.
 *
 * A piece of work is due at its cron's times; or, with "by", at that time of day, the first that is not before a time of cron's. Several of
 * cron's that come to one such time are one. Instants are in seconds since 1970. */
#ifndef WEIR_BASE_TIMING_H
#define WEIR_BASE_TIMING_H

#include "base/cron.h"

typedef struct
{
  Cron cron;
  Zone *zone;  /* owned */
  int by;      /* seconds of the day; -1: it is due at cron's time */
  int cut_off; /* the same: from the first one on behind a due time, nothing begins for that; -1: it always may */
} Timing;

/* by and cut_off: "08:00", NULL: none. Errors: MODEL. Release with timing_clear. */
bool timing_parse (const char *cron, const char *zone, const char *by, const char *cut_off, Timing *ret_timing, GError **error);
void timing_clear (Timing *timing);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Timing, timing_clear)

/* "08:00" or "08:00:30", to "24:00", in seconds. */
bool timing_parse_time (const char *text, int *ret_seconds);

/* The first due time after an instant; the last one before it. False: there is none. */
bool timing_next (const Timing *timing, int64_t after, int64_t *ret_due);
bool timing_last (const Timing *timing, int64_t before, int64_t *ret_due);

/* What becomes of due times at which nobody was there to act. */
typedef enum
{
  CATCH_UP_ONCE, /* one run for the last of them */
  CATCH_UP_ALL,  /* one for each, from the first on */
  CATCH_UP_NONE, /* nothing: it runs at its time, or not */
} CatchUp;

extern const char *const catch_up_words[]; /* by the enumeration; ends with NULL */

/* How late one may come and be in time all the same, in seconds. */
#define TIMING_LATE 60

/* What to do now. */
typedef struct
{
  bool acts;        /* something is run, for: */
  int64_t due;      /* the due time that this settles, with those before it */
  bool passed_by;   /* there are others before it that nothing is run for */
  bool is_too_late; /* nothing is run, for it is past the cut-off */
  bool has_next;
  int64_t next; /* due time that comes then, perhaps before now */
} TimingPlan;

/* At "now", where "due", which is not after it, is the first due time that nobody has settled. */
void timing_plan (const Timing *timing, CatchUp catch_up, int64_t due, int64_t now, TimingPlan *ret_plan);

/* The first time of the cut-off that is behind an instant; INT64_MAX: there is none. */
int64_t timing_cut_off (const Timing *timing, int64_t after);

/* Since when what comes counts for a due time: from the middle on between the time of cron's before and its own, which it is nearest to; but
 * not before the due time before, for which it would count. */
int64_t timing_counts_from (const Timing *timing, int64_t due);

#endif
