#include "base/error.h"
#include "src/commands/ledger_call.h"
#include "src/watch/child.h"
#include "src/words/command_name.h"
#include "src/words/supervised.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

enum
{
  BEAT_SECONDS = 5,
  PATIENCE_US = 10 * G_USEC_PER_SEC, /* of an answer of the server, so that the command's output is not held up for longer */
  TRIES_TO_TELL = 30,                /* the end, one a second */
  EXIT_NOT_OURS = 125,               /* as timeout (1) and others: weir failed, not the command */
  EXIT_CANNOT_RUN = 126,
  EXIT_NOT_FOUND = 127,
  EXIT_OF_SIGNAL = 128,
};

typedef struct
{
  char *pipeline;
  int wait;
} RunOptions;

/* A command that runs, and the ledger's connection, which may be lost meanwhile. */
typedef struct
{
  const Call *call;
  Execution execution;
  Db *db;
  bool told; /* that the ledger does not hear of it */
} Watched;

/* ---- while it runs ---- */

static DbTick
give_up_late (int64_t waited_us, void *data)
{
  (void) data;
  return waited_us > PATIENCE_US ? DB_GIVE_UP : DB_WAIT_ON;
}

/* Connects anew, and holds the pipeline again unless another has it by now. */
static bool
reconnect (Watched *watched, GError **error)
{
  bool held;
  g_clear_pointer (&watched->db, db_free);
  watched->db = ledger_call_open (watched->call, error);
  if (watched->db == NULL)
    return false;
  db_set_tick (watched->db, give_up_late, NULL);
  return words_hold (watched->db, watched->execution.pipeline, &held, error);
}

static bool
ensure_connection (Watched *watched, GError **error)
{
  return (watched->db != NULL && db_is_usable (watched->db)) || reconnect (watched, error);
}

/* A sign of life. False where another has the pipeline by now, because our connection was lost: two must not run at once. */
static bool
beat (void *data)
{
  Watched *watched = data;
  g_autoptr (GError) error = NULL;
  if (ensure_connection (watched, &error) && words_beat (watched->db, watched->execution.id, &error))
    return watched->told = false, true;
  bool goes_on = error->code != WEIR_ERROR_INPUT;
  if (!watched->told || !goes_on)
    ledger_call_say (watched->call, SAY_WARNING, "%s: %s",
                     goes_on ? "the command goes on, but the ledger was not told" : "the command is told to end", error->message);
  watched->told = true;
  return goes_on;
}

/* Tells the ledger how it ended, also one that comes back only now. */
static bool
tell_end (Watched *watched, const char *failure, const CommandEnd *end, GError **error)
{
  for (int try = 0;; try++)
    {
      g_autoptr (GError) problem = NULL;
      if (ensure_connection (watched, &problem) && words_end (watched->db, watched->execution.id, failure, end, &problem))
        return true;
      if (problem->code != WEIR_ERROR_RETRY || try == TRIES_TO_TELL)
        return g_propagate_error (error, g_steal_pointer (&problem)), false;
      g_usleep (G_USEC_PER_SEC);
    }
}

/* ---- one run ---- */

/* Our environment, and what the command's own words need. Owned by the caller. */
static char **
make_environment (const Execution *execution)
{
  char id[UID_TEXT_SIZE];
  uid_format (execution->id, id);
  char **environment = g_environ_setenv (g_get_environ (), "WEIR_EXECUTION", id, TRUE);
  return g_environ_setenv (environment, "WEIR_PIPELINE", execution->pipeline, TRUE);
}

static int
code_of_status (int status)
{
  return WIFEXITED (status) ? WEXITSTATUS (status) : EXIT_OF_SIGNAL + WTERMSIG (status);
}

/* What was started has ended. */
static bool
tell_status (Watched *watched, int status, const KeptOutput *kept, int *ret_code, GError **error)
{
  int exit_status = WIFEXITED (status) ? WEXITSTATUS (status) : 0, signal = WIFSIGNALED (status) ? WTERMSIG (status) : 0;
  g_autofree char *how = child_describe_end (status), *failure = status != 0 ? g_strconcat ("the command ", how, NULL) : NULL;
  g_autofree char *output = kept_output_hex (kept);
  const CommandEnd end = { WIFEXITED (status) ? &exit_status : NULL, WIFSIGNALED (status) ? &signal : NULL, output,
                           kept_output_total (kept) };
  *ret_code = code_of_status (status);
  GError *problem = NULL;
  if (tell_end (watched, failure, &end, &problem))
    return true;
  g_prefix_error (&problem, "the command %s, but the ledger could not be told: ", how);
  return g_propagate_error (error, problem), false;
}

