/* Of `weir check`: connections and jobs. */
#ifndef WEIR_SRC_REPORT_CHECKS_JOBS_H
#define WEIR_SRC_REPORT_CHECKS_JOBS_H

#include "models/catalog.h"
#include "src/report/asked.h"
#include "src/report/checks_list.h"

/* Adds: whether each connection's program is there, and each job is as it should be. Nobody is called. catalog NULL: models cannot be
 * read, or there are none yet. */
void checks_jobs (const Settings *settings, const Catalog *catalog, GPtrArray *checks);

/* Adds what a connection, or the source and the destinations of a job, answer when they are really tried: whoever is connected to, a row read, an object written, read back
 * and removed. Of a name that both have: both. What connectors note is added to "notes", of char *. False: there is none such, or we were asked to stop. */
bool checks_name (const Asking *asking, const Jobs *jobs, const char *name, GPtrArray *checks, GPtrArray *notes, GError **error);

#endif
