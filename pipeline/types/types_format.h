/* Cells that hold a date or a time, read by a pattern. For types*.c only.
 *
 * A pattern is made of YYYY, MM (or Mon or Month, in any case), DD, HH24, MI, SS and TZ, as in PostgreSQL's to_timestamp, and
 * literals between them: anything but letters and digits, and the letters T and Z. MM, DD and HH24 take one digit or two, except
 * where they touch another field; SS takes a fraction of up to six digits; TZ is Z, +HH, +HHMM or +HH:MM and comes last. */
#ifndef WEIR_PIPELINE_TYPES_TYPES_FORMAT_H
#define WEIR_PIPELINE_TYPES_TYPES_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

/* What was read. Each is in its range, but whether month has that day is not known. */
typedef struct
{
  int year;
  int month;
  int day;
  int hour;
  int minute;
  int second;
  int microsecond;
  int offset; /* seconds east of UTC; 0 where there was none */
} Moment;

/* Whether the whole cell is written in that format, which types_format_fits accepted. */
bool format_match (const char *format, const char *cell, size_t length, Moment *ret_moment);

/* YYYY-MM-DD, "T" or a blank, HH:MM[:SS[.ffffff]], and behind that a zone exactly if "zoned". */
bool iso_match (const char *cell, size_t length, bool zoned, Moment *ret_moment);

#endif
