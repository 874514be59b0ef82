/* The signature of the Standard Webhooks specification 1.0 (standardwebhooks.com). Pure. */
#ifndef WEIR_BASE_WEBHOOK_H
#define WEIR_BASE_WEBHOOK_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/* The value of webhook-signature: "v1," and the base64 of an HMAC-SHA-256 over  ID.TIMESTAMP.BODY . The key is what "whsec_" and base64 stand for,
 * any other secret as it is. timestamp: seconds since 1970. Owned by the caller. */
char *webhook_signature (const char *secret, const char *id, int64_t timestamp, const char *body, size_t length);

#endif
