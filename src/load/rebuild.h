/* A table made again from the files that it was made from (`weir rebuild`), to be compared with what it is.
 *
 * Each file that the ledger says was applied is found by its SHA-256, in archive/ or where it was loaded from, and goes through the pipeline
 * once more, in the order in which they were applied, under the id of its run and with the time that this had. What it writes is in
 * temporary tables: the rows, staging, and a ledger in which nothing of the table has happened yet (ledger_shadow). So nobody sees
 * anything of it, it needs no room that stays, and whatever ends it leaves nothing behind. What facts refer to is looked up as it is now.
 *
 *   rebuild_find            which files, and whether they are all there; nothing was changed
 *   rebuild_run             once for a connection; then the rebuilt table is in "temporary" until that ends
 *   rebuild_finish          compares, and writes what is wished
 *   rebuild_free
 *
 * The table's lock is held (ledger_wait_table). Errors: as of loading; MODEL where a file cannot be had. */
#ifndef WEIR_SRC_LOAD_REBUILD_H
#define WEIR_SRC_LOAD_REBUILD_H

#include "pipeline/warehouse/difference.h"
#include "src/load/loader.h"

/* One file of them. */
typedef struct
{
  char *path;    /* NULL: its bytes are nowhere */
  char *name;    /* as dropped */
  char *problem; /* why they are not; NULL: they are */
  Run run;
  bool overwrite; /* it may change what newer ones said, as it did */
  bool is_less;   /* rows of somebody who is forgotten were cut out of it */
} RebuildFile;

typedef struct
{
  const Model *model;
  GPtrArray *files;           /* of RebuildFile, in order */
  int lost;                   /* how many of them are nowhere */
  char *pins, *history, *key; /* of the live table, as weir.table has them; each may be NULL */
  char *schema;               /* where that is */
  char *temporary;            /* where the rebuilt one is */
  char *begun;                /* when that was, as timestamptz */
  int64_t rows;               /* read again */
} Rebuild;

/* model: borrowed from the loader's catalog. "lost_ok": files that are nowhere are left out; else an error names them. */
Rebuild *rebuild_find (Loader *loader, const Model *model, bool lost_ok, GError **error);
void rebuild_free (Rebuild *rebuild);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Rebuild, rebuild_free)

/* "tell" is called before each file with its name, number (from 1) and how many there are. */
bool rebuild_run (Loader *loader, Rebuild *rebuild, void (*tell) (const char *name, guint number, guint of, void *data), void *data,
                  GError **error);

/* What is to become of it. */
typedef struct
{
  bool write;         /* the live table becomes the same */
  const char *schema; /* it stays there; NULL: nowhere */
  int limit;          /* of the rows that are told */
  bool show_pii;
} RebuildWish;

/* What came of it. */
typedef struct
{
  Difference *difference;
  Json *sample;         /* difference_sample */
  Uid run;              /* of what was written; zero: nothing was */
  int64_t placeholders; /* that were made in dimensions, where it was */
} RebuildEnd;

void rebuild_end_clear (RebuildEnd *end);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RebuildEnd, rebuild_end_clear)

/* Compares, and does what is wished, in one transaction: of the table, the ledger and its own run in it all or nothing. */
bool rebuild_finish (Loader *loader, const Rebuild *rebuild, const RebuildWish *wish, RebuildEnd *ret_end, GError **error);

#endif
