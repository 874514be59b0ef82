#include "base/digest.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#define SHA256_SIZE 32

/* Digests fail only when memory is short or OpenSSL is broken; GLib ends the process then, and so do we. */
static void
must (int succeeded, const char *call)
{
  if (succeeded != 1)
    g_error ("%s failed in OpenSSL", call);
}

static EVP_MD_CTX *
context_new (const EVP_MD *algorithm)
{
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  must (context != NULL, "EVP_MD_CTX_new");
  must (EVP_DigestInit_ex2 (context, algorithm, NULL), "EVP_DigestInit_ex2");
  return context;
}

/* Makes the context ready for the next message with the same algorithm; allocates nothing. */
static void
context_restart (EVP_MD_CTX *context)
{
  must (EVP_DigestInit_ex2 (context, NULL, NULL), "EVP_DigestInit_ex2");
}

static void
context_update (EVP_MD_CTX *context, const void *bytes, size_t length)
{
  must (EVP_DigestUpdate (context, bytes, length), "EVP_DigestUpdate");
}

static void
context_finish (EVP_MD_CTX *context, uint8_t *digest)
{
  must (EVP_DigestFinal_ex (context, digest, NULL), "EVP_DigestFinal_ex");
}

struct Sha256
{
  EVP_MD_CTX *context;
};

Sha256 *
sha256_new (void)
{
  Sha256 *sha = g_new (Sha256, 1);
  sha->context = context_new (EVP_sha256 ());
  return sha;
}

void
sha256_reset (Sha256 *sha)
{
  context_restart (sha->context);
}

void
sha256_update (Sha256 *sha, const void *bytes, size_t length)
{
  context_update (sha->context, bytes, length);
}

void
sha256_finish (Sha256 *sha, char hex[SHA256_HEX_SIZE])
{
  uint8_t digest[SHA256_SIZE];
  context_finish (sha->context, digest);
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
  if (sha == NULL)
    return;
  EVP_MD_CTX_free (sha->context);
  g_free (sha);
}

void
sha256_bytes (const void *bytes, size_t length, char hex[SHA256_HEX_SIZE])
{
  g_autoptr (Sha256) sha = sha256_new ();
  sha256_update (sha, bytes, length);
  sha256_finish (sha, hex);
}

struct Md5
{
  EVP_MD_CTX *context;
};

Md5 *
md5_new (void)
{
  Md5 *md5 = g_new (Md5, 1);
  md5->context = context_new (EVP_md5 ());
  return md5;
}

void
md5_digest (Md5 *md5, const void *bytes, size_t length, uint8_t digest[16])
{
  context_restart (md5->context);
  context_update (md5->context, bytes, length);
  context_finish (md5->context, digest);
}

void
md5_free (Md5 *md5)
{
  if (md5 == NULL)
    return;
  EVP_MD_CTX_free (md5->context);
  g_free (md5);
}

void
random_bytes (void *bytes, size_t length)
{
  must (RAND_bytes (bytes, (int) length), "RAND_bytes");
}
