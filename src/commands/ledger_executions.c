#include "base/error.h"
#include "src/commands/ledger_call.h"

#include <stdio.h>
#include <string.h>

#define DEFAULT_EXPIRES_SECONDS 3600
#define FIRST_LOOK_MS 100
#define LATER_LOOKS_MS 1000

/* ---- init-execution ---- */

typedef struct
{
  char *execution_id, *pipeline;
  int expires, wait;
} InitOptions;

static bool
init_execution (Call *call, int *ret_code, GError **error)
{
  const InitOptions *options = call->options;
  if (options->expires < 1 || options->wait < 0)
    return *ret_code = command_usage ("ledger init-execution", "seconds are whole numbers from 1 on"), true;
  bool named = options->pipeline != NULL;
  Execution execution = { .id = uid_random (),
                          .pipeline = named ? options->pipeline : "",
                          .expires_seconds = named ? options->expires : 0 };
  if (!ledger_call_check_pipeline (options->pipeline, error)
      || (options->execution_id != NULL && !ledger_call_id (options->execution_id, "an execution", &execution.id, error)))
    return false;
  g_autoptr (Db) db = ledger_call_open (call, error);
  if (db == NULL || !ledger_call_begin (db, &execution, options->wait, error))
    return false;
  char text[UID_TEXT_SIZE];
  uid_format (execution.id, text);
  ledger_call_say (call, SAY_DEBUG, "execution %s has begun", text);
  return puts (text), true;
}

static const CommandOption init_options[] = {
  { "execution-id", 0, OPTION_TEXT (InitOptions, execution_id), "The id that it gets; default: a new one", "GUID" },
  { "pipeline", 0, OPTION_TEXT (InitOptions, pipeline), "Keep other executions of the pipeline of this name out until it is over",
    "NAME" },
  { "expires", 0, OPTION_NUMBER (InitOptions, expires), "With --pipeline: or for so long without a sign of life (default 3600)",
    "SECONDS" },
  { "wait", 0, OPTION_NUMBER (InitOptions, wait), "With --pipeline: wait so long for one that is running", "SECONDS" },
  { NULL },
};

const Command word_init_execution = {
  .name = "ledger init-execution",
  .arguments = "",
  .summary = "begin an execution: prints its id",
  .description = "Each word of an execution is a sign of life of it, and `weir ledger heartbeat` is nothing else.\n\n"
                 "  execution=$(weir ledger init-execution)\n"
                 "  execution=$(weir ledger init-execution --pipeline nightly --expires 7200)",
  .takes = TAKES_SETTINGS | ENDS_WITH_ONE,
  .usage = "init-execution takes no argument",
  .options = init_options,
  .options_size = sizeof (InitOptions),
  .defaults = &(const InitOptions) { .expires = DEFAULT_EXPIRES_SECONDS },
  .run = init_execution,
};

/* ---- what was ---- */

typedef struct
{
  char *pipeline;
} LastOptions;

static bool
get_last_successful_execution (Call *call, int *ret_code, GError **error)
{
  (void) ret_code;
  const char *pipeline = ((const LastOptions *) call->options)->pipeline;
  g_autofree char *id = NULL;
  if (!ledger_call_check_pipeline (pipeline, error))
    return false;
  g_autoptr (Db) db = ledger_call_open (call, error);
  if (db == NULL || !words_last_successful (db, pipeline != NULL ? pipeline : "", &id, error))
    return false;
  return puts (id != NULL ? id : LEDGER_NO_EXECUTION), true;
}

static const CommandOption pipeline_options[] = { PIPELINE_OPTION (LastOptions), { NULL } };

const Command word_get_last_successful_execution = {
  .name = "ledger get-last-successful-execution",
  .arguments = "",
  .summary = "the execution that was completed last: prints its id, or " LEDGER_NO_EXECUTION,
  .description = "Of those that were begun without a name, or of the pipeline that is named. Runs of files are none of them.\n\n"
                 "  previous=$(weir ledger get-last-successful-execution)",
  .takes = TAKES_SETTINGS | ENDS_WITH_ONE,
  .usage = "get-last-successful-execution takes no argument",
  .options = pipeline_options,
  .options_size = sizeof (LastOptions),
  .run = get_last_successful_execution,
};

static bool
get_completion_timestamp (Call *call, int *ret_code, GError **error)
{
  (void) ret_code;
  const char *text = call->arguments[0];
  bool none = g_str_equal (text, LEDGER_NO_EXECUTION);
  Uid id;
  g_autofree char *time = NULL;
  if (!none && !ledger_call_id (text, "an execution", &id, error))
    return false;
  g_autoptr (Db) db = ledger_call_open (call, error);
  if (db == NULL || !words_completed_on (db, none ? NULL : &id, &time, error))
    return false;
  if (time != NULL)
    puts (time);
  else
    ledger_call_say (call, SAY_DEBUG, "execution %s is not completed", text);
  return true;
}

#define COMPLETION_DESCRIPTION                                                                                                     \
  "Nothing, if it is not completed. " LEDGER_NO_EXECUTION " stands for none: then it is the database's time now.\n\n"              \
  "  weir ledger get-execution-completion-timestamp \"$previous\""

const Command word_get_execution_completion_timestamp = {
  .name = "ledger get-execution-completion-timestamp",
  .arguments = "EXECUTION-ID",
  .summary = "when it was completed: 2026-11-20T09:30:00.123456+00:00",
  .description = COMPLETION_DESCRIPTION,
  .takes = TAKES_SETTINGS | ENDS_WITH_ONE,
  .least = 1,
  .most = 1,
  .usage = "the id of an execution is needed",
  .run = get_completion_timestamp,
};

