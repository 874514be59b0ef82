/* Between undo.c, which takes runs of one table back, and undo_others.c. */
#ifndef WEIR_PIPELINE_WAREHOUSE_UNDO_INSIDE_H
#define WEIR_PIPELINE_WAREHOUSE_UNDO_INSIDE_H

#include "pipeline/warehouse/undo.h"
#include "pipeline/warehouse/vars.h"

/* What is the same for all runs of one call. */
typedef struct
{
  const UndoTask *task;
  Vars vars;
  bool infers;       /* the table has the column that marks placeholders */
  bool keeps;        /* whom facts name may stay as one: the table has versions, and the key of the model */
  History history;   /* as the table has it, be the model changed or not */
  GPtrArray *newest; /* of HistoryRule: columns of the table that have the newest value in every version */
  Undo *undo;
} Undoing;

/* Before and behind the rows of a dimension's run, whose entities are in weir_touched: whom only placeholders of facts' stand for then. */
bool undo_begin_entities (Db *db, const Undoing *undoing, GError **error);
bool undo_end_entities (Db *db, const Undoing *undoing, GError **error);

/* Behind that: an error where rows of facts refer to whom
 * nobody is any more, a note where their model allows that. */
bool undo_check_facts (Db *db, const Undoing *undoing, GError **error);

/* Behind the rows of a fact's run: the placeholders that it has made in its dimensions (placeholder.h) go, but for those that rows of other
 * runs refer to, which are theirs then. The dimensions' rows of weir.table are locked. Counts them in "run". */
bool undo_placeholders (Db *db, const Undoing *undoing, UndoRun *run, GError **error);

#endif
