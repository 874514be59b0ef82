/* What lies beside a file and says what it is: ".users.csv.json" of "users.csv", in the same folder. Whoever drops a file puts it there first, so
 * whoever claims the file takes it along:
 *
 *   its bytes are written into the claim's folder     claim_take, before the file is renamed into it; durable with that
 *   the file is claimed
 *   it is removed from the folder where it lay        only if it is the one that was read
 *
 * and back again (claim_give_back) in the same order. So at every moment a claim with a file in it has what belongs to the file, and so has a
 * dropped file; what is in a claim's folder without a file is a copy, and goes with the folder. */
#ifndef WEIR_WATCHER_BESIDE_H
#define WEIR_WATCHER_BESIDE_H

#include "base/uid.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* A bookmark has two positions, each of which may be a connector's line of 1 MiB; columns and notes are beside it. */
#define BESIDE_MOST_BYTES 4194304

/* What it is called in a claim's folder, where names of this beginning are no file's (move_is_own_name). */
#define BESIDE_KEPT_NAME ".weir-beside"

/* The name that it has in the folder of a file. Owned by the caller. */
char *beside_name (const char *file_name);

/* The file that a name is of; NULL: it is no such name. Owned by the caller. */
char *beside_of (const char *name);

typedef struct
{
  char *text; /* NULL: there is none. NUL-terminated behind its length */
  size_t length;
  struct stat info; /* of what was read */
} Beside;

void beside_clear (Beside *beside);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Beside, beside_clear)

/* Reads what lies beside a file of an open folder; "shown" is the file in messages. Errors: INPUT where it is no file that is taken from others
 * (opening.h), larger than BESIDE_MOST_BYTES, or has a NUL; LOCAL. */
bool beside_read (int folder, const char *file_name, Beside *ret_beside, GError **error);

/* Removes it there, if it is the one that was read. */
void beside_remove (int folder, const char *file_name, const Beside *beside);

/* ---- for claims (claim_private.h) ---- */

/* Puts it durably into a claim's folder; reads it there, none where there is none; removes it. Errors: LOCAL. */
bool beside_keep (int claim, const Beside *beside, GError **error);
bool beside_kept (int claim, Beside *ret_beside, GError **error);
void beside_forget (int claim);

/* Puts it back beside a file. True also where it is there already; where something else is, that is an error (LOCAL). */
bool beside_put (int folder, const char *file_name, Uid run, const Beside *beside, GError **error);

/* Behind a crash: removes what was kept, and is still where it lay. */
void beside_finish (int folder, const char *file_name, const Beside *kept);

#endif
