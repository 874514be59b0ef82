/* Which ids of a file may be there more than once, told while they pass by: a filter in bounded memory proves of most ids that they are
 * new, so that nobody has to sort or hash all of them. What it cannot prove it suspects.
 *
 *   repeats_new for a pass over the file, repeats_add for each row, then repeats_suspects
 *
 * No id that occurs twice is missing among the suspects. One that does not is there by chance: about none of 1,000,000, 5,000 of 10,000,000. */
#ifndef WEIR_PIPELINE_STAGE_REPEATS_H
#define WEIR_PIPELINE_STAGE_REPEATS_H

#include "base/uid.h"

#include <glib.h>

#define REPEATS_MOST 10000          /* suspects that are named */
#define REPEATS_MOST_BYTES 16777216 /* of the filter; beside it twice as many suspects as are named are held for a while */

typedef struct Repeats Repeats;

/* For a file of so many bytes, of which a row has some tens: a small file has a small filter. */
Repeats *repeats_new (int64_t bytes);
void repeats_free (Repeats *repeats);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Repeats, repeats_free)

/* Ids are hashes, which spread by themselves. */
void repeats_add (Repeats *repeats, Uid id);

/* The suspects, each once, in order; borrowed until the next repeats_add. False: there are more than can be named. */
bool repeats_suspects (Repeats *repeats, const Uid **ret_ids, size_t *ret_count);

/* The same as a condition of SQL on a column, for a server of that version (base/db.h): "true" where there are too many, NULL where there are
 * none. Owned by the caller. */
char *repeats_condition (Repeats *repeats, const char *column, int server_version);

#endif
