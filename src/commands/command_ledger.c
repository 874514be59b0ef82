#include "base/conninfo.h"
#include "base/error.h"
#include "base/text.h"
#include "src/commands/cli.h"
#include "src/commands/ledger_call.h"

#include <string.h>

typedef struct
{
  char *log_level;
} LedgerOptions;

static const Command *const words[] = {
  &word_init_execution,
  &word_get_last_successful_execution,
  &word_get_execution_completion_timestamp,
  &word_get_execution_last_updated_timestamp,
  &word_init_step,
  &word_compare_step_models,
  &word_complete_step,
  &word_complete_execution,
  &word_fail_step,
  &word_fail_execution,
  &word_heartbeat,
  &word_wait,
  &word_run,
  NULL,
};

static bool
parse_level (const char *text, LedgerLevel *ret_level)
{
  static const char *const names[] = { "CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG" };
  *ret_level = SAY_INFO;
  for (size_t i = 0; text != NULL && i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (text, names[i]) == 0)
      return *ret_level = (LedgerLevel) i, true;
  return text == NULL;
}

static int
complain_unknown (const char *name)
{
  g_auto (GStrv) names = command_words (&command_ledger);
  const char *nearest = text_nearest (name, (const char *const *) names);
  if (name[0] == '-')
    return command_usage ("ledger", "unknown option \"%s\"", name);
  if (nearest != NULL)
    return command_usage ("ledger", "there is no word \"%s\", did you mean \"%s\"?", name, nearest);
  return command_usage ("ledger", "there is no word \"%s\", and it is no database's URL", name);
}

static bool
is_database (const char *argument)
{
  return argument[0] != '-' && (strstr (argument, "://") != NULL || strchr (argument, '=') != NULL);
}

static int
call_word (const LedgerCall *ledger, int argc, char **argv)
{
  if (argc == 0)
    return command_usage ("ledger", "a word is missing");
  if (g_str_equal (argv[0], "--help") || g_str_equal (argv[0], "-h"))
    return command_call (&command_ledger, 2, (char *[]) { (char *) "ledger", (char *) "--help", NULL });
  const Command *word = command_find_word (&command_ledger, argv[0]);
  return word != NULL ? command_call_word (word, ledger, argc, argv) : complain_unknown (argv[0]);
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  (void) error;
  const LedgerOptions *options = call->options;
  LedgerCall ledger = { .given = &call->given };
  if (!parse_level (options->log_level, &ledger.level))
    return *ret_code = command_usage ("ledger", "--log-level is one of CRITICAL, ERROR, WARNING, INFO and DEBUG"), true;
  g_autoptr (Log) log = log_open (&(LogOptions) { .level = LEVEL_DEBUG, .plain = true });
  ledger.log = log;
  bool has_url = call->n_arguments > 0 && is_database (call->arguments[0]);
  g_autofree char *url = has_url ? conninfo_without_driver (call->arguments[0], &ledger.of_sqlalchemy) : NULL;
  ledger.url = url;
  *ret_code = call_word (&ledger, call->n_arguments - has_url, call->arguments + has_url);
  return true;
}

static const CommandOption options[] = {
  { "log-level", 'l', OPTION_TEXT (LedgerOptions, log_level),
    "What is told on stderr: CRITICAL, ERROR, WARNING, INFO (default) or DEBUG", "LEVEL",
    .words = "CRITICAL|ERROR|WARNING|INFO|DEBUG" },
  { NULL },
};

const Command command_ledger = {
  .name = "ledger",
  .arguments = "[DATABASE-URL] WORD ...",
  .summary = "the ledger for other tools' pipelines: what began, what changed, what ended",
  .description = "The first eight words are those of Data Pipeline Orchestrator, whose scripts run with `weir ledger` in the place "
                 "of its name.\n"
                 "Each prints one line, or nothing; what it has to tell goes to stderr. Ends with 0, 1 (and a sentence why), or 2 "
                 "(the command line).\n"
                 "DATABASE-URL is PostgreSQL's, also as postgresql+psycopg2://; without it, it is the home's database. A ledger is "
                 "made where there is "
                 "none.\n\n"
                 "  weir ledger init-execution\n"
                 "  weir ledger postgresql://loader@db/warehouse get-last-successful-execution\n"
                 "  weir ledger run --pipeline nightly -- ./nightly.sh",
  .takes = TAKES_SETTINGS | PASSES_ARGUMENTS,
  .most = ANY_NUMBER,
  .options = options,
  .options_size = sizeof (LedgerOptions),
  .words = words,
  .run = run,
};
