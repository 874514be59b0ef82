/* Words that stand for a day, a year or a name in the parameters of steps: "macro:SCHOOL_YEAR". Pure: what time it is, and where, is the caller's to say. */
#ifndef WEIR_SRC_JOBS_MACROS_H
#define WEIR_SRC_JOBS_MACROS_H

#include "base/zone.h"

#define MACRO_PREFIX "macro:"

/* TODAY, YESTERDAY, MONTH_START, MONTH_END, SCHOOL_YEAR, SCHOOL_YEAR_START, SCHOOL_YEAR_END, the same of FISCAL_YEAR, RUN, JOB; ends with NULL. */
extern const char *const macro_words[];

/* A day on which a year of its own kind begins. */
typedef struct
{
  int month, day;
} YearStart;

/* "08-01". 02-29 is none, as there is not one each year. */
bool macro_read_start (const char *text, YearStart *ret_start);

typedef struct
{
  int64_t now; /* seconds since 1970 */
  const Zone *zone;
  YearStart school, fiscal;
  const char *run, *job;
} MacroFacts;

/* A day as 2026-11-29. A school year is called by the year in which it begins, a fiscal year by that in which it ends; their ends are their last
 * days. NULL: there is no such macro. Owned by the caller. */
char *macro_value (const char *word, const MacroFacts *facts);

#endif
