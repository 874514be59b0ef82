/* What a table has already, compared with a file while it is loaded: a second connection reads the ids and hashes of the table's rows, in the
 * order in which they lie there, and most rows of a file that changes little are proved unchanged before it is at its end. TRANSFORM then
 * asks for the others alone.
 *
 * No more than a short cut: what is proved here would not be in the delta either, and where anything is in the way (no second connection is
 * to be had, the table is locked or in another order), nothing is proved and TRANSFORM compares all. What it rests on: one file of a table is
 * loaded at a time, so that between here and TRANSFORM nobody but a person changes the table.
 *
 *   standing_begin for a pass over the file; standing_suspects for each row that is staged; standing_end behind the last; in TRANSFORM
 *   standing_send */
#ifndef WEIR_PIPELINE_STAGE_STANDING_H
#define WEIR_PIPELINE_STAGE_STANDING_H

#include "base/uid.h"
#include "pipeline/layout/layout.h"
#include "pipeline/run.h"
#include "pipeline/stage/copybin.h"

typedef struct Standing Standing;

/* *ret_standing NULL: nothing will be proved. db is the connection of the load, in its transaction, outside of any savepoint; what it
 * fails with is an error, the second connection's failures are none. *snapshot is what the transaction has exported, NULL so far; owned by the
 * caller: a second pass takes the same, for two would be in the way of a COPY that freezes its rows. */
bool standing_begin (Db *db, const PipelineTask *task, const Layout *layout, char **snapshot, Standing **ret_standing,
                     GError **error);
void standing_free (Standing *standing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Standing, standing_free)

/* Some time before the next. */
void standing_expect (const Standing *standing, Uid id);

/* A row that goes to staging: its id, and its hash. NULL: it is proved to be in the table just so. Otherwise the row is to be written there
 * too, or else standing_give_up. Waits for the second connection to read on. */
CopyWriter *standing_suspects (Standing *standing, Uid id, Uid hash);

/* Nothing is proved any more. */
void standing_give_up (Standing *standing);

/* Behind the last row: gives up the connection, and with it the lock on the table. Returns how long was waited for it, in nanoseconds. */
int64_t standing_end (Standing *standing);

/* Whether something is proved: of *ret_rows staged ones all but *ret_suspects. */
bool standing_is_good (const Standing *standing, int64_t *ret_rows, int64_t *ret_suspects);

/* Copies those suspected into a table of staging's columns. */
bool standing_send (Standing *standing, Db *db, const char *table, GError **error);

#endif
