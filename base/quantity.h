/* Sizes and times as people write them in weir.json: "10 MB", "90 days". Pure. */
#ifndef WEIR_BASE_QUANTITY_H
#define WEIR_BASE_QUANTITY_H

#include <stdbool.h>
#include <stdint.h>

/* A whole number and a unit: B, kB, MB, GB or TB, each 1,024 of the one before, as PostgreSQL has them (src/backend/utils/misc/guc.c). The
 * blank between them may be missing, and case does not count. False: it is none, or more than an int64_t holds. */
bool quantity_read_bytes (const char *text, int64_t *ret_bytes);

/* The same in seconds: seconds, minutes, hours, days, weeks, months (30 days), years (365 days), in the singular too; "forever" is 0. */
bool quantity_read_period (const char *text, int64_t *ret_seconds);

/* In the largest unit that needs no fraction: "10 MB", "forever". Owned by the caller. */
char *quantity_show_bytes (int64_t bytes);
char *quantity_show_period (int64_t seconds);

#endif
