#include "schema/ledger_words.h"

#include "base/error.h"
#include "schema/ledger_private.h"

#include <string.h>

#define WORDS_ASK(statement, ret, ...) LEDGER_ASK ("words/" statement, ret, __VA_ARGS__)

typedef struct
{
  char text[UID_TEXT_SIZE];
} IdText;

static const char *
id_text (IdText *buffer, Uid id)
{
  uid_format (id, buffer->text);
  return buffer->text;
}

static bool
begin (Db *db, GError **error)
{
  return db_exec (db, "begin", error);
}

/* The transaction's end, whichever. */
static bool
finish (Db *db, bool done, GError **error)
{
  if (done)
    return db_exec (db, "commit", error);
  (void) db_exec (db, "rollback", NULL);
  return false;
}

static bool
ask_bool (Db *db, const char *statement, const char *pipeline, bool *ret_yes, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!LEDGER_ASK (statement, &result, { "pipeline", pipeline }))
    return false;
  *ret_yes = db_result_bool (result, 0, 0);
  return true;
}

static bool
is_over (const char *status)
{
  return strcmp (status, "COMPLETED") == 0 || strcmp (status, "FAILED") == 0;
}

/* ---- who keeps whom out ---- */

/* "its execution ID, begun at TIME, is not over"; NULL: nobody is in the way. held: somebody has the pipeline's lock. */
static bool
find_in_the_way (Db *db, const char *pipeline, bool held, char **ret_busy, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!WORDS_ASK ("in_the_way", &result, { "pipeline", pipeline }, { "held", held ? "true" : "false" }))
    return false;
  if (db_result_rows (result) == 0)
    return *ret_busy = held ? g_strdup ("another execution of it is just beginning") : NULL, true;
  const char *seconds = db_result_value (result, 0, 2);
  g_autofree char *until = seconds != NULL ? g_strdup_printf (", for %s s more unless there is a sign of life", seconds) : NULL;
  *ret_busy = g_strdup_printf ("its execution %s, begun at %s, is not over%s", db_result_value (result, 0, 0),
                               db_result_value (result, 0, 1), until != NULL ? until : "");
  return true;
}

/* Takes the pipeline for the execution, unless somebody is in the way. */
static bool
claim (Db *db, const Execution *execution, char **ret_busy, GError **error)
{
  bool ours;
  const char *lock = execution->expires_seconds > 0 ? "words/try_lock" : "words/hold";
  if (!ask_bool (db, lock, execution->pipeline, &ours, error) || !find_in_the_way (db, execution->pipeline, !ours, ret_busy, error))
    return false;
  /* A session that has to wait keeps the lock: it comes before those that ask later. */
  return *ret_busy != NULL || WORDS_ASK ("abandon", NULL, { "pipeline", execution->pipeline });
}

static bool
insert (Db *db, const Execution *execution, GError **error)
{
  IdText id;
  LedgerNumber expires;
  int64_t begun;
  const SqlVar vars[] = { { "id", id_text (&id, execution->id) },
                          { "pipeline", execution->pipeline },
                          { "expires",
                            execution->expires_seconds > 0 ? ledger_number (&expires, execution->expires_seconds) : NULL },
                          { "status", execution->command != NULL ? "IN_PROGRESS" : "INITIALISED" } };
  if (!sql_change (db, "words/begin", vars, G_N_ELEMENTS (vars), &begun, error))
    return false;
  if (begun == 0)
    return weir_error (error, WEIR_ERROR_INPUT, "there is an execution %s already", id.text);
  return execution->command == NULL || WORDS_ASK ("begin_command", NULL, { "id", id.text }, { "command", execution->command });
}

bool
words_begin (Db *db, const Execution *execution, char **ret_busy, GError **error)
{
  *ret_busy = NULL;
  if (!begin (db, error))
    return false;
  bool named = execution->pipeline[0] != '\0';
  bool done = (!named || claim (db, execution, ret_busy, error)) && (*ret_busy != NULL || insert (db, execution, error));
  return finish (db, done, error);
}

bool
words_hold (Db *db, const char *pipeline, bool *ret_held, GError **error)
{
  return ask_bool (db, "words/hold", pipeline, ret_held, error);
}

/* ---- executions ---- */

static bool
no_such (GError **error, const char *what, const char *id)
{
  return weir_error (error, WEIR_ERROR_INPUT, "there is no %s %s", what, id);
}

