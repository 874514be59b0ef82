/* Time zones: which time of day it is somewhere, and when clocks there are moved. The rules are those of the machine's tzdata, as GLib reads
 * them. The one file that knows GTimeZone.
 *
 * An instant is in seconds since 1970. A wall time is what a clock on the wall shows, as the instant at which one in UTC shows it. */
#ifndef WEIR_BASE_ZONE_H
#define WEIR_BASE_ZONE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Zone Zone;

/* "Europe/Oslo", "UTC". Errors: MODEL, where there is no such zone. */
Zone *zone_open (const char *name, GError **error);
void zone_free (Zone *zone);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Zone, zone_free)

const char *zone_name (const Zone *zone); /* borrowed */

/* By how many seconds clocks there are ahead of UTC. */
int zone_offset (const Zone *zone, int64_t instant);

/* Clocks are moved: from "at" on they show "after", and showed "before" until then. */
typedef struct
{
  int64_t at;
  int before, after; /* offsets */
} Shift;

/* The first one after "from" and not after "to". False: there is none. */
bool zone_find_shift (const Zone *zone, int64_t from, int64_t to, Shift *ret_shift);

/* When clocks show the wall time: the first time where they do twice; the moment at which they are moved where they never do. */
int64_t zone_instant (const Zone *zone, int64_t wall);

/* "Mon 2026-11-30 08:00" there, with seconds where these are not 0. Owned by the caller. */
char *zone_text (const Zone *zone, int64_t instant);

#endif
