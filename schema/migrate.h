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
} Migration;

void migration_free (Migration *migration);

/* All known migrations (of Migration), and those only the database knows (name, applied_on). A database without weir.migration has
 * none applied. */
GPtrArray *migrate_status (Db *db, GError **error);

/* Applies what is pending. *ret_applied (may be NULL) counts. A database that is ahead of this program is a MODEL error. */
bool migrate_up (Db *db, int *ret_applied, GError **error);

/* Takes back the newest one; refuses (MODEL) while it would lose rows. *ret_version: the one taken back, 0: none was applied. */
bool migrate_down (Db *db, int *ret_version, GError **error);

#endif
