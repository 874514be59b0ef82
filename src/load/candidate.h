/* A file before its run: its place in the order of its table, and whether weir had it before. Looked at before it is claimed, for the
 * claim changes its ctime, and a run that need not begin leaves no trace. */
#ifndef WEIR_SRC_LOAD_CANDIDATE_H
#define WEIR_SRC_LOAD_CANDIDATE_H

#include "schema/ledger.h"
#include "src/load/loader.h"

#include <sys/stat.h>

typedef struct
{
  Uid run;            /* of the run to come: a new one, or that which left this very file where it is */
  int64_t instant_ns; /* as a Run has them */
  char *order_key;
  bool again;
  char *retry_of;
  char *past;
  char *as_of, *as_of_zone;
  char *declaration; /* as an earlier run of the file has it; NULL: none does */
  /* How its last try ended, {"outcome","scope","error"}: a moment ago, with the same model. NULL: there is nothing to wait for. */
  Json *left;
} Candidate;

void candidate_clear (Candidate *candidate);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Candidate, candidate_clear)

/* A file of the drop folder, by name. One that is gone has no place: claiming it finds that out, too. past: the older file of its
 * table that it goes past, NULL: none. */
bool candidate_dropped (Loader *loader, const char *name, const Route *route, const char *past, Candidate *ret_candidate,
                        GError **error);

/* An orphan, whose run the ledger knows as "state" says. One that never came there is looked up as a dropped file is. */
bool candidate_orphan (Db *db, const RunState *state, const Run *run, const Route *route, const struct stat *info,
                       Candidate *ret_candidate, GError **error);

/* The file of a run that is tried again: its name, and the run as ledger_run has it. */
void candidate_retried (const char *name, const DbResult *run, Candidate *ret_candidate);

/* Gives a run the place. The texts are copied. */
void candidate_place (const Candidate *candidate, Run *run);

#endif
