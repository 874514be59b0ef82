/* What a request says of a delivery. */
#ifndef WEIR_CONNECT_CURL_DELIVERED_H
#define WEIR_CONNECT_CURL_DELIVERED_H

#include "connect/connector.h"
#include "connect/curl/paths.h"

/* Table, run, job and time. The time is the delivery's own ("on"), which is the same each time it is tried; else it is now. Borrowed. */
PathFacts delivered_facts (const Request *request);

/* Eight letters that are another for each member of "deliver", and each step that is delivered, of one run; the same when it is tried again, also where somebody
 * has mended the member in between. Owned by the caller. */
char *delivered_mark (const Request *request);

/* How many rows it has. */
int64_t delivered_rows (const Request *request);

#endif
