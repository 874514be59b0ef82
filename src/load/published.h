/* The published object of a file (docs/operations.md), as one line for people; of a refused file with DETAIL and HINT on lines of
 * their own. Pure. */
#ifndef WEIR_SRC_LOAD_PUBLISHED_H
#define WEIR_SRC_LOAD_PUBLISHED_H

#include "base/json.h"

/* "users.csv: applied to users in 0.21 s: 10,000 rows read, 9,845 inserted, ...". Counts of 0 are left out; lines that are in no
 * row are told behind them (lines_left_out). Owned by the caller. */
char *published_text (const Json *published);

/* An "error" member ({"message","detail","hint"}) as weir_error_format prints an error. Owned by the caller. */
char *published_error_text (const Json *error);

#endif
