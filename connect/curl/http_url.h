/* URLs of HTTP: whether two are one server's, what a link leads to, and how one is made of its parts. Pure. */
#ifndef WEIR_CONNECT_CURL_HTTP_URL_H
#define WEIR_CONNECT_CURL_HTTP_URL_H

#include <glib.h>
#include <stdbool.h>

typedef GUri Url;

/* http or https with a host, and without a user in it. What no URL may have is percent-encoded, so that nobody reads another host out of it than we do.
 * NULL: it is none; *ret_problem says why. Owned: g_uri_unref. */
Url *http_url_parse (const char *text, const char **ret_problem);

/* Where a link of an answer from "from" leads: relative ones, too. An http of the same host and port as an https stays https: servers behind a proxy call themselves so.
 * NULL: it is no URL. */
Url *http_url_follow (Url *from, const char *link, const char **ret_problem);

/* Scheme, host and port are the same. */
bool http_url_is_same_origin (Url *a, Url *b);

/* "https://api.example.org:8080", for messages: a query may have secrets. Owned by the caller. */
char *http_url_origin (Url *url);
/* The same and the path. Owned by the caller. */
char *http_url_plain (Url *url);
/* All of it but the fragment, as it is sent. Owned by the caller. */
char *http_url_text (Url *url);

/* "https://host/v2/" and "orders" are https://host/v2/orders; the query is what is there and "name=value&..." of names and values, in turns, with NULL at the end; encoded here,
 * as is the path but for its slashes. "": the base itself. Owned by the caller. */
char *http_url_build (Url *base, const char *path, const char *const *query);

/* The link with rel="next" of a Link header (RFC 8288). Owned by the caller; NULL: there is none. */
char *http_url_next_of_header (const char *value);

#endif
