/* LOAD: one file to its staging table, in the caller's transaction. At most two passes send rows: the sample guesses the types,
 * every cell is verified, and a contradiction causes one inference over the whole file and a COPY from the start. */
#ifndef WEIR_PIPELINE_STAGE_LOAD_H
#define WEIR_PIPELINE_STAGE_LOAD_H

#include "pipeline/layout/layout.h"
#include "pipeline/run.h"
#include "pipeline/stage/reject.h"
#include "pipeline/table/rows.h"
#include "pipeline/stage/stage.h"

typedef struct
{
  const Catalog *catalog;
  const Model *model; /* NULL: staged only */
  const Run *run;
  int fd;
  const Pins *pins;
  const PipelineOptions *options;
} LoadInput;

typedef struct
{
  char *header; /* in one row, as its columns were understood; NULL: none */
  Layout *layout;
  Rows *rows;  /* of the file, for reading original lines again too */
  Sha256 *sha; /* fed by the rows */
  RejectSpool *rejects;
  Stage *stage;
  char sha256[SHA256_HEX_SIZE];
} Loaded;

void loaded_clear (Loaded *loaded);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Loaded, loaded_clear)

/* Loads the file into *ret_loaded, which is the caller's to clear even on error. result's counts (read, rejected, staged) and notes
 * are filled. Inside a transaction; on error it is aborted. */
bool load_file (Db *db, const LoadInput *input, Loaded *ret_loaded, PipelineResult *result, GError **error);

/* Reads the file on, from the start after rows_rewind, and spools the original bytes of the refused rows: "refused" has the columns
 * line, column, reason, message, by line. */
bool load_spool_refused (Loaded *loaded, const DbResult *refused, GError **error);

#endif
