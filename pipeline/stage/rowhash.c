#include "pipeline/stage/rowhash.h"

#include "base/bytes.h"

#include <string.h>
#include <xxhash.h>

/* What is hashed, for each column: the length of its name, the name, the length of the value's canonical bytes, these. Lengths are
 * 32 bits, big endian, so that no two rows are framed alike. Row hashes are kept in the warehouse: never change this for rows
 * without a key, which would all be loaded once more.
 *
 * Of rows with a key this stands in front. Another byte makes every hash that is stored a mere suspicion, so that the next load
 * compares each row by its values and hashes it anew: for when what was stored can be trusted no more. */
#define KEYED_RULE 2 /* the first had no byte, and stayed with rows that were filled with values which it did not cover */
#define DATED_RULE 3 /* the same, of rows with a column that is not hashed */

#define LENGTH sizeof (int32_t)

#define CHUNK 16

/* What stands before each of a column's values: its name with the length in front, filled up to whole chunks, so that it is copied
 * without asking how long it is. */
typedef struct
{
  const Type *type;
  uint8_t *name;
  size_t length;
} Column;

struct RowHash
{
  RowHashKind kind;
  Column *columns;
  size_t n_columns;
  size_t fixed; /* what a row takes beside the text of its values, at most */
  uint8_t *row; /* one call of the hash per row beats one per column */
  size_t size;
};

RowHash *
row_hash_new (const char *const *names, const Type *const *types_of, size_t count, RowHashKind kind)
{
  RowHash *hash = g_new0 (RowHash, 1);
  hash->kind = kind;
  hash->columns = g_new0 (Column, count + 1);
  hash->n_columns = count;
  hash->fixed = 1;
  for (size_t i = 0; i < count; i++)
    {
      g_assert (i == 0 || strcmp (names[i - 1], names[i]) < 0);
      size_t length = strlen (names[i]), chunks = (LENGTH + length + CHUNK - 1) / CHUNK * CHUNK;
      hash->columns[i] = (Column) { types_of[i], g_malloc0 (chunks), LENGTH + length };
      hash->fixed += chunks + LENGTH + TYPE_ROOM;
      put_bytes (put_int32 (hash->columns[i].name, (int32_t) length), names[i], length);
    }
  return hash;
}

void
row_hash_free (RowHash *hash)
{
  if (hash == NULL)
    return;
  for (size_t i = 0; i < hash->n_columns; i++)
    g_free (hash->columns[i].name);
  g_free (hash->columns);
  g_free (hash->row);
  g_free (hash);
}

static uint8_t *
put_name (uint8_t *at, const Column *column)
{
  memcpy (at, column->name, CHUNK);
  for (size_t i = CHUNK; i < column->length; i += CHUNK)
    memcpy (at + i, column->name + i, CHUNK);
  return at + column->length;
}

void
row_hash_make (RowHash *hash, const Value *const *values, size_t length, Uid *ret_hash)
{
  if (hash->size < hash->fixed + length)
    {
      hash->size = hash->fixed + length + hash->size;
      hash->row = g_realloc (hash->row, hash->size);
    }
  uint8_t *end = hash->row;
  if (hash->kind != ROW_HASH_BAG)
    end = put_byte (end, hash->kind == ROW_HASH_DATED ? DATED_RULE : KEYED_RULE);
  for (size_t i = 0; i < hash->n_columns; i++)
    {
      if (values[i] == NULL)
        continue;
      uint8_t *at = put_name (end, &hash->columns[i]);
      end = hash->columns[i].type->canonical (values[i], at + LENGTH);
      put_int32 (at, (int32_t) (end - at - (ptrdiff_t) LENGTH));
    }
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash (&canonical, XXH3_128bits (hash->row, (size_t) (end - hash->row)));
  G_STATIC_ASSERT (sizeof canonical.digest == sizeof ret_hash->bytes);
  memcpy (ret_hash->bytes, canonical.digest, sizeof ret_hash->bytes);
}
