/* The oracle: what must be true of a home and its database after any test, whatever happened in between (the invariants of the
 * design, docs/decisions.md). Each home is looked at when it is released (home.h). */
#ifndef WEIR_TESTS_SUPPORT_ORACLE_H
#define WEIR_TESTS_SUPPORT_ORACLE_H

#include "home.h"

typedef enum
{
  ORACLE_REPLAY = 1 << 0,     /* also load the archive again into a fresh database and compare; takes a second or two */
  ORACLE_IN_WORK = 1 << 1,    /* runs may be unfinished: a worker died and nothing was restarted */
  ORACLE_MANY_HOMES = 1 << 2, /* the database serves other homes too: only this home's folders are compared with its own files */
  ORACLE_TRIMMED = 1 << 5,    /* `weir gc` took runs away whose files are gone, so that nobody knows these any more */
  ORACLE_RENAMED = 1 << 4, /* with ORACLE_REPLAY: row hashes are not compared, for they are of the names that columns had first */
  ORACLE_BY_HAND = 1 << 3, /* the test changed tables or files by hand, so that they do not agree: only 6 is checked */
} OracleFlags;

/* Where a test puts this into a cell, the cell must not come into any log, report or ledger: only staging, the warehouse, weir.reject
 * and the files themselves may have it. */
#define ORACLE_CANARY "canary-e7c1"

/* In the middle of a test. Fails it with every violation found:
 *
 *  1 the counts of each run add up, in the ledger and in the summary, and every reject has its original bytes; its lines add up to
 *    those that its file has;
 *  2 every dropped file is, byte for byte, in exactly one of imports, claimed, archive and failed, or was deleted by policy after its
 *    commit;
 *  3 each run is in the warehouse once, and ledger and folders agree;
 *  4 per id at most one current version, numbers 1..n, no overlap, no empty or inverted interval;
 *  5 (ORACLE_REPLAY) the archive in ledger order gives the same dimensions but for times and run ids;
 *  6 no secret in logs, output, statements or tables; no ORACLE_CANARY in logs, reports and the ledger; nothing outside the home
 *    and the configured schemas; no sanitizer report.
 *
 * A home without a configured database (url NULL) is checked for 6 alone. */
void oracle_check (Home *home, unsigned flags);

/* The violations, one a line; "" where there are none. Owned by the caller. */
char *oracle_find (Home *home, unsigned flags);

#endif
