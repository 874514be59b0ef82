/* A little HTTP client for `weir page`: one request, one connection. Fails the test where nobody listens. */
#ifndef WEIR_TESTS_SUPPORT_HTTP_H
#define WEIR_TESTS_SUPPORT_HTTP_H

#include "weir.h"

typedef struct
{
  int status;    /* 0: the connection was closed without an answer */
  char *headers; /* with the first line */
  char *body;
} Reply;

void reply_free (Reply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reply, reply_free)

/* A connection to the port on 127.0.0.1; the caller's. */
int http_connect (int port);
/* What is sent, as it is; and what comes until the connection is closed. Takes the connection. */
Reply *http_send (int fd, const char *text);

/* "METHOD PATH" with the Host of the port, and more header lines ("" or "Cookie: a\r\n"). body NULL: none. */
Reply *http_ask (int port, const char *method, const char *path, const char *headers, const char *body);

/* GET, and the status must be this one. */
Reply *http_get (int port, int status, const char *path);
Json *reply_json (const Reply *reply);

/* A header's value; NULL: it is not there. Owned by the caller. */
char *reply_header (const Reply *reply, const char *name);

#endif
