/* An HTTP API of the test's own on the loopback: api_server.py, whose head says which rules there are. It ends with the test.
 *
 *   Api *api = api_start (folder, NULL);
 *   api_rules (api, "[{'path': '/v2/orders', 'json': [{'id': 1}]}]");       ' stands for "
 *   ...
 *   g_autoptr (Json) log = api_log (api);
 */
#ifndef WEIR_TESTS_SUPPORT_API_H
#define WEIR_TESTS_SUPPORT_API_H

#include "base/json.h"

#include <sys/types.h>

typedef struct
{
  pid_t process;
  int port;
} Api;

/* pem: certificate and key in one file: it speaks TLS then, and can be told nothing more (rules: those of "rules.json" in the folder); NULL: it does not. */
Api *api_start (const char *folder, const char *pem);
void api_stop (Api *api);

void api_rules (const Api *api, const char *rules);

/* All requests since: an array of objects. A new reference. */
Json *api_log (const Api *api);

/* Their targets ("/v2/orders?page=2"), a line each. Owned by the caller. */
char *api_targets (const Api *api);

/* JSON in which ' stands for ". A new reference; what is none fails the test. */
Json *json_of (const char *text);

#endif
