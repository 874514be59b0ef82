/* What `weir rebuild` prints. */
#ifndef WEIR_SRC_REPORT_REBUILT_H
#define WEIR_SRC_REPORT_REBUILT_H

#include "src/load/rebuild.h"

/* For people, on stdout. wish: what was asked for. */
void rebuilt_print (const Rebuild *rebuild, const RebuildWish *wish, const RebuildEnd *end);

/* {"table", "files", "lost": [name], "read", "schema", "columns": [text], "rows": {"live", "rebuilt", "extra", "missing", "different"}, "sample",
 * "written": run or null}. A new reference. */
Json *rebuilt_to_json (const Rebuild *rebuild, const RebuildWish *wish, const RebuildEnd *end);

#endif
