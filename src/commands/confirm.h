/* A question before something is removed for good. */
#ifndef WEIR_SRC_COMMANDS_CONFIRM_H
#define WEIR_SRC_COMMANDS_CONFIRM_H

#include <glib.h>
#include <stdbool.h>

/* Asks "QUESTION [y/N] " where a person sits at a terminal (stdin and stderr); "yes" (--yes) is the answer given before. Returns
 * whether to go on. Otherwise *ret_code is 1 where the answer is no, which is said; it stays 0 where nobody can be asked, which is an
 * error (MODEL). */
bool confirm (const char *question, bool yes, int *ret_code, GError **error);

#endif
