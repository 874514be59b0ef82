/* What the database knows of whom `weir forget` has erased: their marks, and the key of these (pipeline/layout/forgotten.h). Errors besides those of
 * the database: MODEL where the secret is not the one that the key was wrapped with. */
#ifndef WEIR_PIPELINE_STAGE_FORGET_KEY_H
#define WEIR_PIPELINE_STAGE_FORGET_KEY_H

#include "base/db.h"
#include "pipeline/layout/forgotten.h"

/* The marks of these tables (of const char *); *ret_tombstones is NULL where there are none. */
bool forgotten_read (Db *db, const GPtrArray *tables, const void *secret, size_t length, Tombstones **ret_tombstones,
                     GError **error);

/* The key. *ret_known false: nobody was ever forgotten, and this is a new one, which nobody knows before forget_key_keep, in the caller's
 * transaction. */
bool forget_key_find (Db *db, const void *secret, size_t length, uint8_t ret_key[FORGET_KEY_SIZE], bool *ret_known, GError **error);
/* Error: RETRY, where somebody else has kept another one meanwhile. */
bool forget_key_keep (Db *db, const void *secret, size_t length, const uint8_t key[FORGET_KEY_SIZE], GError **error);

/* For a home that gets another secret: the key is wrapped by the new one, and no mark changes. In the caller's transaction; nothing where nobody
 * was ever forgotten. */
bool forget_key_rewrap (Db *db, const void *old_secret, size_t old_length, const void *secret, size_t length, GError **error);

#endif
