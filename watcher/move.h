/* Moving a file from a folder to another, so that it is in one of the two and whole there, whatever happens.
 *
 * Within a file system that is a rename. Across two, and where the file has names elsewhere (hard links: its bytes are not ours to
 * keep), it is
 *
 *   1. a copy in the new folder under a hidden name, with mode, owner where allowed, and mtime; synced
 *   2. a note in the claim's folder that says where it will be; synced
 *   3. the copy gets its name, which is never one that is taken; its folder is synced
 *   4. the file is removed where it was, and its folder synced; then the note
 *
 * A crash before 3 leaves the file where it was, and a hidden copy that the next try replaces. A crash between 3 and 4 leaves two, and
 * the note: whoever takes the claim up calls move_resume, which does 4. So a half copy never has a name, and of two whole ones one goes.
 * Without a claim (a file that is archived from where it lies) there is no note, and such a crash leaves both.
 *
 * Notes are believed only as far as they can do no harm: what they make weir remove outside of the claim's folder must be the same by
 * size and time, and the note and its folder must be our own. */
#ifndef WEIR_WATCHER_MOVE_H
#define WEIR_WATCHER_MOVE_H

#include "base/uid.h"

#include <glib.h>
#include <stdbool.h>

/* All is borrowed. Paths are absolute, for messages and notes. */
typedef struct
{
  int from; /* the open folder that it is in; AT_FDCWD: from_name is a path */
  const char *from_name;
  const char *from_path;
  int to; /* the open folder that it goes to */
  const char *to_name;
  const char *to_path;
  int file;  /* it, open for reading */
  Uid run;   /* whose it is */
  int claim; /* the claim's folder, which is "from" or "to"; -1: none */
} Move;

typedef enum
{
  MOVE_DONE,   /* it is at its new place, durably */
  MOVE_UNSURE, /* it is at its new place, and the error says why a power cut may bring it back where it was */
  MOVE_TAKEN,  /* the name is taken: nothing was done, and there is no error */
  MOVE_FAILED, /* it is where it was */
} MoveEnd;

/* Errors: LOCAL. */
MoveEnd move_file (const Move *move, GError **error);

/* Whether a move may have to be finished in a claim's folder: there is a note, or nobody knows. */
bool move_is_noted (int claim);

/* Finishes what a crash cut off in a claim's folder whose lock is held; "name" is the file in it, NULL: none. *ret_left: the file is
 * at its new place, and no more in the claim. Errors: LOCAL. */
bool move_resume (int claim, Uid run, const char *name, bool *ret_left, GError **error);

/* Removes what moves into a claim's folder left that were cut off, where there is no file in it. */
void move_sweep (int claim, Uid run);

/* Whether a name in a claim's folder is one of ours, and not the file's. */
bool move_is_own_name (const char *name);

#endif
