/* Since when a file's rows are true, as somebody says by hand (`weir load --as-of`). Pure. */
#ifndef WEIR_SRC_LOAD_BY_HAND_H
#define WEIR_SRC_LOAD_BY_HAND_H

#include "models/catalog.h"
#include "src/load/candidate.h"

/* Puts the time into the candidate: "now", a date, or a date with a time, in the time zone of the route's model where it says none. NULL:
 * nobody says it. Errors: MODEL, where it is no time, or where nothing is true since a time of the file. */
bool by_hand_take (const char *as_of, const Route *route, Candidate *candidate, GError **error);

#endif
