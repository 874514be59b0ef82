/* What `weir status --json` prints, with when each table was applied last, and the runs that failed last. */
#ifndef WEIR_SRC_PAGE_OVERVIEW_H
#define WEIR_SRC_PAGE_OVERVIEW_H

#include "src/page/view.h"

/* Where the database is away, what the folders say. A new reference; NULL on error. */
Json *overview_read (const Visit *visit, GError **error);

#endif
