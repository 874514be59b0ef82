/* Up to which time nobody adds rows any more.
 *
 * A transaction gives its rows the time at which it began, and shows them when it commits: rows below those that were read may appear later. So the
 * horizon is the least of now and the beginnings of all transactions that run, asked BEFORE the snapshot that is read: who is not among them and not in the
 * snapshot began later. That a transaction has not written yet says nothing, so that all count. What a role may not see (pg_read_all_stats), a standby
 * (whose own transactions they are not) and prepared transactions (of which only the end of preparing is known) cost a stretch that is read again.
 *
 * The clock that stamped the rows is taken for the server's; for any other there is "overlap". */
#ifndef WEIR_CONNECT_PG_HORIZON_H
#define WEIR_CONNECT_PG_HORIZON_H

#include "connect/pg/source.h"

#define OVERLAP_SECONDS 600 /* where the horizon is hidden and the job says nothing */

typedef struct
{
  char *text;     /* as a value of the bookmark's type; NULL: it was not asked for one */
  int64_t us;     /* since 1970, before any margin */
  bool is_hidden; /* some transactions are not to be seen: "text" is so much earlier, "us" is of those that are */
} Horizon;

/* bookmark NULL: only "us". Tells notes. Within a transaction that has not asked pg_stat_activity before. */
bool horizon_find (PgSession *session, const Request *request, const Source *source, const PgColumn *bookmark, Horizon *ret,
                   GError **error);
void horizon_clear (Horizon *horizon);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Horizon, horizon_clear)

/* Whether the role sees when the transactions of others began. */
bool horizon_is_visible (PgSession *session, bool *ret, GError **error);

#endif
