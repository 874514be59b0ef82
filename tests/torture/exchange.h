/* A command of weir that exchanges rows with another PostgreSQL, and the faults on its way: what kinds of pulls and pushes have in common.
 *
 *   begin       a home and another database, up to the command
 *   the command, with the fault
 *   end         the command again, without one, until all is there; and what must be true then
 */
#ifndef WEIR_TESTS_TORTURE_EXCHANGE_H
#define WEIR_TESTS_TORTURE_EXCHANGE_H

#include "trial.h"

#include "tests/support/pg_source.h"

#define EXCHANGE_CASES 16 /* of a script at most */

typedef struct
{
  Trial *trial;
  int which; /* the case */
  PgSource *store;
  void *own; /* the script's */
} Exchange;

typedef struct
{
  int cases;
  void (*begin) (Exchange *exchange);
  void (*end) (Exchange *exchange, int code);
  /* The arguments, which end with NULL. Borrowed. */
  const char *const *(*command) (const Exchange *exchange);
} ExchangeScript;

typedef enum
{
  EXCHANGE_CALLS,    /* SIGKILL before a call of weir, its children or the connector: to that one, or to all of them */
  EXCHANGE_ERRORS,   /* such a call fails */
  EXCHANGE_MESSAGES, /* the connection to weir's own server, or of the connector to the other, is cut or silent */
} ExchangeFault;

/* "own" of a kind. */
typedef struct
{
  const ExchangeScript *script;
  ExchangeFault fault;
} ExchangeKind;

/* A kind's plan and run. */
GArray *exchange_plan (Trial *trial);
void exchange_run (Trial *trial);

/* The command without a fault, once. A violation: it ends with anything but 0 or 3. Whether with 0. */
bool exchange_go (const Exchange *exchange, const ExchangeScript *script);

/* Which rows one side has and the other has not: a violation, unless both texts are equal. */
void exchange_compare (const Exchange *exchange, const char *what, const char *wanted, const char *found);

#endif
