/* Days and clocks as most files write them, each number with all its digits, read eight bytes at once. For types_time.c only.
 *
 * False says no more than that the cell is written otherwise, or damaged: types_format.h reads all that there is. What was read is in its
 * range, but whether the month has that day is not known. */
#ifndef WEIR_PIPELINE_TYPES_TYPES_ISO_H
#define WEIR_PIPELINE_TYPES_TYPES_ISO_H

#include "pipeline/types/types_format.h"

#include <string.h>

#define ISO_DAY 10     /* bytes of YYYY-MM-DD */
#define ISO_INSTANT 19 /* and of HH:MM:SS, with one byte between */

/* Reads eight bytes at once: digits where "shape" has a 0, else the character that it has. Two digits beside each other become one
 * number there: of "2026-11-" byte 0 is 20, byte 2 is 26, byte 5 is 11. (As D. Lemire parses eight digits, in "Quickly parsing eight
 * digits", 2018.) XOR leaves 0 to 9 of a digit and 0 of another character; what is more sets the high bit when "slack" is added,
 * which is 0x76 for a digit and 0x7f for another. */
static inline bool
iso_read_pairs (const char *at, const char shape[8], const char slack[8], uint64_t *ret_pairs)
{
  uint64_t bytes, is, add;
  memcpy (&bytes, at, sizeof bytes);
  memcpy (&is, shape, sizeof is);
  memcpy (&add, slack, sizeof add);
  bytes = GUINT64_FROM_LE (bytes ^ is);
  add = GUINT64_FROM_LE (add);
  *ret_pairs = bytes * 10 + (bytes >> 8);
  return (((bytes + add) | bytes) & UINT64_C (0x8080808080808080)) == 0;
}

static inline int
iso_pair (uint64_t pairs, int byte)
{
  return (int) (pairs >> (8 * byte) & 0xff);
}

/* YYYY-MM-DD, ISO_DAY bytes. */
static inline bool
iso_read_day (const char *cell, Moment *ret_moment)
{
  uint64_t head, tail;
  if (!iso_read_pairs (cell, "0000-00-", "vvvv\x7fvv\x7f", &head)
      || !iso_read_pairs (cell + 2, "00-00-00", "vv\x7fvv\x7fvv", &tail))
    return false;
  ret_moment->year = iso_pair (head, 0) * 100 + iso_pair (head, 2);
  ret_moment->month = iso_pair (head, 5);
  ret_moment->day = iso_pair (tail, 6);
  return ret_moment->year >= 1 && ret_moment->month >= 1 && ret_moment->month <= 12 && ret_moment->day >= 1
         && ret_moment->day <= 31;
}

/* HH:MM:SS, eight bytes. */
static inline bool
iso_read_clock (const char *cell, Moment *ret_moment)
{
  uint64_t pairs;
  if (!iso_read_pairs (cell, "00:00:00", "vv\x7fvv\x7fvv", &pairs))
    return false;
  ret_moment->hour = iso_pair (pairs, 0);
  ret_moment->minute = iso_pair (pairs, 3);
  ret_moment->second = iso_pair (pairs, 6);
  return ret_moment->hour <= 23 && ret_moment->minute <= 59 && ret_moment->second <= 59;
}

#endif
