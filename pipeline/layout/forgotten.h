/* Whom `weir forget` has erased, as loads know them: a mark of each business key, made with a key of its own. Pure.
 *
 * A mark is the first half of HMAC-SHA-256 (HMAC-SHA-256 (forget key, "weir table " and the table's name), key text), the key text being what
 * ids are made of (key.h). The forget key is made at the first forget, and kept in the database only wrapped by the home's key secret
 * (forget_key_wrap): whoever has the database alone cannot try names, and a new secret wraps it anew and changes no mark. Marks are kept: never
 * change this. */
#ifndef WEIR_PIPELINE_LAYOUT_FORGOTTEN_H
#define WEIR_PIPELINE_LAYOUT_FORGOTTEN_H

#include "base/uid.h"

#include <glib.h>

#define FORGET_KEY_SIZE 32

/* The key as the database keeps it, as text: a salt, the key XOR HMAC-SHA-256 (secret, "weir forget key" and the salt), and a proof of the key.
 * Owned by the caller. */
char *forget_key_wrap (const uint8_t key[FORGET_KEY_SIZE], const void *secret, size_t length);
/* False: it was wrapped by another secret, or is no such text. */
bool forget_key_unwrap (const char *wrapped, const void *secret, size_t length, uint8_t ret_key[FORGET_KEY_SIZE]);

/* Those of one table. */
typedef struct Forgotten Forgotten;

Forgotten *forgotten_new (const uint8_t key[FORGET_KEY_SIZE], const char *table);
void forgotten_free (Forgotten *forgotten);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Forgotten, forgotten_free)

void forgotten_add (Forgotten *forgotten, Uid mark);
Uid forgotten_mark (const Forgotten *forgotten, const char *text, size_t length);
/* Whether the key with this text is one of them. */
bool forgotten_has (const Forgotten *forgotten, const char *text, size_t length);

/* Of several tables, by name. */
typedef struct Tombstones Tombstones;

Tombstones *tombstones_new (const uint8_t key[FORGET_KEY_SIZE]);
void tombstones_free (Tombstones *tombstones);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Tombstones, tombstones_free)

/* The table's, made where there are none. Borrowed. */
Forgotten *tombstones_of (Tombstones *tombstones, const char *table);
/* NULL: there are none, also where tombstones is NULL. Borrowed. */
const Forgotten *tombstones_find (const Tombstones *tombstones, const char *table);

#endif
