#include "pipeline/stage/fit.h"

#define PAGE_ROOM 8160 /* of the longest row on a page */
#define ROW_HEADER 23
#define INLINE_MOST 24 /* bytes of a value that stays in its row, with its length before it; what is longer leaves 18 */
#define MOVED 18
#define NUMERIC_HEADER 4 /* more than the digits of its text, of which four take two bytes */

static size_t
align (size_t at, size_t to)
{
  return (at + to - 1) / to * to;
}

size_t
fit_add (size_t at, const Type *type, size_t length)
{
  size_t stored = 1 + length;
  switch (type->id)
    {
    case TYPE_BOOLEAN:
      return at + 1;
    case TYPE_DATE:
      return align (at, 4) + 4;
    case TYPE_BIGINT:
    case TYPE_DOUBLE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ:
      return align (at, 8) + 8;
    case TYPE_UUID:
      return at + 16;
    case TYPE_NUMERIC:
      stored += NUMERIC_HEADER;
      break;
    case TYPE_JSONB:
      return at + INLINE_MOST; /* its own form is longer than its text */
    case TYPE_TEXT:
    case TYPE_COUNT:
      break;
    }
  return at + (stored <= INLINE_MOST ? stored : MOVED);
}

bool
fit_is_within (size_t end, int columns)
{
  return align (align (ROW_HEADER + ((size_t) columns + 7) / 8, 8) + end, 8) <= PAGE_ROOM;
}
