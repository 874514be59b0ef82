/* What the two halves of transfer.h know of each other: transfer.c tells libcurl what is wanted, transfer_asked.c answers what it asks meanwhile. The only place of libcurl's header. */
#ifndef WEIR_CONNECT_CURL_TRANSFER_PRIVATE_H
#define WEIR_CONNECT_CURL_TRANSFER_PRIVATE_H

#include "connect/curl/transfer.h"

#include <curl/curl.h>

struct Transfer
{
  CURL *curl;
  bool sent_auth; /* of SMTP, in the connection at hand */
  /* Of the request at hand. */
  const TransferRequest *request;
  TransferResult *result;
  bool to_recipient;  /* of SMTP: the last command was RCPT */
  bool reply_goes_on; /* of SMTP: the last line of the server's reply was not its last */
  int64_t quiet_from; /* monotonic: nothing moves since then; while it connects that is still to come */
  curl_off_t moved;
  bool was_quiet; /* for too long */
  char problem[CURL_ERROR_SIZE];
};

/* As the request says, or the usual ones. */
int64_t transfer_still_seconds (const TransferRequest *request);
int64_t transfer_connect_seconds (const TransferRequest *request);

/* As libcurl wants them; "data" is the Transfer. */
size_t transfer_on_send (char *room, size_t size, size_t count, void *data);
size_t transfer_on_take (char *bytes, size_t size, size_t count, void *data);
size_t transfer_on_header (char *bytes, size_t size, size_t count, void *data);
int transfer_on_progress (void *data, curl_off_t down, curl_off_t down_now, curl_off_t up, curl_off_t up_now);
int transfer_on_talk (CURL *curl, curl_infotype type, char *bytes, size_t length, void *data);
int transfer_on_host_key (void *data, int type, const char *key, size_t length);
int transfer_on_known_key (CURL *curl, const struct curl_khkey *known, const struct curl_khkey *found, enum curl_khmatch match,
                           void *data);

#endif
