/* JSON as the text that it is, without a tree: a value is a stretch of the bytes that hold it. For sources that bring rows as JSON: numbers keep all
 * their digits (jansson makes doubles of them, and refuses an integer of twenty digits), and a page of any size costs no memory beside itself.
 *
 *   if (!slice_check (bytes, length, &problem)) ...
 *   Slice root = slice_of (bytes, length), items;
 *   if (slice_find (root, "items", 5, &items))
 *     for (SliceWalk walk = slice_walk (items); slice_next (&walk, NULL, &item);) ...
 *
 * RFC 8259. Only text that was checked may be walked; nothing else looks again. Slices are borrowed from it. Pure. */
#ifndef WEIR_CONNECT_SLICE_H
#define WEIR_CONNECT_SLICE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#define SLICE_DEPTH 512 /* deeper ones are refused */

typedef struct
{
  const char *bytes; /* without blanks around it; NULL: it is not there */
  size_t length;
} Slice;

typedef enum
{
  SLICE_NULL,
  SLICE_BOOLEAN,
  SLICE_NUMBER,
  SLICE_STRING,
  SLICE_OBJECT,
  SLICE_ARRAY,
} SliceKind;

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

SliceKind slice_kind (Slice value);

/* The members of an object, the items of an array; nothing of other values. ret_name (may be NULL): a string of an object's, else not there. */
typedef struct
{
  const char *at, *end;
  bool is_object;
} SliceWalk;
SliceWalk slice_walk (Slice container);
bool slice_next (SliceWalk *walk, Slice *ret_name, Slice *ret_value);

/* The member of that name, the last one where there are several; the item at that place, from 0. False: there is none, or the value is no such thing. */
bool slice_find (Slice object, const char *name, size_t length, Slice *ret_value);
bool slice_item (Slice array, size_t index, Slice *ret_value);

/* Appends what a string says. U+0000 and halves of surrogate pairs, which no text of PostgreSQL can hold, become U+FFFD: how many did. */
unsigned slice_text (Slice string, GString *out);

/* Appends any value as JSON without blanks between its parts, and with the same replacements. */
unsigned slice_compact (Slice value, GString *out);

/* Whether a number is a whole one that an int64_t holds, written without point and exponent. */
bool slice_is_bigint (Slice number);

#endif
