/* Connections of type "smtp", as they are in weir.json; and how a session ended. */
#ifndef WEIR_CONNECT_CURL_SMTP_H
#define WEIR_CONNECT_CURL_SMTP_H

#include "connect/connector.h"
#include "connect/curl/transfer.h"

typedef struct
{
  char *url, *host;                             /* owned */
  const char *user, *password, *from, *ca_file; /* borrowed */
  bool in_clear;
  int64_t timeout;
} Smtp;

void smtp_clear (Smtp *smtp);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Smtp, smtp_clear)

/* Whatever is wrong is a mistake. */
Smtp smtp_read (const Request *request);

/* The request with what all have that go to this server. Borrowed from it. */
TransferRequest smtp_request (const Smtp *smtp);

/* Of "to": whatever is wrong is a mistake. The body is the text before its words are filled in; a file of it is read. Owned by the caller; NULL: a mistake. */
void smtp_look_at_to (const Json *to);
char *smtp_read_body (const Json *to);
int64_t smtp_attach_limit (const Json *to); /* bytes */

/* What became of one mail. */
typedef enum
{
  MAILED_SENT,
  MAILED_AGAIN,   /* this one, another time */
  MAILED_REFUSED, /* this one, for ever */
  MAILED_NOTHING, /* the server does not let us in: it is no mail's fault */
} Mailed;

/* Pure. The server's reply decides, not libcurl's code: 4xx may pass, 5xx does not. */
Mailed smtp_judge (const TransferResult *result);

/* Of MAILED_NOTHING. Returns false. */
bool smtp_fail (const Smtp *smtp, const TransferResult *result, GError **error);

/* The server's reply as a line for people, or what libcurl said. Owned by the caller. */
char *smtp_said (const TransferResult *result);

#endif
