/* What `weir load`, `weir retry` and `weir approve` have in common: a file's table is locked, its end told, and the exit code that follows. */
#ifndef WEIR_SRC_COMMANDS_LOAD_NOW_H
#define WEIR_SRC_COMMANDS_LOAD_NOW_H

#include "src/commands/command.h"
#include "src/load/loader.h"
#include "src/load/placing.h"

/* Takes the lock of the file's table, waiting for another load of it; loader_unlock must follow. Errors: RETRY where that takes too
 * long, INPUT where a dimension that the table refers to was never loaded ("waits"), those of loader_lock. */
bool load_now_lock (Loader *loader, const Route *route, const char *file, GError **error);

/* Prints the published object of a file, as JSON or for people: of a refused one on stderr. */
void load_now_tell (const Json *summary, bool json, bool dry_run);

/* 0, or 1 for a refused file and (unless "rejects_ok") for rejected rows, 4 where the file could not be moved. */
int load_now_exit_code (const LoadEnd *end, bool rejects_ok);

/* Behind what was told: what queries want of the tables (upkeep_behind). What could not be done is a warning. */
void load_now_look_behind (Loader *loader);

/* Loads the file of one run and tells its end. "what" finds the file by the run as it was named, and loads it. */
typedef struct
{
  bool (*what) (Loader *loader, const char *run, LoadEnd *ret_end, GError **error);
  bool force, overwrite; /* of PipelineOptions */
  bool rejects_ok;
} LoadNow;

bool load_now_run (const LoadNow *how, const Call *call, int *ret_code, GError **error);

#endif
