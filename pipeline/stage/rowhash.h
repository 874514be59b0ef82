/* The row hash: XXH3-128 over a row's tracked columns, by name and meaning. The one file that knows libxxhash.
 *
 *   row_hash_new (columns, ...);  for each row, its values being in their places, row_hash_make (hash, length, &uid)
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

typedef struct
{
  Value value;
  bool null; /* there is none */
} Cell;

typedef struct
{
  const char *name;
  const Type *type;
  const Cell *cell;   /* where each row has its value; borrowed */
  bool empty_is_null; /* a text */
} HashedColumn;

/* "columns": the tracked ones, in the order of strcmp by name. Borrows the types. */
RowHash *row_hash_new (const HashedColumn *columns, size_t count, RowHashKind kind);
void row_hash_free (RowHash *hash);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RowHash, row_hash_free)

/* "length": of the text that the values borrow, together; no less. */
void row_hash_make (RowHash *hash, size_t length, Uid *ret_hash);

#endif
