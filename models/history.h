/* How a dimension keeps history: the names of the columns that tell its versions apart, and how it is written that a version has no end
 * yet. Everybody who writes SQL about versions has the names from here (schema/history_vars.h). Plain data.
 *
 * A model says how it is to be. What the table has is kept in weir.table, as text (TableState.history), and is the same but between a
 * change of the model and the next load, which changes the table (pipeline/warehouse/history_change.h). */
#ifndef WEIR_MODELS_HISTORY_H
#define WEIR_MODELS_HISTORY_H

#include <glib.h>
#include <stdbool.h>

typedef enum
{
  HISTORY_START,    /* since when the version holds */
  HISTORY_END,      /* until when */
  HISTORY_CURRENT,  /* whether it holds now, which is: whether it has no end */
  HISTORY_VERSION,  /* its number, from 1 */
  HISTORY_CHANGED,  /* an array of the columns in which it differs from the version before; NULL in a first one */
  HISTORY_INFERRED, /* whether it is a placeholder; not there until there is one (warehouse/inferred.h) */
  HISTORY_COLUMNS,
} HistoryColumn;

/* What HISTORY_END is in a version that has no end. */
typedef enum
{
  OPEN_END_NULL,
  OPEN_END_INFINITY,
  OPEN_END_YEAR_9999,
} OpenEnd;

typedef struct
{
  char *names[HISTORY_COLUMNS];
  OpenEnd open_end;
} History;

/* As it is where nobody says otherwise. */
void history_init (History *history);
void history_clear (History *history);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (History, history_clear)

/* What HISTORY_END is in a version that has no end, as SQL. */
const char *history_open_end (const History *history);

/* JSON text of it, as weir.table keeps it; equal ones give equal text. Owned by the caller. */
char *history_text (const History *history);

/* From such a text; NULL: as it is where nobody says otherwise. Error: MODEL, of a text that this weir does not know. */
bool history_parse (const char *text, History *ret_history, GError **error);

/* The words used in JSON and in messages, each array by its enumeration's values and ending with NULL. */
extern const char *const history_column_words[];
extern const char *const open_end_words[];

#endif
