/* The models of a step, as `weir ledger init-step` finds them: files, named without folder and extension, and the SHA-256 of their bytes. */
#ifndef WEIR_SRC_WORDS_STEP_MODELS_H
#define WEIR_SRC_WORDS_STEP_MODELS_H

#include "base/json.h"

/* The files below "folder" that one of the patterns finds (base/glob.h): an array of {"name","path","checksum"}, in the order of their paths.
 * A new reference. NULL with INPUT where two have one name, or a name is none that a ledger can keep on a line; LOCAL where a file cannot be
 * read: nothing is left out without a word. */
Json *step_models_find (const char *folder, char *const *patterns, GError **error);

/* "orders" of "load/orders.sql", "orders.v2" of "orders.v2.sql", ".hidden" of ".hidden". Owned by the caller. */
char *step_model_name (const char *path);

#endif
