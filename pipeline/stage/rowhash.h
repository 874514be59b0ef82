/* The row hash: XXH3-128 over a row's tracked columns, by name and meaning. The one file that knows libxxhash.
 *
 *   row_hash_new (names, types, ...);  for each row row_hash_make (hash, values, length, &uid)
 *
 * Columns are hashed in the order of their names, NULLs are left out, so reordering columns, a new column that is all NULL, or
 * widening a number's type change nothing. Equal hashes prove equal rows, as a row that is stored keeps such a hash only while it
 * covers all of the row's values (pipeline/warehouse/transform.h); different ones prove nothing. */
#ifndef WEIR_PIPELINE_STAGE_ROWHASH_H
#define WEIR_PIPELINE_STAGE_ROWHASH_H

#include "base/uid.h"
#include "pipeline/types/types.h"

typedef struct RowHash RowHash;

/* Whose rows: each kind has hashes that none of the others has. */
typedef enum
{
  ROW_HASH_BAG,   /* without a business key: they are known by their hash */
  ROW_HASH_KEYED, /* with one */
  ROW_HASH_DATED, /* the same, and a column, not tracked, says since when they are true: a model may be of another mind later */
} RowHashKind;

/* "names" and "types": the tracked columns', in the order of strcmp by name. Borrows the types. */
RowHash *row_hash_new (const char *const *names, const Type *const *types_of, size_t count, RowHashKind kind);
void row_hash_free (RowHash *hash);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RowHash, row_hash_free)

/* "values": one for each column, NULL where it has none. "length": of the text that they borrow, together; no less. */
void row_hash_make (RowHash *hash, const Value *const *values, size_t length, Uid *ret_hash);

#endif
