/* A table whose rows are all others is built beside the one that is there, and takes its place by name, with its indexes, defaults, comments and grants:
 * whoever reads waits for the change of names alone. Only where nothing depends on the old one (WritePlan.is_held). */
#ifndef WEIR_CONNECT_PG_WRITE_SWAP_H
#define WEIR_CONNECT_PG_WRITE_SWAP_H

#include "connect/pg/session.h"
#include "connect/pg/write_plan.h"

/* Whether it can be done so. */
bool write_swap_is_possible (const WritePlan *plan);

/* Makes the empty table beside; its quoted name is the caller's. NULL on error. */
char *write_swap_begin (PgSession *session, const WritePlan *plan, GError **error);
/* Behind its rows. */
bool write_swap_end (PgSession *session, const WritePlan *plan, const char *beside, GError **error);

#endif
