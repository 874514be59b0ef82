/* JSON as the text that it is, without a tree: a value is a stretch of the bytes that hold it. For sources that bring rows as JSON: numbers keep all
 * their digits (jansson makes doubles of them, and refuses an integer of twenty digits), and a page of any size costs no memory beside itself.
 *
 *   if (!slice_check (bytes, length, &problem)) ...
 *   Slice root = slice_of (bytes, length), items;
 *   if (slice_find (root, "items", 5, &items))
 *     for (SliceWalk walk = slice_walk (items); slice_next (&walk, NULL, &item);) ...
 *
 * RFC 8259; slice_lenient takes what Python makes of it, too. Only text that was checked may be walked; nothing else looks again. Slices are borrowed
 * from it. Pure. */
#ifndef WEIR_CONNECT_SLICE_H
#define WEIR_CONNECT_SLICE_H

#include "base/json.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#define SLICE_DEPTH 512 /* deeper ones are refused */

typedef struct
{
  const char *bytes; /* without blanks around it; NULL: it is not there */
  size_t length;
} Slice;

/* As bits, for sets of them. */
typedef enum
{
  SLICE_NULL = 1,
  SLICE_BOOLEAN = 2,
  SLICE_INTEGER = 4, /* a number that is written without point and exponent */
  SLICE_NUMBER = 8,  /* any other; NaN and infinities, too */
  SLICE_STRING = 16,
  SLICE_OBJECT = 32,
  SLICE_ARRAY = 64,
} SliceKind;
#define SLICE_NUMERIC ((unsigned) SLICE_INTEGER | SLICE_NUMBER)
#define SLICE_NESTED ((unsigned) SLICE_OBJECT | SLICE_ARRAY)

typedef struct
{
  const char *what; /* "a comma or a bracket is missing" */
  size_t offset;    /* of the byte, from 0 */
  bool is_cut;      /* nothing is wrong but that it ends too early */
} SliceProblem;

/* Whether the bytes are one JSON value in UTF-8, with blanks around it or a byte order mark before. */
bool slice_check (const char *bytes, size_t length, SliceProblem *ret_problem);

/* The value of checked bytes. */
Slice slice_of (const char *bytes, size_t length);

/* Both, where NaN, Infinity and -Infinity pass as numbers, as Python writes them. bytes NULL: it is no value. */
Slice slice_lenient (const char *bytes, size_t length);

SliceKind slice_kind (Slice value);

/* The members of an object, the items of an array; nothing of other values. ret_name (may be NULL): a string of an object's, else not there. */
typedef struct
{
  const char *at, *end;
  bool is_object;
} SliceWalk;
SliceWalk slice_walk (Slice container);
bool slice_next (SliceWalk *walk, Slice *ret_name, Slice *ret_value);

/* Whether a string says that. */
bool slice_says (Slice string, const char *text, size_t length);

/* The member of that name, the last one where there are several; the item at that place, from 0. False: there is none, or the value is no such thing. */
bool slice_find (Slice object, const char *name, size_t length, Slice *ret_value);
bool slice_item (Slice array, size_t index, Slice *ret_value);

/* Appends what a string says, and nothing of other values. U+0000 and halves of surrogate pairs, which no text of PostgreSQL can hold, become U+FFFD: how
 * many did. */
unsigned slice_text (Slice string, GString *out);

/* Appends any value as JSON that every reader takes: with the same replacements, and NaN and infinities as texts, which count, too. The second
 * without blanks between its parts. */
unsigned slice_mend (Slice value, GString *out);
unsigned slice_compact (Slice value, GString *out);

/* Whether a number is a whole one that an int64_t holds, written without point and exponent. */
bool slice_is_bigint (Slice number);

/* The value as a tree, for what is no row: numbers that it cannot hold become the nearest double, or null where there is none. NULL where the value is
 * not there. A new reference. */
Json *slice_build (Slice value);

/* Whether slice_build and back leaves the value as it is, but for blanks. */
bool slice_is_plain (Slice value);

#endif
