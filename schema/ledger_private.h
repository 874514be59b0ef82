/* How the ledger's files run their statements. In a function with "db" and "error". */
#ifndef WEIR_SCHEMA_LEDGER_PRIVATE_H
#define WEIR_SCHEMA_LEDGER_PRIVATE_H

#include "schema/sql.h"

/* A statement of ledger.sql, and the variables it takes: LEDGER_RUN ("unlock", { "table", table }). */
#define LEDGER_RUN(statement, ...)                                                                                                 \
  sql_run (db, "ledger/" statement, (const SqlVar[]) { __VA_ARGS__ }, G_N_ELEMENTS (((const SqlVar[]) { __VA_ARGS__ })), NULL,     \
           error)

/* The same for one whose answer the next statement of the transaction brings. */
#define LEDGER_POST(statement, ...)                                                                                                \
  sql_post (db, "ledger/" statement, (const SqlVar[]) { __VA_ARGS__ }, G_N_ELEMENTS (((const SqlVar[]) { __VA_ARGS__ })), error)

/* The same with its answer; the statement with its file: "report/runs". */
#define LEDGER_ASK(file_statement, ret, ...)                                                                                       \
  sql_run (db, file_statement, (const SqlVar[]) { __VA_ARGS__ }, G_N_ELEMENTS (((const SqlVar[]) { __VA_ARGS__ })), ret, error)

/* A number as text, for a variable. */
typedef struct
{
  char text[24];
} LedgerNumber;

/* Valid as long as the buffer, which is the caller's. */
const char *ledger_number (LedgerNumber *buffer, int64_t n);

#endif
