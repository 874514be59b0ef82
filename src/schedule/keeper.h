/* Who keeps the schedule: has it follow models and settings, acts for what is due, looks at the files that are expected. As many keepers as like
 * may keep the schedule of a database: a due time is acted for once, whoever does (schedule_act). The one of a home that has its lock works,
 * others of that home wait quietly.
 *
 *   keeper_init
 *     keeper_round          what is to be done at an instant
 *     keeper_is_working     whether jobs are under way that it started: keeper_round again, to see them end
 *   keeper_clear
 *
 * What there is to tell is a line, each, on stdout with its priority where that goes into a log (log_take_priority). */
#ifndef WEIR_SRC_SCHEDULE_KEEPER_H
#define WEIR_SRC_SCHEDULE_KEEPER_H

#include "base/log.h"
#include "src/schedule/works.h"

typedef struct
{
  const Settings *settings;
  const TimedJob *jobs;
  void (*tell) (LogLevel level, const char *text, void *data); /* a line for people; NULL: to stdout */
  void *tell_data;
  int64_t begun; /* since when it is here, where files that lie in the drop folder are loaded meanwhile; 0: nobody loads them */
  bool locked;
  bool logged;    /* what it says goes into a log */
  char *followed; /* what the ledger has followed */
  Works works;
} Keeper;

/* All is borrowed. */
void keeper_init (Keeper *keeper, const Settings *settings, const TimedJob *jobs, const char *program);
void keeper_clear (Keeper *keeper);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Keeper, keeper_clear)

/* Ends the jobs that are under way, and says so in the ledger, if it can be reached. */
void keeper_stop (Keeper *keeper, Db *db);

/* Another connection has none of what the one before had. */
void keeper_reconnected (Keeper *keeper);

/* *ret_ours false: another keeper of the home has the lock, and nothing was done. *ret_next: when something is due next; INT64_MAX: never. */
bool keeper_round (Keeper *keeper, Db *db, int64_t now, bool *ret_ours, int64_t *ret_next, GError **error);

bool keeper_is_working (const Keeper *keeper);

/* Has the ledger follow models and settings, which a round does by itself, whoever has the lock. */
bool keeper_follow (Keeper *keeper, Db *db, GError **error);

/* Does a piece now, and to its end. *ret_text: what came of it; owned by the caller. *ret_well: whether all is well. Errors: MODEL where there is
 * none such, RETRY where it is under way. */
bool keeper_run_now (Keeper *keeper, Db *db, const char *name, bool *ret_well, char **ret_text, GError **error);

#endif
