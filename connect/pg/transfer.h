/* Rows of a statement into the spool file: by COPY, whose bytes are canonical CSV as they are, or through a cursor, where the statement has parameters or the
 * server (Redshift) has no such COPY. What the server did not call complete counts as nothing.
 *
 * A row's first "prefix" cells are its values of the order and are taken off. With "can_cut" the reading ends at a limit of the request, between two
 * rows that differ in them. */
#ifndef WEIR_CONNECT_PG_TRANSFER_H
#define WEIR_CONNECT_PG_TRANSFER_H

#include "connect/pg/session.h"

typedef struct
{
  PgSession *session;
  const Request *request;
  const GPtrArray *params; /* NULL or empty: COPY */
  int prefix;
  bool by_number; /* it is one numeric, of which several texts are the same: "1.0" and "1.00" */
  bool can_cut;
  int64_t limit; /* that the statement has; 0: none */
  /* What came of it: */
  int64_t rows;  /* of this statement that were sent */
  int64_t nulls; /* of these, rows whose first value of the order is NULL */
  bool has_more; /* it ended before the end */
  GString *last; /* the prefix of the last row, as CSV with a comma behind each; empty: there was no row */
  GString *top;  /* of the last row whose first value is not NULL */
  GString *line; /* our own; all three from transfer_init */
} Transfer;

void transfer_init (Transfer *transfer);
void transfer_clear (Transfer *transfer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Transfer, transfer_clear)

/* May be called once more for the next statement: last and top stay, rows go on. Where has_more is set the transaction may be aborted. */
bool transfer_rows (Transfer *transfer, const char *sql, GError **error);

/* The values of a prefix, texts or NULL, owned by the array. */
GPtrArray *transfer_values (const GString *prefix, int n);

#endif
