/* What the words of `weir schedule` share. Each is a Command of its own ("schedule pause") that command_schedule.c calls with a ScheduleCall around
 * it. */
#ifndef WEIR_SRC_COMMANDS_SCHEDULE_CALL_H
#define WEIR_SRC_COMMANDS_SCHEDULE_CALL_H

#include "src/commands/command.h"
#include "src/schedule/keeper.h"

typedef struct
{
  const SettingsGiven *given; /* what the command line says of settings before the word */
  bool json;
} ScheduleCall;

/* All in schedule_words.c. */
extern const Command word_schedule_pause, word_schedule_resume, word_schedule_run_now, word_schedule_next;

/* A keeper at work with a home's database, which has to be there. */
typedef struct
{
  char *program;
  Db *db;
  Keeper keeper;
} ScheduleWork;

void schedule_work_clear (ScheduleWork *work);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ScheduleWork, schedule_work_clear)

/* Has the ledger follow the home's models and settings. The settings are borrowed. */
bool schedule_work_open (const Settings *settings, ScheduleWork *ret_work, GError **error);

/* Rows of schedule_list as an array. A new reference. */
Json *schedule_rows_to_json (const DbResult *rows);

#endif
