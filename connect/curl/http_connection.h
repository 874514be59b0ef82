/* A connection of type "http" as weir.json has it (docs/http.md). All that is wrong is a mistake (connect_mistake). */
#ifndef WEIR_CONNECT_CURL_HTTP_CONNECTION_H
#define WEIR_CONNECT_CURL_HTTP_CONNECTION_H

#include "connect/connector.h"
#include "connect/curl/http_url.h"

typedef enum
{
  HTTP_AUTH_NONE,
  HTTP_AUTH_BASIC,
  HTTP_AUTH_BEARER,
  HTTP_AUTH_HEADER,
  HTTP_AUTH_OAUTH2,
} HttpAuthKind;

/* Texts are borrowed from the request. */
typedef struct
{
  HttpAuthKind kind;
  const char *user, *password;                                                             /* basic */
  const char *token;                                                                       /* bearer; the value of a header */
  const char *name;                                                                        /* of a header */
  Url *token_url;                                                                          /* oauth2; owned */
  const char *client_id, *client_secret, *scope, *audience, *refresh_token, *refresh_file; /* of the last two one, or none */
  bool in_body; /* client_id and client_secret are sent in the body, not by Basic */
} HttpAuth;

typedef struct
{
  Url *base; /* owned */
  const char *ca_file;
  const Json *headers; /* NULL: none */
  const Json *streams; /* NULL: none */
  HttpAuth auth;
  int64_t most_pages, most_page_bytes, most_bytes;
} HttpConnection;

/* True where nothing is wrong with it. */
bool http_connection_read (const Json *json, HttpConnection *ret_connection);
void http_connection_clear (HttpConnection *connection);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HttpConnection, http_connection_clear)

/* Headers that a person may say: an object of texts. Mistakes are told at "path". */
void http_check_headers (const Json *headers, const char *path);

/* The member as a JSON path of the configuration, "connection.auth.type". Owned by the caller. */
char *http_place (const char *path, const char *name);

#endif