/* What could not be started has not run. */
static bool
tell_not_started (Watched *watched, const GError *reason, int *ret_code, GError **error)
{
  const CommandEnd end = { .output = "" };
  *ret_code = weir_error_get_errno (reason) == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN;
  return tell_end (watched, reason->message, &end, error);
}

static bool
run_command (Watched *watched, char **argv, int *ret_code, GError **error)
{
  g_auto (GStrv) environment = make_environment (&watched->execution);
  g_autoptr (KeptOutput) kept = kept_output_new ();
  const Supervised supervised = {
    .argv = argv, .environment = environment, .kept = kept, .beat = beat, .beat_seconds = BEAT_SECONDS, .data = watched
  };
  int status;
  g_autoptr (GError) reason = NULL;
  if (supervised_run (&supervised, &status, &reason))
    return tell_status (watched, status, kept, ret_code, error);
  fprintf (stderr, "weir: %s\n", reason->message);
  return tell_not_started (watched, reason, ret_code, error);
}

static bool
begin_and_run (Call *call, char **argv, int *ret_code, GError **error)
{
  const RunOptions *options = call->options;
  g_autofree char *command = command_name_shown (argv), *name = options->pipeline != NULL ? NULL : command_name_pipeline (command);
  Watched watched = {
    .call = call, .execution = { .id = uid_random (), .pipeline = name != NULL ? name : options->pipeline, .command = command }
  };
  if (!ledger_call_check_pipeline (options->pipeline, error) || (watched.db = ledger_call_open (call, error)) == NULL)
    return false;
  bool done = ledger_call_begin (watched.db, &watched.execution, options->wait, error);
  if (done)
    {
      db_set_tick (watched.db, give_up_late, NULL);
      done = run_command (&watched, argv, ret_code, error);
    }
  g_clear_pointer (&watched.db, db_free);
  return done;
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  (void) error;
  bool dashes = call->n_arguments > 0 && g_str_equal (call->arguments[0], "--");
  char **argv = call->arguments + dashes;
  if (argv[0] == NULL)
    return *ret_code = command_usage ("ledger run", "a command is needed"), true;
  if (!dashes && argv[0][0] == '-')
    return *ret_code = command_usage ("ledger run", "unknown option \"%s\"", argv[0]), true;
  if (((const RunOptions *) call->options)->wait < 0)
    return *ret_code = command_usage ("ledger run", "--wait is a whole number of seconds"), true;
  GError *problem = NULL;
  if (begin_and_run (call, argv, ret_code, &problem))
    return true;
  command_fail (problem, false);
  /* A command that failed by itself is told by its own code. */
  *ret_code = *ret_code != 0 ? *ret_code : EXIT_NOT_OURS;
  return true;
}

static const CommandOption options[] = {
  { "pipeline", 0, OPTION_TEXT (RunOptions, pipeline), "What it is an execution of; default: the command as it is typed", "NAME" },
  { "wait", 0, OPTION_NUMBER (RunOptions, wait), "Wait so long for an execution of the same that is running", "SECONDS" },
  { NULL },
};

const Command word_run = {
  .name = "ledger run",
  .arguments = "[--] COMMAND [ARGUMENT...]",
  .summary = "a command as an execution: its end and its output are kept",
  .description =
      "Two of one pipeline never run at once. What the command writes goes on to where it went, and the first 16 and the last 48 "
      "KiB of it\n"
      "to the ledger: `weir runs RUN` shows it. The command finds the execution's id in WEIR_EXECUTION, for steps of its own.\n"
      "Ends as the command does (128 + N where signal N ended it); 127 if it is not found, 126 if it cannot be run, 125 if weir "
      "could not:\n"
      "the same is running, or the database is away.\n\n"
      "  weir ledger run --pipeline nightly -- ./nightly.sh --full\n"
      "  weir ledger run --wait 600 -- make -C /srv/reports",
  .takes = TAKES_SETTINGS | PASSES_ARGUMENTS | ENDS_WITH_ONE,
  .most = ANY_NUMBER,
  .options = options,
  .options_size = sizeof (RunOptions),
  .run = run,
};
