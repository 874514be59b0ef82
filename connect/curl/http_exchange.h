/* One HTTP request and its answer, whatever it is, by transfer.h: no second try, no judgement. */
#ifndef WEIR_CONNECT_CURL_HTTP_EXCHANGE_H
#define WEIR_CONNECT_CURL_HTTP_EXCHANGE_H

#include "connect/curl/http_session.h"
#include "connect/curl/transfer.h"

/* Borrowed. */
typedef struct
{
  Url *url;
  const char *const *headers; /* "Name: value", ends with NULL */
  const char *body;           /* NULL: GET */
  const char *ca_file;
  int64_t most_bytes, seconds;
  bool is_finished; /* also when we are asked to end */
} Exchange;

/* What came. */
typedef struct
{
  TransferResult result;
  HttpReply reply; /* "url" is not set */
  char *location;  /* NULL: not there */
  bool is_too_large;
} Exchanged;
void exchanged_clear (Exchanged *exchanged);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Exchanged, exchanged_clear)

void http_exchange (Transfer *transfer, const Exchange *exchange, Exchanged *ret);

#endif
