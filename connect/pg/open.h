/* Who is open: the transactions of the source's database that may still add rows, and what waits for them.
 *
 * A transaction takes its numbers and its time when it writes or begins, and shows its rows when it commits: a row may appear behind others that have long
 * been read. Everybody may see in pg_locks which transactions are open, whether they have written or not: by the lock that each has on its own virtual
 * transaction, or, where it was prepared, on its number. So a value is remembered together with the names of those that were open, and is passed for
 * good when none of them is any more; what they had added is in the snapshot that is taken behind that look. A server that was started
 * anew may give a name again, which only means to wait for somebody else, too.
 *
 * In a position: "$earlier" is the value that waits, {"id": 7, "$open": ["3/45", "prepared 735"], "$xmax": 800, "$at": 1796000000}. There is one at a time:
 * what comes meanwhile waits behind it, which at most doubles what is read again, and keeps a position small. */
#ifndef WEIR_CONNECT_PG_OPEN_H
#define WEIR_CONNECT_PG_OPEN_H

#include "connect/pg/session.h"

typedef struct
{
  int64_t at_us;    /* when it was asked, since 1970; of a standby the time of what it shows, 0: nobody knows */
  char *since;      /* the earliest beginning that is to be seen, else that time, as the server writes it; NULL: nobody knows */
  int64_t since_us; /* the same, since 1970 */
  char *oldest;     /* whose beginning it is, for people; NULL: nobody's */
  Json *names;      /* of all that are open */
  Json *hidden;     /* of those whose beginning is not to be seen */
  /* A server that is_blind (session.h) has no names; a standby has transactions that it knows to be open from xmin on, and none from xmax on. */
  bool is_blind;
  int64_t xmin, xmax;
} Open;

/* Within a transaction that has not asked pg_stat_activity before the first time; what is asked later is exact in its names alone. */
bool open_look (PgSession *session, Open *ret, GError **error);
void open_clear (Open *open);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Open, open_clear)

/* The position behind a reading that begins at "position" (may be NULL): "seen" (values; NULL: none) if none of "who" is there to be waited for, a list of
 * names of "now". Pure. A new reference; NULL: there is nothing to say. */
Json *open_next (const Json *position, const Json *seen, const Json *who, const Open *now);

/* Where nothing has passed yet, so that all would be read again, those that end at once are waited for. *position is changed. */
bool open_linger (PgSession *session, Json **position, GError **error);

/* Whether such a name is of a prepared transaction. */
bool open_is_prepared (const char *name);

/* Says so where a value has waited for long. */
void open_tell (const Json *position, const Open *now);

#endif
