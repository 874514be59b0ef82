/* JSON text as a tap wrote it (RFC 8259): values are found in it, not built, so that a number keeps its digits and a text its length. Pure.
 *
 *   Members members = scan_members (object);
 *   while (scan_next (&members)) use (members.name, members.value);
 *   if (members.is_bad) ...
 *
 * Python's NaN, Infinity and -Infinity pass as numbers, as taps write them. */
#ifndef WEIR_CONNECT_SINGER_SCAN_H
#define WEIR_CONNECT_SINGER_SCAN_H

#include "base/json.h"

#include <glib.h>
#include <stdbool.h>

/* A value in a text, without the space around it. Borrowed; at NULL: there is none. */
typedef struct
{
  const char *at, *end;
} Slice;

/* Behind the value that begins at "at" (space before it is passed over); NULL: it is no JSON, or nested more than 512 deep. */
const char *scan_value (const char *at, const char *end);

/* The whole text as one value, and nothing behind it. at NULL: it is none. */
Slice scan_whole (const char *text, size_t length);

/* The members of an object, or the elements of an array (with no name), one by one. */
typedef struct
{
  const char *at, *end; /* end: behind the object, once there are no more */
  bool is_object, is_bad, has_begun;
  Slice name, value;
} Members;

/* of: an object or an array; anything else has none and is_bad. */
Members scan_members (Slice of);
bool scan_next (Members *members);

/* Whether a JSON string is this text, which is plain ASCII without quotes. */
bool scan_is (Slice string, const char *text);

/* The text of a JSON string. Half a surrogate pair and \u0000, which no text of PostgreSQL can have, become U+FFFD, and are counted. False: it is no string. */
bool scan_text (Slice string, GString *into, int64_t *halves);

/* The value with what no other parser takes mended: half a surrogate pair and \u0000 become \ufffd, NaN and infinities become texts. All are counted. */
void scan_mend (Slice value, GString *into, int64_t *mended);

/* The value by jansson, for what is no row: numbers that it cannot hold become the nearest double, NaN null. NULL where it cannot be. A new reference. */
Json *scan_parse (Slice value);

/* Whether scan_parse and back leaves the value as it is, but for space. */
bool scan_is_plain (Slice value);

/* The kinds of values, as bits. */
enum
{
  KIND_NULL = 1,
  KIND_BOOLEAN = 2,
  KIND_INTEGER = 4,
  KIND_NUMBER = 8,
  KIND_STRING = 16,
  KIND_OBJECT = 32,
  KIND_ARRAY = 64,
};
#define KIND_NESTED (KIND_OBJECT | KIND_ARRAY)

unsigned scan_kind (Slice value);

#endif
