/* Placeholders in a dimension: an entity that a fact refers to and no file of the dimension has brought. Its one version has the business key
 * and nothing else, holds since ever, and is marked in a column that the dimension gets with the first of them. The first file that
 * has the entity fills it, and opens no second version.
 *
 * Kimball, The Data Warehouse Toolkit: "late arriving dimensions". Made by placeholder.h. */
#ifndef WEIR_PIPELINE_WAREHOUSE_INFERRED_H
#define WEIR_PIPELINE_WAREHOUSE_INFERRED_H

#include "pipeline/stage/load.h"
#include "pipeline/warehouse/warehouse.h"

/* Gives the dimension's table, and its view of current rows, the column, where they lack it; in the transaction of whoever makes the first
 * placeholder. Errors: RETRY ("lock_busy") where somebody holds the table for lock_ms; MODEL where a column of somebody's has the name. */
bool inferred_ensure (Db *db, const char *schema, const Model *dimension, int lock_ms, GError **error);

/* Fills placeholders from the staged rows; those that did are then equal to what the table has. *ret_filled: how many. Behind
 * warehouse_bring_up, and before anything is compared. One question where the table has the column, none where it has not. */
bool inferred_fill (Db *db, const PipelineTask *task, const Warehouse *warehouse, const Loaded *loaded, int64_t *ret_filled,
                    GError **error);

/* Whom facts have named before the dimension's files did, a table that is made again cannot have from these: takes them over from the table
 * "from" as they were at first, behind its first file. Nothing where there are none. */
bool inferred_take_over (Db *db, const char *from, const char *to, const Model *dimension, int lock_ms, GError **error);

#endif
