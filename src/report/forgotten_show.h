/* What `weir forget` would take away, or has, for people. */
#ifndef WEIR_SRC_REPORT_FORGOTTEN_SHOW_H
#define WEIR_SRC_REPORT_FORGOTTEN_SHOW_H

#include "base/db.h"
#include "base/json.h"

/* report: forgetting_to_json. */
void forgotten_print (const Json *report);

/* How many are forgotten of a table (NULL: of each), and since when: no keys, for nobody knows these. A new reference; NULL on error. */
Json *forgotten_list (Db *db, const char *table, GError **error);
void forgotten_print_list (const Json *list);

#endif
