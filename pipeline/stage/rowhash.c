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

#define LENGTH sizeof (int32_t)

/* A column's name with its length in front: it stands before each of its values. */
typedef struct
{
  uint8_t *bytes;
  size_t length;
} Name;

struct RowHash
{
  bool keyed;
  Name *names;
  size_t n_names;
  uint8_t *row; /* one call of the hash per row beats one per column */
  size_t length, size;
  size_t next; /* the lowest index that may be added now */
};

RowHash *
row_hash_new (const char *const *names, size_t count, bool keyed)
{
  RowHash *hash = g_new0 (RowHash, 1);
  hash->keyed = keyed;
  hash->names = g_new0 (Name, count + 1);
  hash->n_names = count;
  hash->size = 1024;
  hash->row = g_malloc (hash->size);
  for (size_t i = 0; i < count; i++)
    {
      g_assert (i == 0 || strcmp (names[i - 1], names[i]) < 0);
      size_t length = strlen (names[i]);
      hash->names[i] = (Name) { g_malloc (LENGTH + length), LENGTH + length };
      put_bytes (put_int32 (hash->names[i].bytes, (int32_t) length), names[i], length);
    }
  return hash;
}

void
row_hash_free (RowHash *hash)
{
  if (hash == NULL)
    return;
  for (size_t i = 0; i < hash->n_names; i++)
    g_free (hash->names[i].bytes);
  g_free (hash->names);
  g_free (hash->row);
  g_free (hash);
}

void
row_hash_begin (RowHash *hash)
{
  hash->length = 0;
  if (hash->keyed)
    hash->row[hash->length++] = KEYED_RULE;
  hash->next = 0;
}

static void
make_room (RowHash *hash, size_t room)
{
  if (hash->size - hash->length >= room)
    return;
  hash->size = MAX (2 * hash->size, hash->length + room);
  hash->row = g_realloc (hash->row, hash->size);
}

void
row_hash_add (RowHash *hash, size_t index, const Type *type, const Value *value)
{
  g_assert (index >= hash->next && index < hash->n_names);
  hash->next = index + 1;
  const Name *name = &hash->names[index];
  make_room (hash, name->length + LENGTH + type_room (value));
  uint8_t *at = put_bytes (hash->row + hash->length, name->bytes, name->length);
  uint8_t *end = type->canonical (value, at + LENGTH);
  put_int32 (at, (int32_t) (end - at - (ptrdiff_t) LENGTH));
  hash->length = (size_t) (end - hash->row);
}

void
row_hash_finish (RowHash *hash, Uid *ret_hash)
{
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash (&canonical, XXH3_128bits (hash->row, hash->length));
  G_STATIC_ASSERT (sizeof canonical.digest == sizeof ret_hash->bytes);
  memcpy (ret_hash->bytes, canonical.digest, sizeof ret_hash->bytes);
}
