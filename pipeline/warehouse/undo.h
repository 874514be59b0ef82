/* Taking runs back: the warehouse is as if their files had never come.
 *
 * What a run has opened it has signed (opened_by, loaded_by), and so what it has only closed (closed_by); rows that it has overwritten, filled
 * or removed, and versions of others that it has moved, are in weir.overwritten as they were. So it is taken back exactly, as long as no later
 * run built on it: said something of the same entities. Those have to be taken back before it, the newest first.
 *
 * Entities that nobody else brought and facts refer to, whose model says "missing": "placeholder", are placeholders then (inferred.h), as if the
 * facts had come without them.
 *
 * What stays: columns and types that a file has brought, pins and key, rejects, and what other files' rows became because of it (rows
 * that were refused as older than it, rows that it took up). schema/templates/undo.sql has the statements. */
#ifndef WEIR_PIPELINE_WAREHOUSE_UNDO_H
#define WEIR_PIPELINE_WAREHOUSE_UNDO_H

#include "models/catalog.h"
#include "schema/ledger.h"

typedef struct
{
  const Catalog *catalog; /* for the facts that refer to the table */
  const Model *model;     /* of the table, whose lock is held */
  const char *schema;     /* of the warehouse */
  Uid own;                /* the run that takes the others back */
  bool with_later;        /* also those that built on it */
  int lock_ms;            /* how long to try for the lock that a dimension's first placeholder needs */
  const char *deliveries; /* what jobs want to have delivered (delivery_note); NULL: nothing */
} UndoTask;

/* A run that was taken back. Texts are owned. */
typedef struct
{
  char *run, *file, *place, *disposition;
  int64_t removed;      /* rows or versions that are gone */
  int64_t restored;     /* that are as they were before */
  int64_t reopened;     /* versions that hold again, and had only been closed */
  int64_t placeholders; /* of a fact's run: that are gone from its dimensions */
  bool overtaken;       /* newer files stay, so that its own changes nothing that is known when it is loaded again, but by force */
} UndoRun;

/* A later run that built on one of these. Owned. */
typedef struct
{
  char *run, *file;
  int64_t entities; /* of which both say something; 0: which of its unchanged rows rest on it nobody knows */
  Json *sample;     /* keys of some of them, or ids where these are personal; NULL: none */
} UndoLater;

typedef struct
{
  GPtrArray *runs;  /* of UndoRun, as they were taken back: the newest first */
  GPtrArray *later; /* of UndoLater: who is in the way; empty where the runs are taken back */
  GPtrArray *notes; /* of char * */
} Undo;

void undo_clear (Undo *undo);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Undo, undo_clear)

/* In the caller's transaction (run_begin), which is to be rolled back where anybody is in the way, and on error. Errors: MODEL where the run
 * cannot be taken back at all: it was not applied, or was already; it is from before weir kept what is needed; or rows of facts would refer to
 * nobody; RETRY as of inferred_insert. */
bool undo_run (Db *db, const UndoTask *task, Uid run, Undo *ret_undo, GError **error);

/* {"runs":[{"run","file","removed","restored","reopened","placeholders"}],"later":[...],"notes":[...]}. A new reference. */
Json *undo_to_json (const Undo *undo);

#endif
