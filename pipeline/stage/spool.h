/* Rows of a binary COPY that cannot be sent yet, for a connection carries one COPY at a time: written to an unnamed file, and sent from there
 * as often as a rolled back transaction asks for it.
 *
 *   spool_open, rows into its "copy" (copybin.h), spool_send (again after more of them), spool_clear
 *
 * It must stay where it was opened. Errors: LOCAL of the file, and those of the database. */
#ifndef WEIR_PIPELINE_STAGE_SPOOL_H
#define WEIR_PIPELINE_STAGE_SPOOL_H

#include "base/db.h"
#include "pipeline/stage/copybin.h"

typedef struct
{
  int fd;
  const char *what; /* "rejects": for messages */
  CopyWriter copy;
} Spool;

/* "scratch": the folder of the file. After an error there is nothing to clear. */
bool spool_open (Spool *spool, const char *scratch, const char *what, GError **error);
void spool_clear (Spool *spool);

/* Forgets everything. */
bool spool_restart (Spool *spool, GError **error);

/* "copy ... from stdin (format binary)", of the rows so far. */
bool spool_send (Spool *spool, Db *db, const char *sql, GError **error);

#endif
