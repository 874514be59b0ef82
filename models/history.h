/* How a dimension keeps history: the names of the columns that tell its versions apart, and how it is written that a version has no end
 * yet. Everybody who writes SQL about versions has the names from here (schema/history_vars.h). Plain data. */
#ifndef WEIR_MODELS_HISTORY_H
#define WEIR_MODELS_HISTORY_H

#include <glib.h>

typedef enum
{
  HISTORY_START,   /* since when the version holds */
  HISTORY_END,     /* until when */
  HISTORY_CURRENT, /* whether it holds now, which is: whether it has no end */
  HISTORY_VERSION, /* its number, from 1 */
  HISTORY_COLUMNS,
} HistoryColumn;

typedef struct
{
  char *names[HISTORY_COLUMNS];
  const char *open_end; /* the value, as SQL, of HISTORY_END in a version that has no end */
} History;

/* With the names that columns have where nobody says otherwise. */
void history_init (History *history);
void history_clear (History *history);

#endif
