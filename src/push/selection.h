/* Which rows of a warehouse table a delivery has, as one SELECT, and what its columns are called. Pure.
 *
 * Columns are the id, references and attributes; those by which weir tells versions apart come with "history", and any other of its own where the job
 * names it in "columns". Behind them comes PUSH_GONE in mode "upsert", for entities of which there is no row any more: these have their key alone; and PUSH_RUN in
 * mode "append". */
#ifndef WEIR_SRC_PUSH_SELECTION_H
#define WEIR_SRC_PUSH_SELECTION_H

#include "base/json.h"
#include "models/model.h"
#include "src/jobs/push_item.h"

/* What the rows are taken from, and which of them. Borrowed. */
typedef struct
{
  const char *schema; /* of the warehouse */
  const Model *model;
  const History *history;  /* as the table has it */
  const GPtrArray *stored; /* of StoredColumn */
  const PushItem *item;
  bool whole;            /* all of them */
  bool again;            /* some may be there already: of whom the runs left nothing is told with the whole table, too */
  const GPtrArray *runs; /* of char *: what these touched */
  const char *place;     /* for messages */
} SelectionTask;

typedef struct
{
  char *sql;
  Json *columns; /* [{"name", "type", "nullable", "key"}], as the protocol has them */
  Json *key;     /* names at the other side, of one row; an empty array: rows have none */
  Json *entity;  /* the same, of all rows of an entity */
  bool tells_gone;
} Selection;

void selection_clear (Selection *selection);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Selection, selection_clear)

/* Error: MODEL, with all mistakes in its detail: columns that are not there, a key that is dropped or masked, two of one name. */
bool selection_make (const SelectionTask *task, Selection *ret_selection, GError **error);

#endif
