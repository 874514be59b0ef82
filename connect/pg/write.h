/* PostgreSQL and Redshift as destinations.
 *
 * "to" may say {"schema", "table", "create": true, "new_columns": "add" | "ignore" | "refuse", "partition_by": {"column", "by": "month", "ahead": 2,
 * "expire": "24 months"}}; "mode", "key", "gone", "columns" and "history" are weir's, and come with the delivery as it is to be done.
 *
 * All of a delivery is one transaction with its mark, a row of weir_delivered in the table's schema, which is asked first: what is there already is not done
 * once more. Deliveries to one table wait for each other. Redshift has a dialect of its own (write_sql.h), by the connection's type. */
#ifndef WEIR_CONNECT_PG_WRITE_H
#define WEIR_CONNECT_PG_WRITE_H

#include "connect/pg/session.h"

bool pg_write (const Request *request, Done *done, GError **error);

/* Of `check` of a destination: makes a small table, writes a row, reads it back, and drops it; whatever comes of it is told (connect_checked). */
bool pg_write_check (const Request *request, PgSession *session, GError **error);

#endif
