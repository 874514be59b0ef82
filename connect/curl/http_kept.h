/* A refresh token that is kept in a file, for token servers that give another one at each use and take the old one no more (RFC 6749, section 6).
 *
 *   g_auto (HttpKept) kept = HTTP_KEPT_NONE;
 *   if (!http_kept_take (path, &kept, error)) ...      waits for whoever else is using it; then kept.token is the last one
 *   ... it is used ...
 *   if (!http_kept_put (&kept, another, error)) ...    durable before it returns
 *
 * The file is of mode 0600 and replaced as a whole; it keeps its owner where root uses it. Beside it is .NAME.lock, which two pulls of one connection take in turns. */
#ifndef WEIR_CONNECT_CURL_HTTP_KEPT_H
#define WEIR_CONNECT_CURL_HTTP_KEPT_H

#include <glib.h>
#include <stdbool.h>

typedef struct
{
  char *path, *token; /* owned */
  int lock;           /* held while it is open */
} HttpKept;

#define HTTP_KEPT_NONE                                                                                                             \
  {                                                                                                                                \
    .lock = -1                                                                                                                     \
  }

void http_kept_clear (HttpKept *kept);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HttpKept, http_kept_clear)

/* What is wrong with the file, as far as one sees before it is used; NULL: nothing. */
const char *http_kept_problem (const char *path);

/* The file is written once before its token is used: one that could not be replaced afterwards is no place for the next. */
bool http_kept_take (const char *path, HttpKept *ret_kept, GError **error);

/* True at once where it is the same. */
bool http_kept_put (const HttpKept *kept, const char *token, GError **error);

#endif
