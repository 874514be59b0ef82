/* What a destination has of the table of a delivery, and what is to be made of it. In the delivery's transaction. */
#ifndef WEIR_CONNECT_PG_WRITE_LOOK_H
#define WEIR_CONNECT_PG_WRITE_LOOK_H

#include "connect/pg/session.h"
#include "connect/pg/write_plan.h"

/* Fills the rest of the plan. Errors: CONFIGURATION where the table is missing and not to be made, as of a delivery that has not all rows for it, is none, or
 * lacks columns that the job wants to have refused. */
bool write_look (PgSession *session, WritePlan *plan, GError **error);

/* Makes what is missing: schema, table, columns. */
bool write_make (PgSession *session, WritePlan *plan, GError **error);

/* create: whether it may be made where it is missing; else that is an error (CONFIGURATION). *ret_made: it was. */
bool write_make_schema (PgSession *session, const char *schema, bool create, bool *ret_made, GError **error);

#endif
