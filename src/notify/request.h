/* What is sent to a target: the request of weir-deliver, or the stdin of a command. Pure, but for the secrets that it reads. */
#ifndef WEIR_SRC_NOTIFY_REQUEST_H
#define WEIR_SRC_NOTIFY_REQUEST_H

#include "src/notify/alert_text.h"
#include "src/settings/settings.h"

typedef struct
{
  int64_t now;     /* seconds since 1970, of the signature */
  int64_t seconds; /* that it may take */
} RequestTime;

/* weir-deliver's one line of input:
 *   {"seconds": 30, "http": {"url", "headers": ["Name: value"], "body", "ca_file"}}
 *   {"seconds": 30, "smtp": {"host", "port", "tls", "user", "password", "from", "to", "message", "name", "ca_file"}}
 * and of a command the JSON body. Owned by the caller; NULL where a secret cannot be read. */
char *request_text (const Settings *settings, const AlertTarget *target, const AlertFacts *facts, RequestTime time, GError **error);

/* The body of "body": "json", which docs/alerts.md has; and that of "slack". Owned by the caller. */
char *request_json_body (const AlertFacts *facts, const AlertText *text, const char *home);
char *request_slack_body (const AlertText *text, const char *home);

/* Whether the secrets and files that the target names can be read. */
bool request_check (const Settings *settings, const AlertTarget *target, GError **error);

#endif
