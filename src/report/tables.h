/* The tables of a home, for `weir status`: what the ledger knows of each, what is in the warehouse, and which model it has. */
#ifndef WEIR_SRC_REPORT_TABLES_H
#define WEIR_SRC_REPORT_TABLES_H

#include "base/db.h"
#include "models/catalog.h"
#include "src/report/folders.h"

/* Rows of a fact that wait for an entity that a dimension does not have. */
typedef struct
{
  char *dimension;
  int64_t rows;
  char *since;                      /* the first of them */
  char *runs;                       /* which brought them: the first eight digits of each, and a blank between */
  char *refused_file, *refused_run; /* the newest file of the dimension, where it was refused; else NULL */
} WaitingRows;

typedef struct
{
  char *table;
  char *kind;         /* "dimension", "fact"; NULL: staged only */
  const Model *model; /* borrowed from the catalog; NULL: none, or a broken one */
  const BrokenModel *broken;
  GError *problem; /* why it cannot be loaded now (agreement.h); NULL: it can */
  bool of_step;    /* it has no model, and is the result of a job's step, which needs none */
  bool applied;    /* was loaded into the warehouse once */
  bool gone;       /* and is not there any more: somebody dropped it */
  int64_t rows;    /* current ones; -1: unknown */
  int64_t versions;
  bool estimated;                                      /* both are what the server's statistics say */
  int64_t files, failed;                               /* -1: unknown */
  int64_t rejected;                                    /* rows of the last file */
  char *last_file, *last_state, *last_seen, *last_run; /* NULL: never seen */
  bool staged;                                         /* its staging table is there */
  bool emptied;                                        /* it had rows and is empty: the server crashed */
  GPtrArray *waiting;                                  /* of WaitingRows; empty: none */
  char *stale;                                         /* it has the rows of an older file: who has the last one's; NULL: not so */
  char *refill_run; /* whose file would fill it again; NULL: none that is kept, or its rows would be added once more */
} Table;

typedef struct
{
  GPtrArray *tables; /* of Table, by name */
  GPtrArray *held;   /* of HeldFile */
  bool estimate;     /* as tables_read was asked */
} Tables;

/* db NULL: only what the models say. estimate: tables of more than 16 MB are not counted. Borrows the catalog. */
Tables *tables_read (Db *db, const Settings *settings, const Catalog *catalog, bool estimate, GError **error);
void tables_free (Tables *tables);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Tables, tables_free)

const Table *tables_find (const Tables *tables, const char *name);

/* For folders_list_waiting; borrows "tables". */
TableKnowledge tables_knowledge (Tables *tables);

#endif