/* What cannot be said of an execution, or a step, that is over. */
static bool
fail_over (const char *what, const char *id, const char *status, const char *why, GError **error)
{
  return weir_fail (error, &(Failure) { WEIR_ERROR_INPUT, .detail = why }, "%s %s is %s, and stays so", what, id, status);
}

/* Locks the row of an execution that is a pipeline's; *ret_status: as it is, owned by the caller. */
static bool
lock_execution (Db *db, const char *id, char **ret_status, char **ret_failure, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!WORDS_ASK ("look_for_update", &result, { "id", id }))
    return false;
  if (db_result_rows (result) == 0)
    return no_such (error, "execution", id);
  if (!db_result_bool (result, 0, 1))
    return weir_error (error, WEIR_ERROR_INPUT, "execution %s is weir's own, of a file: weir says itself what becomes of it", id);
  *ret_status = g_strdup (db_result_value (result, 0, 0));
  *ret_failure = g_strdup (db_result_value (result, 0, 2));
  return true;
}

/* The same for one that must not be over. */
static bool
lock_open (Db *db, const char *id, GError **error)
{
  g_autofree char *status = NULL, *failure = NULL;
  if (!lock_execution (db, id, &status, &failure, error))
    return false;
  return !is_over (status) || fail_over ("execution", id, status, failure, error);
}

bool
words_beat (Db *db, Uid id, GError **error)
{
  IdText text;
  id_text (&text, id);
  return begin (db, error)
         && finish (db, lock_open (db, text.text, error) && WORDS_ASK ("beat", NULL, { "id", text.text }, { "status", NULL }),
                    error);
}

static bool
end_execution (Db *db, const char *id, const char *failure, GError **error)
{
  g_autofree char *status = NULL, *before = NULL;
  if (!lock_execution (db, id, &status, &before, error))
    return false;
  const char *wanted = failure != NULL ? "FAILED" : "COMPLETED";
  if (is_over (status))
    return (failure == NULL && strcmp (status, wanted) == 0) || fail_over ("execution", id, status, before, error);
  return (failure == NULL || WORDS_ASK ("fail_steps", NULL, { "id", id }, { "failure", failure }))
         && WORDS_ASK ("end", NULL, { "id", id }, { "status", wanted }, { "failure", failure });
}

static bool
end_command (Db *db, const char *id, const CommandEnd *command, GError **error)
{
  LedgerNumber exit_status, signal, bytes;
  return WORDS_ASK ("end_command", NULL, { "id", id },
                    { "exit_status", command->exit_status != NULL ? ledger_number (&exit_status, *command->exit_status) : NULL },
                    { "signal", command->signal != NULL ? ledger_number (&signal, *command->signal) : NULL },
                    { "output", command->output }, { "bytes", ledger_number (&bytes, command->output_bytes) });
}

bool
words_end (Db *db, Uid id, const char *failure, const CommandEnd *command, GError **error)
{
  IdText text;
  id_text (&text, id);
  return begin (db, error)
         && finish (
             db, end_execution (db, text.text, failure, error) && (command == NULL || end_command (db, text.text, command, error)),
             error);
}

bool
words_open_steps (Db *db, Uid id, char **ret_steps, GError **error)
{
  IdText text;
  g_autoptr (DbResult) result = NULL;
  if (!WORDS_ASK ("open_steps", &result, { "id", id_text (&text, id) }))
    return false;
  *ret_steps = g_strdup (db_result_value (result, 0, 0));
  return true;
}

bool
words_last_successful (Db *db, const char *pipeline, char **ret_id, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!WORDS_ASK ("last_successful", &result, { "pipeline", pipeline }))
    return false;
  *ret_id = db_result_rows (result) > 0 ? g_strdup (db_result_value (result, 0, 0)) : NULL;
  return true;
}

bool
words_completed_on (Db *db, const Uid *id, char **ret_time, GError **error)
{
  IdText text;
  g_autoptr (DbResult) result = NULL;
  if (id == NULL ? !sql_run (db, "words/now", NULL, 0, &result, error)
                 : !WORDS_ASK ("completed_on", &result, { "id", id_text (&text, *id) }))
    return false;
  if (db_result_rows (result) == 0)
    return no_such (error, "execution", text.text);
  *ret_time = g_strdup (db_result_value (result, 0, 0));
  return true;
}

void
words_state_clear (WordsState *state)
{
  g_free (state->failure);
}

