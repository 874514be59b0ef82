/* A child process on the main loop: lines on its stdout, perhaps a pipe to its stdin, and its end. Its stderr is ours.
 *
 * A child is in a process group of its own, so that the terminal's Ctrl-C reaches the supervisor alone. Writers to a child that is
 * gone get EPIPE: the program ignores SIGPIPE (children do not). */
#ifndef WEIR_SRC_WATCH_CHILD_H
#define WEIR_SRC_WATCH_CHILD_H

#include <glib.h>
#include <stdbool.h>

typedef struct Child Child;

typedef struct
{
  /* One line of stdout without its newline. Must not free the child. */
  void (*line) (Child *child, const char *line, void *data);
  /* It ended, and its last line was given. wait_status as of waitpid (2). The place to call child_free. */
  void (*ended) (Child *child, int wait_status, void *data);
} ChildEvents;

/* Starts argv[0] (a path). environment is NULL-terminated "NAME=value"; the descriptor that its SECRETS_FD names stays open.
 * with_input: a pipe to its stdin, otherwise /dev/null. "events" is borrowed and must live as long. Errors: LOCAL. */
Child *child_spawn (const char *const *argv, const char *const *environment, bool with_input, const ChildEvents *events, void *data,
                    GError **error);

/* Ends the child's life as a Child: no more calls to its events. A process that still runs is not told. */
void child_free (Child *child);

/* Kills the child (SIGKILL), with what it has started in its group, waits for its end, and frees it: for one that has nothing to lose. */
void child_destroy (Child *child);

/* Writes "text" and a newline to its stdin. False when it does not read any more: its end will be told. */
bool child_write_line (Child *child, const char *text);
void child_close_input (Child *child);
void child_signal (Child *child, int signal_number);
void child_kill (Child *child); /* with what it has started in its group; its end will be told */

/* "was killed by signal 11 (Segmentation fault)", "ended with exit code 3". Owned by the caller. */
char *child_describe_end (int wait_status);

#endif
