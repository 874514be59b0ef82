/* Writing a value where it is done for each cell of a file. What most cells are is written in place, as a call takes as long; what the
 * table's functions write (types.h) is the same. */
#ifndef WEIR_PIPELINE_TYPES_TYPES_PUT_H
#define WEIR_PIPELINE_TYPES_TYPES_PUT_H

#include "base/bytes.h"
#include "pipeline/types/types.h"

#define CANONICAL_TEXT 't' /* the others are in types_rows.h */

/* Type.encode */
static inline uint8_t *
type_put_encoded (const Type *type, const Value *value, uint8_t *out)
{
  return type->id == TYPE_TEXT ? put_short (out, value->text, value->length) : type->encode (value, out);
}

/* Type.canonical */
static inline uint8_t *
type_put_canonical (const Type *type, const Value *value, uint8_t *out)
{
  return type->id == TYPE_TEXT ? put_short (put_byte (out, CANONICAL_TEXT), value->text, value->length)
                               : type->canonical (value, out);
}

#endif
