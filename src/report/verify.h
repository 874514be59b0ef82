/* `weir verify`: whether what must always be true is so of the user's own tables, ledger and folders (docs/operations.md). The rules about the
 * database are schema/templates/verify.sql, which the oracle of the tests asks, too. Nothing is changed, and no table is locked against
 * loads: what a load does meanwhile is not told. */
#ifndef WEIR_SRC_REPORT_VERIFY_H
#define WEIR_SRC_REPORT_VERIFY_H

#include "base/db.h"
#include "base/json.h"
#include "models/catalog.h"
#include "src/settings/settings.h"

/* What is looked at, and what was found. */
typedef struct
{
  Db *db;
  const Settings *settings;
  const Catalog *catalog;
  const char *table; /* this one alone; NULL: all, and the folders */
  bool quick;        /* files are not read */
  void (*tell) (const char *what, int64_t done,
                int64_t total); /* what is looked at now; bytes, 0 of 0: nobody knows. May be NULL */
  Json *findings; /* array of {"table", "what", "message", "count", "examples", "hint"}; "table" is null of what is no table's */
  int64_t tables, files, bytes;
} Verification;

/* Looks at the tables and the ledger. Errors: those of the database; MODEL where the ledger does not know the table. */
bool verify_database (Verification *verification, GError **error);

/* Looks at the files (verify_files.c). Errors: LOCAL where a folder cannot be read, and those of the database. */
bool verify_files (Verification *verification, GError **error);

/* A finding, of "count" things, some of which are the examples (an array of texts, may be NULL). Takes the reference. */
void verify_add (Verification *verification, const char *table, const char *what, int64_t count, Json *examples);

/* The findings for people. */
void verify_print (const Verification *verification);

#endif
