/* The signature of the Standard Webhooks specification 1.0 (standardwebhooks.com), and a webhook's URL, which is as secret as a password. Pure. */
#ifndef WEIR_BASE_WEBHOOK_H
#define WEIR_BASE_WEBHOOK_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/* The value of webhook-signature: "v1," and the base64 of an HMAC-SHA-256 over  ID.TIMESTAMP.BODY . The key is what "whsec_" and base64 stand for,
 * any other secret as it is. timestamp: seconds since 1970. Owned by the caller. */
char *webhook_signature (const char *secret, const char *id, int64_t timestamp, const char *body, size_t length);

/* Servers that know no such address like to say which one: each part of the URL's path and query that is long enough to be a secret becomes "***" in what was said, as it is sent and as it is
 * meant. Before it is cut: half a secret would not be found. */
void webhook_hide_url (GString *said, const char *url);

#endif
