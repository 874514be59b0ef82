/* What a running `weir watch` tells of its files (src/watch/board.h), for `weir status`: one entry of a board. Pure. */
#ifndef WEIR_SRC_REPORT_TOLD_H
#define WEIR_SRC_REPORT_TOLD_H

#include "base/json.h"

/* The entry of a file: of the claim "run", or, where that is NULL, of the name in the drop folder. Borrowed from the board; NULL:
 * nobody says anything. */
const Json *told_find (const Json *board, const char *file, const char *run);

/* Whether it says that a worker has the file. */
bool told_in_work (const Json *entry);

/* The entry for people: "another session of weir works on its table; since 12 s, tried again in 3 s". reason: what is known better
 * than the entry's own text, or NULL. now: microseconds since 1970. Owned by the caller. */
char *told_text (const Json *entry, const char *reason, int64_t now);

/* Adds the members of --json to the object of a file: "cause", "since" and "next_try" (times as ISO 8601; null where there is none),
 * and what else the entry has. entry may be NULL. */
void told_to_json (const Json *entry, Json *object);

#endif
