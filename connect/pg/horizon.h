/* Up to which time nobody adds rows any more.
 *
 * A transaction gives its rows the time at which it began, and shows them when it commits: rows below those that were read may appear later. So the
 * horizon is the least of now and the beginnings of all transactions that are open, asked BEFORE the snapshot that is read: who is not among them and not in the
 * snapshot began later. That a transaction has not written yet says nothing, so that all count. Where a beginning is not to be seen (without
 * pg_read_all_stats, or of what was prepared) the time waits until those who were open have ended, as numbers do (open.h). A server that is blind costs a
 * stretch that is read again.
 *
 * The clock that stamped the rows is taken for the server's; for any other there is "overlap". */
#ifndef WEIR_CONNECT_PG_HORIZON_H
#define WEIR_CONNECT_PG_HORIZON_H

#include "connect/pg/plan.h"

#define OVERLAP_SECONDS 600 /* of a server that is blind, where the job says nothing */

typedef struct
{
  char *text;    /* as a value of the bookmark's type; NULL: nothing is sure yet, or it is no time */
  Json *earlier; /* "$earlier" of the position; NULL: nothing waits */
  int64_t us;    /* the same since 1970, by the clock that the bookmark goes by; 0: nobody knows */
} Horizon;

/* Of a window "us" alone, which lies "overlap" back where some beginnings are not to be seen. Tells notes. Within a transaction that has not asked pg_stat_activity before. */
bool horizon_find (PgSession *session, const Request *request, const Source *source, const Plan *plan, Horizon *ret,
                   GError **error);
void horizon_clear (Horizon *horizon);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Horizon, horizon_clear)

/* Whether the role sees when the transactions of others began. */
bool horizon_is_visible (PgSession *session, bool *ret, GError **error);

#endif
