/* Whether a model and the key secret agree with what the database has pinned of their table. */
#ifndef WEIR_SRC_REPORT_AGREEMENT_H
#define WEIR_SRC_REPORT_AGREEMENT_H

#include "models/model.h"

#include <stddef.h>

/* What is pinned, as the ledger says; NULL: nothing yet. secret: NULL where it cannot be read. MODEL where they disagree:
 * loading that table would be stopped. */
bool agreement_check (const Model *model, const char *pinned_kind, const char *pinned_key, const void *secret, size_t secret_length,
                      GError **error);

#endif
