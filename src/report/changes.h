/* What is another in one state of a row than in the one before: its columns, each with what it was and what it is. For `weir history` and
 * `weir diff`, which have the two states from SQL. */
#ifndef WEIR_SRC_REPORT_CHANGES_H
#define WEIR_SRC_REPORT_CHANGES_H

#include "base/db.h"
#include "base/json.h"
#include "models/catalog.h"
#include "pipeline/warehouse/columns.h"

/* A column of the warehouse table that may change: it is of the file, and not of the business key. */
typedef struct
{
  char *name;
  char *type;  /* as PostgreSQL writes it */
  bool is_key; /* of the business key: it says of whom the row is */
  bool hidden; /* its values are not shown */
} SeenColumn;

/* Whether the model says of a stored column that it has personal data. */
bool changes_is_personal (const Model *model, const char *stored);
/* Whether it says so of any. */
bool changes_has_personal (const Model *model);

/* The columns of a table that come from files, in its order (of SeenColumn). history: what those are called that tell versions apart. Personal data ("pii" in the model) are hidden, unless
 * "show_pii"; where the model does not say which they are, as one that is broken, all. Sets *ret_hidden where something is. Owned by the caller; NULL on error. */
GPtrArray *changes_columns (Db *db, const char *schema, const Model *model, const History *history, bool show_pii, bool *ret_hidden,
                            GError **error);

/* SQL: [{"column", "old", "new"}, ...] as text, of the columns that differ, values as PostgreSQL writes them; NULL: none differs. "old" and
 * "new" stand before a column's name ("o."). A hidden one has "withheld": true in place of them, and its values stay at the server. Owned
 * by the caller. */
char *changes_expression (const GPtrArray *columns, const char *old, const char *new);

/* For two states that are not there at the same time. Of the later one SQL for its values by column, as JSON in which hidden ones are
 * digests; "of" stands before a column's name ("w."). And, once it is back as "cells", what changes_expression would say: the earlier state
 * is "o", a row of the table when it had the columns "before" (of StoredColumn). Both owned by the caller. */
char *changes_cells (const GPtrArray *columns, const char *of);
char *changes_since (const GPtrArray *columns, const Model *model, const GPtrArray *before, const char *cells);

/* The column that a later one was before: by its name, or by those that the model has in "from". NULL: there was none. */
const StoredColumn *changes_find_before (const GPtrArray *before, const Model *model, const char *name);

/* The same list of a row that is new, from its cells. A new reference. */
Json *changes_of_new (const GPtrArray *columns, const Json *cells);

/* "name: Ann → Eve, city: Oslo → Rome"; of a row that is new, without what was before: "name: Ann, city: Oslo". Owned by the caller. */
char *changes_text (const Json *changes, bool is_new);

/* What is said on stderr behind rows whose values are hidden. */
void changes_say_hidden (const char *table);

#endif
