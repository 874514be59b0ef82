/* Whether a table can be loaded as things are: its model agrees with what earlier loads pinned, the key secret, the settings,
 * and the warehouse table. The one judgement, for `weir load` and `weir watch` before a file is touched, `weir status` and `weir
 * check`.
 *
 * All errors are MODEL where something must be mended by a person, else what the database said. Nothing is changed. */
#ifndef WEIR_PIPELINE_WAREHOUSE_AGREEMENT_H
#define WEIR_PIPELINE_WAREHOUSE_AGREEMENT_H

#include "models/catalog.h"
#include "schema/ledger.h"

/* What the home says besides its models. Borrowed. */
typedef struct
{
  const char *warehouse_schema;
  const void *secret; /* NULL: none could be read; one is made where no table needs an older one */
  size_t secret_length;
  GHashTable *zones; /* time zones that the server was asked for and knows, for whoever asks for many files; NULL: none */
} AgreementTerms;

/* Kind and key of a model against the pins of its table, whose ids the secret made, and where its rows are. Pure. */
bool agreement_check_pins (const Model *model, const TableState *pinned, const AgreementTerms *terms, GError **error);

/* The same for the table as it is in the database. *ret_released: what is pinned does not fit and need not, for no row was made with
 * it: the table is gone, or has no rows where the key alone is another one, and none waits. A load asks it once more when it has
 * locked the table's row.
 */
bool agreement_check_table (Db *db, const Model *model, const TableState *pinned, const AgreementTerms *terms, bool *ret_released,
                            GError **error);

/* All that can be known while there is no file: the pins, those of the dimensions that the model references, the warehouse
 * table, and whether what it holds can become what the model declares. That may read a column whose declared type is not the
 * stored one. Not inside a transaction. */
bool agreement_check (Db *db, const Catalog *catalog, const Model *model, const AgreementTerms *terms, GError **error);

/* What of that says nothing of the table itself: whether there are its dimensions and its time zone. */
bool agreement_check_model (Db *db, const Catalog *catalog, const Model *model, const AgreementTerms *terms, GError **error);

/* The columns of the warehouse table that the next load renames, because the model lists their names in "from": "mobile to phone";
 * NULL: none. Owned by the caller. */
bool agreement_find_renames (Db *db, const Model *model, const char *schema, char **ret_renames, GError **error);

/* Whether what has the table's name in the warehouse, if anything, is weir's: a table, and "known" to the ledger as loaded. */
bool agreement_check_owner (Db *db, const char *schema, const char *table, bool known, bool *ret_exists, GError **error);

#endif
