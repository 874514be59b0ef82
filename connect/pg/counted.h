/* Up to which number nobody adds rows any more: of keys that grow (mode log) and bookmarks that are numbers.
 *
 * A transaction takes its numbers when it writes, and shows its rows when it commits: a row may appear behind whose number others have long passed. So
 * each reading asks first for the greatest number that is there, and then who is open (open.h): when none of those is open any more, that number has passed for
 * good, and the next reading begins behind it. Before, the stretch from the last such number is read again.
 *
 * In a position: "$earlier" is the number that waits (open.h); "$next", within the batches of one reading, the position behind the last of them. Numbers that were
 * set aside and used later (a pool of an application's, a sequence's cache) are in no transaction, and a server that is blind names none: "overlap" is for
 * them. */
#ifndef WEIR_CONNECT_PG_COUNTED_H
#define WEIR_CONNECT_PG_COUNTED_H

#include "connect/pg/plan.h"

/* The position behind a reading that begins at "position" (may be NULL), and the greatest number that is there now; NULL: nothing to say, and no row. Within a
 * transaction before the snapshot that is read. Tells a note. New references. */
bool counted_find (PgSession *session, const Source *source, const Plan *plan, const Json *position, Json **ret_seen,
                   Json **ret_next, GError **error);

#endif
