#include "pipeline/stage/rowhash.h"

#include <string.h>
#include <xxhash.h>

/* What is hashed, for each column: the length of its name, the name, the length of the value's canonical bytes, these. Lengths are
 * 32 bits, big endian, so that no two rows are framed alike. Row hashes are kept in the warehouse: never change this for rows
 * without a key, which would all be loaded once more.
 *
 * Of rows with a key this stands in front. Another byte makes every hash that is stored a mere suspicion, so that the next load
 * compares each row by its values and hashes it anew: for when what was stored can be trusted no more. */
#define KEYED_RULE 2 /* the first had no byte, and stayed with rows that were filled with values which it did not cover */

struct RowHash
{
  bool keyed;
  GPtrArray *names; /* of GBytes: a column's name with its length in front */
  GByteArray *row;  /* reused for every row: one call of the hash per row beats one per column */
  size_t next;      /* the lowest index that may be added now */
};

static void
append_length (GByteArray *out, size_t length)
{
  uint32_t big_endian = GUINT32_TO_BE ((uint32_t) length);
  g_byte_array_append (out, (const guint8 *) &big_endian, sizeof big_endian);
}

RowHash *
row_hash_new (const char *const *names, size_t count, bool keyed)
{
  RowHash *hash = g_new0 (RowHash, 1);
  hash->keyed = keyed;
  hash->names = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  hash->row = g_byte_array_new ();
  for (size_t i = 0; i < count; i++)
    {
      g_assert (i == 0 || strcmp (names[i - 1], names[i]) < 0);
      GByteArray *name = g_byte_array_new ();
      append_length (name, strlen (names[i]));
      g_byte_array_append (name, (const guint8 *) names[i], (guint) strlen (names[i]));
      g_ptr_array_add (hash->names, g_byte_array_free_to_bytes (name));
    }
  return hash;
}

void
row_hash_free (RowHash *hash)
{
  if (hash == NULL)
    return;
  g_ptr_array_unref (hash->names);
  g_byte_array_unref (hash->row);
  g_free (hash);
}

void
row_hash_begin (RowHash *hash)
{
  static const guint8 rule = KEYED_RULE;
  g_byte_array_set_size (hash->row, 0);
  if (hash->keyed)
    g_byte_array_append (hash->row, &rule, 1);
  hash->next = 0;
}

void
row_hash_add (RowHash *hash, size_t index, const Type *type, const Value *value)
{
  g_assert (index >= hash->next && index < hash->names->len);
  hash->next = index + 1;
  gsize length;
  const void *name = g_bytes_get_data (g_ptr_array_index (hash->names, index), &length);
  g_byte_array_append (hash->row, name, (guint) length);
  guint place = hash->row->len;
  append_length (hash->row, 0);
  guint start = hash->row->len;
  type->canonical (value, hash->row);
  uint32_t big_endian = GUINT32_TO_BE (hash->row->len - start);
  memcpy (hash->row->data + place, &big_endian, sizeof big_endian);
}

void
row_hash_finish (RowHash *hash, Uid *ret_hash)
{
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash (&canonical, XXH3_128bits (hash->row->data, hash->row->len));
  G_STATIC_ASSERT (sizeof canonical.digest == sizeof ret_hash->bytes);
  memcpy (ret_hash->bytes, canonical.digest, sizeof ret_hash->bytes);
}
