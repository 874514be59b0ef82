#include "pipeline/stage/rowhash.h"

#include "base/bytes.h"
#include "pipeline/types/types_put.h"

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

#define CHUNK 32

/* Before each of a column's values stands its name with the length in front, filled up to whole chunks, so that it is copied without
 * asking how long it is. */
typedef struct
{
  const Cell *cell;
  const uint8_t *name;
  size_t length;
  const Type *type;
  bool empty_is_null;
} Column;

struct RowHash
{
  RowHashKind kind;
  Column *columns;
  size_t n_columns;
  uint8_t *names; /* of all columns */
  size_t fixed;   /* what a row takes beside the text of its values, at most */
  uint8_t *row;   /* one call of the hash per row beats one per column */
  size_t size;
};

static size_t
chunks_of (const HashedColumn *column)
{
  return (LENGTH + strlen (column->name) + CHUNK - 1) / CHUNK * CHUNK;
}

RowHash *
row_hash_new (const HashedColumn *columns, size_t count, RowHashKind kind)
{
  RowHash *hash = g_new0 (RowHash, 1);
  size_t all = 0;
  for (size_t i = 0; i < count; i++)
    all += chunks_of (&columns[i]);
  uint8_t *name = hash->names = g_malloc0 (all + 1);
  hash->kind = kind;
  hash->columns = g_new0 (Column, count + 1);
  hash->n_columns = count;
  hash->fixed = 1 + all + count * (LENGTH + TYPE_ROOM);
  for (size_t i = 0; i < count; name += chunks_of (&columns[i++]))
    {
      const HashedColumn *of = &columns[i];
      g_assert (i == 0 || strcmp (of[-1].name, of->name) < 0);
      size_t length = strlen (of->name);
      hash->columns[i] = (Column) { of->cell, name, LENGTH + length, of->type, of->empty_is_null };
      put_bytes (put_int32 (name, (int32_t) length), of->name, length);
    }
  return hash;
}

void
row_hash_free (RowHash *hash)
{
  if (hash == NULL)
    return;
  g_free (hash->names);
  g_free (hash->columns);
  g_free (hash->row);
  g_free (hash);
}

static inline uint8_t *
put_name (uint8_t *at, const Column *column)
{
  memcpy (at, column->name, CHUNK);
  for (size_t i = CHUNK; i < column->length; i += CHUNK)
    memcpy (at + i, column->name + i, CHUNK);
  return at + column->length;
}

static inline bool
counts (const Column *column)
{
  return !column->cell->null && !(column->empty_is_null && column->cell->value.length == 0);
}

/* All that is hashed of the row; returns the end. */
static uint8_t *
put_columns (const RowHash *hash, uint8_t *end)
{
  const Column *column = hash->columns, *last = column + hash->n_columns;
  if (hash->kind != ROW_HASH_BAG)
    end = put_byte (end, hash->kind == ROW_HASH_DATED ? DATED_RULE : KEYED_RULE);
  for (; column < last; column++)
    if (counts (column))
      {
        uint8_t *at = put_name (end, column);
        end = type_put_canonical (column->type, &column->cell->value, at + LENGTH);
        put_int32 (at, (int32_t) (end - at - (ptrdiff_t) LENGTH));
      }
  return end;
}

void
row_hash_make (RowHash *hash, size_t length, Uid *ret_hash)
{
  if (hash->size < hash->fixed + length)
    {
      hash->size = hash->fixed + length + hash->size;
      hash->row = g_realloc (hash->row, hash->size);
    }
  const uint8_t *end = put_columns (hash, hash->row);
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash (&canonical, XXH3_128bits (hash->row, (size_t) (end - hash->row)));
  G_STATIC_ASSERT (sizeof canonical.digest == sizeof ret_hash->bytes);
  memcpy (ret_hash->bytes, canonical.digest, sizeof ret_hash->bytes);
}
