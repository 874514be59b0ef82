/* The checks that need the database. */
#ifndef WEIR_SRC_REPORT_CHECKS_DATABASE_H
#define WEIR_SRC_REPORT_CHECKS_DATABASE_H

#include "models/catalog.h"
#include "src/report/checks_list.h"
#include "src/settings/settings.h"

/* Adds to the list: database, version, ledger, schemas, the models against the tables, and files that are held. catalog NULL:
 * without the last two. fresh: the home is not initialised, which was said; a ledger need not be there. */
void checks_database (const Settings *settings, const Catalog *catalog, bool fresh, GPtrArray *checks);

#endif
