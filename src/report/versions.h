/* The versions of one entity of a dimension, for people: since when each holds, what changed in it, and which file said so. */
#ifndef WEIR_SRC_REPORT_VERSIONS_H
#define WEIR_SRC_REPORT_VERSIONS_H

#include "base/uid.h"
#include "src/report/changes.h"
#include "src/settings/settings.h"

/* Where they are looked for. Borrowed. */
typedef struct
{
  const char *schema;     /* of the warehouse */
  const char *staging;    /* of the last file, which has lines */
  const Model *model;     /* of a dimension */
  const History *history; /* what the table's columns are called */
  bool show_pii;
} VersionsPlace;

/* Whether the table has versions. Errors: MODEL. */
bool versions_check_kind (const Model *model, GError **error);

/* Where the rows of a table are, and what its columns are called. Both owned by the caller. Errors: INPUT where it was never loaded. */
bool versions_find_table (Db *db, const Settings *settings, const char *table, char **ret_schema, History *ret_history,
                          GError **error);

/* The object of --json: "table", "id", and "versions", none where nobody has the id: "version", "from" and "to" (ISO 8601, "-infinity"; null: it
 * has no end), "follows" (the one before it ended when it began), "changed" (changes_expression), "run", "file" and "place" of what opened
 * it, "line" in that file where staging has it still, "closed_by" and "closed_by_file". *ret_hidden: some values are not shown. A new
 * reference; NULL on error. */
Json *versions_read (Db *db, const VersionsPlace *place, Uid id, bool *ret_hidden, GError **error);

/* As a table, in which an entity that is not there for a time has a line of its own; and as CSV, a line for each column that changed. */
void versions_print (const Json *entity);
void versions_print_csv (const Json *entity);

#endif
