#include "pipeline/layout/forgotten.h"

#include "base/digest.h"

#include <string.h>

/* ---- the key of the marks ---- */

#define SALT_SIZE 16
#define PROOF_SIZE 8

typedef struct
{
  uint8_t salt[SALT_SIZE];
  uint8_t wrapped[FORGET_KEY_SIZE];
  uint8_t proof[PROOF_SIZE];
} Kept;

G_STATIC_ASSERT (sizeof (Kept) == SALT_SIZE + FORGET_KEY_SIZE + PROOF_SIZE);

static void
make_pad (const void *secret, size_t length, const uint8_t salt[SALT_SIZE], uint8_t pad[FORGET_KEY_SIZE])
{
  static const char label[] = "weir forget key";
  uint8_t message[sizeof label - 1 + SALT_SIZE];
  memcpy (message, label, sizeof label - 1);
  memcpy (message + sizeof label - 1, salt, SALT_SIZE);
  g_autoptr (Hmac) hmac = hmac_new (secret, length);
  hmac_digest (hmac, message, sizeof message, pad);
}

/* Says of a key whether it is the one that was wrapped, and nothing else. */
static void
make_proof (const uint8_t key[FORGET_KEY_SIZE], uint8_t proof[PROOF_SIZE])
{
  static const char message[] = "weir forget key proof";
  uint8_t digest[32];
  g_autoptr (Hmac) hmac = hmac_new (key, FORGET_KEY_SIZE);
  hmac_digest (hmac, message, sizeof message - 1, digest);
  memcpy (proof, digest, PROOF_SIZE);
}

static void
exchange (uint8_t *bytes, const uint8_t *pad)
{
  for (size_t i = 0; i < FORGET_KEY_SIZE; i++)
    bytes[i] ^= pad[i];
}

char *
forget_key_wrap (const uint8_t key[FORGET_KEY_SIZE], const void *secret, size_t length)
{
  Kept kept;
  uint8_t pad[FORGET_KEY_SIZE];
  random_bytes (kept.salt, sizeof kept.salt);
  make_pad (secret, length, kept.salt, pad);
  memcpy (kept.wrapped, key, sizeof kept.wrapped);
  exchange (kept.wrapped, pad);
  make_proof (key, kept.proof);
  GString *text = g_string_sized_new (2 * sizeof kept);
  for (size_t i = 0; i < sizeof kept; i++)
    g_string_append_printf (text, "%02x", ((const uint8_t *) &kept)[i]);
  return g_string_free (text, FALSE);
}

static bool
read_kept (const char *text, Kept *kept)
{
  if (strlen (text) != 2 * sizeof *kept)
    return false;
  for (size_t i = 0; i < sizeof *kept; i++)
    {
      int high = g_ascii_xdigit_value (text[2 * i]), low = g_ascii_xdigit_value (text[2 * i + 1]);
      if (high < 0 || low < 0)
        return false;
      ((uint8_t *) kept)[i] = (uint8_t) (high * 16 + low);
    }
  return true;
}

bool
forget_key_unwrap (const char *wrapped, const void *secret, size_t length, uint8_t ret_key[FORGET_KEY_SIZE])
{
  Kept kept;
  uint8_t pad[FORGET_KEY_SIZE], proof[PROOF_SIZE];
  if (!read_kept (wrapped, &kept))
    return false;
  make_pad (secret, length, kept.salt, pad);
  exchange (kept.wrapped, pad);
  make_proof (kept.wrapped, proof);
  memcpy (ret_key, kept.wrapped, FORGET_KEY_SIZE);
  return memcmp (proof, kept.proof, sizeof proof) == 0;
}

/* ---- marks ---- */

struct Forgotten
{
  Hmac *hmac;
  GHashTable *marks; /* of Uid */
};

static guint
hash_mark (gconstpointer mark)
{
  guint hash; /* they are hashes, which spread by themselves */
  memcpy (&hash, mark, sizeof hash);
  return hash;
}

static gboolean
is_same_mark (gconstpointer a, gconstpointer b)
{
  return uid_equal (*(const Uid *) a, *(const Uid *) b);
}

Forgotten *
forgotten_new (const uint8_t key[FORGET_KEY_SIZE], const char *table)
{
  uint8_t own[32];
  g_autofree char *message = g_strconcat ("weir table ", table, NULL);
  g_autoptr (Hmac) hmac = hmac_new (key, FORGET_KEY_SIZE);
  hmac_digest (hmac, message, strlen (message), own);
  Forgotten *forgotten = g_new0 (Forgotten, 1);
  forgotten->hmac = hmac_new (own, sizeof own);
  forgotten->marks = g_hash_table_new_full (hash_mark, is_same_mark, g_free, NULL);
  return forgotten;
}

void
forgotten_free (Forgotten *forgotten)
{
  if (forgotten == NULL)
    return;
  hmac_free (forgotten->hmac);
  g_hash_table_unref (forgotten->marks);
  g_free (forgotten);
}

void
forgotten_add (Forgotten *forgotten, Uid mark)
{
  g_hash_table_add (forgotten->marks, g_memdup2 (&mark, sizeof mark));
}

Uid
forgotten_mark (const Forgotten *forgotten, const char *text, size_t length)
{
  Uid mark;
  uint8_t digest[32];
  hmac_digest (forgotten->hmac, text, length, digest);
  memcpy (mark.bytes, digest, sizeof mark.bytes);
  return mark;
}

bool
forgotten_has (const Forgotten *forgotten, const char *text, size_t length)
{
  Uid mark = forgotten_mark (forgotten, text, length);
  return g_hash_table_contains (forgotten->marks, &mark);
}

/* ---- of several tables ---- */

struct Tombstones
{
  uint8_t key[FORGET_KEY_SIZE];
  GHashTable *tables; /* of Forgotten, by name */
};

Tombstones *
tombstones_new (const uint8_t key[FORGET_KEY_SIZE])
{
  Tombstones *tombstones = g_new0 (Tombstones, 1);
  memcpy (tombstones->key, key, FORGET_KEY_SIZE);
  tombstones->tables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) forgotten_free);
  return tombstones;
}

void
tombstones_free (Tombstones *tombstones)
{
  if (tombstones == NULL)
    return;
  g_hash_table_unref (tombstones->tables);
  g_free (tombstones);
}

Forgotten *
tombstones_of (Tombstones *tombstones, const char *table)
{
  Forgotten *forgotten = g_hash_table_lookup (tombstones->tables, table);
  if (forgotten == NULL)
    {
      forgotten = forgotten_new (tombstones->key, table);
      g_hash_table_insert (tombstones->tables, g_strdup (table), forgotten);
    }
  return forgotten;
}

const Forgotten *
tombstones_find (const Tombstones *tombstones, const char *table)
{
  return tombstones == NULL ? NULL : g_hash_table_lookup (tombstones->tables, table);
}
