/* Whether a table is what its files give, by `weir rebuild` without a process. */
#ifndef WEIR_TESTS_SUPPORT_REBUILT_H
#define WEIR_TESTS_SUPPORT_REBUILT_H

#include "src/load/loader.h"

/* What the table has otherwise, as JSON; NULL: nothing. The loader has another connection behind it. Fails the test where the table cannot be
 * rebuilt. Owned by the caller. */
char *rebuilt_difference (Loader *loader, const char *table);

#endif
