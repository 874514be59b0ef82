/* /metrics: what Prometheus reads. Counters begin with what the ledger has when they are first read, and grow with each run that ends; a run is looked
 * at once, by the time it began, and those that are not over again until they are. */
#ifndef WEIR_SRC_PAGE_METRICS_H
#define WEIR_SRC_PAGE_METRICS_H

#include "base/db.h"
#include "base/json.h"

typedef struct Metrics Metrics;
Metrics *metrics_new (void);
void metrics_free (Metrics *metrics);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Metrics, metrics_free)

/* Adds the text format (version 0.0.4). db NULL: the database is away, which weir_database_up says. status: the object of `weir status --json`; NULL: not known. */
bool metrics_append (Metrics *metrics, Db *db, const Json *status, GString *text, GError **error);

#endif
