/* Requests to one HTTP server: who we are, what is tried again, and which answers are none (docs/http.md).
 *
 *   g_autoptr (HttpSession) session = http_session_new (&connection, request);
 *   g_auto (HttpReply) reply = { 0 };
 *   if (!http_session_fetch (session, &(HttpCall) { .url = url, .what = "orders" }, &reply, error)) ...
 *
 * What may pass (no connection, 429, 5xx, an answer that was cut) is tried again within the time, after what Retry-After asks for. A redirect is followed to the same origin alone.
 * No message has a query, a header or a secret in it. */
#ifndef WEIR_CONNECT_CURL_HTTP_SESSION_H
#define WEIR_CONNECT_CURL_HTTP_SESSION_H

#include "connect/connector.h"
#include "connect/curl/http_connection.h"

typedef struct HttpSession HttpSession;

/* Both are borrowed. */
HttpSession *http_session_new (const HttpConnection *connection, const Request *request);
void http_session_free (HttpSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HttpSession, http_session_free)

/* Borrowed. */
typedef struct
{
  Url *url;
  const char *const *headers; /* "Name: value", ends with NULL; NULL: those of the connection alone */
  const char *body;           /* JSON, for POST; NULL: GET */
  const char *what;           /* for messages: "page 3 of orders" */
  bool is_later;              /* one before it went well: what is wrong with this one may pass */
  const char *missing_hint;   /* what to do about a 404; may be NULL */
} HttpCall;

/* Owned: http_reply_clear. */
typedef struct
{
  long status; /* 2xx, or one that is let through */
  GString *body;
  char *type, *link; /* Content-Type and Link; NULL: not there */
  int64_t date;      /* Date, microseconds since 1970; 0: not there */
  char *packed;      /* Content-Encoding, where it is one that we cannot unpack; NULL: none */
  bool has_no_end;   /* neither its length nor its end was said: cut, it would look the same */
  Url *url;          /* where it came from at last */
} HttpReply;
void http_reply_clear (HttpReply *reply);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HttpReply, http_reply_clear)

/* lets_through: a status that is no error here, as 404; 0: none. */
bool http_session_fetch (HttpSession *session, const HttpCall *call, long lets_through, HttpReply *ret_reply, GError **error);

#endif
