/* The request for a page: URL, headers and body of what "from" says, the words of a window, and the place in the pages. Pure. */
#ifndef WEIR_CONNECT_CURL_HTTP_REQUEST_H
#define WEIR_CONNECT_CURL_HTTP_REQUEST_H

#include "connect/curl/http_connection.h"
#include "connect/curl/http_pages.h"
#include "connect/curl/http_words.h"

/* Owned: http_request_clear. */
typedef struct
{
  Url *url;
  GStrv headers;
  char *body; /* NULL: GET */
} HttpRequest;
void http_request_clear (HttpRequest *request);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HttpRequest, http_request_clear)

/* Parameters of the query whose words are not known are left out. */
bool http_request_make (const HttpConnection *connection, const HttpSource *source, const HttpWords *words, const HttpPages *pages,
                        HttpRequest *ret, GError **error);

#endif
