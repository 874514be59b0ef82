/* One delivery after the other to one destination, each by a connector, until there is nothing more to send now. What runs brought is read from the warehouse
 * as it is when it is sent, so that what waits for long is sent once, and what came later is right, whoever was first.
 *
 *   the destination's lock; the item whose turn it is becomes "sending"
 *   one snapshot: what is pending, and its rows into a spool file
 *   the connector; what it says goes into the ledger
 *
 * Whatever is killed in between, it is sent once more under the same mark, by which the other side knows what it has. */
#ifndef WEIR_SRC_PUSH_SENDING_H
#define WEIR_SRC_PUSH_SENDING_H

#include "schema/ledger_delivery.h"
#include "src/jobs/job.h"

/* What came of one. */
typedef struct
{
  const Delivery *delivery;
  const char *state; /* "sent"; "waiting": tried again in "pause" seconds; "refused": a person has to mend something */
  int64_t rows, pause;
  const Json *detail; /* {"class", "message", "detail", "hint", "notes", "delivered"}, each where there is one */
} PushResult;

typedef struct
{
  const Settings *settings;
  DeliveryChoice choice; /* with the destination */
  bool waits;            /* for whoever has the destination's lock; else there is nothing to do then */
  int stop_fd;
  void (*result) (const PushResult *result, void *data);
  void (*progress) (const Delivery *delivery, int64_t rows, void *data); /* may be NULL */
  void *data;
} PushTask;

/* Errors: those of the ledger, and of this machine; what destinations say is none. */
bool sending_run (const PushTask *task, GError **error);

/* What a delivery is refused as: it is tried again by itself when job or connection are others. Owned by the caller. */
char *sending_checksum (const Settings *settings, const Job *job, const char *destination);

#endif
