/* What is in archive/ or failed/, against what was loaded. */
#ifndef WEIR_SRC_LOAD_KEPT_H
#define WEIR_SRC_LOAD_KEPT_H

#include "base/digest.h"
#include "src/settings/settings.h"

#include <stdbool.h>

/* The SHA-256 of a file that was moved there. Errors: LOCAL. */
bool kept_sha256 (const char *path, char ret_hex[SHA256_HEX_SIZE], GError **error);

/* A file that is kept somewhere. Texts are owned. */
typedef struct
{
  char *path;   /* NULL: its bytes are nowhere */
  char *sha256; /* of what it is now: less than what was loaded, where somebody was forgotten */
  int64_t size;
  char *first; /* of the places where it may be; NULL: there is none */
} KeptFile;

void kept_file_clear (KeptFile *file);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KeptFile, kept_file_clear)

/* Looks for it. places: a JSON array of [place, sha256, size], as the ledger has them; NULL: none. */
bool kept_find (const Settings *settings, const char *places, KeptFile *ret_file, GError **error);

#endif
