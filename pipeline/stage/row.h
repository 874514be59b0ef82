/* One record to one staged row: values, id, references and hash, or the reason why not. No allocation per row.
 *
 *   row_new once the layout's types are settled; for each record row_convert, then row_write or what row_reason says */
#ifndef WEIR_PIPELINE_STAGE_ROW_H
#define WEIR_PIPELINE_STAGE_ROW_H

#include "pipeline/stage/copybin.h"
#include "pipeline/layout/forgotten.h"
#include "pipeline/layout/key.h"
#include "pipeline/layout/layout.h"
#include "pipeline/stage/null_count.h"
#include "pipeline/stage/row_clock.h"

typedef enum
{
  ROW_OK,
  ROW_REJECT,        /* row->reject_* say why */
  ROW_FORGOTTEN,     /* it is of, or refers to, whom `weir forget` has erased: nothing of it is kept */
  ROW_CONTRADICTION, /* a cell is not of its column's inferred or pinned type: the whole file must be inferred */
} RowVerdict;

typedef struct Row Row;

/* Borrows the layout. The secret is for hmac-sha256 keys, its own and the references' (key.h): NULL where there are none. */
Row *row_new (const Layout *layout, const void *secret, size_t secret_length);
void row_free (Row *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Row, row_free)

/* Rows of whom these have are ROW_FORGOTTEN, or lose their reference, as the model says (model_forgets). Borrowed; NULL, as at first: nobody is
 * forgotten. */
void row_forget (Row *row, const Tombstones *tombstones);

/* Where the time of its rows goes, if the caller begins each row on it; borrowed. */
RowClock *row_clock (Row *row);

/* Converts a record, which must stay valid until row_write. */
RowVerdict row_convert (Row *row, const Record *record);

/* After ROW_REJECT: column (NULL: the record), reason and message; borrowed until the next row_convert. After ROW_CONTRADICTION:
 * the column and a message. */
const char *row_column (const Row *row);
Reason row_reason (const Row *row);
const char *row_message (const Row *row);

/* After ROW_OK: appends the staged row: the file's columns, the references, _line, _id, _hash. Errors: those of the writer's
 * sink. */
bool row_write (Row *row, const Record *record, CopyWriter *copy, GError **error);

/* The same row once more, to another place. */
bool row_write_again (const Row *row, const Record *record, CopyWriter *copy, GError **error);

/* After ROW_OK: what the row is known by, its id, and without a key its hash. */
Uid row_identity (const Row *row);

/* After ROW_REJECT: the id that the row has all the same. False: its key cannot be read. What row_column, row_reason and row_message say is
 * gone then. */
bool row_identify (Row *row, const Record *record, Uid *ret_id);

/* How many rows have lost a reference so far. */
int64_t row_lost (const Row *row);

/* Whether nothing of a record is to be kept that was refused, or contradicts. Nothing of one whose cells are not known, if a piece of it between
 * delimiters, quotes and line ends is the key. */
bool row_goes (Row *row, const Record *record, const Dialect *dialect);

/* A record without the keys that its row, or what it would be, has lost; NULL: it has lost none, or is none that stays. Owned by the caller. */
char *row_blanked (Row *row, const Record *record, const Dialect *dialect);

/* After ROW_OK: what it refers to, by the layout's reference. False: nothing. */
bool row_reference (const Row *row, int reference, Uid *ret_id);

/* After ROW_OK, of the same record: the key that the id of a reference is made from, each part normalised, in the order of the dimension's
 * business key. Borrowed until the next call; NULL: it refers to nothing. */
const KeyPart *row_reference_key (Row *row, const Record *record, int reference);

/* After ROW_OK: the hash of its values. */
Uid row_hash (const Row *row);

/* After ROW_OK: whether the row is sure to fit on a page of PostgreSQL. Asked only where it may not (fit.h). */
bool row_fits (const Row *row);

const NullCount *row_nulls (const Row *row); /* of the rows written so far; borrowed */

#endif
