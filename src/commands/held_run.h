/* A run whose file waits for a person, for `weir approve` and `weir discard`. */
#ifndef WEIR_SRC_COMMANDS_HELD_RUN_H
#define WEIR_SRC_COMMANDS_HELD_RUN_H

#include "src/load/loading.h"

typedef struct
{
  Uid run;
  char *table;
  char *file;   /* as dropped */
  char *place;  /* absolute */
  bool claimed; /* it is in imports/.held/; else it lies where it was */
  RunState state;
  Json *held; /* why (pipeline/warehouse/guard.h); NULL: not known */
} HeldRun;

void held_run_clear (HeldRun *held);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HeldRun, held_run_clear)

/* The run that "text" means (ledger_find_run). Errors: MODEL where its file does not wait, or is not where it should be. */
bool held_run_find (const Loader *loader, const char *text, HeldRun *ret_held, GError **error);

/* Takes the file for its run again, with its table's lock held. NULL: error, also where somebody has taken it meanwhile. Only of one that is
 * "claimed". */
Claim *held_run_claim (const Loader *loader, const HeldRun *held, GError **error);

#endif
