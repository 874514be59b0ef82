/* What is long goes through a pager, where stdout is a terminal: $PAGER, or less. "" and "cat" are none. */
#ifndef WEIR_SRC_REPORT_PAGER_H
#define WEIR_SRC_REPORT_PAGER_H

#include <glib.h>
#include <stdbool.h>

/* From now to the end stdout is the pager's. False: there is none, and all is as it was. A user who leaves it closes the pipe: writing fails
 * by EPIPE then. */
bool pager_begin (GPid *ret_pager);

/* Waits until the user has seen enough. Nothing may be written to stdout behind it. */
void pager_end (GPid pager);

#endif
