/* Rows that are true since before what the table knows, and rows that each say since when: they find their places in history.
 *
 * The history of each entity that such a row is of is made anew, of all that is known of it: the versions it has, what later files said
 * again without opening one (weir.observed), and the rows. By time, a value holds until another one comes; of one instant the file that
 * came last is right. What is equal to what was before it opens no version, numbers follow. So files give the same versions in whatever
 * order they come. Entities of which the file says nothing new are not touched. schema/templates/splice.sql has the statements.
 *
 * A row is counted as what it has become: "late" if it changed the past only, "corrected" if it says otherwise of the very instant that
 * something was said of, else as any row. */
#ifndef WEIR_PIPELINE_WAREHOUSE_SPLICE_H
#define WEIR_PIPELINE_WAREHOUSE_SPLICE_H

#include "pipeline/stage/load.h"
#include "pipeline/warehouse/warehouse.h"
#include "schema/sql.h"

/* What a reject says of it. */
#define SPLICE_LATE_MESSAGE "the row is true since before what is known of it, or says otherwise of the same instant"

/* Borrowed. */
typedef struct
{
  const PipelineTask *task;
  const Warehouse *warehouse;
  const Effective *effective;
  Loaded *loaded;
  PipelineResult *result;
  bool there;   /* for splice_rows: the file says of whom it has that they are there (gone.h) */
  bool spliced; /* for splice_observe: its rows went through splice_rows */
} Splice;

/* Before the rows of a table that this load makes: what was said of another one of its name is forgotten. */
bool splice_forget (Db *db, const Splice *splice, GError **error);

/* The staged rows of a dimension, and the keys of weir_gone (gone.h), in place of dimension/apply. "whole": the file is a full export. vars:
 * transform.c's. The counts of what was inserted, updated, late, corrected and deleted follow; where the model refuses late rows, these are
 * rejects. */
bool splice_rows (Db *db, const Splice *splice, bool whole, const SqlVar *vars, size_t n_vars, GError **error);

/* Behind the rows of a dated file: keeps which entities it had, if it said something again; of a fact always, whose rows do not tell since when
 * they are true. */
bool splice_observe (Db *db, const Splice *splice, const SqlVar *vars, size_t n_vars, GError **error);

#endif
