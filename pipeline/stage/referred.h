/* The entities that the rows of a file refer to, each once: where they are few beside the rows, they are asked for, and not each row.
 *
 *   referred_new for a reference and a pass over the file, referred_add for each row that has one, then referred_send */
#ifndef WEIR_PIPELINE_STAGE_REFERRED_H
#define WEIR_PIPELINE_STAGE_REFERRED_H

#include "base/db.h"
#include "base/uid.h"

#define REFERRED_MOST 131072 /* ids; they take 4 MiB */

typedef struct Referred Referred;

Referred *referred_new (void);
void referred_free (Referred *referred);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Referred, referred_free)

/* Ids are hashes, which spread by themselves. */
void referred_add (Referred *referred, Uid id);

/* How many there are; -1: more than are kept. */
int64_t referred_count (const Referred *referred);

/* Copies them by "copy ... from stdin (format binary)" into a table of one uuid. */
bool referred_send (const Referred *referred, Db *db, const char *sql, GError **error);

#endif
