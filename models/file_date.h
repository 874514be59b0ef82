/* The date in a file's name, which says since when its rows are true: "users_2026-11-20.csv", "users-20261120T0930.csv",
 * "2026-11-20_users.csv". Pure. What the archive has put into a name is no part of it. */
#ifndef WEIR_MODELS_FILE_DATE_H
#define WEIR_MODELS_FILE_DATE_H

#include <glib.h>
#include <stdbool.h>

typedef enum
{
  FILE_DATE_FOUND,
  FILE_DATE_NONE,
  FILE_DATE_IMPOSSIBLE, /* what looks like one is none: a 13th month, a 30th of February */
  FILE_DATE_SEVERAL,    /* two that differ */
} FileDateVerdict;

typedef struct
{
  char text
      [40]; /* "2026-11-20T09:30:00", with parts of a second where the name has some, and with "Z" or "+01:00" behind it where the name says the zone; "": none */
  bool zoned;
} FileDate;

/* A date is a year of four digits, month and day, with the same separator between them ("-", "_", ".", a blank) or with none. Behind it
 * may stand a time: hours and minutes, maybe seconds (and parts of one behind a dot), behind a "T", a separator or nothing, and then Z or +01, +0100, +01:00. Digits behind
 * a separator that are no time are a number of somebody's. The date may stand anywhere in the name. */
FileDateVerdict file_date_find (const char *file_name, FileDate *ret_date);

#endif
