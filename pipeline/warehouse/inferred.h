/* Placeholders in a dimension: an entity that a fact refers to and no file of the dimension has brought. Its one version has the business key
 * and nothing else, holds since ever, and is marked in a column that the dimension gets with the first of them. The first file that
 * has the entity fills it, and opens no second version; but where the model says since when rows are true, and not "first": "always", it takes the
 * placeholder's place with a version that begins when it says.
 *
 * A placeholder is signed (opened_by) by a run of a fact with rows that refer to it, and goes with the last of these (undo_others.c). Who loses all
 * versions while facts refer to him is a placeholder again (inferred_leave, inferred_keep).
 *
 * Kimball, The Data Warehouse Toolkit: "late arriving dimensions". Made by placeholder.h. */
#ifndef WEIR_PIPELINE_WAREHOUSE_INFERRED_H
#define WEIR_PIPELINE_WAREHOUSE_INFERRED_H

#include "pipeline/stage/load.h"
#include "pipeline/warehouse/vars.h"
#include "pipeline/warehouse/warehouse.h"

/* A dimension, and how its table tells versions apart: the model may say otherwise by now. Borrowed. */
typedef struct
{
  const char *schema;
  const Model *dimension;
  const History *history;
  int lock_ms; /* how long to try for the lock that a table's first placeholder needs */
} InferredIn;

/* Makes placeholders of those whom the dimension does not have. named: a relation, as SQL, with "id", "by" (the run that signs) and
 * "key", an array of texts. The table, and its view of current rows, get the column where they lack it. *ret_made: how many. Errors: RETRY
 * ("lock_busy") where somebody holds the table for lock_ms; MODEL where a column of somebody's has the name. */
bool inferred_insert (Db *db, const InferredIn *in, const char *named, int64_t *ret_made, GError **error);

/* ---- who loses all versions ---- */

/* The facts that are asked who refers to a dimension. Borrowed. */
typedef struct
{
  const Catalog *catalog;
  const char *schema;
  bool all;     /* whatever their "missing" says, but for "allow"; else those that say "placeholder" */
  bool replays; /* of a table that is made again: placeholders are signed as in the one that there is */
} InferredFacts;

/* Before versions of entities go: keeps their keys. leaving: a relation, as SQL, with their "id". No statement where no fact is asked. */
bool inferred_leave (Db *db, const InferredIn *in, const InferredFacts *facts, const char *leaving, GError **error);

/* Behind that: whoever has no version any more, and rows of facts refer to, is a placeholder. run: of the file that did it, which is taken back
 * with them; NULL: none. *ret_kept: how many. */
bool inferred_keep (Db *db, const InferredIn *in, const InferredFacts *facts, const char *run, int64_t *ret_kept, GError **error);

/* The variables of "inferred/naming", and that as "naming": the runs of a fact whose rows, or rows that these have overwritten, refer to an id. */
void inferred_set_naming (Vars *vars, const char *schema, const char *fact, const char *as);

/* ---- the first file that has the entity ---- */

/* Fills placeholders from the staged rows; those that did are then equal to what the table has. *ret_filled: how many. Behind
 * warehouse_bring_up, and before anything is compared. One question where the table has the column, none where it has not. */
bool inferred_fill (Db *db, const PipelineTask *task, const Warehouse *warehouse, const Loaded *loaded, int64_t *ret_filled,
                    GError **error);

/* ---- a table that is made again ---- */

/* Placeholders are in none of a table's files. So the session that makes one again puts down whom facts have named: of a dimension those who are, or were, placeholders
 * in its table; of a fact whom its rows name now. "key": whether the ids of the table are those of the model. Before ledger_shadow. */
bool inferred_begin (Db *db, const InferredIn *in, bool key, GError **error);

/* Puts down more of them: "named" as of inferred_insert. */
bool inferred_name (Db *db, const Model *dimension, const char *named, GError **error);

/* A dimension's table that was just made gets those that were put down, before its first row: it is as one that was there, then. */
bool inferred_take (Db *db, const PipelineTask *task, Warehouse *warehouse, GError **error);

/* The dimensions of a fact that was made again get those whom they do not have. *ret_made: how many. */
bool inferred_give (Db *db, const Model *fact, const Catalog *catalog, const char *schema, int lock_ms, int64_t *ret_made,
                    GError **error);

#endif