const Command word_get_execution_last_updated_timestamp = {
  .name = "ledger get-execution-last-updated-timestamp",
  .arguments = "EXECUTION-ID",
  .summary = "the same, by its older name",
  .description = COMPLETION_DESCRIPTION,
  .takes = TAKES_SETTINGS | ENDS_WITH_ONE,
  .least = 1,
  .most = 1,
  .usage = "the id of an execution is needed",
  .run = get_completion_timestamp,
};

/* ---- how it ends ---- */

/* Opens the ledger for what is said of the execution that the first argument names. NULL with an error. */
static Db *
open_for (Call *call, Uid *ret_id, GError **error)
{
  return ledger_call_id (call->arguments[0], "an execution", ret_id, error) ? ledger_call_open (call, error) : NULL;
}

static bool
complete_execution (Call *call, int *ret_code, GError **error)
{
  (void) ret_code;
  Uid id;
  g_autofree char *open = NULL;
  g_autoptr (Db) db = open_for (call, &id, error);
  if (db == NULL || !words_end (db, id, NULL, NULL, error) || !words_open_steps (db, id, &open, error))
    return false;
  if (open != NULL)
    ledger_call_say (call, SAY_WARNING, "execution %s is completed, though not all of its steps are: %s", call->arguments[0], open);
  ledger_call_say (call, SAY_DEBUG, "execution %s is completed", call->arguments[0]);
  return true;
}

const Command word_complete_execution = {
  .name = "ledger complete-execution",
  .arguments = "EXECUTION-ID",
  .summary = "it is done",
  .description = "  weir ledger complete-execution \"$execution\"",
  .takes = TAKES_SETTINGS | ENDS_WITH_ONE,
  .least = 1,
  .most = 1,
  .usage = "the id of an execution is needed",
  .run = complete_execution,
};

static bool
fail_execution (Call *call, int *ret_code, GError **error)
{
  Uid id;
  g_autofree char *reason = g_strjoinv (" ", call->arguments + 1);
  if (reason[0] == '\0')
    return *ret_code = command_usage ("ledger fail-execution", "the reason is empty"), true;
  g_autoptr (Db) db = open_for (call, &id, error);
  return db != NULL && words_end (db, id, reason, NULL, error);
}

const Command word_fail_execution = {
  .name = "ledger fail-execution",
  .arguments = "EXECUTION-ID REASON...",
  .summary = "it has failed, and why; so have its open steps",
  .description = "  weir ledger fail-execution \"$execution\" the source was away",
  .takes = TAKES_SETTINGS | ENDS_WITH_ONE,
  .least = 2,
  .most = ANY_NUMBER,
  .usage = "the id of an execution and a reason are needed",
  .run = fail_execution,
};

static bool
heartbeat (Call *call, int *ret_code, GError **error)
{
  (void) ret_code;
  Uid id;
  g_autoptr (Db) db = open_for (call, &id, error);
  return db != NULL && words_beat (db, id, error);
}

const Command word_heartbeat = {
  .name = "ledger heartbeat",
  .arguments = "EXECUTION-ID",
  .summary = "it is alive: its time (--expires) begins anew",
  .description = "Ends with 1 where it is over, also because its time had passed and another of the pipeline has begun.\n\n"
                 "  weir ledger heartbeat \"$execution\"",
  .takes = TAKES_SETTINGS | ENDS_WITH_ONE,
  .least = 1,
  .most = 1,
  .usage = "the id of an execution is needed",
  .run = heartbeat,
};

/* ---- wait ---- */

typedef struct
{
  int timeout;
} WaitOptions;

static bool
tell_end (const char *id, const WordsState *state, GError **error)
{
  if (state->completed)
    return puts ("COMPLETED"), true;
  return weir_error (error, WEIR_ERROR_INPUT, "execution %s has failed: %s", id, state->failure);
}

static bool
wait_for_end (Call *call, int *ret_code, GError **error)
{
  const int timeout = ((const WaitOptions *) call->options)->timeout;
  Uid id;
  if (timeout < -1)
    return *ret_code = command_usage ("ledger wait", "--timeout is a whole number of seconds"), true;
  g_autoptr (Db) db = open_for (call, &id, error);
  int64_t until = g_get_monotonic_time () + (int64_t) timeout * G_USEC_PER_SEC;
  for (int pause = FIRST_LOOK_MS; db != NULL; pause = MIN (2 * pause, LATER_LOOKS_MS))
    {
      g_auto (WordsState) state = { 0 };
      if (!words_watch (db, id, &state, error))
        return false;
      if (state.over || state.failure != NULL)
        return tell_end (call->arguments[0], &state, error);
      if (timeout >= 0 && g_get_monotonic_time () >= until)
        return weir_error (error, WEIR_ERROR_INPUT, "execution %s is not over after %d s", call->arguments[0], timeout);
      if (!db_sleep (db, pause, error))
        return false;
    }
  return false;
}

static const CommandOption wait_options[] = {
  { "timeout", 0, OPTION_NUMBER (WaitOptions, timeout), "At most so long (default: as long as it takes)", "SECONDS" },
  { NULL },
};

const Command word_wait = {
  .name = "ledger wait",
  .arguments = "EXECUTION-ID",
  .summary = "until it is over: prints COMPLETED, or ends with 1",
  .description = "Of any execution of the ledger, also the run of a file. One that has failed, or whose process or time is over, "
                 "ends it with 1.\n\n"
                 "  weir ledger wait \"$execution\" --timeout 600",
  .takes = TAKES_SETTINGS | ENDS_WITH_ONE,
  .least = 1,
  .most = 1,
  .usage = "the id of an execution is needed",
  .options = wait_options,
  .options_size = sizeof (WaitOptions),
  .defaults = &(const WaitOptions) { .timeout = -1 },
  .run = wait_for_end,
};