bool
words_watch (Db *db, Uid id, WordsState *ret_state, GError **error)
{
  IdText text;
  g_autoptr (DbResult) result = NULL;
  if (!WORDS_ASK ("watch", &result, { "id", id_text (&text, id) }))
    return false;
  if (db_result_rows (result) == 0)
    return no_such (error, "execution", text.text);
  const char *status = db_result_value (result, 0, 0), *failure = db_result_value (result, 0, 1);
  *ret_state = (WordsState) { .over = is_over (status), .completed = strcmp (status, "COMPLETED") == 0 };
  if (db_result_bool (result, 0, 2))
    ret_state->failure = g_strdup_printf ("abandoned: its last sign of life was at %s", db_result_value (result, 0, 3));
  else if (ret_state->over && !ret_state->completed)
    ret_state->failure = g_strdup (failure != NULL ? failure : "");
  return true;
}

/* ---- steps ---- */

static bool
begin_step (Db *db, const char *id, const char *name, const Json *models, char **ret_step, GError **error)
{
  g_autoptr (DbResult) step = NULL;
  g_autofree char *text = weir_json_text (models);
  if (!lock_open (db, id, error) || !WORDS_ASK ("step_begin", &step, { "id", id }, { "step", name }))
    return false;
  if (db_result_rows (step) == 0)
    return weir_error (error, WEIR_ERROR_INPUT, "execution %s has a step %s already", id, name);
  *ret_step = g_strdup (db_result_value (step, 0, 0));
  return WORDS_ASK ("forget_models", NULL, { "step", *ret_step })
         && WORDS_ASK ("keep_models", NULL, { "step", *ret_step }, { "models", text })
         && WORDS_ASK ("beat", NULL, { "id", id }, { "status", "IN_PROGRESS" });
}

bool
words_step_begin (Db *db, Uid id, const char *step, const Json *models, char **ret_step, GError **error)
{
  IdText text;
  g_autofree char *begun = NULL;
  if (!begin (db, error) || !finish (db, begin_step (db, id_text (&text, id), step, models, &begun, error), error))
    return false;
  *ret_step = g_steal_pointer (&begun);
  return true;
}

static bool
end_open_step (Db *db, const char *step, const char *failure, const char *rows, GError **error)
{
  int64_t ended;
  const SqlVar vars[] = {
    { "step", step }, { "status", failure != NULL ? "FAILED" : "COMPLETED" }, { "failure", failure }, { "rows", rows }
  };
  if (!sql_change (db, "words/step_end", vars, G_N_ELEMENTS (vars), &ended, error))
    return false;
  return ended > 0 || weir_error (error, WEIR_ERROR_INPUT, "step %s was just ended by somebody else", step);
}

static bool
end_step (Db *db, const char *step, const char *failure, const char *rows, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!WORDS_ASK ("step_look", &result, { "step", step }))
    return false;
  if (db_result_rows (result) == 0)
    return no_such (error, "step", step);
  const char *status = db_result_value (result, 0, 0), *execution = db_result_value (result, 0, 2);
  if (failure == NULL && strcmp (status, "COMPLETED") == 0)
    return true;
  if (is_over (status))
    return fail_over ("step", step, status, db_result_value (result, 0, 1), error);
  return lock_open (db, execution, error) && end_open_step (db, step, failure, rows, error)
         && WORDS_ASK ("beat", NULL, { "id", execution }, { "status", NULL });
}

bool
words_step_end (Db *db, Uid step, const char *failure, const char *rows, GError **error)
{
  IdText text;
  return begin (db, error) && finish (db, end_step (db, id_text (&text, step), failure, rows, error), error);
}

/* Whether what is named is there, of which there is nothing to show if it is not. */
static bool
check_compared (Db *db, const char *step, const char *previous, GError **error)
{
  g_autoptr (DbResult) here = NULL, before = NULL;
  if (!WORDS_ASK ("step_exists", &here, { "step", step }))
    return false;
  if (!db_result_bool (here, 0, 0))
    return no_such (error, "step", step);
  if (previous == NULL)
    return true;
  if (!WORDS_ASK ("look", &before, { "id", previous }))
    return false;
  return db_result_rows (before) > 0 || no_such (error, "execution", previous);
}

bool
words_step_compare (Db *db, Uid step, const Uid *previous, DbResult **ret_models, GError **error)
{
  IdText here, before;
  const char *step_text = id_text (&here, step), *previous_text = previous != NULL ? id_text (&before, *previous) : NULL;
  return check_compared (db, step_text, previous_text, error)
         && WORDS_ASK ("compare", ret_models, { "step", step_text }, { "previous", previous_text });
}
