/* SHA-256 of streams, and HMAC-SHA-256 for millions of short messages with one secret.
 *
 * By OpenSSL's functions that ask no provider. They are deprecated since OpenSSL 3.0, and this is the one file that uses them: EVP, which ends
 * in them, first reads openssl.cnf, sets up the providers and names all that they have, once a process, for a millisecond. A command that
 * loads a hundred rows makes some twenty digests.
 *
 * Half of an HMAC's work is the same for every message: the two blocks that the padded keys are. They are hashed once, and each message
 * begins with a copy of the state behind them. EVP can copy such a state, but allocates for it, and asks its providers at each step; of a
 * key of 30 bytes that is 10,100 instructions with a context that is begun anew, 5,700 with one that is copied, 6,300 by EVP_MAC.
 * SHA256_Transform by itself is 4,400, of which 4,200 are SHA-256. Blocks are padded as FIPS 180-4, 5.1.1 says. */
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
  SHA256_CTX inner, outer; /* behind the padded keys */
};

static void
begin (SHA256_CTX *state, const uint8_t key[BLOCK], uint8_t pad)
{
  uint8_t block[BLOCK];
  for (size_t i = 0; i < sizeof block; i++)
    block[i] = key[i] ^ pad;
  SHA256_Init (state);
  SHA256_Transform (state, block);
  OPENSSL_cleanse (block, sizeof block);
}

Hmac *
hmac_new (const void *secret, size_t length)
{
  uint8_t key[BLOCK] = { 0 };
  if (length > sizeof key)
    {
      SHA256_CTX state;
      SHA256_Init (&state);
      SHA256_Update (&state, secret, length);
      SHA256_Final (key, &state);
    }
  else
    put_bytes (key, secret, length);
  Hmac *hmac = g_new (Hmac, 1);
  begin (&hmac->inner, key, 0x36);
  begin (&hmac->outer, key, 0x5c);
  OPENSSL_cleanse (key, sizeof key);
  return hmac;
}

/* What is left of a message, less than a block; "bits" is the length of all of it. */
static void
finish (SHA256_CTX *state, const uint8_t *rest, size_t length, uint64_t bits, uint8_t digest[SHA256_DIGEST_LENGTH])
{
  uint8_t block[BLOCK] = { 0 };
  *put_bytes (block, rest, length) = 0x80;
  if (length >= LENGTH_AT)
    {
      SHA256_Transform (state, block);
      memset (block, 0, sizeof block);
    }
  put_int64 (block + LENGTH_AT, (int64_t) bits);
  SHA256_Transform (state, block);
  for (size_t i = 0; i < WORDS; i++)
    digest = put_int32 (digest, (int32_t) state->h[i]);
}

void
hmac_digest (const Hmac *hmac, const void *bytes, size_t length, uint8_t digest[32])
{
  const uint8_t *at = bytes;
  size_t left = length;
  SHA256_CTX state = hmac->inner;
  for (; left >= BLOCK; left -= BLOCK, at += BLOCK)
    SHA256_Transform (&state, at);
  uint8_t inner[SHA256_DIGEST_LENGTH];
  finish (&state, at, left, 8 * (BLOCK + (uint64_t) length), inner);
  state = hmac->outer;
  finish (&state, inner, sizeof inner, OUTER_BITS, digest);
}

void
hmac_free (Hmac *hmac)
{
  if (hmac == NULL)
    return;
  OPENSSL_cleanse (hmac, sizeof *hmac);
  g_free (hmac);
}
