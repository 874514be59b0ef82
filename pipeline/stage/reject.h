/* Rejects on their way to weir.reject: spooled to an unnamed file while the COPY of the good rows is under way, for a connection
 * carries one COPY at a time; copied in afterwards, as often as a rolled back transaction asks for it.
 *
 *   reject_spool_new, reject_add ..., reject_replace (again after more of them), reject_spool_free
 *
 * Errors: LOCAL of the file, and those of the database. */
#ifndef WEIR_PIPELINE_STAGE_REJECT_H
#define WEIR_PIPELINE_STAGE_REJECT_H

#include "base/db.h"
#include "base/reason.h"
#include "base/uid.h"
#include "pipeline/run.h"

typedef struct
{
  int64_t line;
  const char *column;  /* or NULL: the whole record */
  Reason reason;       /* REASON_BAD_VALUE, ... */
  const char *message; /* for people */
  const char *original;
  size_t original_length;
  int64_t lines; /* of the file */
  bool repaired; /* the row was mended and goes on: this keeps what it was */
  bool waiting;  /* the row waits for what it refers to, and is no reject so far */
} Reject;

typedef struct RejectSpool RejectSpool;

/* "scratch": the folder of the unnamed file. NULL on error. */
RejectSpool *reject_spool_new (const char *scratch, Uid run, GError **error);
void reject_spool_free (RejectSpool *spool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RejectSpool, reject_spool_free)

bool reject_add (RejectSpool *spool, const Reject *reject, GError **error);
int64_t reject_count (const RejectSpool *spool); /* without the repaired ones */
int64_t reject_repaired (const RejectSpool *spool);
/* Of those counted: what is no row of the table; and such of it as says nothing against the file: footers, headers once more. */
int64_t reject_foreign (const RejectSpool *spool);
int64_t reject_harmless (const RejectSpool *spool);

/* Lines of those counted, but for what is above and below the table. */
int64_t reject_lines (const RejectSpool *spool);

/* Brings a result up to the rejects that were added behind LOAD, which had counted them as rows. */
void reject_recount (const RejectSpool *spool, PipelineResult *result);

/* Forgets everything spooled: the file is read again from its start. */
bool reject_restart (RejectSpool *spool, GError **error);

/* Replaces the run's rows in weir.reject by the spooled ones, in the caller's transaction. */
bool reject_replace (RejectSpool *spool, Db *db, GError **error);

/* Adds the spooled rows to those that are there. */
bool reject_append (RejectSpool *spool, Db *db, GError **error);

#endif
