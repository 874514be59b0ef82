/* An entity that a command line names by its business key: which id it has. */
#ifndef WEIR_SRC_COMMANDS_NAMED_KEY_H
#define WEIR_SRC_COMMANDS_NAMED_KEY_H

#include "base/uid.h"
#include "models/catalog.h"
#include "src/settings/settings.h"

/* The model of a table whose rows have a business key. Borrowed from the catalog. Errors: MODEL. */
bool named_key_model (const Catalog *catalog, const char *table, const Model **ret_model, GError **error);

/* The id of a business key, one value for each of its columns, made as a load would: with the secret and the types that are pinned, where
 * the database can be asked for them. *ret_normalized, a new reference: the values as they are kept. Errors: MODEL where the values are
 * none of such a key, or the secret is another one. */
bool named_key_make (const Settings *settings, const Model *model, char **values, Uid *ret_id, Json **ret_normalized,
                     GError **error);

#endif
