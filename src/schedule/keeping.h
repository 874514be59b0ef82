/* How long a keeper (keeper.h) keeps the schedule: for one round, or as long as `weir watch` runs. */
#ifndef WEIR_SRC_SCHEDULE_KEEPING_H
#define WEIR_SRC_SCHEDULE_KEEPING_H

#include "src/schedule/keeper.h"

/* One round, until the jobs that it began are over. now 0: as the server's clock is. *ret_ours as of keeper_round. */
bool keeping_once (Keeper *keeper, Db *db, int64_t now, bool *ret_ours, GError **error);

/* Rounds until stop_fd is readable or stdin ends. An outage of the database is told once, and waited for. */
void keeping_on (Keeper *keeper, int stop_fd);

#endif
