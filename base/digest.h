/* Digests, all by OpenSSL: SHA-256 of a stream, and the 16-byte digests that keys are made of. */
#ifndef WEIR_BASE_DIGEST_H
#define WEIR_BASE_DIGEST_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

#define SHA256_HEX_SIZE 65 /* 64 hexadecimal digits and the NUL */

/* SHA-256 (FIPS 180-4) of bytes that come in pieces. */
typedef struct Sha256 Sha256;
Sha256 *sha256_new (void);
void sha256_reset (Sha256 *sha);
void sha256_update (Sha256 *sha, const void *bytes, size_t length);
void sha256_finish (Sha256 *sha, char hex[SHA256_HEX_SIZE]); /* lower-case; call sha256_reset to go on */
void sha256_free (Sha256 *sha);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sha256, sha256_free)

/* SHA-256 of a buffer. */
void sha256_bytes (const void *bytes, size_t length, char hex[SHA256_HEX_SIZE]);

/* HMAC-SHA-256 (RFC 2104) with one secret over many messages; nothing is allocated per message. */
typedef struct Hmac Hmac;
Hmac *hmac_new (const void *secret, size_t length);
void hmac_digest (Hmac *hmac, const void *bytes, size_t length, uint8_t digest[32]);
void hmac_free (Hmac *hmac);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Hmac, hmac_free)

/* MD5 (RFC 1321) over many messages: for keys that must equal PostgreSQL's md5 (x)::uuid, never for security. */
typedef struct Md5 Md5;
Md5 *md5_new (void);
void md5_digest (Md5 *md5, const void *bytes, size_t length, uint8_t digest[16]);
void md5_free (Md5 *md5);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Md5, md5_free)

/* Fills "bytes" from the kernel's random generator. */
void random_bytes (void *bytes, size_t length);

#endif
