/* Monthly partitions of a destination: those that the staged rows need, those of the months ahead, and an end of those that are too old. In the delivery's
 * transaction, behind the rows are staged. Rows without a finite date are in the default partition. */
#ifndef WEIR_CONNECT_PG_WRITE_PARTS_H
#define WEIR_CONNECT_PG_WRITE_PARTS_H

#include "connect/pg/session.h"
#include "connect/pg/write_plan.h"

bool write_parts (PgSession *session, const WritePlan *plan, GError **error);

/* "orders_p2026_11": never longer than a name may be. Owned by the caller. */
char *write_part_name (const char *table, const char *month);

#endif
