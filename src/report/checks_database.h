/* The checks that need the database. */
#ifndef WEIR_SRC_REPORT_CHECKS_DATABASE_H
#define WEIR_SRC_REPORT_CHECKS_DATABASE_H

#include "models/catalog.h"
#include "src/report/checks.h"

/* Adds a check; takes subject and error (NULL: ok). */
void checks_add (GPtrArray *checks, const char *name, char *subject, GError *error);

/* Database, version, ledger, schemas, the models against the tables, and files that are held. catalog NULL: without the last two. */
void checks_database (const Settings *settings, const Catalog *catalog, GPtrArray *checks);

#endif
