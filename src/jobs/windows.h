/* Windows of time: stretches of a job's bookmark that are pulled one by one ("window": {"period": "1 day", "start": "2026-01-01"}), up to an
 * "end" where there is one, and by hand (--from, --to). Pure.
 *
 * The position of such a job is weir's own, {"end": T, "windows": [[T, T], ...]}: up to where it has come, and all that was loaded, in its order, where
 * neighbours are one. What is between two of them is a gap. Times are seconds since 1970 here, and ISO 8601 in UTC there. */
#ifndef WEIR_SRC_JOBS_WINDOWS_H
#define WEIR_SRC_JOBS_WINDOWS_H

#include "base/json.h"

typedef struct
{
  int64_t seconds; /* of a period; 0: */
  int months;
  int64_t start; /* of the first window */
  int64_t end;   /* of the last one; INT64_MAX: there is none */
} WindowRule;

typedef struct
{
  int64_t start, end; /* the end is no part of it */
} Window;

/* "2026-01-01", "2026-01-01T06:00:00Z", with any zone; without one it is UTC. */
bool windows_read_time (const char *text, int64_t *ret_time);
/* Owned by the caller. */
char *windows_show_time (int64_t time);

/* Without a period all from start to end is one window. Errors: MODEL. */
bool windows_read_rule (const Json *window, WindowRule *ret_rule, GError **error);

/* The period that begins there. */
Window windows_from (const WindowRule *rule, int64_t start);

/* The next one behind the position (NULL: the first), if there is one, and it is over at "now". */
bool windows_next (const WindowRule *rule, const Json *position, int64_t now, Window *ret_window);

/* The position with the window; moves: it is the next one, and the end moves with it. A new reference. */
Json *windows_add (const Json *position, Window window, bool moves);

/* What is missing between the first and the last of the windows: [{"start", "end"}, ...]. A new reference. */
Json *windows_gaps (const Json *position);

#endif
