/* Which page comes after which. One page is no unit, for pages shift while they are read; all of a window are. Pure.
 *
 *   http_pages_begin (&pages, &source->paging);
 *   do ... while (http_pages_turn (&pages, &page, &has_next, error) && has_next);
 */
#ifndef WEIR_CONNECT_CURL_HTTP_PAGES_H
#define WEIR_CONNECT_CURL_HTTP_PAGES_H

#include "base/digest.h"
#include "connect/curl/http_source.h"
#include "connect/curl/http_url.h"

typedef struct
{
  const HttpPaging *paging; /* borrowed */
  int64_t page;             /* from 1 */
  int64_t number;           /* of NUMBER and OFFSET: of the next request */
  char *cursor;             /* of CURSOR; NULL: the first request; owned, as what follows */
  bool cursor_is_number;
  bool
      is_lacking; /* of NEXT and CURSOR: the last page had nothing where it says what comes next, not even null, nor did it say that nothing comes */
  Url *next;                    /* of NEXT and HEADER; NULL: the first request */
  GHashTable *seen;             /* links and cursors */
  char digest[SHA256_HEX_SIZE]; /* of the rows of the page before */
} HttpPages;

void http_pages_begin (HttpPages *pages, const HttpPaging *paging);
void http_pages_clear (HttpPages *pages);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HttpPages, http_pages_clear)

/* A page that came. Borrowed. */
typedef struct
{
  Slice root;       /* not there: lines */
  Slice rows;       /* where its rows are */
  int64_t n;        /* how many */
  Url *url;         /* where it came from */
  const char *link; /* its Link header; NULL: none */
} HttpPage;

/* CONFIGURATION where the pages go in a circle, or lead to another server. */
bool http_pages_turn (HttpPages *pages, const HttpPage *page, bool *ret_has_next, GError **error);

#endif
