/* The staging table of one load: made aside under the run's name, filled by binary COPY, and swapped in last. For a small file it is the
 * table that is there, emptied.
 *
 *   stage_new, stage_ensure_schema, stage_create, stage_copy_begin and the rows, stage_finish, stage_swap; later stage_count
 *
 * All inside the caller's transaction, which is aborted after an error, but for what stage_swap calls harmless. */
#ifndef WEIR_PIPELINE_STAGE_STAGE_H
#define WEIR_PIPELINE_STAGE_STAGE_H

#include "pipeline/layout/layout.h"
#include "pipeline/run.h"
#include "schema/ledger.h"

typedef struct
{
  const char *schema;
  char *table; /* "users" */
  char *build; /* "users__3fa9c1d2": the name under which it is built */
  char *name;  /* the name it has now: build; or table, after the swap and where its rows are replaced */
  bool small;  /* the file is */
  char *
      aside; /* what the table is called now whose name was taken, and which is still to be dropped (aside.h); NULL: there is none */
  GPtrArray
      *comments; /* of the columns, where the rows of a table are replaced that was there: in_place.h. NULL: it is a new one */
} Stage;

/* What the names of a table's builds begin with, before eight digits of the run. Owned by the caller. */
char *stage_prefix (const char *table);

/* The names only. Borrows the schema's. */
Stage *stage_new (const char *schema, const Run *run);
void stage_free (Stage *stage);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Stage, stage_free)

/* Creates the schema if it is missing. "what" ("staging", "warehouse") is for the message. Errors: MODEL where the role may not. */
bool stage_ensure_schema (Db *db, const char *schema, const char *what, GError **error);

/* Creates the table aside, or for a small file empties the one that is there; removes what earlier loads of the same table could not swap in.
 * The layout's types must be settled. A second one undoes nothing of the first: that is the caller's. */
bool stage_create (Db *db, Stage *stage, const Layout *layout, const PipelineOptions *options, bool small, GError **error);

/* Begins the COPY into it (base/db.h). */
bool stage_copy_begin (Db *db, const Stage *stage, GError **error);

/* What the load knew of each column, in their order, for the ledger and whoever reads it there: [{"name", "header" (as the file
 * spells it), "type", "format" (null: the type's own), "ambiguous" (null, or the two ways as a model would say them)}]. A new
 * reference. */
Json *stage_columns (const Layout *layout);

/* After the rows, for people: comments (file and run on the table, header and format on columns that have some). */
bool stage_finish (Db *db, const Stage *stage, const Layout *layout, const Run *run, GError **error);

/* Does nothing where that is the table's own. Otherwise takes the table's name over from the earlier load's, with its grants. Where something depends on the old one, its rows are replaced
 * in it (replace.h). Somebody reading the old one for longer than swap_timeout_ms, something that depends on one with other columns, or
 * a table of that name that weir did not make: the rows stay under the name they were built with, and a note says so. */
bool stage_swap (Db *db, Stage *stage, const PipelineOptions *options, GPtrArray *notes, GError **error);

/* How many rows of this run there are, held until the transaction ends: an unlogged table is emptied when the server crashes, and a
 * run that lost the table's lock may find another's rows under the name. */
bool stage_count (Db *db, const Stage *stage, Uid run, int64_t *ret_rows, GError **error);

/* A value of that column, any but NULL. NULL: it has none. Owned by the caller. */
bool stage_first_value (Db *db, const Stage *stage, const char *column, char **ret_value, GError **error);

#endif
