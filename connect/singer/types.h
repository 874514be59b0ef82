/* Types: what a property of a JSON Schema is here, and what a column of ours is there.
 *
 * A property may be of several kinds ("type": ["null", "string"], anyOf, oneOf, allOf, enum, $ref within the schema). What it becomes is known when the last of
 * its values was seen: integers that 64 bits have no room for make it numeric, and single values among objects make it text. docs/singer.md has the table. */
#ifndef WEIR_CONNECT_SINGER_TYPES_H
#define WEIR_CONNECT_SINGER_TYPES_H

#include "base/json.h"
#include "connect/slice.h"

typedef enum
{
  FORMAT_NONE,
  FORMAT_MIXED, /* several, or with and without */
  FORMAT_DATE_TIME,
  FORMAT_DATE,
  FORMAT_TIME,
  FORMAT_UUID,
  FORMAT_DECIMAL, /* singer.decimal: a number as a text */
  FORMAT_DOUBLE,  /* of a number */
} Format;

typedef enum
{
  CELL_TEXT,
  CELL_BOOLEAN,
  CELL_BIGINT,
  CELL_NUMERIC,
  CELL_DOUBLE,
  CELL_DATE,
  CELL_TIME,
  CELL_TIMESTAMPTZ,
  CELL_UUID,
  CELL_JSONB,
} CellType;

extern const char *const cell_words[]; /* by the enumeration, as models have them; ends with NULL */

/* What a property may be. */
typedef struct
{
  unsigned kinds; /* SLICE_*; 0: anything */
  Format format;
} Shape;

/* root: the schema that "#/..." is in. */
Shape shape_of (const Json *property, const Json *root);
Shape shape_join (Shape one, Shape other);

/* What was seen of its values. */
typedef struct
{
  unsigned kinds;
  bool large; /* an integer beyond 64 bits, or one with an exponent */
} Seen;

void seen_add (Seen *seen, Slice value);
CellType shape_type (Shape shape, Seen seen);

/* "string, date-time": for people. Owned by the caller. */
char *shape_words (Shape shape);

/* The property of a column that is written: type of models. A new reference. */
Json *property_of (const char *type, bool nullable, bool decimals_as_text);

#endif
