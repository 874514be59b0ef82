/* What is in archive/ or failed/, against what was loaded. */
#ifndef WEIR_SRC_LOAD_KEPT_H
#define WEIR_SRC_LOAD_KEPT_H

#include "base/digest.h"

#include <stdbool.h>

/* The SHA-256 of a file that was moved there. Errors: LOCAL. */
bool kept_sha256 (const char *path, char ret_hex[SHA256_HEX_SIZE], GError **error);

/* The same of an open file, from its beginning. False: it could not be read. */
bool kept_sha256_of (int fd, char ret_hex[SHA256_HEX_SIZE]);

#endif
