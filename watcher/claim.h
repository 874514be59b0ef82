/* Claims: which worker has which file. A dropped file belongs to one run once it is imports/.claimed/<run>/<name>; the folder is
 * locked (flock) by the worker that is at it, so a claim whose folder can be locked is an orphan: its worker is dead, or gave up.
 * A folder has one file; nothing is ever replaced by a rename here.
 *
 * A claim has its file open, and its folder: what others do to the paths meanwhile does not lead it elsewhere. It is opened before
 * it is taken, without following links (opening.h); what turns out not to be the file that was listed is left alone, or put back.
 *
 * A Claim, with its lock, is had by one of
 *
 *   claim_take            a dropped file, for a new run
 *   claim_take_from       a file of archive/ or failed/, for a new run
 *   claim_resume          an orphan, under the run that it has
 *
 * Then the ledger and the pipeline do their work (src/load/loading.h), and the file ends by one of
 *
 *   archive_*             archived, refused or deleted (archive.h)
 *   claim_give_back       back in imports/
 *   nothing               it stays, an orphan for the next worker
 *
 * and last, always, comes claim_free: it lets go of the lock and removes the folder where that is empty.
 *
 * Who may do what: any process may list, at any time. Whoever takes or resumes holds the table's lock before (loader_lock), so that
 * a table's files are claimed one by one and in order. Only who holds a Claim touches the file.
 *
 * What is durable, and what a crash (or a power cut) leaves behind each step:
 *
 *   folder made           an empty folder that nobody locks: claim_list removes it
 *   and what lies beside  the same: what is in a folder without a file is a copy (beside.h)
 *   file renamed into it  durable when claim_take returns. An orphan: claim_list shows it, `weir watch` gives its run to a worker,
 *                         who resumes it; the ledger tells him how far it came
 *   file copied into it   (a retry from another file system, move.h) claim_resume removes the other copy
 *   file moved on         durable when archive_* or claim_give_back returns. The empty folder is removed by claim_list
 *
 * Two who race for one file: the rename decides, the other finds it gone. Two who race for an orphan: the lock decides. A folder
 * that was removed as empty between its making and its locking is made again. Listing locks each folder for a moment (shared);
 * claim_resume waits such moments out. */
#ifndef WEIR_WATCHER_CLAIM_H
#define WEIR_WATCHER_CLAIM_H

#include "base/uid.h"
#include "watcher/opening.h"

/* In the drop folder: where claimed files are; those that wait for a person (src/load/placing.h); and what becomes files (src/pull/pull_spool.h). */
#define CLAIM_FOLDER ".claimed"
#define HELD_FOLDER ".held"
#define SPOOL_FOLDER ".spool"

typedef struct Claim Claim;

/* Takes imports/name for "run". listed: what a listing saw of it, NULL: whatever file it is. NULL without an error and *ret_gone =
 * true when it is no longer there: somebody else took it, or another file has its name. Errors: INPUT where it is no file that is
 * taken from others (opening_dropped), or what lies beside it is none, LOCAL; it is where it was, or an orphan where it was renamed but could not be made durable. */
Claim *claim_take (const char *imports, const char *name, const Sight *listed, Uid run, bool *ret_gone, GError **error);

/* The same from any place ("weir retry" takes a file out of archive or failed): "path" is moved in under "name". */
Claim *claim_take_from (const char *imports, const char *path, const char *name, Uid run, bool *ret_gone, GError **error);

/* Takes over an orphan. NULL without an error and *ret_gone = true when it is no orphan any more: finished, another worker's, or not
 * the file that was listed. An empty folder is removed. Errors: as claim_take. */
Claim *claim_resume (const char *imports, Uid run, const Sight *listed, bool *ret_gone, GError **error);

Uid claim_run (const Claim *claim);
const char *claim_name (const Claim *claim);        /* the file's name */
const char *claim_path (const Claim *claim);        /* where it is now, for messages and the ledger */
int claim_folder (const Claim *claim);              /* the folder that it is in, open; the claim's */
int claim_file (const Claim *claim);                /* it, open for reading; the claim's */
const struct stat *claim_info (const Claim *claim); /* what it was when it was claimed */
const char *claim_beside (const Claim *claim);      /* what lay beside it (beside.h); the claim's. NULL: nothing */

/* Renames the file back to imports/ (or moves it to "path" if not NULL), for one that could not be loaded and whose run is over in the
 * ledger. False, with an error (LOCAL), when something took its name there, or it cannot be moved: then it stays claimed, an orphan
 * for the next start. A power cut may make it one, too, where its folder could not be synced. The lock is let go of either way. */
bool claim_give_back (Claim *claim, const char *path, GError **error);

/* Lets go of the lock and removes the folder if it is empty. Safe at any point: a file still in it is then an orphan. */
void claim_free (Claim *claim);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Claim, claim_free)

/* One claim as found on disk. */
typedef struct
{
  Uid run;
  char *name;    /* of its file; where that cannot be known the run, as text */
  bool orphan;   /* nobody holds the flock */
  char *problem; /* why nobody can take it up, without a sentence's end: "it is a symbolic link"; NULL: nothing is wrong */
  Sight sight;   /* of its file */
} ClaimEntry;

void claim_entry_free (ClaimEntry *entry);

/* All claims with a file in them (of ClaimEntry). A missing folder is an empty list. Empty folders that nobody locks are removed on
 * the way. What is wrong with one claim is its problem; errors (LOCAL) are of all of them: the folder of claims cannot be listed, or
 * there is no more memory or descriptor to be had. */
GPtrArray *claim_list (const char *imports, GError **error);

#endif
