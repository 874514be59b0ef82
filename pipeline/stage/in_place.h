/* A staging table that is there already takes the rows of the next small file: a new one costs the server more than a hundred rows do, and
 * each leaves dead rows in the catalog.
 *
 * Whoever reads it sees the old rows, and from the COMMIT on the new ones. What is deleted is not cleared away, for nobody vacuums staging: a
 * table that has grown by that gives its place to a new one (stage.h), which is cheaper than TRUNCATE for its readers.
 *
 * All in the caller's transaction. */
#ifndef WEIR_PIPELINE_STAGE_IN_PLACE_H
#define WEIR_PIPELINE_STAGE_IN_PLACE_H

#include "pipeline/stage/stage.h"

/* Bytes of a file that is small, as it lies there. */
#define IN_PLACE_FILE_BYTES (1 << 20)

/* Locks the table against all who write to it and empties it, if it is an earlier load's (ours: staging/find), has the columns that this one
 * needs, and nothing else that could tell it from a new one: nobody's index, trigger, rule or check. *ret_comments are its columns' (of
 * char *, "" for none), the table's own apart. NULL: it has to be a new table. */
bool in_place_take (Db *db, const Stage *stage, const Layout *layout, const PipelineOptions *options, GPtrArray **ret_comments,
                    GError **error);

/* For TRANSFORM: until its transaction ends, nobody takes the rows away. An error may come with the next statement. */
bool in_place_hold (Db *db, const Stage *stage, GError **error);

#endif
