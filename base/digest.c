#include "base/digest.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

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
