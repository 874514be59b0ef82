/* LOAD: one file to its staging table, in the caller's transaction. At most two passes send rows: the sample guesses the types,
 * every cell is verified, and a contradiction causes one survey of the whole file and a COPY from the start. */
#ifndef WEIR_PIPELINE_STAGE_LOAD_H
#define WEIR_PIPELINE_STAGE_LOAD_H

#include "pipeline/layout/layout.h"
#include "pipeline/run.h"
#include "pipeline/stage/referred.h"
#include "pipeline/stage/reject.h"
#include "pipeline/stage/repeats.h"
#include "pipeline/stage/row.h"
#include "pipeline/stage/standing.h"
#include "pipeline/stage/stage.h"
#include "pipeline/table/rows.h"

/* What LOAD has made of a file, and keeps open for TRANSFORM, which reads refused rows again. All of it is owned. */
typedef struct
{
  Rows *rows;
  Sha256 *sha; /* fed by the rows */
  char sha256[SHA256_HEX_SIZE];
  char *header; /* in one row, as its columns were understood; NULL: none */
  Layout *layout;
  RejectSpool *rejects;
  GPtrArray *referred; /* of Referred, one a reference, for the first of them; NULL: nobody has gathered them */
  GArray *rejected;    /* of Uid: the keys of refused rows, where a full export may close others; NULL: there are none */
  int64_t unreadable;  /* refused rows of such a file whose key cannot be read */
  bool ended;          /* such a file ends with the end of a line, and with a row that needed no repair */
  int64_t gone;        /* rows that say that their key is gone, which TRANSFORM has taken out of staging (gone.h) */
  bool sifted;         /* TRANSFORM has taken rows out of staging */
  char *snapshot;      /* the one that LOAD works in, for the second connection; NULL: none was asked for */
  Standing *standing;  /* what the table has of them already; NULL: nothing is known of that */
  Repeats *repeats;    /* of what the staged rows are known by; NULL without a model */
  bool forgets;        /* it has records of whom somebody has forgotten */
  Row *row;            /* what converts its rows, where somebody is forgotten; NULL: nobody is */
  Stage *stage;
} Loaded;

void loaded_clear (Loaded *loaded);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Loaded, loaded_clear)

/* Only what comes before the rows: the dialect, the layout, types by the sample. load_infer_all settles them by the whole file, for a cell has
 * contradicted; both leave the rows at their beginning. */
bool load_open (const Db *db, const PipelineTask *task, const Pins *pins, Loaded *ret_loaded, PipelineResult *result,
                GError **error);
bool load_infer_all (const Db *db, const PipelineTask *task, Loaded *loaded, GError **error);

/* Whether the bytes are those that the file's declaration tells of. Error: INPUT ("not_as_declared"). */
bool load_check_sha256 (Db *db, const PipelineTask *task, const char *sha256, GError **error);

/* Loads the file into *ret_loaded, which is the caller's to clear even on error, and which borrows the task and the pins (those
 * before this load). Counts (read, rejected, repaired, staged) and notes of the result are filled. On error the transaction is
 * aborted. */
bool load_file (Db *db, const PipelineTask *task, const Pins *pins, Loaded *ret_loaded, PipelineResult *result, GError **error);

#endif
