/* What is in archive/ or failed/, against what was loaded. */
#ifndef WEIR_SRC_LOAD_KEPT_H
#define WEIR_SRC_LOAD_KEPT_H

#include "base/digest.h"
#include "src/settings/settings.h"

#include <stdbool.h>

/* The SHA-256 of a file that was moved there. Errors: LOCAL. */
bool kept_sha256 (const char *path, char ret_hex[SHA256_HEX_SIZE], GError **error);

/* The same of an open file, from its beginning. False: it could not be read. */
bool kept_sha256_of (int fd, char ret_hex[SHA256_HEX_SIZE]);

/* Looks for a file's bytes where they may be, a JSON array of places as the ledger has them (NULL: none). *ret_path, owned by the caller: NULL
 * where they are nowhere. *ret_first: the first of these places; NULL: there is none. */
bool kept_find (const Settings *settings, const char *places, int64_t size, const char *sha256, char **ret_path, char **ret_first,
                GError **error);

#endif
