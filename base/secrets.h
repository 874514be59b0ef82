/* What nobody else may read of a process: passwords in its arguments and its environment, and its memory.
 *
 *   argv = secrets_guard (argc, argv);                     first of all in main
 *   environment = secrets_pass (database, error);          for a child that is another weir
 *   environment = secrets_environment ();                  for a child that is not
 *
 * Arguments and the environment that a process was started with are to be read in /proc as long as it runs. So the passwords there are
 * overwritten, and a weir gives them to another one in an unnamed file whose descriptor the child inherits, by SECRETS_FD. */
#ifndef WEIR_BASE_SECRETS_H
#define WEIR_BASE_SECRETS_H

#include <glib.h>
#include <stdbool.h>

#define SECRETS_DATABASE "WEIR_DATABASE"
#define SECRETS_FD "WEIR_SECRETS_FD" /* the number of the descriptor, in the environment of a weir that another one started */

/* No core dumps, no debugger of another user (but where a sanitizer needs it). Takes what a parent gave, so that g_getenv has it,
 * and hides it all in what the process was started with. The arguments as they were, ending with NULL; owned by the caller. */
char **secrets_guard (int argc, char **argv);

/* Our environment without what is secret in it. Owned by the caller. */
GStrv secrets_environment (void);

/* The same with SECRETS_FD, for any number of children: the descriptor stays open here, closed on exec, and whoever starts such a
 * child keeps it open there. "database", where it is not NULL, is the child's SECRETS_DATABASE, else our own is. NULL with a LOCAL
 * error. Owned by the caller. */
GStrv secrets_pass (const char *database, GError **error);

/* The path of an unnamed file as libpq's PGPASSFILE, with this password for every server; for the program that takes our place by exec.
 * NULL with a LOCAL error. Owned by the caller. */
char *secrets_password_file (const char *password, GError **error);

#endif
