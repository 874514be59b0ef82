/* How far a source was read: an instant, a number that grows, or some text. What a bookmark's values are, and where windows begin and end. Pure. */
#ifndef WEIR_CONNECT_CURL_HTTP_MOMENT_H
#define WEIR_CONNECT_CURL_HTTP_MOMENT_H

#include "base/json.h"

typedef enum
{
  MOMENT_NONE,
  MOMENT_TEXT,
  MOMENT_NUMBER,
  MOMENT_INSTANT,
} MomentKind;

typedef struct
{
  MomentKind kind;
  int64_t value; /* of a number what is before its point; of an instant microseconds since 1970 */
  char *text;    /* as the source wrote it; owned */
} Moment;

void moment_clear (Moment *moment);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Moment, moment_clear)
void moment_copy (Moment *to, const Moment *from); /* what was in "to" is freed */

/* "2026-11-29", "2026-11-29T08:00:00.5+01:00", "2026-11-29 08:00:00" (UTC where no zone is said) is an instant; up to 18 digits, with a point or without, are a
 * number; all else is text, "" is none. What was in *moment is freed. */
void moment_read (const char *text, Moment *moment);

/* A member of JSON, a text or a number. False: it is neither. NULL and null are none. */
bool moment_read_json (const Json *json, Moment *moment);

void moment_set_instant (int64_t microseconds, Moment *moment);

/* A number is seconds (scale 1000000) or milliseconds (1000) since 1970: an instant from now on. */
void moment_make_instant (Moment *moment, int64_t scale);

/* Whether a is before b. Those of different kinds are compared as texts; none is before all others. */
bool moment_is_before (const Moment *a, const Moment *b);

/* Earlier by so many seconds, or steps of a number. Of a text: false, and it stays. */
bool moment_go_back (Moment *moment, double by);

typedef enum
{
  FORMAT_DATETIME,     /* 2026-11-29T08:00:00Z */
  FORMAT_DATE,         /* 2026-11-29 */
  FORMAT_EPOCH,        /* seconds since 1970 */
  FORMAT_MILLISECONDS, /* the same in milliseconds */
} MomentFormat;
extern const char *const moment_format_words[]; /* by the enumeration; ends with NULL */

/* An instant in a format; what is none is its own text. Owned by the caller. */
char *moment_show (const Moment *moment, MomentFormat format);

/* As it stands in a position. A new reference; null: none. */
Json *moment_json (const Moment *moment);

#define MOMENT_SECOND ((int64_t) 1000000)
#define MOMENT_DAY (86400 * MOMENT_SECOND)

/* The beginning of the instant's day, in UTC. */
int64_t moment_day (int64_t microseconds);

#endif
