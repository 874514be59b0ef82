/* Up to which number nobody adds rows any more: of keys that grow (mode log) and bookmarks that are numbers.
 *
 * A transaction takes its numbers when it writes, and shows its rows when it commits: a row may appear behind whose number others have long passed. So
 * each reading asks first for the greatest number that is there, and by the same word who runs: as "seen" it remembers the number, the snapshot's xmax, and the
 * time. All transactions that ran then have ended when the xmin of a later snapshot has reached that xmax and none is open that began before that time;
 * only then that number is passed for good, and the next reading begins behind it. Before, the stretch from the last such number is read again.
 *
 * In a position: "$earlier" are what was seen and has not passed, [{"id": ..., "$xmax": "...", "$at": ...}], the oldest first; "$next", within the batches of
 * one reading, the position behind the last of them. Numbers that were set aside and used later (a pool of an application's) are in no transaction: "overlap"
 * is for them. */
#ifndef WEIR_CONNECT_PG_COUNTED_H
#define WEIR_CONNECT_PG_COUNTED_H

#include "connect/pg/horizon.h"
#include "connect/pg/plan.h"

/* What was seen before the snapshot: one of "$earlier", or NULL where the table has no row. Within a transaction, before horizon_find. A new reference. */
bool counted_look (PgSession *session, const Source *source, const Plan *plan, Json **ret, GError **error);

/* The position behind a reading that began at "position" (may be NULL): seen is counted_look's, xmin that of the snapshot that was read, the horizon was asked in
 * between. Pure. A new reference. */
Json *counted_next (const Json *position, const Json *seen, int64_t xmin, const Horizon *horizon, bool is_redshift);

#endif
