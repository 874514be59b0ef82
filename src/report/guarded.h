/* Files that wait for a person's leave (`weir approve`, `weir discard`), for `weir status`. */
#ifndef WEIR_SRC_REPORT_GUARDED_H
#define WEIR_SRC_REPORT_GUARDED_H

#include "base/db.h"
#include "base/json.h"

/* files: as ledger_guarded has them; NULL: it is not known whether there are any. [{"run", "file", "table", "place", "since", "overtaken_by": a
 * newer file that was applied since or null, "held": as guard.h has it, "error"}, ...]; null. A new reference. */
Json *guarded_to_json (const DbResult *files);

/* The same for people, on stdout. */
void guarded_print (const DbResult *files);

#endif
