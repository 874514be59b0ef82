/* A connector that a command asks while somebody waits: what it says goes to stderr, Ctrl-C ends it. */
#ifndef WEIR_SRC_REPORT_ASKED_H
#define WEIR_SRC_REPORT_ASKED_H

#include "src/connectors/connecting.h"
#include "src/jobs/job.h"

typedef struct
{
  const Settings *settings;
  int stop_fd;          /* loader_open_stop; -1: none */
  int64_t most_seconds; /* of one call */
} Asking;

/* Calls the connection's connector with "request" (NULL: nothing beside the connection), resolved before. False: it could not be called. Release *ret with
 * connected_clear. */
bool ask_connector (const Asking *asking, const char *connection, const char *verb, const Json *request, Connected *ret,
                    GError **error);

#endif
