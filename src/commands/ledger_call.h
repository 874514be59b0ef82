/* What the words of `weir ledger` share. Each is a Command of its own ("ledger init-step") that command_ledger.c calls with a LedgerCall
 * around it:
 *
 *   g_autoptr (Db) db = ledger_call_open (call, error);
 *
 * The seven words of Data Pipeline Orchestrator are here as they are there, so that scripts written for it run with weir. */
#ifndef WEIR_SRC_COMMANDS_LEDGER_CALL_H
#define WEIR_SRC_COMMANDS_LEDGER_CALL_H

#include "base/log.h"
#include "base/uid.h"
#include "schema/ledger_words.h"
#include "src/commands/command.h"

/* Python's levels, which --log-level names. Errors are told whatever the level. */
typedef enum
{
  SAY_CRITICAL,
  SAY_ERROR,
  SAY_WARNING,
  SAY_INFO,
  SAY_DEBUG,
} LedgerLevel;

typedef struct
{
  const SettingsGiven *given; /* what the command line says of settings */
  const char *url;            /* the DATABASE-URL; NULL: the home's database */
  bool of_sqlalchemy;         /* it named a driver as SQLAlchemy's do: a script of Data Pipeline Orchestrator is calling */
  LedgerLevel level;
  Log *log;
} LedgerCall;

/* The words, each in the file that has the family's name. */
extern const Command word_init_execution, word_get_last_successful_execution, word_get_execution_completion_timestamp,
    word_get_execution_last_updated_timestamp, word_complete_execution, word_fail_execution, word_heartbeat, word_wait;
extern const Command word_init_step, word_compare_step_models, word_complete_step, word_fail_step;
extern const Command word_run;

/* What get-last-successful-execution prints where there is none, and others take as "none". */
#define LEDGER_NO_EXECUTION "NO_LAST_SUCCESSFUL_EXECUTION"

/* Connects, and makes the ledger or brings it up to date where that is needed. Errors: MODEL of the home and its settings alone, INPUT or
 * RETRY of the database. */
Db *ledger_call_open (const Call *call, GError **error);

/* A line on stderr, where the level asks for it. */
void ledger_call_say (const Call *call, LedgerLevel level, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* A UUID as PostgreSQL takes them, in braces or without hyphens too; what: "execution". Errors: INPUT. */
bool ledger_call_id (const char *text, const char *what, Uid *ret_id, GError **error);

/* Whether a pipeline may be called so. NULL may: it has no name. Errors: INPUT. */
bool ledger_call_check_pipeline (const char *pipeline, GError **error);

/* words_begin, again and again for so many seconds where another of the pipeline is in the way; then INPUT. */
bool ledger_call_begin (Db *db, const Execution *execution, int wait_seconds, GError **error);

#define PIPELINE_OPTION(options)                                                                                                   \
  {                                                                                                                                \
    "pipeline", 0, OPTION_TEXT (options, pipeline), "Of the pipeline of this name", "NAME"                                         \
  }

#endif
