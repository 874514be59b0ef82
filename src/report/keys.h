/* The business keys of entities that are known by their ids alone, as the warehouse has them. */
#ifndef WEIR_SRC_REPORT_KEYS_H
#define WEIR_SRC_REPORT_KEYS_H

#include "base/db.h"
#include "base/json.h"
#include "models/catalog.h"
#include "models/history.h"

/* Of a dimension's ids ("{id,id}"): [{column: value}, ...] by id, as they were last. Empty where a column of the key is personal ("pii"), or the
 * table cannot be asked. Never NULL; a new reference. */
Json *keys_read (Db *db, const char *schema, const Model *model, const History *history, const char *ids);

#endif
