/* One file at a time, from where it lies to where it ends: what the worker, `weir load` and `weir retry` have in common.
 *
 *   loader_refresh (loader)      connection, models and secret as they are now
 *   loader_lock (loader, route)  the table's lock, and whether the table can be loaded at all
 *   loader_claimed / loader_in_place / loader_refuse
 *   loader_unlock (loader)
 */
#ifndef WEIR_SRC_LOAD_LOADER_H
#define WEIR_SRC_LOAD_LOADER_H

#include "models/catalog.h"
#include "pipeline/pipeline.h"
#include "src/load/placing.h"

typedef struct
{
  const Settings *settings;
  Db *db;
  Catalog *catalog;
  char *secret;
  size_t secret_length;
  PipelineOptions options; /* force, dry_run, stop_fd and progress are the caller's to set */
  bool one_shot;           /* nobody comes back to what is left undone: every failure is recorded as one (weir load, weir retry) */
  char *locked;            /* the table whose lock is held */
} Loader;

/* SIGTERM and SIGINT as a readable descriptor, the caller's; both are blocked for this process. It ends waiting statements, and is
 * looked at between records. -1: there is none to be had. What must still run after a stop needs a connection without it. */
int loader_open_stop (void);

/* Nothing is opened yet. */
void loader_init (Loader *loader, const Settings *settings, int stop_fd);
void loader_clear (Loader *loader);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Loader, loader_clear)

/* Connects if there is no usable connection (migrating the ledger the first time), and loads models and secret. */
bool loader_refresh (Loader *loader, GError **error);

typedef enum
{
  LOCK_HELD,
  LOCK_BUSY,  /* another session works on the table */
  LOCK_WAITS, /* a referenced dimension was never loaded */
} LockState;

/* Takes the lock of a table. wait_ms 0: do not wait. After LOCK_HELD loader_unlock must follow; *ret_waits_for names the dimension,
 * owned by the caller. Errors: MODEL where the table cannot be loaded as things are. */
bool loader_lock (Loader *loader, const Route *route, int wait_ms, LockState *ret_state, char **ret_waits_for, GError **error);
void loader_unlock (Loader *loader);

/* Where a file goes that was in work before, as run "before": by its name, but one that was put into a table of the user's choice
 * (`weir load --table`) goes there again, unless a model claims the name. */
bool loader_route_again (Loader *loader, const char *name, Uid before, Route *ret_route, GError **error);

/* The way into a table that was named. */
void loader_route_to (const Loader *loader, const char *table, Route *ret_route);

/* A claimed file: load it and archive, delete or refuse it. Errors are what does not end it: nothing was loaded. *ret_resume (may
 * be NULL): the ledger still has the run IN_PROGRESS, so the file must stay claimed, an orphan for the next worker; otherwise the
 * run FAILED and the caller decides where the file goes. */
bool loader_claimed (Loader *loader, Claim *claim, const Route *route, LoadEnd *ret_end, bool *ret_resume, GError **error);

/* Moves a claimed file to failed/ without loading it. */
bool loader_refuse (Loader *loader, Claim *claim, const Route *route, const GError *why, LoadEnd *ret_end, GError **error);

/* A file that stays where it is, or is archived if it was loaded (refused: moved to failed/). name: as shown. */
bool loader_in_place (Loader *loader, const char *path, const Route *route, bool archive, LoadEnd *ret_end, GError **error);

#endif
