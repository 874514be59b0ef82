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

/* What a change of a column's value means. */
typedef enum
{
  SCD_FIRST = 0,     /* nothing: the first value stays */
  SCD_OVERWRITE = 1, /* it is overwritten in place */
  SCD_VERSION = 2,   /* a version begins */
  SCD_PREVIOUS = 3,  /* it is overwritten in place, and <column>_previous has the value before it */
  SCD_CURRENT = 6,   /* a version begins, and <column>_current has the newest value in every version */
} Scd;

/* Of a column that is not as its table. */
typedef struct
{
  char *name; /* the SQL identifier */
  Scd scd;
  bool all_versions; /* of SCD_OVERWRITE: in every version, not in the current one alone */
  char *made;        /* the column that weir makes for it: of SCD_PREVIOUS and SCD_CURRENT, else NULL */
} HistoryRule;

typedef struct
{
  char *names[HISTORY_COLUMNS];
  OpenEnd open_end;
  Scd scd;          /* of the table: SCD_VERSION, or SCD_OVERWRITE: one row of each key, and none of the columns above */
  GPtrArray *rules; /* of HistoryRule */
} History;

/* As it is where nobody says otherwise. */
void history_init (History *history);
void history_clear (History *history);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (History, history_clear)

/* Adds the rule of a column, which has none yet. */
void history_add_rule (History *history, const char *name, Scd scd, bool all_versions);

/* The rule of a column; NULL: it is as its table. */
const HistoryRule *history_find_rule (const History *history, const char *name);

/* What a change of the column means. */
Scd history_scd (const History *history, const char *name);

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
