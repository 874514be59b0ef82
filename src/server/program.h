/* Other programs: where one of ours is, and running one to its end: with no terminal, none of our descriptors, signals as they are at birth, in a session of its own
 * (Ctrl-C does not reach it nor what it leaves running), and as another user where root asks for that. */
#ifndef WEIR_SRC_SERVER_PROGRAM_H
#define WEIR_SRC_SERVER_PROGRAM_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* The path of a program of weir's, as "weir-notify": beside this one, else on the PATH; NULL: it is not installed. Owned by the caller. */
char *program_find (const char *name);

/* argv[0] is a path. folder: where it runs, entered as "owner", the user it runs as (geteuid () for our own). *ret_output (may be
 * NULL): stdout and stderr together, at most 64 KiB, owned by the caller. Returns false with LOCAL when it could not be run or
 * ended otherwise than with 0; the output is then the error's detail. */
bool program_run (const char *const *argv, const char *folder, uid_t owner, char **ret_output, GError **error);

/* In a child between fork and exec: signals as they are at birth, and a session of its own without a terminal. */
void program_begin_anew (void);

#endif
