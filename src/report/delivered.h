/* What is delivered to other stores, as people see it: what waits or was refused, and the outbox. */
#ifndef WEIR_SRC_REPORT_DELIVERED_H
#define WEIR_SRC_REPORT_DELIVERED_H

#include "schema/ledger_delivery.h"
#include "src/jobs/job.h"

/* Below jobs are those of the home; NULL: they cannot be listed now. */

/* Of what is not delivered: an object for each item of a destination (docs/json.md, "weir push"). A new reference; NULL on error. */
Json *delivered_waiting (Db *db, const Settings *settings, const Jobs *jobs, GError **error);

/* Where an object of a delivery goes: "dwh", or "dwh (history.orders)" of a member that has others to "dwh" beside it. Owned by the caller. */
char *delivered_place (const Json *object);

/* Whether a person has to see to one of them: it was refused, or cannot be delivered for now. What is of another home is that one's trouble. */
bool delivered_is_troubled (const Json *waiting);

/* `weir status`: a line for each of those, and of other homes. */
void delivered_print_troubles (const Json *waiting);

/* "dwh: users: 3 rows of 2 runs delivered", of what a child of the courier said ("result"). */
void delivered_print_result (const Json *result);
/* The same as one line, for a log. Owned by the caller. */
char *delivered_result_text (const Json *result);

/* The outbox: on stdout, and the same as JSON (a new reference). */
bool delivered_print_list (Db *db, const Settings *settings, const Jobs *jobs, const DeliveryChoice *choice, int64_t limit,
                           GError **error);
Json *delivered_list_to_json (Db *db, const Settings *settings, const Jobs *jobs, const DeliveryChoice *choice, int64_t limit,
                              GError **error);

#endif
