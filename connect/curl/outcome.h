/* How a transfer ended, as an error of its class: the table of libcurl's codes and of the statuses. */
#ifndef WEIR_CONNECT_CURL_OUTCOME_H
#define WEIR_CONNECT_CURL_OUTCOME_H

#include "connect/connector.h"
#include "connect/curl/transfer.h"

/* Pure. Of libcurl's code, which is not 0. */
ConnectClass outcome_of_code (int code);

/* Pure. Of a status that is no success: 408, 425, 429 and 5xx may pass; 401, 403, 407 are credentials; all others, redirects too, are configuration. */
ConnectClass outcome_of_status (long status);

/* Fails with what libcurl said: "WHAT: TEXT". A transfer that was stopped is transient. Returns false. */
bool outcome_fail (const TransferResult *result, const char *what, GError **error);

/* The same for HTTP, whose status counts, too. "said": the beginning of the answer's body, NULL: nothing. True: 2xx. */
bool outcome_of_http (const TransferResult *result, const char *what, const char *said, GError **error);

#endif
