/* The types of connections of weir-connect-curl: a row each in main.c, with the functions of its verbs (connect/connector.h). NULL: it cannot do that. */
#ifndef WEIR_CONNECT_CURL_KINDS_H
#define WEIR_CONNECT_CURL_KINDS_H

#include "connect/connector.h"

typedef struct
{
  const char *type; /* of the connection */
  bool (*check) (const Request *request, GError **error);
  bool (*discover) (const Request *request, GError **error);
  bool (*read) (const Request *request, Done *done, GError **error);
  bool (*write) (const Request *request, Done *done, GError **error);
} Kind;

extern const Kind kind_sftp, kind_share; /* sftp.c, share.c; docs/files.md */
extern const Kind kind_smtp;             /* smtp.c */
extern const Kind kind_webhook;          /* webhook.c */
extern const Kind kind_http;             /* http.c; docs/http.md */

#endif
