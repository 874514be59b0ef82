/* Where a file goes when its run is over, and how the ledger learns of it: the last step of src/load/loading.h.
 *
 * One that is held for a person (pipeline/warehouse/guard.h) goes to imports/.held/, under its archive's name: nothing takes it from there but
 * `weir approve`, `weir discard` and `weir retry`. */
#ifndef WEIR_SRC_LOAD_PLACING_H
#define WEIR_SRC_LOAD_PLACING_H

#include "schema/ledger.h"
#include "src/settings/settings.h"
#include "watcher/claim.h"

/* A file's end. summary is never NULL after success: the published object. */
typedef struct
{
  bool failed;   /* refused: the summary says why */
  bool held;     /* of a refused one: it waits for a person, and may still be loaded */
  bool made;     /* the file's table in the warehouse is new (upkeep.h) */
  bool forgets;  /* records of whom somebody has forgotten may have to be cut out of the file (forgetting.h) */
  bool may_wait; /* rows of the file's table may wait for what they refer to (upkeep.h) */
  int64_t
      told; /* the ledger knows already that the file goes to the place it would get in this second (since 1970); 0: it does not */
  bool stuck;    /* loaded (or refused), but it could not be moved: a note says so */
  Json *summary; /* owned */
} LoadEnd;

void load_end_clear (LoadEnd *end);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LoadEnd, load_end_clear)

/* What is placed, and who is told. All is borrowed. */
typedef struct
{
  Db *db;
  const Settings *settings;
  const Run *run;
  LoadEnd *end;
  int fd;                  /* the file, open as it was loaded */
  const struct stat *info; /* as it was before it was loaded */
  bool resumed;            /* another process loaded it, so that nobody knows how it was then */
} Placing;

/* Where a file of that run goes that ends well, named in that second: "" is nowhere. *ret_disposition: how the ledger calls that.
 * Owned by the caller. */
char *placing_place (const Settings *settings, const Run *run, int64_t second, const char **ret_disposition);

/* A claimed file: to archive or failed, or deleted as the settings say. Errors: the file is still claimed. One that was moved, where
 * a power cut may undo that, is "stuck" (a note says how), which is no error. What is kept is looked at once more: bytes that are
 * not those that were read are told by a note and the summary's "changed_after", the SHA-256 of what is kept. */
bool placing_claimed (const Placing *placing, const Claim *claim, GError **error);

/* A file that was loaded where it lies ("path", absolute), and moves only where "archive" asks for that. One that cannot be moved
 * is stuck, which is no error. */
bool placing_in_place (const Placing *placing, const char *path, bool archive, GError **error);

/* The last word about a run's file, which lies at "path" (absolute): by another connection where this one has been stopped. One that cannot
 * be told is left to whoever comes next. */
void placing_tell (Db *db, const Settings *settings, Uid run, const char *path, const char *disposition);

/* A claimed file whose run failed for reasons that are not the file's: back to imports/ (or to "path"), and the ledger knows. Where
 * that fails it stays claimed, an orphan, and "failure", the error that the run ended with, gets that as its detail. */
void placing_give_back (Db *db, const Settings *settings, Claim *claim, const char *path, GError **failure);

/* Adds a note for people to the summary of a file that has ended. */
void placing_note (const LoadEnd *end, const char *note);

/* The file's rows are where they belong, and must not be reported as lost: only the file is not. Takes the error. */
void placing_note_stuck (LoadEnd *end, const char *where, GError *error);

#endif
