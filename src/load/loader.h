/* What loading needs besides a file: the connection, the models, the key secret, and the lock of a table. A worker, `weir load` and
 * `weir retry` have one Loader for all their files:
 *
 *   loader_init (loader)
 *   loader_refresh (loader)       before each file: connection, models, jobs and secret as they are now
 *   loader_route_to / loader_route_again, or catalog_route: which table
 *   loader_lock (loader, route)   the table's lock, and whether the table can be loaded at all
 *     ...                         the file: src/load/loading.h
 *   loader_unlock (loader)
 *   loader_clear (loader)
 *
 * Errors say by their code what to do (base/error.h): RETRY where the database is away or busy, MODEL where a person must mend
 * something, LOCAL. */
#ifndef WEIR_SRC_LOAD_LOADER_H
#define WEIR_SRC_LOAD_LOADER_H

#include "models/catalog.h"
#include "pipeline/pipeline.h"
#include "src/settings/settings.h"

typedef struct
{
  const Settings *settings;
  Db *db;
  Catalog *catalog;
  char *deliveries; /* what the jobs want to have delivered (delivery_note); NULL: nothing */
  char *secret;
  size_t secret_length;
  PipelineOptions options;                        /* force, dry_run, stop_fd and progress are the caller's to set */
  DbTick (*tick) (int64_t waited_us, void *data); /* db_set_tick of each connection; may be NULL */
  void *tick_data;
  bool one_shot; /* nobody comes back to what is left undone: every failure is recorded as one (weir load, weir retry) */
  bool owes;     /* rows that wait could not be taken up, for another session had their table (upkeep.h) */
  /* The runs, as text, whose last try found the columns of their table held when it had to change them (PipelineResult). */
  GHashTable *held;
  GHashTable *zones;    /* agreement.h */
  GHashTable *untended; /* tables that have to be looked after behind the answer, and those that were (upkeep.h) */
  GHashTable *tended;
  GPtrArray *aside; /* of char *: tables of the staging schema that are to be dropped behind the answer (upkeep.h) */
  char *locked;     /* the table whose lock is held */
  Json *blocker;    /* the session that loader_find_blocker found last; NULL: none */
} Loader;

/* SIGTERM and SIGINT as a readable descriptor, the caller's; both are blocked for this process. It ends waiting statements, and is
 * looked at between records. -1: there is none to be had. What must still run after a stop needs a connection without it. */
int loader_open_stop (void);

/* Nothing is opened yet. */
void loader_init (Loader *loader, const Settings *settings, int stop_fd);
void loader_clear (Loader *loader);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Loader, loader_clear)

/* Connects if there is no usable connection (migrating the ledger the first time), and loads models and secret. What was borrowed
 * from the catalog before is gone. */
bool loader_refresh (Loader *loader, GError **error);

/* Makes a new connection in the place of the one there is, if any. */
bool loader_connect (Loader *loader, GError **error);

/* What came of asking for a table. */
typedef enum
{
  LOCK_OURS,  /* we have it, until loader_unlock */
  LOCK_BUSY,  /* another session works on the table */
  LOCK_WAITS, /* a fact whose dimension was never loaded; the lock was given back */
} LockState;

/* Takes the lock of a table, if the table can be loaded as things are. wait_ms 0: another session's is not waited for; otherwise it
 * is an error (RETRY) after that time. *ret_waits_for names the dimension of LOCK_WAITS, owned by the caller. Errors: MODEL where
 * the table cannot be loaded; nothing is locked then. */
bool loader_lock (Loader *loader, const Route *route, int wait_ms, LockState *ret_state, char **ret_waits_for, GError **error);

/* After LOCK_BUSY, and after an error: if that is of a lock that was not given ("lock_busy"), whose session is in the way of loading
 * the table (schema/session.h); the error's detail says so. error may be NULL. */
void loader_find_blocker (Loader *loader, const char *table, GError **error);

/* Gives it back, if there is one. */
void loader_unlock (Loader *loader);

/* Where a file goes that was in work before, as run "before": by its name, but one that was put into a table of the user's choice
 * (`weir load --table`) goes there again, unless a model claims the name. */
bool loader_route_again (Loader *loader, const char *name, Uid before, Route *ret_route, GError **error);

/* The way into a table that was named. */
void loader_route_to (const Loader *loader, const char *table, Route *ret_route);

#endif
