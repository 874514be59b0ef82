/* Cells that hold a date or a time, read by a pattern. For types*.c and infer*.c only.
 *
 * A pattern is made of YYYY (or YY), MM (or Mon or Month, in any case), DD, HH24 (or HH12 and AM), MI, SS and TZ, as in
 * PostgreSQL's to_timestamp, and literals between them: anything but letters and digits, and the letters T and Z. MM, DD, HH24 and
 * HH12 take one digit or two, except where they touch another field; SS takes a fraction of up to six digits, and zeros behind
 * these; AM takes PM, too; TZ is Z, UTC, GMT, +HH, +HHMM or +HH:MM and comes last. A blank before AM and TZ may be there or not. */
#ifndef WEIR_PIPELINE_TYPES_TYPES_FORMAT_H
#define WEIR_PIPELINE_TYPES_TYPES_FORMAT_H

#include "pipeline/types/types.h"

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

/* How a time of day was written. */
typedef struct
{
  int hour_digits;
  bool has_second;
  bool has_comma; /* before the fraction of the second */
  bool has_half;  /* AM or PM */
  bool has_zone;
} Clock;

/* Whether a format is one of a date, a time, a timestamp or a timestamptz. */
bool format_fits_moment (TypeId type, const char *format);

/* Whether all of it is H:MM[:SS[.ffffff]], with a point or a comma, maybe AM or PM, maybe a zone. ret_moment gets the time of day
 * and the zone. */
bool clock_match (const char *text, size_t length, Clock *ret_clock, Moment *ret_moment);

/* Reads a format which types_format_fits accepted. Borrows it. */
void moment_format_read (MomentFormat *ret_format, const char *text);

/* Whether the whole cell is written in that format. */
bool moment_match (const MomentFormat *format, const char *cell, size_t length, Moment *ret_moment);

/* The same for YYYY-MM-DD. */
bool day_match (const char *cell, size_t length, Moment *ret_moment);

/* YYYY-MM-DD, "T" or a blank, H:MM[:SS[.ffffff]] with a point or a comma, and behind that a zone exactly if "zoned". */
bool iso_match (const char *cell, size_t length, bool zoned, Moment *ret_moment);

#endif
