/* May a full export close so many keys, and a late file change what is known? If not it is held for a person: the transaction is rolled back, and its run and the object that is
 * published say why. Judged by what the table is and by the full export before it (the last one that was applied; of dated ones the one before
 * it in time), so that one that is held changes nothing for the next. */
#ifndef WEIR_PIPELINE_WAREHOUSE_GUARD_H
#define WEIR_PIPELINE_WAREHOUSE_GUARD_H

#include "pipeline/warehouse/gone.h"
#include "pipeline/warehouse/vars.h"

/* False with an INPUT error ("held"), and the result's "held": {"guard": "close_percent", "shrink_percent" or "cut_off", "effective": since when the file is true, "rows" where each says that, or null, "closes", "of": keys,
 * "rows", "rows_before": of the full export before it or null, "sample": [id]}. A file whose bytes a person has approved passes;
 * so does one that is only looked at (PipelineOptions.look), with a note. */
bool guard_check (Db *db, const GoneInput *input, const Gone *gone, GError **error);

/* The same of a file whose rows were judged (splice.h) and would change what is known of before, where the model says "late": "hold". "held":
 * {"guard": "late", "effective", "late", "corrected": rows, "absent": keys, "sample"}. vars: of splice.sql. */
bool guard_check_late (Db *db, const Splice *what, const Vars *vars, GError **error);

#endif
