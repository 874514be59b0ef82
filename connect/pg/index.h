/* What the source's catalog says against what is asked of it: notes, no mistakes. */
#ifndef WEIR_CONNECT_PG_INDEX_H
#define WEIR_CONNECT_PG_INDEX_H

#include "connect/pg/plan.h"

/* Without an index on the order everything is read each time, and sorted for batches. */
bool index_hint (PgSession *session, const Source *source, const Plan *plan, GError **error);

/* Rows may come behind others for reasons that no transaction shows, and the job says no "overlap". */
bool overlap_hint (PgSession *session, const Request *request, const Source *source, const Plan *plan, GError **error);

/* Of a table with row security others may see more. */
bool security_hint (PgSession *session, const Source *source, GError **error);

/* Nothing at the source may say that the key is one. */
bool index_of_key (PgSession *session, const Source *source, GError **error);

#endif
