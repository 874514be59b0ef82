/* What `weir status` tells, and the page of `weir page`: the tables, what waits in the folders and for what, what was refused, whether the database
 * can be asked.
 *
 *   g_auto (Status) status = { 0 };
 *   g_autoptr (Db) db = status_connect (settings, NULL, NULL, &status);
 *   if (status_read (db, settings, catalog, &status, error))
 *     ... status_to_json (&status) ...                                                                                        */
#ifndef WEIR_SRC_REPORT_STATUS_H
#define WEIR_SRC_REPORT_STATUS_H

#include "src/report/alerted.h"
#include "src/report/tables.h"

typedef struct
{
  bool estimate; /* set before status_read: large tables are not counted, the server's statistics say how many rows they have */

  const Settings *settings; /* borrowed, as is the catalog */
  const Catalog *catalog;
  char *where;   /* the database, or NULL where even that is not known */
  GError *away;  /* why the database cannot be asked; NULL: it was */
  Json *session; /* who has the ledger locked; NULL: nobody, or it is not known */
  Tables *tables;
  GPtrArray *waiting; /* of WaitingFile */
  FailedFiles failed;
  GPtrArray *guarded;  /* of GuardedFile; NULL: not known */
  GPtrArray *strays;   /* paths of files among them that no run holds; NULL: not known */
  DbResult *incidents; /* that are open; NULL: not known */
  AlertPlan *plan;     /* who is told of what */
  Json *deliveries;    /* what is not delivered to other stores (delivered.h); NULL: not known */
  Alerted *alerted;    /* NULL: nobody is to be told, or it is not known */
} Status;

void status_clear (Status *status);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Status, status_clear)

/* Connects for a look, which waits for no lock for long. NULL: status->away says why; it is no error. tick: db_connect_watched;
 * may be NULL. */
Db *status_connect (const Settings *settings, DbTick (*tick) (int64_t waited_us, void *data), void *data, Status *status);

/* db NULL: status->away is set, and what the folders and a running watch tell is all. The same where the ledger is locked. */
bool status_read (Db *db, const Settings *settings, const Catalog *catalog, Status *status, GError **error);

/* Whether something failed, or waits for a person. */
bool status_needs_attention (const Status *status);

/* The object of --json (docs/operations.md). A new reference. */
Json *status_to_json (const Status *status);

#endif
