/* The command line: one table of commands, the options all of them share, and how errors and results are printed. */
#ifndef WEIR_SRC_COMMANDS_CLI_H
#define WEIR_SRC_COMMANDS_CLI_H

#include "base/db.h"
#include "base/json.h"
#include "src/settings/settings.h"

/* The options that commands share; not all take all of them. */
typedef struct
{
  char *home;
  char *database;
  gboolean json;
} CommonOptions;

void common_options_clear (CommonOptions *common);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CommonOptions, common_options_clear)

enum
{
  TAKES_HOME = 1, /* --home and --database */
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

/* Prints message, DETAIL and HINT to stdout, as part of a report; each line begins with "indent". */
void cli_print_error (const GError *error, const char *indent);

/* A usage error: message and "Try: weir COMMAND --help". Returns 2. */
int cli_usage (const char *command, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Prints a result as an aligned table on stdout, or with json as one array of objects. Headers are the result's column names.
 * "empty" is said when there are no rows (not with json). Columns whose values are all numbers are right-aligned. */
void cli_print_result (const DbResult *result, bool json, const char *empty);

/* Prints an aligned table: headers (NULL-terminated), and cells (of char *, NULL is empty) row by row. */
void cli_print_table (const char *const *headers, const GPtrArray *cells);

/* The same for a table that comes in parts, to be called for each. widths: one per column, at first 0, then those of the parts
 * before: the headers are printed with the first part. */
void cli_print_table_part (const char *const *headers, const GPtrArray *cells, int *widths);

/* Makes members that are times as people read them ("YYYY-MM-DD HH24:MI:SS", UTC) what programs read: "2026-11-20T09:30:00Z". */
void cli_times_to_iso (Json *object, const char *const *members);

/* A result as an array of objects; columns of whole numbers become numbers. A new reference. */
Json *cli_result_to_json (const DbResult *result);

/* Prints a value as pretty JSON with a newline. */
void cli_print_json (const Json *json);

/* Whether colour and bars may go to this stream: a terminal, TERM not dumb, NO_COLOR unset. */
bool cli_is_fancy (int fd);

/* The options that commands share, "--help" being every command's, for the completion scripts. Ends with { NULL }. */
extern const GOptionEntry cli_common_entries[];
bool command_takes (const Command *command, const GOptionEntry *entry);

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
