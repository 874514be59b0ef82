/* The row hash: XXH3-128 over a row's tracked columns, by name and meaning. The one file that knows libxxhash.
 *
 *   row_hash_begin (hash, length);  for each tracked column: row_hash_add (hash, i, type, &value);  row_hash_finish (hash, &uid);
 *
 * Columns are hashed in the order of their names, NULLs are left out, so reordering columns, a new column that is all NULL, or
 * widening a number's type change nothing. Equal hashes prove equal rows, as a row that is stored keeps such a hash only while it
 * covers all of the row's values (pipeline/warehouse/transform.h); different ones prove nothing. */
#ifndef WEIR_PIPELINE_STAGE_ROWHASH_H
#define WEIR_PIPELINE_STAGE_ROWHASH_H

#include "base/uid.h"
#include "pipeline/types/types.h"

typedef struct RowHash RowHash;

/* "names": the tracked columns' names in the order in which they will be added, which must be the order of strcmp. "keyed": whether
 * the rows have a business key; those without are known by their hash, which is another one therefore. */
RowHash *row_hash_new (const char *const *names, size_t count, bool keyed);
void row_hash_free (RowHash *hash);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RowHash, row_hash_free)

/* "length": of the text that the row's values borrow, together; no less. */
void row_hash_begin (RowHash *hash, size_t length);
void row_hash_add (RowHash *hash, size_t index, const Type *type,
                   const Value *value); /* index into names, rising; NULLs are skipped by not calling */
void row_hash_finish (RowHash *hash, Uid *ret_hash);

#endif
