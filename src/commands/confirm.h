/* A question before something is removed for good. */
#ifndef WEIR_SRC_COMMANDS_CONFIRM_H
#define WEIR_SRC_COMMANDS_CONFIRM_H

#include <glib.h>
#include <stdbool.h>

/* Asks "QUESTION [y/N] " where a person sits at a terminal (stdin and stderr); "yes" (--yes) is the answer given before. Returns
 * whether to go on; false with MODEL where nobody can be asked, without an error where the answer is no, which is said. */
bool confirm (const char *question, bool yes, GError **error);

#endif
