/* One file, from where it lies to where it ends: its run begins in the ledger, the pipeline loads it, and the file is placed. The
 * table's lock is held (src/load/loader.h) and the file is claimed (watcher/claim.h), but for one that is loaded where it lies.
 *
 * A claimed file, step by step, and what a crash behind each of them leaves:
 *
 *   claimed                   an orphan that the ledger does not know: loaded by the next worker
 *   run IN_PROGRESS           an orphan, loaded again under the same run
 *   run COMPLETED (COMMIT)    an orphan whose rows are in the warehouse: only placed
 *   the ledger has its place  the same
 *   moved                     nothing
 *
 * A file that is held, for it would close too much, goes the same way to imports/.held/; its run is FAILED, and its file "held":
 *
 *   run FAILED, held          an orphan, judged again under the same run
 *   moved                     nothing, until `weir approve` or `weir discard`
 *   approved, in the ledger   nothing, until one of them again; the run lets these bytes pass from now on
 *   claimed again             an orphan, loaded under the same run: approved or, once more, held */
#ifndef WEIR_SRC_LOAD_LOADING_H
#define WEIR_SRC_LOAD_LOADING_H

#include "src/load/candidate.h"
#include "src/load/placing.h"

/* What becomes of a claimed file. */
typedef enum
{
  CLAIM_DONE,      /* it has left: archived, deleted or in failed/ */
  CLAIM_GIVE_BACK, /* nothing was loaded, and no run of it is open in the ledger: the caller decides where it goes */
  CLAIM_ORPHAN,    /* it stays claimed: its run is IN_PROGRESS or COMPLETED, and the next worker goes on with it */
} ClaimFate;

/* Loads a claimed file and archives, deletes or refuses it. candidate: what was known of it before it was claimed, with the claim's
 * run; NULL: an orphan, of which the ledger knows what there is to know. True: *ret_end tells how it ended, a refusal included. With
 * one_shot a file that could not be placed is no error, but "stuck" (CLAIM_ORPHAN). Errors are what does not end it; *ret_fate is set
 * always, and is never DONE then. */
bool loading_claimed (Loader *loader, Claim *claim, const Route *route, const Candidate *candidate, LoadEnd *ret_end,
                      ClaimFate *ret_fate, GError **error);

/* Moves a claimed file to failed/ without loading it; one whose rows are in the warehouse is only placed, as if it were loaded. "why"
 * is an INPUT error. On error it stays claimed. */
bool loading_refused (Loader *loader, Claim *claim, const Route *route, const GError *why, LoadEnd *ret_end, GError **error);

/* Loads a file that stays where it is ("path", which messages show), or is archived if it was loaded (refused: moved to failed/; held: to
 * imports/.held/, from where `weir approve` archives it).
 * Its run ends with this process, whatever happens. candidate: where weir had it before, and its run, if it has one; without an order_key it
 * only has "past". */
bool loading_in_place (Loader *loader, const char *path, const Route *route, const Candidate *candidate, bool archive,
                       LoadEnd *ret_end, GError **error);

#endif
