/* The courier of deliveries: a child for each destination with something to be sent (`weir push --send DESTINATION`), so that one that is away, or slow,
 * keeps nobody waiting. `weir push` is one round of it; `weir push --deliver`, which `weir watch` starts beside its workers, looks at the ledger every two
 * seconds. */
#ifndef WEIR_SRC_PUSH_COURIER_H
#define WEIR_SRC_PUSH_COURIER_H

#include "schema/ledger_delivery.h"
#include "src/settings/settings.h"

typedef struct
{
  const char *program;            /* the path of this weir */
  const char *const *environment; /* of children */
  DeliveryChoice choice;
  bool once; /* what there is now; else until stdin ends, or SIGTERM */
  /* What a child said: {"progress": {"destination", "job", "table", "rows"}}, {"result": {"destination", "job", "table", "runs", "state", "rows", "pause",
   * "detail"}} or {"failed": {"destination", "message"}}. Borrowed. */
  void (*said) (const Json *line, void *data);
  void (*trouble) (const GError *error, void *data); /* the ledger is away: told once */
  void *data;
} PushCourierOptions;

/* Errors: RETRY with "once" and a database that is away; otherwise that is no error. LOCAL where no child can be started. */
bool push_courier_run (const Settings *settings, const PushCourierOptions *options, GError **error);

#endif
