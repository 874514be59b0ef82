/* Rows that were refused and come back (`weir rejects --csv`): they say which run refused them, and have the place of its file in the
 * order of the table. */
#ifndef WEIR_PIPELINE_RETURNED_H
#define WEIR_PIPELINE_RETURNED_H

#include "pipeline/stage/load.h"

typedef struct
{
  Run run; /* the one that was asked for, with that place if it has one; else as it was. Borrows from it and from here */
  char *of, *key, *file;
} Returned;

void returned_clear (Returned *returned);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Returned, returned_clear)

/* Behind LOAD, which has staged what the rows say. */
bool returned_find (Db *db, const Loaded *loaded, const Run *asked, Returned *ret_returned, GError **error);

/* Whether the ledger has to be told: the run has the place of another one's file. */
bool returned_is (const Run *run);

#endif
