/* The statements of a delivery, by what was planned: one text each, in the dialect of the destination. Pure; tests/golden/deliver has all of them.
 *
 *   make_marks                 in a transaction of its own
 *   lock, staging, copy        ... and the rows
 *   create or add              the table
 *   apply                      the rows come into it: a few statements, in order
 *   mark
 *
 * Redshift: no ON CONFLICT (rows are deleted by a join, and inserted), no DISTINCT ON, no advisory locks, no temporary table that goes with the transaction,
 * and no COPY from a client: rows come by INSERT. */
#ifndef WEIR_CONNECT_PG_WRITE_SQL_H
#define WEIR_CONNECT_PG_WRITE_SQL_H

#include "connect/pg/write_plan.h"

#define STAGING "weir_rows"

/* Owned by the caller, all of them. */
char *write_sql_make_marks (const WritePlan *plan);
char *write_sql_lock (const WritePlan *plan);
char *write_sql_staging (const WritePlan *plan);
char *write_sql_copy (const WritePlan *plan, const char *table); /* table: quoted; of Redshift "insert into ... values " */
char *write_sql_create (const WritePlan *plan);
GPtrArray *write_sql_add (const WritePlan *plan);                 /* of char *: the columns that the target lacks and is to have */
GPtrArray *write_sql_apply (const WritePlan *plan);               /* of char * */
char *write_sql_drop (const WritePlan *plan, const char *staged); /* rows of the target that have a key of these staged ones */
char *write_sql_last (const WritePlan *plan);                     /* of several staged rows of one key the last stays */
char *write_sql_mark (const WritePlan *plan);                     /* $1 job, $2 table, $3 run, $4 rows */

#endif
