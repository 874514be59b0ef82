/* The courier of alerts: `weir notify --deliver`, which `weir watch` starts beside its workers. It looks at the ledger every two seconds with a
 * connection of its own, makes alerts of the runs that ended, and sends them: one message at a time to each target, all targets side by side, so
 * that one that hangs keeps nobody waiting. Loads know nothing of it.
 *
 * A message is "sending" in the ledger before it is sent, and "sent" when the other side has said so. Whatever is killed in between, it goes once
 * more under the same id. While the database is away, what is to be said of that is in a file (away.h). */
#ifndef WEIR_SRC_NOTIFY_COURIER_H
#define WEIR_SRC_NOTIFY_COURIER_H

#include "base/log.h"
#include "src/settings/settings.h"

typedef struct
{
  bool once; /* what there is now, without waiting for more of its kind; else until stdin ends, or SIGTERM */
  void (*say) (LogLevel level, const char *text, void *data); /* one event, for people */
  void *data;
} CourierOptions;

/* *ret_undelivered: targets that did not take what was there. Errors: RETRY with "once" and a database that is away; otherwise that is no error. */
bool courier_run (const Settings *settings, const CourierOptions *options, unsigned *ret_undelivered, GError **error);

#endif
