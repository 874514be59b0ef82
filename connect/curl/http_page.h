/* The rows of an answer: where they are in it, and that it is JSON at all. Pure. */
#ifndef WEIR_CONNECT_CURL_HTTP_PAGE_H
#define WEIR_CONNECT_CURL_HTTP_PAGE_H

#include "connect/curl/http_pages.h"
#include "connect/curl/http_session.h"

/* Whether it is read as a JSON value a line. */
bool http_page_is_lines (const HttpSource *source, const HttpReply *reply);

/* "take" gets each row; false ends it. page: all but "url" and "link" is set. is_later: a page before it was right, so that what is wrong may pass. */
bool http_page_read (const HttpSource *source, const HttpReply *reply, const char *what, bool is_later,
                     bool (*take) (Slice row, void *data, GError **error), void *data, HttpPage *ret_page, GError **error);

#endif
