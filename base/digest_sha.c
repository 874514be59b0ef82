/* SHA-256 of streams, and HMAC-SHA-256 for millions of short messages with one secret.
 *
 * By OpenSSL's functions that ask no provider. They are deprecated since OpenSSL 3.0, and this is the one file that uses them: EVP, which ends
 * in them, first reads openssl.cnf, sets up the providers and names all that they have, once a process, for a millisecond. A command that
 * loads a hundred rows makes some twenty digests.
 *
 * Half of an HMAC's work is the same for every message: the two blocks that the padded keys are. They are hashed once, and each message
 * begins with the eight words of the state behind them; the outer message's last block, but for the inner digest, is padded once, too. EVP
 * can copy such a state, but allocates for it, and asks its providers at each step; of a key of 30 bytes that is 10,100 instructions with a
 * context that is begun anew, 5,700 with one that is copied, 6,300 by EVP_MAC. SHA256_Transform by itself is 4,190, of which 4,080 are
 * SHA-256. Blocks are padded as FIPS 180-4, 5.1.1 says. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/bytes.h"
#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

enum
{
  BLOCK = SHA256_CBLOCK,         /* 64 bytes */
  LENGTH_AT = BLOCK - 8,         /* where a message's last block has its length in bits */
  OUTER_BITS = 8 * (BLOCK + 32), /* of the outer message: the padded key and a digest */
  WORDS = SHA256_DIGEST_LENGTH / 4,
};

struct Sha256
{
  SHA256_CTX state;
};

Sha256 *
sha256_new (void)
{
  Sha256 *sha = g_new (Sha256, 1);
  sha256_reset (sha);
  return sha;
}

void
sha256_reset (Sha256 *sha)
{
  SHA256_Init (&sha->state);
}

void
sha256_update (Sha256 *sha, const void *bytes, size_t length)
{
  SHA256_Update (&sha->state, bytes, length);
}

void
sha256_finish (Sha256 *sha, char hex[SHA256_HEX_SIZE])
{
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA256_Final (digest, &sha->state);
  for (size_t i = 0; i < sizeof digest; i++)
    {
      hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
      hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
  hex[2 * sizeof digest] = '\0';
}

void
sha256_free (Sha256 *sha)
{
  g_free (sha);
}

void
sha256_bytes (const void *bytes, size_t length, char hex[SHA256_HEX_SIZE])
{
  g_autoptr (Sha256) sha = sha256_new ();
  sha256_update (sha, bytes, length);
  sha256_finish (sha, hex);
}

struct Hmac
{
  SHA_LONG inner[WORDS], outer[WORDS]; /* the states behind the padded keys */
  uint8_t outer_rest[BLOCK];           /* what the outer message has behind its key: the inner digest, and the same bytes always */
  SHA256_CTX state;                    /* of the message under way; of its members SHA256_Transform knows "h" alone */
};

static void
begin (SHA256_CTX *state, const uint8_t key[BLOCK], uint8_t pad, SHA_LONG ret_words[WORDS])
{
  uint8_t block[BLOCK];
  for (size_t i = 0; i < sizeof block; i++)
    block[i] = key[i] ^ pad;
  SHA256_Init (state);
  SHA256_Transform (state, block);
  memcpy (ret_words, state->h, sizeof state->h);
  OPENSSL_cleanse (block, sizeof block);
}

/* The end of a message's last block; "bits" is the length of all of it. */
static void
put_length (uint8_t block[BLOCK], uint64_t bits)
{
  put_int64 (block + LENGTH_AT, (int64_t) bits);
}

Hmac *
hmac_new (const void *secret, size_t length)
{
  uint8_t key[BLOCK] = { 0 };
  Hmac *hmac = g_new0 (Hmac, 1);
  if (length > sizeof key)
    {
      SHA256_Init (&hmac->state);
      SHA256_Update (&hmac->state, secret, length);
      SHA256_Final (key, &hmac->state);
    }
  else
    put_bytes (key, secret, length);
  begin (&hmac->state, key, 0x36, hmac->inner);
  begin (&hmac->state, key, 0x5c, hmac->outer);
  hmac->outer_rest[SHA256_DIGEST_LENGTH] = 0x80;
  put_length (hmac->outer_rest, OUTER_BITS);
  OPENSSL_cleanse (key, sizeof key);
  return hmac;
}

/* What is left of a message, less than a block. */
static void
finish (SHA256_CTX *state, const uint8_t *rest, size_t length, uint64_t bits)
{
  uint8_t block[BLOCK] = { 0 };
  *put_short (block, rest, length) = 0x80;
  if (length >= LENGTH_AT)
    {
      SHA256_Transform (state, block);
      memset (block, 0, sizeof block);
    }
  put_length (block, bits);
  SHA256_Transform (state, block);
}

static void
put_digest (uint8_t *at, const SHA256_CTX *state)
{
  for (size_t i = 0; i < WORDS; i++)
    at = put_int32 (at, (int32_t) state->h[i]);
}

void
hmac_digest (Hmac *hmac, const void *bytes, size_t length, uint8_t digest[32])
{
  const uint8_t *at = bytes;
  size_t left = length;
  SHA256_CTX *state = &hmac->state;
  memcpy (state->h, hmac->inner, sizeof state->h);
  for (; left >= BLOCK; left -= BLOCK, at += BLOCK)
    SHA256_Transform (state, at);
  finish (state, at, left, 8 * (BLOCK + (uint64_t) length));
  put_digest (hmac->outer_rest, state);
  memcpy (state->h, hmac->outer, sizeof state->h);
  SHA256_Transform (state, hmac->outer_rest);
  put_digest (digest, state);
}

void
hmac_free (Hmac *hmac)
{
  if (hmac == NULL)
    return;
  OPENSSL_cleanse (hmac, sizeof *hmac);
  g_free (hmac);
}
