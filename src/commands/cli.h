/* The command line: one table of commands, the options all of them share, and how errors and results are printed. */
#ifndef WEIR_SRC_COMMANDS_CLI_H
#define WEIR_SRC_COMMANDS_CLI_H

#include "src/report/show.h"
#include "src/settings/settings_given.h"

/* The options that commands share; not all take all of them. */
typedef struct
{
  SettingsGiven given;
  gboolean json;
} CommonOptions;

void common_options_clear (CommonOptions *common);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CommonOptions, common_options_clear)

enum
{
  TAKES_SETTINGS = 1, /* the options of the table of settings */
  TAKES_JSON = 2,
};

typedef struct
{
  const char *name;
  const char *arguments;              /* "FILE..." */
  const char *summary;                /* one line */
  const char *description;            /* what --help prints below the options: a few sentences and examples, may be NULL */
  int (*run) (int argc, char **argv); /* argv[0] is the command's name; returns the exit code */
  unsigned takes;                     /* of the common options */
} Command;

extern const Command commands[]; /* ends with a name of NULL; in cli.c */
const Command *command_find (const char *name);

/* Runs `weir ARGV...`; returns the exit code. */
int cli_main (int argc, char **argv);

/* Parses a command's options (texts as G_OPTION_ARG_STRING or, for paths, _FILENAME): "entries" (may be NULL, ends with { NULL })
 * and the common ones. Arguments that are no options stay in argv[1..]. --help prints and *ret_done is true. Errors: MODEL (usage,
 * exit 2). */
bool cli_parse (const char *command, const GOptionEntry *entries, CommonOptions *common, int *argc, char ***argv, bool *ret_done,
                GError **error);

/* Prints "weir: message", DETAIL and HINT to stderr (as {"error":{...}} on stdout too when json), frees the error, returns its exit
 * code. */
int cli_fail (GError *error, bool json);

/* A usage error: message and "Try: weir COMMAND --help". Returns 2. */
int cli_usage (const char *command, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* The options of a command that others have too: "--home", ..., "--help". NULL-terminated; the texts are borrowed. */
const char **cli_common_options (const Command *command);

/* One function per file of src/commands/. */
int command_watch (int argc, char **argv);
int command_load (int argc, char **argv);
int command_sniff (int argc, char **argv);
int command_cat (int argc, char **argv);
int command_model (int argc, char **argv);
int command_key (int argc, char **argv);
int command_status (int argc, char **argv);
int command_runs (int argc, char **argv);
int command_rejects (int argc, char **argv);
int command_retry (int argc, char **argv);
int command_check (int argc, char **argv);
int command_init (int argc, char **argv);
int command_migrate (int argc, char **argv);
int command_db (int argc, char **argv);
int command_psql (int argc, char **argv);
int command_completion (int argc, char **argv);

#endif
