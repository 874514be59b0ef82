/* Reading an HTTP source: the pieces of its window, all pages of each, one file. */
#ifndef WEIR_CONNECT_CURL_HTTP_READ_H
#define WEIR_CONNECT_CURL_HTTP_READ_H

#include "connect/curl/http_plan.h"
#include "connect/curl/http_rows.h"
#include "connect/curl/http_session.h"

/* All of a request that is read, found well. Owned: http_reader_clear. */
typedef struct
{
  const Request *request;
  HttpConnection connection;
  HttpSource source;
  HttpPlan plan;
  HttpSession *session;
  HttpRows *rows;
  const char *name;     /* for messages; borrowed */
  int64_t date;         /* what the server's clock said when the last piece was begun; 0: nothing */
  int64_t pages, bytes; /* so far */
  bool told_no_end;     /* that nobody knows where answers end */
  bool lacks_next;      /* the only page that was read does not say which one is next */
} HttpReader;

/* "from" and "stream": of the request, or what discover looks at. False with mistakes told, or an error. */
bool http_reader_open (HttpReader *reader, const Request *request, const Json *from, const char *stream, GError **error);
void http_reader_clear (HttpReader *reader);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HttpReader, http_reader_clear)

/* All pages of the plan's next piece, to "rows"; or no more than the first page. *ret_is_piece: there was one. */
bool http_reader_piece (HttpReader *reader, bool first_page_only, bool *ret_is_piece, GError **error);

/* The verb. */
bool http_read (const Request *request, Done *done, GError **error);

#endif
