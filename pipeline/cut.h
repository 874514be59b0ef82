/* A kept file without the records of whom `weir forget` has erased: the bytes of all others stay as they are, whatever its encoding, its quotes
 * and its packing.
 *
 *   cut_find    reads the file as a load would, and tells which records these are
 *   cut_write   copies it, line by line, without them
 *
 * Lines are the measure, for they are the same in the text as it is read and in the file's own encoding. A record of a fact that only loses its
 * reference is written anew, with these cells empty. */
#ifndef WEIR_PIPELINE_CUT_H
#define WEIR_PIPELINE_CUT_H

#include "pipeline/run.h"
#include "pipeline/layout/pins.h"

/* A row without a key is known by its hash, which is another one when it has lost its reference. */
typedef struct
{
  Uid before, after;
} CutHash;

/* What is cut out of a file, in its order. Release with cut_plan_clear. */
typedef struct
{
  Dialect dialect;
  GArray *cuts;    /* of records; their fields are cut.c's own */
  GArray *hashes;  /* of CutHash: of its rows without a key that are written anew */
  int64_t removed; /* records that go */
  int64_t blanked; /* that are written anew */
} CutPlan;

void cut_plan_clear (CutPlan *plan);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CutPlan, cut_plan_clear)

/* "task" has the file, its model and the tombstones; "pins" are the table's. Where the file has no such record nothing was found. Errors: those of
 * reading it. */
bool cut_find (const Db *db, const PipelineTask *task, const Pins *pins, CutPlan *ret_plan, GError **error);

/* Copies the file to "out", open for writing, and syncs it. Errors: LOCAL, and those of reading. */
bool cut_write (int in, const CutPlan *plan, int out, char ret_sha256[SHA256_HEX_SIZE], int64_t *ret_size, GError **error);

#endif
