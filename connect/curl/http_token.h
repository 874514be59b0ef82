/* OAuth 2.0 access tokens (RFC 6749): client credentials (4.4), or a refresh token (6). They live as long as the process. */
#ifndef WEIR_CONNECT_CURL_HTTP_TOKEN_H
#define WEIR_CONNECT_CURL_HTTP_TOKEN_H

#include "base/redaction.h"
#include "connect/curl/http_connection.h"
#include "connect/curl/http_exchange.h"

typedef struct
{
  char *access;  /* NULL: none yet */
  char *refresh; /* one that came in the place of the connection's; NULL: none did */
  int64_t until; /* monotonic microseconds; 0: nobody said */
} HttpToken;
void http_token_clear (HttpToken *token);

/* Whether there is one that is not about to expire. */
bool http_token_is_good (const HttpToken *token);

/* What stands behind "Basic" in a header. Owned by the caller. */
char *http_token_basic (const char *user, const char *password);

/* The request for a new one: body and headers (ends with NULL). Owned by the caller. */
char *http_token_body (const HttpAuth *auth, const HttpToken *token);
GStrv http_token_headers (const HttpAuth *auth);

/* Takes what the token server answered. Errors: CREDENTIALS where it refuses, TRANSIENT, CONFIGURATION. What it says is shown but for "error_description" and
 * secrets, and no token. */
bool http_token_take (const Exchanged *exchanged, const Redaction *secrets, HttpToken *token, GError **error);

#endif
