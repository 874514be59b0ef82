/* The command line of weir: the table of its commands, and which of them is called. */
#ifndef WEIR_SRC_COMMANDS_CLI_H
#define WEIR_SRC_COMMANDS_CLI_H

#include "src/commands/command.h"

/* One per file of src/commands/. */
extern const Command command_init, command_demo, command_watch, command_load, command_diff, command_sniff, command_cat,
    command_model, command_key, command_history, command_status, command_runs, command_rejects, command_retry, command_undo,
    command_approve, command_discard, command_forget, command_drop, command_check, command_verify, command_migrate, command_db,
    command_psql, command_completion, command_rebuild, command_ledger, command_schedule, command_notify, command_log, command_gc,
    command_page, command_push, command_jobs, command_discover, command_bookmark, command_pause, command_resume, command_pull;

/* All of them, in the order of the help; ends with NULL. */
extern const Command *const cli_table[];

/* The one that is called so, NULL: there is none. */
const Command *cli_find (const char *name);

/* Runs `weir ARGV...`; returns the exit code. */
int cli_main (int argc, char **argv);

#endif
