/* An entity that a command line names by its business key: which id it has. */
#ifndef WEIR_SRC_COMMANDS_NAMED_KEY_H
#define WEIR_SRC_COMMANDS_NAMED_KEY_H

#include "base/uid.h"
#include "models/catalog.h"
#include "src/settings/settings.h"

/* The model of a table whose rows have a business key. Borrowed from the catalog. Errors: MODEL. */
bool named_key_model (const Catalog *catalog, const char *table, const Model **ret_model, GError **error);

/* Makes ids as a load would: with the secret and the types that are pinned, where the database can be asked for them. NULL on error (MODEL). Borrows
 * the model. */
typedef struct NamedKeys NamedKeys;

NamedKeys *named_keys_open (const Settings *settings, const Model *model, GError **error);
void named_keys_free (NamedKeys *keys);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamedKeys, named_keys_free)

/* The id of a key, one value for each of its columns. *ret_normalized (may be NULL), a new reference: the values as they are kept. */
bool named_keys_make (NamedKeys *keys, char **values, Uid *ret_id, Json **ret_normalized, GError **error);
/* The text that the last id was made of. Borrowed until the next. */
void named_keys_text (NamedKeys *keys, const char **ret_text, size_t *ret_length);

/* The id of a business key, one value for each of its columns, made as a load would: with the secret and the types that are pinned, where
 * the database can be asked for them. *ret_normalized, a new reference: the values as they are kept. Errors: MODEL where the values are
 * none of such a key, or the secret is another one. */
bool named_key_make (const Settings *settings, const Model *model, char **values, Uid *ret_id, Json **ret_normalized,
                     GError **error);

#endif
