/* The versioned schema of the ledger: schema/migrations/NNNN_name.up.sql and .down.sql, each in a transaction of its own, one at a
 * time under an advisory lock, recorded in weir.migration with its checksum. */
#ifndef WEIR_SCHEMA_MIGRATE_H
#define WEIR_SCHEMA_MIGRATE_H

#include "base/db.h"

typedef struct
{
  int version;
  char *name;
  char *applied_on; /* NULL: pending */
  bool changed;     /* applied with another text than ours */
  bool foreign;     /* this weir does not have it: a newer one applied it */
} Migration;

void migration_free (Migration *migration);

/* All of this weir's (of Migration, owned by the caller), and after them the foreign ones. A database without weir.migration has
 * none applied. */
GPtrArray *migrate_status (Db *db, GError **error);

/* Whether the ledger is the one that this weir writes: all of its migrations are applied, with its text, and no other. Whatever it
 * is instead is a MODEL error with a hint: applied by a newer weir or with another text (REASON_LEDGER_CHANGED), not there at all
 * (REASON_NO_LEDGER), or older, so that some are pending. *ret_version (may be NULL), set in each of these cases: the highest
 * version applied, 0: none. */
bool migrate_check (Db *db, int *ret_version, GError **error);

/* Applies what is pending, nothing to a ledger that a newer weir or another text made (as migrate_check says). *ret_applied (may be
 * NULL) counts. */
bool migrate_up (Db *db, int *ret_applied, GError **error);

/* Takes back the newest one; refuses (MODEL) while it would lose rows. *ret_version: the one taken back, 0: none was applied. */
bool migrate_down (Db *db, int *ret_version, GError **error);

#endif
